"""What the ear makes of the modem's own cues that the far end has gone."""

from __future__ import annotations

import pytest
from ear_sounds import Sound, cadence, hear, noise, np, quiet, speech

from appliance.events import ClearedBy, FarEndCleared
from appliance.line.ear import Ear
from appliance.units import RATE_HZ, SampleIndex

OF_THE_MODEM = (ClearedBy.MODEM_BUSY, ClearedBy.MODEM_DIAL_TONE, ClearedBy.LOOP)


def after(sound: Sound) -> Ear:
    ear = Ear("JP")
    hear(ear, sound)
    return ear


def believes(ear: Ear, by: ClearedBy, at_s: float) -> bool:
    return ear.believes(FarEndCleared(SampleIndex(round(at_s * RATE_HZ)), by))


@pytest.mark.parametrize("by", OF_THE_MODEM)
def test_not_while_somebody_talks(by: ClearedBy) -> None:
    assert not believes(after(np.concatenate([quiet(1), speech(4)])), by, 5)


@pytest.mark.parametrize("by", OF_THE_MODEM)
def test_repeated_in_silence(by: ClearedBy) -> None:
    sound = np.concatenate([quiet(1), speech(4), quiet(2.6)]) + noise(7.6, -60)
    ear = after(sound[: 6 * RATE_HZ])
    assert not believes(ear, by, 6)
    hear(ear, sound[6 * RATE_HZ :], at=6 * RATE_HZ)
    assert believes(ear, by, 7.6)


@pytest.mark.parametrize("by", OF_THE_MODEM)
def test_on_a_line_where_nobody_has_spoken(by: ClearedBy) -> None:
    assert believes(Ear("JP"), by, 1)
    assert believes(after(noise(3, -60)), by, 3)


def test_when_our_own_ear_hears_the_tone_after_speech() -> None:
    busy = cadence((400,), (500, 500), 2)
    ear = after(np.concatenate([quiet(1), speech(3), busy[: int(1.5 * RATE_HZ)]]))
    assert believes(ear, ClearedBy.MODEM_BUSY, 5.5)


@pytest.mark.parametrize("by", [by for by in ClearedBy if by not in OF_THE_MODEM])
def test_our_own_tones_and_a_modem_that_hung_up_always(by: ClearedBy) -> None:
    assert believes(after(np.concatenate([quiet(1), speech(4)])), by, 5)


def test_what_was_said_before_a_prompt_of_ours_is_long_ago() -> None:
    ear = after(np.concatenate([quiet(1), speech(2)]))
    assert believes(ear, ClearedBy.MODEM_BUSY, 5.5)  # 2.5 s without any sound from the line


def test_a_reset_forgets_who_spoke() -> None:
    ear = after(speech(3))
    ear.reset(SampleIndex(3 * RATE_HZ))
    assert believes(ear, ClearedBy.MODEM_BUSY, 3)


def test_asking_changes_nothing() -> None:
    sound = np.concatenate([quiet(1), speech(3)])
    asked, not_asked = Ear("JP"), Ear("JP")
    facts = []
    for start in range(0, len(sound), 800):
        facts += hear(asked, sound[start : start + 800], at=start)
        believes(asked, ClearedBy.LOOP, (start + 800) / RATE_HZ)
    assert facts == hear(not_asked, sound)
