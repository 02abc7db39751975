"""Busy at every level on every line; and talk, music and tones of another meaning, which clear no call."""

from __future__ import annotations

import pytest
from ear_sounds import Sound, cadence, hear, hum, melody, mu_law, noise, np, quiet, ringback, speech, tone, vowel

from appliance.events import ClearedBy, FarEndCleared, FaxToneHeard
from appliance.line.ear import Ear
from appliance.units import RATE_HZ

BUSY = (500, 500)


def cleared(sound: Sound, country: str = "JP", at: int = 0) -> list[tuple[ClearedBy, float]]:
    """What cleared, and how many seconds after the beginning of the sound."""
    facts = hear(Ear(country), sound, at)
    return [(fact.by, (fact.at - at) / RATE_HZ) for fact in facts if isinstance(fact, FarEndCleared)]


@pytest.mark.parametrize("dbm0", [0, -20, -40])
@pytest.mark.parametrize("damage", ["none", "noise", "mu-law", "hum"])
def test_japanese_busy_is_known_within_4_s(dbm0: float, damage: str) -> None:
    busy = cadence((400,), BUSY, 4, dbm0)
    sound = {
        "none": busy,
        "noise": busy + noise(4, dbm0 - 15),
        "mu-law": mu_law(busy),
        "hum": busy + hum(4, max(dbm0, -25)),
    }[damage]
    [(by, after)] = cleared(sound)
    assert by is ClearedBy.BUSY_TONE
    assert 2.5 < after < 3.2  # three cycles, no fewer


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(ringback(9), id="ringback"),
        pytest.param(ringback(9, depth=1.0), id="ringback, carrier suppressed"),
        pytest.param(np.tile(np.concatenate([ringback(0.5), quiet(0.5)]), 6), id="call waiting, its first beat alone"),
        pytest.param(
            np.tile(np.concatenate([ringback(0.5), quiet(0.2), *[tone((400,), 0.05), quiet(0.45)] * 2]), 5),
            id="call waiting with pips",
        ),
        pytest.param(cadence((400,), (50, 450), 8), id="pips alone"),
        pytest.param(cadence((400,), (125, 125), 6), id="second dial tone"),
        pytest.param(cadence((400,), (250, 250), 6), id="second dial tone of a PBX"),
        pytest.param(cadence((440,), BUSY, 6), id="busy of another country"),
        pytest.param(tone((400,), 2.6), id="a long beep"),
        pytest.param(vowel(400, 5), id="held vowel on the very pitch"),
        pytest.param(vowel(200, 5), id="held vowel, its octave on the pitch"),
        pytest.param(cadence((400,), BUSY, 6) * 0 + vowel(400, 6) * (np.arange(48000) % 8000 < 4000), id="sung busy"),
        pytest.param(melody(1, 0.5, 30), id="flute in the rhythm of busy"),
        pytest.param(melody(5, 0.25, 30), id="strings"),
        pytest.param(speech(60), id="speech"),
        pytest.param(noise(4, -15), id="noise"),
        pytest.param(hum(4, -10), id="hum"),
        pytest.param(cadence((400,), BUSY, 2.4), id="two beats and a half"),
        pytest.param(cadence((400,), BUSY, 8) + (np.arange(64000) % 8000 >= 4000) * speech(8, -18), id="talked over"),
    ],
)
def test_what_is_no_tone_of_the_network(sound: Sound) -> None:
    facts = hear(Ear("JP"), sound)
    assert not [fact for fact in facts if isinstance(fact, FarEndCleared | FaxToneHeard)]
