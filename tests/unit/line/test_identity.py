"""Caller identity from untrusted fields. Spec: LINE_HARDWARE.md 1.4; CALLER_ID.md 1.3, 1.4, 2.2."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.events import Absence, CallerIdentified, CallerIdentity
from appliance.line.identity import NAME_LETTERS, NUMBER_DIGITS, IdentityReader
from appliance.units import SampleIndex, samples

NOW = SampleIndex(8000)
LATER = SampleIndex(8000 + samples(300))


def japan(*fields: tuple[str, bytes]) -> list[CallerIdentity]:
    reader = IdentityReader(waits_for_name=False)
    return [fact.identity for tag, value in fields for fact in reader.take_field(NOW, tag, value)]


def test_number_is_told_at_once_in_japan() -> None:
    assert japan(("DATE", b"1123"), ("TIME", b"1959"), ("NMBR", b"0312345678")) == [
        CallerIdentity("0312345678", datetime="11231959")
    ]


@pytest.mark.parametrize("letter", list(Absence))
def test_absence_letters(letter: Absence) -> None:
    assert japan(("NMBR", letter.value.encode())) == [CallerIdentity(absence=letter)]


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (b"03-1234-5678", "0312345678"),
        (b"(03) 1234 5678", "0312345678"),
        (b"+81312345678", "+81312345678"),
        (b"1" * NUMBER_DIGITS, "1" * NUMBER_DIGITS),
    ],
)
def test_forms_of_a_number(value: bytes, number: str) -> None:
    assert japan(("NMBR", value)) == [CallerIdentity(number)]


@pytest.mark.parametrize(
    "value", [b"", b"1" * (NUMBER_DIGITS + 1), b"03\xff\x00\x90\xc35678", b"03\xef\xbc\x91", b"hello", b"\x10\x02"]
)
def test_damaged_number_is_no_number(value: bytes) -> None:
    assert japan(("NMBR", value)) == []


def test_second_report_mends_a_damaged_first_one() -> None:
    assert japan(("NMBR", b"03\xff"), ("NMBR", b"0312345678")) == [CallerIdentity("0312345678")]


def test_told_once_a_call() -> None:
    reader = IdentityReader(waits_for_name=False)
    assert len(reader.take_field(NOW, "NMBR", b"0312345678")) == 1
    assert reader.take_field(NOW, "NMBR", b"0699999999") == []
    reader.next_call()
    assert len(reader.take_field(NOW, "NMBR", b"0699999999")) == 1


def test_number_waits_a_moment_for_its_name_elsewhere() -> None:
    reader = IdentityReader(waits_for_name=True)
    assert reader.take_field(NOW, "NMBR", b"2125551234") == []
    (fact,) = reader.take_field(NOW, "NAME", b"SMITH J  ")
    assert fact.identity == CallerIdentity("2125551234", name="SMITH J")


def test_number_is_never_lost_when_the_name_is_missing() -> None:
    reader = IdentityReader(waits_for_name=True)
    reader.take_field(NOW, "NMBR", b"2125551234")
    assert reader.tick(SampleIndex(LATER - 1)) == []
    assert reader.tick(LATER) == [CallerIdentified(LATER, CallerIdentity("2125551234"))]
    assert reader.tick(SampleIndex(LATER + 8000)) == []


def test_name_before_the_number() -> None:
    reader = IdentityReader(waits_for_name=True)
    assert reader.take_field(NOW, "NAME", b"P") == []
    (fact,) = reader.take_field(NOW, "NMBR", b"PRIVATE")
    assert fact.identity == CallerIdentity(absence=Absence.WITHHELD, name_absence=Absence.WITHHELD)


def test_name_is_cleaned_and_cut() -> None:
    reader = IdentityReader(waits_for_name=True)
    reader.take_field(NOW, "NMBR", b"1")
    (fact,) = reader.take_field(NOW, "NAME", b"\x1b[31mA\xff\x00" + "é".encode() + b"x" * 99)
    assert fact.identity.name.startswith("[31mAéx")
    assert len(fact.identity.name) == NAME_LETTERS


def test_malformed_date_is_left_out() -> None:
    assert japan(("DATE", b"11/23"), ("TIME", b"\xff9:59"), ("NMBR", b"1")) == [CallerIdentity("1")]
    assert japan(("DATE", b"11/23"), ("TIME", b"19:59"), ("NMBR", b"1")) == [CallerIdentity("1", datetime="11231959")]


def mdmf(*parameters: tuple[int, bytes]) -> bytes:
    body = b"".join(bytes([kind, len(text)]) + text for kind, text in parameters)
    octets = bytes([0x80, len(body)]) + body
    return octets + bytes([-sum(octets) % 256])


def test_raw_mdmf_and_its_checksum() -> None:
    packet = mdmf((1, b"11231959"), (2, b"2125551234"), (7, b"SMITH"))
    reader = IdentityReader(waits_for_name=True)
    assert reader.take_packet(NOW, packet[:-1] + b"\x00") == []
    (fact,) = reader.take_packet(NOW, packet)
    assert fact.identity == CallerIdentity("2125551234", name="SMITH", datetime="11231959")


def test_raw_sdmf() -> None:
    body = b"11231959" + b"2125551234"
    octets = bytes([0x04, len(body)]) + body
    reader = IdentityReader(waits_for_name=False)
    (fact,) = reader.take_packet(NOW, octets + bytes([-sum(octets) % 256]))
    assert fact.identity == CallerIdentity("2125551234", datetime="11231959")


def test_raw_japanese_frames() -> None:
    """Golden frames of CALLER_ID.md 1.3."""
    number = "90818790 82c00c82 0a3033b1 b233b435 36b7b890 03fb52"
    dialled = "9081879082c01882 0a3033b1b233b435 36b7b8090a303639 b8b7363534b332b2 9003a3c0"
    absent = "908187 9082c003 84815090 031eee"
    for text, identity in (
        (number, CallerIdentity("0312345678")),
        (dialled, CallerIdentity("0312345678", dialled="0698765432")),
        (absent, CallerIdentity(absence=Absence.WITHHELD)),
    ):
        assert japan(("MESG", bytes.fromhex(text).hex().encode())) == [identity]


def test_bare_parameters_in_mesg() -> None:
    assert japan(("MESG", b"040150")) == [CallerIdentity(absence=Absence.WITHHELD)]
    assert japan(("MESG", b"zz"), ("MESG", b"04"), ("MESG", b"0499 50")) == []


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["NMBR", "NAME", "DATE", "TIME", "MESG", "DDN_NMBR", "ERRM"]), st.binary(max_size=80)
        ),
        max_size=12,
    ),
    st.booleans(),
)
def test_anything_gives_at_most_one_clean_identity(fields: list[tuple[str, bytes]], waits: bool) -> None:
    reader = IdentityReader(waits)
    found = [fact for tag, value in fields for fact in reader.take_field(NOW, tag, value)]
    found += reader.tick(LATER)
    assert len(found) <= 2
    if len(found) == 2:  # the dialled number came behind the caller's
        assert found[1].identity == replace(found[0].identity, dialled=found[1].identity.dialled)
        assert not found[0].identity.dialled
    for fact in found:
        identity = fact.identity
        assert len(identity.number) <= NUMBER_DIGITS
        assert not set(identity.number) - set("+0123456789*#")
        assert identity.name.isprintable()
        assert not (identity.number and identity.absence)


@given(st.binary(max_size=300))
def test_any_packet_is_survived(packet: bytes) -> None:
    reader = IdentityReader(waits_for_name=False)
    assert len(reader.take_packet(NOW, packet) + reader.take_packet(NOW, b"\x90\x81" + packet)) <= 1
