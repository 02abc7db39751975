"""Damaged messages: mended to the truth, or refused; a wrong number is worse than none. Spec: CALLER_ID.md 1.3, 2.2."""

from __future__ import annotations

import numpy as np
import pytest
from callerid_readings import AMERICAN, CASES, JAPANESE, flipped, frame, noisy_reading, reading, told
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.dsp.soft import SoftOctets
from appliance.events import CallerIdentity
from appliance.exchange import caller_id_frames as twin
from appliance.line.callerid.reading import Languages, read


@pytest.mark.parametrize(("identity", "standard"), CASES)
def test_one_wrong_bit_is_mended_or_refused(identity: CallerIdentity, standard: str) -> None:
    """Some bits; tests/decoders turns over every one."""
    octets = frame(identity, standard)
    answers = [told(reading(flipped(octets, bit), 9.0)) for bit in range(0, 8 * len(octets), 37)]
    assert set(answers) <= {None, (identity, 1)}
    assert any(answers)
    if standard == "jclip":
        assert all(answers)


def test_doubtful_bits_are_mended() -> None:
    for identity, standard in CASES:
        octets = frame(identity, standard)
        soft = reading(octets)
        for octet, bit in ((0, 1), (3, 2), (len(octets) - 3, 0)):
            soft.odds[octet, bit] *= -0.05
        assert told(soft) == (identity, 3)


def test_a_checksum_that_fits_by_accident_is_refused() -> None:
    """2125551234 read as 2135551233: two doubtful bits of the same weight, turned opposite ways."""
    octets = frame(AMERICAN, "mdmf")
    place = octets.index(AMERICAN.number.encode())
    wrong = bytearray(octets)
    wrong[place + 2] += 1
    wrong[place + 8] -= 1
    assert sum(wrong) % 256 == 0
    for doubt in (0.05, 0.15):
        soft = reading(bytes(wrong))
        soft.odds[place + 2, 0] *= doubt
        soft.odds[place + 8, 0] *= doubt
        assert told(soft) is None


def test_waiting_message_with_a_doubtful_type_is_no_call() -> None:
    body = twin.mdmf_parameters(CallerIdentity("2125551234", datetime="11231959"))
    octets = bytes([0x82, len(body)]) + body
    octets += bytes([-sum(octets) % 256])
    for odds in (20.0, 2.0, 0.5, -0.5, -2.0):
        soft = reading(octets)
        soft.odds[0, 1] = odds
        assert told(soft) is None


@pytest.mark.parametrize(("identity", "standard"), CASES)
def test_noise(identity: CallerIdentity, standard: str) -> None:
    """4 dB under what reading by sign needs for Japan's frames, 2 dB for the others; never a wrong one."""
    random = np.random.default_rng(41)
    ebn0_db = 4.0 if standard == "jclip" else 6.5
    octets = frame(identity, standard)
    answers = [told(noisy_reading(b"\x55\x55" + octets, ebn0_db, random)) for _ in range(6)]
    assert {answer[0] for answer in answers if answer} == {identity}
    assert sum(answer is not None for answer in answers) >= 4


def test_nothing_is_made_of_noise() -> None:
    random = np.random.default_rng(42)
    for scale in (0.5, 2.0, 8.0):
        for _ in range(10):
            odds = random.normal(0, scale, (60, 8))
            assert read(SoftOctets(odds, np.arange(60.0), random.normal(0, scale, 60)), Languages()) is None


@settings(max_examples=30)
@given(st.binary(max_size=80), st.floats(0.1, 30.0))
def test_any_octets_are_survived(octets: bytes, sure: float) -> None:
    for standard in ("jclip", "mdmf"):
        opening = frame(JAPANESE, standard)[:9]
        answer = told(reading(opening + octets, sure))
        assert answer is None or answer[0].number.strip("0123456789*#+") == ""


@pytest.mark.parametrize("odd", [np.nan, np.inf, -np.inf])
def test_odds_that_are_no_numbers_are_survived(odd: float) -> None:
    soft = reading(frame(JAPANESE, "jclip"))
    soft.odds[4] = odd
    soft.stops[4] = odd
    assert told(soft) in (None, (JAPANESE, told(soft) and told(soft)[1]))  # type: ignore[index]
    assert told(SoftOctets(np.zeros((0, 8)), np.zeros(0), np.zeros(0))) is None
