"""Text from the modem. Spec: LINE_HARDWARE.md 1.4."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.line.modem.at import (
    LINE_OCTETS,
    BurstLength,
    Field,
    Info,
    Line,
    LineReader,
    RawReport,
    Reply,
    Result,
    RingLine,
    parse,
)


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        (b"OK", Result(Reply.OK)),
        (b"\0OK ", Result(Reply.OK)),
        (b"NO CARRIER", Result(Reply.NO_CARRIER)),
        (b"NO DIAL TONE", Result(Reply.NO_DIALTONE)),
        (b"VCON", Result(Reply.VCON)),
        (b"+CME ERROR: 3", Result(Reply.ERROR)),
        (b"RING", RingLine()),
        (b"RING A", RingLine()),
        (b"NMBR=0312345678", Field("NMBR", b"0312345678")),
        (b"NMBR = P", Field("NMBR", b"P")),
        (b"NAME = \xff\xfe", Field("NAME", b"\xff\xfe")),
        (b"DDN_NMBR=0611", Field("DDN_NMBR", b"0611")),
        (b"DRON=5", BurstLength(500)),
        (b"DRON = 10", BurstLength(1000)),
        (b"8004020230318C", RawReport(bytes.fromhex("8004020230318C"))),
        (b"CIDM", Info("CIDM")),
        (b"OKAY", Info("OKAY")),
        (b"AT+VCID=1", Info("AT+VCID=1")),
    ],
)
def test_meaning_of_a_line(line: bytes, meaning: Line) -> None:
    assert parse(line) == meaning


def lines(*chunks: bytes) -> list[bytes]:
    reader, found = LineReader(), []
    for chunk in chunks:
        reader.feed(chunk)
        while (line := reader.line()) is not None:
            found.append(line)
    return found


def test_blank_lines_and_echo() -> None:
    assert lines(b"ATE0\r\r\nOK\r\n\r\n\r\nRING\r\n") == [b"ATE0", b"OK", b"RING"]


def test_overlong_line_is_dropped_and_counted() -> None:
    reader = LineReader()
    reader.feed(b"x" * LINE_OCTETS * 3)
    assert reader.line() is None
    reader.feed(b"yy\r\nOK\r\n")
    assert reader.line() == b"OK"
    assert reader.overlong == 1


def test_rest_after_connect_is_untouched() -> None:
    reader = LineReader()
    reader.feed(b"\r\nCONNECT\r\n\xff\xfe\r\n")
    assert reader.line() == b"CONNECT"
    assert reader.rest() == b"\n\xff\xfe\r\n"
    assert reader.line() is None


@given(st.lists(st.sampled_from([b"OK", b"\r", b"\n", b"x" * 150, b"\xff", b"RING"]), max_size=30), st.data())
def test_any_split_gives_the_same_lines(pieces: list[bytes], data: st.DataObject) -> None:
    octets = b"".join(pieces)
    cut = data.draw(st.integers(0, len(octets)))
    assert lines(octets[:cut], octets[cut:]) == lines(octets) == lines(*(bytes([octet]) for octet in octets))


def test_strange_octets_are_no_stray_in_identity() -> None:
    reader = LineReader()
    assert reader.stray(b"\xff\xfe") == b"\xff\xfe"
    assert reader.stray(b"\r\nNAME = \x90\xc3\r\n\xff") == b"\xff"
    reader.feed(b"\r\nNAME = ")
    assert reader.line() is None
    assert reader.stray(b"\x90\xc3\r\n\xff") == b"\xff"
