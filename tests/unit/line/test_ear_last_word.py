"""Where the talk of a recording ends: with the tone of the hang-up, or with the last word that staff say into it."""

from __future__ import annotations

import pytest
from ear_sounds import Sound, cadence, hear, noise, np, peak, quiet, speech, tone

from appliance.events import ClearedBy, FarEndCleared
from appliance.line.ear import Ear
from appliance.units import RATE_HZ, SampleIndex

TONE_S = 4.0
"""When the busy tone begins."""


def hung_up(*words: tuple[float, Sound]) -> Sound:
    """Talk, then busy tone, and in it these words at these instants (s after the tone began)."""
    line = np.concatenate([quiet(1), speech(2.5), quiet(0.5), cadence((400,), (500, 500), 8)]) + noise(12, -65)
    for at_s, word in words:
        start = round((TONE_S + at_s) * RATE_HZ)
        line[start : start + len(word)] += word
    return line


def ends_s(sound: Sound) -> float:
    """When the talk ended, by our own ear."""
    found = [fact for fact in hear(Ear("JP"), sound) if isinstance(fact, FarEndCleared)]
    assert found
    assert found[0].since is not None
    return found[0].since / RATE_HZ


def test_nobody_speaks_after_the_hang_up() -> None:
    assert ends_s(hung_up()) == pytest.approx(TONE_S, abs=0.03)


@pytest.mark.parametrize("length_s", [0.1, 0.2])
@pytest.mark.parametrize("dbm0", [-10.0, -25.0])
def test_a_short_word_in_a_pause_of_the_tone_is_talk(length_s: float, dbm0: float) -> None:
    word = noise(length_s, dbm0, seed=3)
    assert TONE_S + 0.7 + length_s - 0.02 <= ends_s(hung_up((0.7, word))) < TONE_S + 1.05


def test_a_click_is_none() -> None:
    click = np.full(8, peak(-10))
    assert ends_s(hung_up((0.7, click), (1.7, click))) == pytest.approx(TONE_S, abs=0.03)


def test_the_modem_knows_it_first() -> None:
    ear = Ear("JP")
    hear(ear, hung_up((1.6, noise(0.2, -20, seed=4)))[: round((TONE_S + 2.9) * RATE_HZ)])
    told = ear.judge(FarEndCleared(SampleIndex(round((TONE_S + 2.9) * RATE_HZ)), ClearedBy.MODEM_BUSY))
    assert isinstance(told, FarEndCleared)
    assert told.since is not None
    assert TONE_S + 1.78 <= told.since / RATE_HZ < TONE_S + 2.05


def test_a_whistle_into_the_tone_is_talk() -> None:
    whistle = tone((1000.0,), 0.15, -15)
    assert ends_s(hung_up((0.7, whistle))) > TONE_S + 0.83
