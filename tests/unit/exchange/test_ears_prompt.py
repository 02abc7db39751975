"""Was a prompt heard? The threshold of `ears` is held against what lines do to prompts."""

import numpy as np
import pytest
from twin_helpers import noise

from appliance.exchange.damage import Damage, DamagedLine
from appliance.exchange.ears import HEARD_SCORE, Ear, find_prompt, to_pcm, to_sound
from appliance.units import SampleIndex


def speech(seconds, seed):
    """Noise with the loudness swing of syllables and the slope of a voice."""
    n = int(seconds * 8000)
    swing = 0.5 + 0.5 * np.sin(2 * np.pi * 4 * np.arange(n) / 8000 + seed)
    return (np.convolve(noise(n, seed), [1, 0.9, 0.8, 0.6, 0.4], "same") * swing).astype(np.float32)


PROMPT, OTHER = speech(4, 1), speech(4, 2)


def in_recording(prompt, before_s=3.0):
    return np.concatenate([noise(int(before_s * 8000), 9, 0.002), prompt, noise(16000, 10, 0.002)])


DAMAGES = {
    "mu-law": (Damage(mu_law=True), 0.95),
    "telephone band": (Damage(band_pass=True), 0.75),
    "far away": (Damage(level_db=-20, noise_dbm0=-50, mu_law=True), 0.9),
    "all of it": (Damage(level_db=-10, noise_dbm0=-40, mu_law=True, band_pass=True, tilt_db=-6), 0.6),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_prompt_is_still_heard_and_found(name):
    damage, least = DAMAGES[name]
    likeness = find_prompt(PROMPT, DamagedLine(damage, 1).carry(SampleIndex(0), in_recording(PROMPT)))
    assert likeness.heard
    assert likeness.score > least
    assert likeness.at_s == pytest.approx(3.0, abs=0.01)


def test_an_eight_bit_modem_is_no_obstacle():
    rough = np.round(in_recording(PROMPT) * 127) / 127
    assert find_prompt(PROMPT, rough).score > 0.9


def test_another_prompt_noise_and_silence_are_not_the_prompt():
    for recording in (in_recording(OTHER), noise(40000, 77), np.zeros(40000, np.float32), np.zeros(0, np.float32)):
        assert find_prompt(PROMPT, recording).score < HEARD_SCORE / 2


def test_half_a_prompt_counts_as_heard_a_fifth_does_not():
    assert find_prompt(PROMPT, in_recording(PROMPT[:16000])).heard
    assert not find_prompt(PROMPT, in_recording(PROMPT[:6400])).heard


def test_a_prompt_cut_by_the_end_of_the_recording_is_found():
    likeness = find_prompt(PROMPT, np.concatenate([np.zeros(8000, np.float32), PROMPT[:24000]]))
    assert likeness.heard
    assert likeness.at == 8000


def test_loudness_does_not_matter_and_int16_is_the_same():
    recording = in_recording(PROMPT)
    scores = [find_prompt(PROMPT, recording * gain).score for gain in (0.3, 1.0)]
    assert scores[0] == pytest.approx(scores[1], abs=0.02)
    assert find_prompt(to_pcm(PROMPT), to_pcm(recording)).score == pytest.approx(scores[1], abs=0.01)


def test_an_ear_keeps_gaps_as_silence_and_answers_by_the_clock():
    ear = Ear()
    ear.hear(SampleIndex(1000), np.full(100, 0.5, np.float32))
    ear.hear(SampleIndex(1300), np.full(100, 2.0, np.float32))
    assert ear.begun_at == 1000
    assert len(ear.pcm) == 400
    assert ear.between(SampleIndex(1090), SampleIndex(1110)).tolist() == [16384] * 10 + [0] * 10
    assert ear.between(SampleIndex(1300), SampleIndex(9999)).tolist() == [32767] * 100
    assert ear.between(SampleIndex(0), SampleIndex(500)).tolist() == []
    assert to_sound(ear.pcm)[0] == 0.5
