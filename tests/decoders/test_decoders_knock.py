"""Call waiting at both ends of its levels in long talk, and speech and music in which nobody knocks."""

from __future__ import annotations

import pytest
from ear_sounds import hear, melody, noise, np, speech, vowel
from knock_sounds import EVERY, in_talk, knocks, sound_of

from appliance.events import UNKNOWN_CALLER
from appliance.line.ear import Ear
from appliance.line.progress_tones import KNOCKS, Knock
from appliance.units import RATE_HZ


@pytest.mark.parametrize(("country", "knock"), EVERY, ids=[f"{country}-{knock.on_ms}" for country, knock in EVERY])
@pytest.mark.parametrize(("dbm0", "over_noise_db"), [(-10, 15), (-30, 20)])
def test_every_call_waiting_tone_is_heard_in_mid_talk(
    country: str, knock: Knock, dbm0: float, over_noise_db: float
) -> None:
    [heard] = knocks(hear(Ear(country), in_talk(sound_of(knock, dbm0), dbm0 - over_noise_db, 3, 1.5)))
    assert heard.identity == UNKNOWN_CALLER
    assert abs(heard.at / RATE_HZ - 3.04) < 0.08  # where it began; one that swells begins softly


@pytest.mark.parametrize("country", sorted(KNOCKS))
def test_nothing_in_speech_and_music_is_a_knock(country: str) -> None:
    sound = np.concatenate([speech(60), melody(5, 0.25, 12), melody(2, 0.3, 12), noise(1, -20), vowel(400, 2)])
    assert knocks(hear(Ear(country), sound)) == []
