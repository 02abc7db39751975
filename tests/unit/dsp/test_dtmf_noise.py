"""DTMF under noise, under our own voice, and out of speech and music where there is none."""

import numpy as np
import pytest
from dtmf_sounds import FULL, KEYS, heard, noisy, pressed, speech, text

from appliance.dsp.dtmf import DtmfReceiver
from appliance.units import SampleIndex

MANY = "".join(KEYS[place] for place in np.random.default_rng(5).integers(0, 16, 20))


def test_none_missed_and_none_doubled_at_4_db() -> None:
    assert text(heard(noisy(pressed(MANY, 50, 50)[0], 4))) == MANY


def test_noise_alone_is_no_digit() -> None:
    assert heard(np.random.default_rng(11).normal(0, 2000, 8000 * 3)) == []


def test_keys_into_our_own_announcement() -> None:
    keys = MANY[:10]
    sound, _ = pressed(keys, 100, 100, low=-15, twist=2)
    voice = speech("staff_tells_way", -15 + 4.1 - 12)  # the pair of tones is 4.1 dB over its low one
    assert text(heard(sound + np.resize(voice, len(sound)))) == keys


@pytest.mark.parametrize("name", ["angry_threatens", "us_message"])
def test_speech_is_no_digit(name: str) -> None:
    assert heard(speech(name, -10)) == []


def _note(hz: float, overtones: list[float], seconds: float = 0.3) -> np.ndarray:
    t = np.arange(int(seconds * 8000)) / 8000
    return FULL / 10 * sum(part * np.sin(2 * np.pi * hz * number * t) for number, part in enumerate(overtones, 1))


@pytest.mark.parametrize("overtones", [[1, 0.35, 0.1], [1, 0.6, 0.4, 0.3]])
def test_two_notes_near_the_tones_of_a_key_are_music_by_their_overtones(overtones: list[float]) -> None:
    f5, f_sharp_6 = 698.46, 1479.98  # within 0.3 % of key 3
    assert text(heard(_note(f5, [1]) + _note(f_sharp_6, [1]))) == "3"  # pure tones are a key
    assert heard(_note(f5, overtones) + _note(f_sharp_6, overtones)) == []


def test_a_third_note_makes_it_a_chord() -> None:
    assert heard(_note(698.46, [1]) + _note(1479.98, [1]) + _note(1046.5, [1])) == []


@pytest.mark.parametrize("ms", [90, 150])
@pytest.mark.parametrize("third_hz", [523.25, 1046.5])
def test_short_notes_over_a_louder_one_are_music_by_their_overtones(ms: int, third_hz: float) -> None:
    def over_a_loud_note(overtones: list[float]) -> np.ndarray:
        t = np.arange(2400) / 8000
        sound = 1.7 * FULL / 10 * np.sin(2 * np.pi * third_hz * (t - 0.05 * np.cos(2 * np.pi * 5.5 * t) / 34.6))
        sound[800 : 800 + ms * 8] += _note(784, overtones, ms / 1000) + 0.7 * _note(1318.5, [1], ms / 1000)
        return np.concatenate([np.zeros(400), sound, np.zeros(960)])

    assert text(heard(over_a_loud_note([1]))) == "5"  # as a key under a voice; G5 and E6 are near enough to it
    assert heard(over_a_loud_note([1, 0.4])) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_pair_that_does_not_end_together_over_a_louder_note_is_no_key(seed: int) -> None:
    """The sound begins with it and the high tone goes on: steady, but not two tones and little else."""
    t = np.arange(4000) / 8000
    low, high = 2 * np.pi * np.random.default_rng(seed).random(2)
    pair = np.sin(2 * np.pi * 784 * t + low) * (t < 0.4) + 0.5 * np.sin(2 * np.pi * 1318.5 * t + high)
    wavers = 2 * np.sin(2 * np.pi * 392 * (t - 0.05 * np.cos(2 * np.pi * 5.5 * t) / 34.6))
    assert heard(FULL / 10 * (pair + wavers)) == []


@pytest.mark.parametrize("chunk", [1, 37, 160, 999, 100_000])
def test_any_chunking_gives_the_same_digits(chunk: int) -> None:
    sound = noisy(pressed("12#D", 45, 40)[0], 6)
    assert heard(sound, chunk, at=1234) == heard(sound, 320, at=1234)
    assert text(heard(sound, chunk)) == "12#D"


def test_a_key_down_before_and_after_lost_sound_is_told_once() -> None:
    sound, _ = pressed("6", 600, 50)
    receiver = DtmfReceiver()
    digits = receiver.hear(SampleIndex(0), sound[:2000])
    digits += receiver.hear(SampleIndex(2800), sound[2800:])  # 100 ms lost
    assert text(digits + receiver.flush()) == "6"


def test_after_a_reset_the_same_key_is_another_press() -> None:
    sound, _ = pressed("6", 600, 50)
    receiver = DtmfReceiver()
    assert text(receiver.hear(SampleIndex(0), sound[:3000])) == "6"
    receiver.reset()
    assert text(receiver.hear(SampleIndex(3000), sound[3000:]) + receiver.flush()) == "6"


def test_a_digit_cut_off_by_the_end_is_told_at_flush() -> None:
    sound, _ = pressed("9", 60, 0)
    receiver = DtmfReceiver()
    assert receiver.hear(SampleIndex(0), sound[: 480 + 440]) == []
    assert text(receiver.flush()) == "9"
    assert receiver.flush() == []
