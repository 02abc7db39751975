"""What must be a digit and what must not, each limit from both sides. Spec: CALLER_ID.md 4; ITU-T Q.24, NTT."""

import numpy as np
import pytest
from dtmf_sounds import KEYS, heard, noisy, pressed, text

SOME = "159D0"


def test_every_key_on_time() -> None:
    sound, starts = pressed(KEYS)
    digits = heard(sound)
    assert text(digits) == KEYS
    for digit, start in zip(digits, starts, strict=True):
        assert digit.at == pytest.approx(start, abs=24)
        assert digit.end == pytest.approx(start + 400, abs=24)
        assert digit.end < digit.told <= digit.end + 70 * 8


@pytest.mark.parametrize("low", [0.0, -3.0, -24.0, -40.0])
def test_levels_that_are_taken(low: float) -> None:
    assert text(heard(pressed(SOME, low=low)[0])) == SOME


def test_a_level_that_is_not() -> None:
    assert heard(pressed(SOME, low=-48.0)[0]) == []


@pytest.mark.parametrize("twist", [-9.0, -5.0, 5.0, 7.0])
def test_twists_that_are_taken(twist: float) -> None:
    assert text(heard(pressed(KEYS, low=-20, twist=twist)[0])) == KEYS


@pytest.mark.parametrize("twist", [-13.0, 12.0])
def test_twists_that_are_not(twist: float) -> None:
    assert heard(pressed(KEYS, low=-20, twist=twist)[0]) == []


@pytest.mark.parametrize("detuned", [(0.018, 0.018), (-0.018, 0.018), (-0.018, -0.018), (0.0, 0.018)])
def test_frequencies_that_are_taken(detuned: tuple[float, float]) -> None:
    assert text(heard(pressed(KEYS, 40, 40, detuned=detuned)[0])) == KEYS


@pytest.mark.parametrize("detuned", [(0.03, 0.0), (-0.03, 0.0), (0.0, 0.03), (0.0, -0.03)])
@pytest.mark.parametrize("snr", [30, 4])
def test_frequencies_that_are_not(detuned: tuple[float, float], snr: float) -> None:
    assert heard(noisy(pressed(KEYS, 60, 40, detuned=detuned)[0], snr)) == []


@pytest.mark.parametrize("on_ms", [36, 40, 65, 100, 125, 250])
def test_lengths_that_are_taken(on_ms: float) -> None:
    assert text(heard(pressed(KEYS, on_ms, 60)[0])) == KEYS


@pytest.mark.parametrize("snr", [40, 4])
@pytest.mark.parametrize("on_ms", [10, 23, 24])
def test_lengths_that_are_not(on_ms: float, snr: float) -> None:
    assert heard(noisy(pressed(KEYS, on_ms, 60)[0], snr)) == []


@pytest.mark.parametrize("pause_ms", [30, 35, 50, 80])
@pytest.mark.parametrize("on_ms", [40, 60, 130])
def test_pauses_part_presses_of_one_key(pause_ms: float, on_ms: float) -> None:
    sound, starts = pressed("55555555", on_ms, pause_ms)
    digits = heard(noisy(sound, 30))
    assert [digit.digit for digit in digits] == ["5"] * 8
    assert [digit.at for digit in digits] == pytest.approx(starts, abs=24)


@pytest.mark.parametrize("gap_ms", [1, 2.5, 5, 10])
def test_a_tone_that_is_interrupted_is_one_press(gap_ms: float) -> None:
    for key in KEYS:
        sound, (start, *_) = pressed(key, 110, 60)
        sound[start + 400 : start + 400 + round(gap_ms * 8)] = 0
        assert text(heard(noisy(sound, 30))) == key


@pytest.mark.parametrize("gap_ms", [5, 8, 10])
@pytest.mark.parametrize("seed", range(6))
def test_even_when_the_generator_begins_anew_after_it(gap_ms: float, seed: int) -> None:
    assert text(heard(noisy(pressed("88", 60, gap_ms, seed=seed)[0], 30))) == "8"


@pytest.mark.parametrize("snr", [30, 4])
def test_a_held_key_is_one_digit_told_while_it_is_down(snr: float) -> None:
    sound, (start, *_) = pressed("7", 3000, 60)
    (digit,) = heard(noisy(sound, snr))
    assert digit.digit == "7"
    assert digit.at == pytest.approx(start, abs=24)
    assert digit.told <= start + 200 * 8


def test_a_key_held_and_pressed_again() -> None:
    held, again = pressed("4", 700, 40)[0], pressed("44", 60, 40)[0]
    assert text(heard(np.concatenate([held[:-960], again[480:]]))) == "444"


def test_keys_that_follow_without_a_pause() -> None:
    assert text(heard(pressed("1592", 150, 0)[0])) == "1592"
    assert text(heard(pressed("147", 150, 0)[0])) == "147"  # one column: its tone goes on
