"""The ear and keys: each press once, whoever tells of it."""

from __future__ import annotations

import pytest
from ear_sounds import Sound, hear, noise, np, quiet, speech

from appliance.events import (
    CallWaitingHeard,
    ClearedBy,
    DigitHeard,
    ExtensionLifted,
    Fact,
    FarEndCleared,
    SoundBlock,
)
from appliance.exchange.tones import KeyPress, dtmf
from appliance.line.ear import BATCH_SAMPLES, Ear
from appliance.units import RATE_HZ, SampleIndex

SOFT = KeyPress(on_ms=60, off_ms=60, dbm0=-16.0)


def keyed(keys: str) -> Sound:
    return np.concatenate([quiet(0.5), np.asarray(dtmf(keys, SOFT), float) * 32768, quiet(0.3)])


def digits(facts: list[Fact]) -> str:
    return "".join(fact.digit for fact in facts if isinstance(fact, DigitHeard))


def test_keys_in_the_sound_are_digits() -> None:
    sound = np.concatenate([speech(2, -20), keyed("1590*#26")])
    assert digits(hear(Ear("JP"), sound + noise(len(sound) / RATE_HZ, -45))) == "1590*#26"


def test_a_digit_is_told_within_100_ms_of_its_certainty() -> None:
    sound, ear = keyed("7"), Ear("JP")
    told_at = 0
    for start in range(0, len(sound), 160):
        if digits(hear(ear, sound[start : start + 160], at=start)):
            told_at = start + 160
            break
    press_ends = int(0.56 * RATE_HZ)
    assert press_ends - 160 < told_at < press_ends + 30 * 8 + 100 * 8  # a pause of 30 ms makes it certain
    assert BATCH_SAMPLES == 640


def test_a_modem_that_tells_of_the_same_press_adds_nothing() -> None:
    ear, facts = Ear("JP"), []
    sound = keyed("55")
    for start in range(0, len(sound), 160):
        facts += hear(ear, sound[start : start + 160], at=start)
        for ends_ms in (560, 680):
            if start == ends_ms * 8 + 160:
                told = ear.judge(DigitHeard(SampleIndex(start), "5"))
                facts += [told] if told else []
    assert digits(facts) == "55"


def test_without_sound_the_modem_is_believed() -> None:
    told = Ear("JP").judge(DigitHeard(SampleIndex(8000), "5"))
    assert told == DigitHeard(SampleIndex(8000), "5")


# ---- what else the device says ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("fact", [ExtensionLifted(SampleIndex(5)), FarEndCleared(SampleIndex(5), ClearedBy.LOOP)])
def test_what_the_ear_knows_nothing_of_is_taken_as_it_is(fact: Fact) -> None:
    assert Ear("JP").judge(fact) is fact


def test_a_knock_that_both_tell_of_is_one() -> None:
    ear = Ear("US")
    assert ear.judge(CallWaitingHeard(SampleIndex(8000))) is not None
    assert ear.judge(CallWaitingHeard(SampleIndex(90_000))) is None
    assert ear.hear(SoundBlock(SampleIndex(90_000), b"")) == []
