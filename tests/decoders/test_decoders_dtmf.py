"""DTMF by many keys at the least signal over noise, in our own voice, and minutes of noise and speech."""

import numpy as np
import pytest
from dtmf_sounds import KEYS, heard, noisy, pressed, speech, text

MANY = "".join(KEYS[place] for place in np.random.default_rng(5).integers(0, 16, 60))


@pytest.mark.parametrize(("on_ms", "off_ms"), [(50, 50), (100, 100), (40, 30)])
def test_none_missed_and_none_doubled_at_4_db(on_ms: float, off_ms: float) -> None:
    assert text(heard(noisy(pressed(MANY, on_ms, off_ms)[0], 4))) == MANY


@pytest.mark.parametrize("twist", [-5.0, 5.0])
def test_at_4_db_with_the_twist_of_the_rules(twist: float) -> None:
    assert text(heard(noisy(pressed(MANY, twist=twist)[0], 4, twist=twist))) == MANY


def test_noise_alone_is_no_digit() -> None:
    assert heard(np.random.default_rng(11).normal(0, 2000, 8000 * 120)) == []


@pytest.mark.parametrize("below_db", [-20, -12])
def test_keys_into_our_own_announcement(below_db: float) -> None:
    keys = MANY[:30]
    sound, _ = pressed(keys, 100, 100, low=-15, twist=2)
    voice = speech("staff_tells_way", -15 + 4.1 + below_db)  # the pair of tones is 4.1 dB over its low one
    assert text(heard(sound + np.resize(voice, len(sound)))) == keys


def test_most_keys_even_when_it_is_as_loud_as_they_are() -> None:
    keys = MANY[:40]
    sound, _ = pressed(keys, 120, 100, low=-15, twist=2)
    digits = text(heard(sound + np.resize(speech("staff_tells_way", -11), len(sound))))
    assert len(digits) >= 30
    remaining = iter(keys)
    assert all(digit in remaining for digit in digits)  # in order, none made up, none doubled


@pytest.mark.parametrize("dbm0", [-10, -25])
@pytest.mark.parametrize("name", ["angry_threatens", "us_message", "yamamoto_asks_delivery", "us_private_demands"])
def test_speech_is_no_digit(name: str, dbm0: float) -> None:
    assert heard(speech(name, dbm0)) == []
