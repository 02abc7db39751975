"""Whole messages of every standard, octet by octet. Spec: CALLER_ID.md 1.3, 1.4, 2.2."""

from __future__ import annotations

import pytest
from callerid_readings import reading
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.events import Absence, CallerIdentity
from appliance.exchange import caller_id_frames as twin
from appliance.line.callerid import bellcore, etsi, jclip
from appliance.line.callerid.fields import NAME_LETTERS, NUMBER_DIGITS
from appliance.line.callerid.message import CallerIdMessage, Standard
from appliance.line.callerid.reading import Languages, Verdict, read
from appliance.units import SampleIndex

GOLDEN = {
    "90818790 82c00c82 0a3033b1 b233b435 36b7b890 03fb52": CallerIdentity("0312345678"),
    "90818790 82c08d82 8b303930 b1b233b4 3536b7b8 9003479c": CallerIdentity("09012345678"),
    "90818790 82c00384 81509003 1eee": CallerIdentity(absence=Absence.WITHHELD),
    "90818790 82c01882 0a3033b1 b233b435 36b7b809 0a303639 b8b73635 b433b290 03a3c0": CallerIdentity(
        "0312345678", dialled="0698765432"
    ),
}
"""Spec: CALLER_ID.md 1.3, verified by decoding with spandsp."""


def said(octets: bytes, languages: Languages | None = None) -> CallerIdentity | None:
    verdict = read(reading(octets), languages or Languages())
    return verdict.message.identity if verdict and verdict.message else None


def japanese(*parameters: tuple[int, bytes], stuffed: bool = False) -> bytes:
    body = b"".join(bytes([code, len(content)]) + content for code, content in parameters)
    return twin.jclip(body, length_counts_stuffing=stuffed)


def mdmf(*parameters: tuple[int, bytes], kind: int = 0x80) -> bytes:
    body = b"".join(bytes([code, len(content)]) + content for code, content in parameters)
    octets = bytes([kind, len(body)]) + body
    return octets + bytes([-sum(octets) % 256])


@pytest.mark.parametrize("frame", GOLDEN)
def test_golden_frames(frame: str) -> None:
    octets = bytes.fromhex(frame)
    at = SampleIndex(8000)
    end = SampleIndex(8000 + round(len(octets) * 200 / 3))
    message = CallerIdMessage(at, end, Standard.JCLIP, GOLDEN[frame])
    assert read(reading(octets), Languages()) == Verdict(message)


def test_crc_of_the_check_string() -> None:
    assert jclip.crc16(b"123456789") == 0x2189


@pytest.mark.parametrize("letter", list(Absence))
def test_every_reason_for_absence(letter: Absence) -> None:
    reason = letter.value.encode()
    absent = CallerIdentity(absence=letter)
    assert said(japanese((4, reason))) == absent
    assert said(mdmf((4, reason))) == absent
    assert said(mdmf((1, b"11231959"), (8, reason))) == CallerIdentity(name_absence=letter, datetime="11231959")
    assert said(twin.sdmf(CallerIdentity(absence=letter, datetime="11231959"))) == CallerIdentity(
        absence=letter, datetime="11231959"
    )


def test_international_is_unavailable() -> None:
    assert said(mdmf((4, b"I"))) == CallerIdentity(absence=Absence.UNAVAILABLE)


@pytest.mark.parametrize(
    ("parameters", "identity"),
    [
        ([(1, b"11231959"), (2, b"0312345678")], CallerIdentity("0312345678", datetime="11231959")),
        ([(2, b"0312345678"), (7, b"DENWABAN")], CallerIdentity("0312345678", name="DENWABAN")),
        ([(4, b"C"), (8, b"P")], CallerIdentity(absence=Absence.PAY_PHONE, name_absence=Absence.WITHHELD)),
        ([(9, b"0698765432")], CallerIdentity(dialled="0698765432")),
        ([(0x0B, b"10312345678"), (2, b"0612345678")], CallerIdentity("0612345678")),
        ([(2, b"81312345678"), (0x21, b"\x01\x00\x01")], CallerIdentity("81312345678")),
        ([(2, b"0312345678"), (0x21, b"215"), (9, b"0698765432"), (0x22, b"215")],
         CallerIdentity("0312345678", dialled="0698765432")),
        ([(0x24, b"STATION"), (4, b"C")], CallerIdentity(absence=Absence.PAY_PHONE)),
        ([(0x33, b"\x01\x02\x7f"), (2, b"0312345678")], CallerIdentity("0312345678")),
        ([(2, b"0" * 30)], CallerIdentity("0" * 30)),
    ],
)  # fmt: skip
def test_japanese_parameters(parameters: list[tuple[int, bytes]], identity: CallerIdentity) -> None:
    assert said(japanese(*parameters)) == identity


