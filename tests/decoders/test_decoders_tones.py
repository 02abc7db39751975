"""What the ear must never take for a tone of the network: talk, music, and tones that mean something else."""

from __future__ import annotations

import pytest
from ear_sounds import Sound, cadence, hear, hum, melody, noise, np, quiet, ringback, speech, tone, vowel

from appliance.events import FarEndCleared, FaxToneHeard
from appliance.line.ear import Ear

BUSY = (500, 500)


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
