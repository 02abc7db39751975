"""Caller identity by DTMF: every variant, noise, timing; and what is none."""

import numpy as np
import pytest

from appliance.events import Absence, CallerIdentity
from appliance.exchange.tones import KeyPress, dtmf
from appliance.line.callerid.dtmf import DtmfCallerId, identity_of
from appliance.line.callerid.message import CallerIdMessage, Standard
from appliance.units import SampleIndex, samples

P, O = Absence.WITHHELD, Absence.UNAVAILABLE  # noqa: E741

VARIANTS = [
    ("A0312345678C", CallerIdentity(number="0312345678")),
    ("A0312345678D0698765432C", CallerIdentity(number="0312345678")),
    ("A0312345678B00C", CallerIdentity(number="0312345678")),
    ("B00C", CallerIdentity(absence=O)),
    ("B10C", CallerIdentity(absence=P)),
    ("D0698765432B10C", CallerIdentity(absence=P)),
    ("A31234567#", CallerIdentity(number="31234567")),
    ("D1#", CallerIdentity(absence=P)),
    ("D2#", CallerIdentity(absence=O)),
    ("D3#", CallerIdentity(absence=O)),
    ("D0223456789C", CallerIdentity(number="0223456789")),
    ("D0000000000C", CallerIdentity(absence=O)),
    ("31234567#", CallerIdentity(number="31234567")),
]


def keyed(digits: str, on_ms: int = 70, off_ms: int = 70) -> np.ndarray:
    tones = dtmf(digits, KeyPress(on_ms, off_ms, -15)).astype(float) * 32768
    return np.concatenate([np.zeros(1000), tones, np.zeros(1000)])


def heard(sound: np.ndarray, chunk: int = 160) -> list[CallerIdMessage]:
    receiver = DtmfCallerId()
    found = []
    for start in range(0, len(sound), chunk):
        found += receiver.hear(SampleIndex(start), sound[start : start + chunk])
    return found + receiver.flush()


def noisy(sound: np.ndarray, snr_db: float, seed: int) -> np.ndarray:
    active = np.mean(sound[np.abs(sound) > 0] ** 2)
    return sound + np.random.default_rng(seed).normal(0, np.sqrt(active / 10 ** (snr_db / 10)), len(sound))


@pytest.mark.parametrize(("digits", "identity"), VARIANTS)
@pytest.mark.parametrize(("on_ms", "off_ms"), [(70, 70), (50, 50)])
def test_every_variant(digits: str, identity: CallerIdentity, on_ms: int, off_ms: int) -> None:
    (message,) = heard(keyed(digits, on_ms, off_ms))
    assert message.identity == identity
    assert message.standard is Standard.DTMF
    assert message.at == pytest.approx(1000, abs=24)
    period = samples(on_ms + off_ms)
    assert message.end == pytest.approx(1000 + (len(digits) - 1) * period + samples(on_ms), abs=24)


@pytest.mark.parametrize("seed", range(6))
def test_whole_at_2_db(seed: int) -> None:
    digits, identity = VARIANTS[seed]
    (message,) = heard(noisy(keyed(digits, 50, 50), 2, seed))
    assert message.identity == identity


@pytest.mark.parametrize(
    "text",
    ["", "C", "AC", "BC", "B55C", "D#", "D4#", "12#", "A123", "123C", "A12345678901234567C", "A12*3C", "*12345#"],
)
def test_what_is_no_message(text: str) -> None:
    assert identity_of(text) is None


def test_a_missed_digit_spoils_the_message() -> None:
    one = samples(140)
    sound = keyed("A0312345678C")
    sound[1000 + 4 * one : 1000 + 5 * one] = 0  # the exchange sent it, the line swallowed it
    assert heard(sound) == []
    assert heard(sound[1000 + 5 * one :]) == []


@pytest.mark.parametrize("digits", ["12345#", "0901234#"])
def test_a_caller_who_keys_into_a_menu_is_no_identity(digits: str) -> None:
    random = np.random.default_rng(len(digits))
    presses = [
        keyed(digit, int(random.integers(80, 140)), int(random.integers(80, 200)))[1000:-1000] for digit in digits
    ]
    assert heard(np.concatenate([np.zeros(800), *presses, np.zeros(800)])) == []


def test_a_pause_within_or_a_start_left_alone_ends_it() -> None:
    slow = np.concatenate([keyed("A03123"), np.zeros(4000), keyed("45678C")])
    assert heard(slow) == []
    again = np.concatenate([keyed("A03"), np.zeros(4000), keyed("A0312345678C")])
    assert [message.identity.number for message in heard(again)] == ["0312345678"]


def test_a_start_letter_begins_anew() -> None:
    (message,) = heard(keyed("A99A0312345678C"))
    assert message.identity.number == "0312345678"


def test_two_messages_are_two() -> None:
    both = np.concatenate([keyed("A111C"), np.zeros(8000), keyed("D1#")])
    assert [message.identity for message in heard(both)] == [CallerIdentity(number="111"), CallerIdentity(absence=P)]


@pytest.mark.parametrize("chunk", [7, 160, 4096, 10**6])
def test_any_chunking_gives_the_same_message(chunk: int) -> None:
    sound = noisy(keyed("A0312345678C", 50, 50), 6, 3)
    assert heard(sound, chunk) == heard(sound, 333)


def test_a_reset_forgets_the_beginning() -> None:
    receiver = DtmfCallerId()
    early, late = keyed("A0312"), keyed("345678C")
    assert receiver.hear(SampleIndex(0), early) == []
    receiver.reset()
    assert receiver.hear(SampleIndex(len(early) - 1900), late) == []
    assert receiver.flush() == []