@pytest.mark.parametrize("stuffed", [False, True])
@pytest.mark.parametrize("digits", [13, 14, 15, 16, 17])
def test_both_readings_of_the_length(digits: int, stuffed: bool) -> None:
    """14 digits make a content of 16 octets, 16 digits a parameter of 16: DLE as LEN, and DLE in content."""
    number = ("0312345678" * 2)[:digits]
    assert said(japanese((2, number.encode()), stuffed=stuffed)) == CallerIdentity(number)
    assert said(japanese((9, number.encode()), (4, b"P"), stuffed=stuffed)) == CallerIdentity(
        absence=Absence.WITHHELD, dialled=number
    )


def test_damaged_japanese_frames_are_not_read() -> None:
    good = japanese((2, b"0312345678"))
    assert jclip.frame_at(good) is not None
    for bit in range(8 * len(good)):
        damaged = bytearray(good)
        damaged[bit // 8] ^= 1 << bit % 8
        assert jclip.frame_at(bytes(damaged)) is None
    for length in range(len(good)):
        assert jclip.frame_at(good[:length]) is None


@pytest.mark.parametrize(
    ("parameters", "identity"),
    [
        ([(1, b"11231959"), (2, b"2125551234"), (7, b"SMITH J")],
         CallerIdentity("2125551234", name="SMITH J", datetime="11231959")),
        ([(3, b"2125551234")], CallerIdentity("2125551234")),
        ([(4, b"P"), (3, b"2125551234")], CallerIdentity(absence=Absence.WITHHELD)),
        ([(2, b"2125551234"), (5, b"1"), (6, b"L"), (9, b"A"), (0x0B, b"\xff")], CallerIdentity("2125551234")),
        ([(2, b"212-555-1234")], CallerIdentity("2125551234")),
        ([(2, b"P"), (7, b"PRIVATE")], CallerIdentity(absence=Absence.WITHHELD, name_absence=Absence.WITHHELD)),
        ([(2, b"\x00\xff"), (7, b"SMITH")], None),  # two errors that the checksum does not see
        ([(1, b"        "), (2, b"2125551234")], CallerIdentity("2125551234")),
        ([(1, b"11:31959"), (2, b"2125551234")], CallerIdentity("2125551234")),
        ([(2, b"2125551234"), (7, "電話番".encode("shift_jis"))], CallerIdentity("2125551234", name="電話番")),
        ([(2, b"1" * NUMBER_DIGITS)], CallerIdentity("1" * NUMBER_DIGITS)),
        ([(2, b"1" * (NUMBER_DIGITS + 1))], None),  # cut short it would be another number
        ([(2, b"1"), (7, b"x" * 99)], CallerIdentity("1", name="x" * NAME_LETTERS)),
        ([(2, b"0612345678123456")], CallerIdentity("0612345678123456")),
        ([(2, b"2125551234"), (2, b"2125559999")], CallerIdentity("2125551234")),
    ],
)  # fmt: skip
def test_bellcore_parameters(parameters: list[tuple[int, bytes]], identity: CallerIdentity | None) -> None:
    assert said(mdmf(*parameters), Languages(v23=False)) == identity


@pytest.mark.parametrize(
    ("parameters", "identity"),
    [
        ([(0x11, b"\x01"), (1, b"11231959"), (2, b"02071234567"), (7, b"SMITH")],
         CallerIdentity("02071234567", name="SMITH", datetime="11231959")),
        ([(2, b"02071234567"), (3, b"02079876543")], CallerIdentity("02071234567", dialled="02079876543")),
        ([(0x11, b"\x01"), (3, b"02079876543")], CallerIdentity(dialled="02079876543")),
        ([(3, b"61234567")], CallerIdentity("61234567")),  # ACLIP: Bellcore's codes on V.23
        ([(0x16, b"\x0f")], CallerIdentity(absence=Absence.PAY_PHONE)),
        ([(4, b"O"), (0x16, b"\x0f")], CallerIdentity(absence=Absence.UNAVAILABLE)),
        ([(2, b"1"), (0x10, b"2"), (0x0D, b"\x01\x02\x03"), (0x13, b"\x02"), (0x15, b"\x03"), (0x1A, b"3")],
         CallerIdentity("1")),
        ([(0x20, b"0.10"), (0x21, b"0.20"), (0x23, b"000100"), (0x50, b"HELLO"), (0x55, b"\x01"), (0xE0, b"\x01"),
          (2, b"02071234567")], CallerIdentity("02071234567")),
    ],
)  # fmt: skip
def test_european_parameters(parameters: list[tuple[int, bytes]], identity: CallerIdentity) -> None:
    assert said(mdmf(*parameters)) == identity


def test_sdmf() -> None:
    identity = CallerIdentity("2125551234", datetime="11231959")
    verdict = read(reading(twin.sdmf(identity)), Languages())
    assert verdict
    assert verdict.message
    assert (verdict.message.standard, verdict.message.identity) == (Standard.SDMF, identity)


@pytest.mark.parametrize(
    "octets",
    [
        mdmf((1, b"11231959"), (2, b"2125551234"), (0x0B, b"\xff"), kind=0x82),
        mdmf((0x11, b"\x81"), (0x13, b"\x05"), (2, b"02071234567")),
        mdmf((0x20, b"0.10"), kind=0x86),
        mdmf((1, b"11231959")),
        bytes([0x06, 3, 0x42, 0x42, 0x42, -(0x06 + 3 + 0x42 * 3) % 256]),
    ],
)
def test_what_tells_of_no_caller(octets: bytes) -> None:
    assert said(octets) is None


def test_standards_are_kept_apart() -> None:
    japan, america = japanese((2, b"0312345678")), mdmf((2, b"2125551234"))
    assert said(japan, Languages(jclip=False)) is None
    assert said(america, Languages(bellcore=False, etsi=False)) is None
    assert said(america, Languages(jclip=False, etsi=False)) is not None
    assert said(america, Languages(jclip=False, bellcore=False)) is not None
    assert said(twin.sdmf(CallerIdentity("1", datetime="11231959")), Languages(bellcore=False)) is None


@pytest.mark.parametrize("message", [japanese((2, b"0312345678")), mdmf((1, b"11231959"), (2, b"0312345678"))])
@pytest.mark.parametrize("garbage", [b"\x55" * 30, b"\xff" * 5, b"\x80\x20\x80\x10\x90", b"\x90\x81\x87", b"\x00"])
def test_garbage_around_a_message(message: bytes, garbage: bytes) -> None:
    for sure in (20.0, 6.0):
        verdict = read(reading(garbage + message + garbage, sure), Languages())
        assert verdict
        assert verdict.message
        assert verdict.message.identity.number == "0312345678"
        assert verdict.message.at == SampleIndex(8000 + round(len(garbage) * 200 / 3))


@given(st.binary(max_size=300))
def test_any_octets_are_survived(octets: bytes) -> None:
    for opening in (b"", b"\x80", b"\x04", b"\x90\x81\x87\x90\x82\xc0"):
        jclip.frame_at(opening + octets)
        jclip.checked_parameters(opening + octets)
        packet = bellcore.packet_at(opening + octets)
        if packet is not None:
            bellcore.identity_of(packet)
            etsi.identity_of(packet)
            etsi.speaks(packet)


@settings(max_examples=40)
@given(st.lists(st.tuples(st.integers(0, 255), st.binary(max_size=24)), max_size=8))
def test_any_parameters_give_clean_text(parameters: list[tuple[int, bytes]]) -> None:
    identity = said(mdmf(*parameters)) or CallerIdentity()
    assert len(identity.number) <= NUMBER_DIGITS
    assert not set(identity.number + identity.dialled) - set("+0123456789*#")
    assert identity.name.isprintable()
    assert not (identity.number and identity.absence)
