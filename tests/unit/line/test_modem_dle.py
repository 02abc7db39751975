"""Un-shielding voice data. Spec: LINE_HARDWARE.md 1.8."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.line.modem.dle import BRACKET_OCTETS, REPORT_OCTETS, DleReader, Kind, Signal, shield


def joined(items: list[bytes | Signal]) -> list[bytes | Signal]:
    """The same with neighbouring data put together."""
    result: list[bytes | Signal] = []
    for item in items:
        if isinstance(item, bytes) and result and isinstance(result[-1], bytes):
            result[-1] += item
        else:
            result.append(item)
    return result


def read(octets: bytes) -> list[bytes | Signal]:
    return DleReader().read(octets)


def test_doubled_and_sub_are_data() -> None:
    assert read(b"a\x10\x10b\x10\x1ac") == [b"a\x10b\x10\x10c"]


def test_event_splits_data_at_its_exact_position() -> None:
    assert read(b"abc\x10b\x10\x10d") == [b"abc", Signal(Kind.BUSY, 3), b"\x10d"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(kind.value, kind) for kind in Kind if len(kind.value) == 1] + [("V", Kind.VOICE), ("W", Kind.CALL_WAITING)],
)
def test_every_code_of_the_table(code: str, kind: Kind) -> None:
    assert read(b"\x10" + code.encode()) == [Signal(kind, 0)]


def test_unknown_codes_are_counted_and_nul_is_nothing() -> None:
    reader = DleReader()
    assert reader.read(b"x\x10\x00\x10\x99\x10\x05y\x10.") == [b"xy"]
    assert reader.unknown == 2


def test_dle_split_over_two_reads() -> None:
    reader = DleReader()
    assert reader.read(b"ab\x10") == [b"ab"]
    assert reader.read(b"") == []
    assert reader.read(b"\x10c\x10") == [b"\x10c"]
    assert reader.read(b"\x03") == [Signal(Kind.END, 4)]


def digits(octets: bytes) -> str:
    return "".join(item.digit for item in read(octets) if isinstance(item, Signal) and item.kind is Kind.DIGIT)


def test_one_digit_per_bracket() -> None:
    held = b"\x10/\x105\x105\x105\x105\x10~"
    assert digits(held + held + b"\x10/\x10#\x10\x7f") == "55#"


def test_bare_digits_count_each() -> None:
    assert digits(b"\x105\x105\x10A\x10*") == "55A*"


def test_lost_opening_bracket_gives_one_digit() -> None:
    assert digits(b"\x10/\x101\x10~" + b"\x102\x102\x102\x10~" + b"\x10/\x102\x10~") == "122"


def test_lost_closing_bracket_does_not_swallow_later_digits() -> None:
    silence = b"\xff" * (BRACKET_OCTETS + 1)
    assert digits(b"\x10/\x101\x101" + silence + b"\x102\x102\x10~") == "12"


def test_complex_report_and_events_within() -> None:
    items = read(b"ab\x10XNMBR=0312\r\n\x10.cd")
    assert items == [b"ab", Signal(Kind.REPORT, 2, report=b"NMBR=0312\r\n"), b"cd"]


def test_unended_report_is_closed_by_the_next_event() -> None:
    items = read(b"\x10XNMBR\x10Rab")
    assert items == [Signal(Kind.REPORT, 0, report=b"NMBR", ended=False), Signal(Kind.RING, 0), b"ab"]


def test_unended_report_is_bounded_and_can_be_given_up() -> None:
    reader = DleReader()
    (report, rest) = reader.read(b"\x10X" + b"v" * (REPORT_OCTETS + 7))
    assert isinstance(report, Signal)
    assert not report.ended
    assert rest == b"v" * 7
    reader.read(b"\x10Xabc")
    assert reader.in_report
    assert reader.give_up_report() == [Signal(Kind.REPORT, 7, report=b"abc", ended=False)]


interesting = st.lists(
    st.one_of(
        st.binary(max_size=5),
        st.sampled_from(
            [b"\x10", b"\x10\x10", b"\x10\x1a", b"\x10/", b"\x105", b"\x10~", b"\x10X", b"\x10.", b"\x10R"]
        ),
    ),
    max_size=60,
).map(b"".join)


@given(interesting, st.lists(st.integers(1, 9), min_size=1, max_size=50))
def test_any_split_gives_the_same(octets: bytes, sizes: list[int]) -> None:
    reader, parts, at = DleReader(), [], 0
    while at < len(octets):
        size = sizes[len(parts) % len(sizes)] if parts else sizes[0]
        parts += reader.read(octets[at : at + size])
        at += size
    whole = DleReader()
    assert joined(parts) == joined(whole.read(octets))
    assert (reader.unknown, reader.position) == (whole.unknown, whole.position)


@given(st.binary(max_size=300))
def test_what_is_shielded_comes_back(octets: bytes) -> None:
    assert b"".join(item for item in read(shield(octets)) if isinstance(item, bytes)) == octets


def test_an_hour_of_voice_takes_little_time() -> None:
    """Every octet value alike: 28.8 MB, of which one in 256 is shielded, in blocks of 20 ms."""
    block = shield(bytes(range(160)))
    reader, begun = DleReader(), time.process_time()
    for _ in range(18_000):  # a tenth of an hour, to be quick
        reader.read(block)
    assert time.process_time() - begun < 0.36  # 1000 times real time
    assert reader.position == 18_000 * 160
