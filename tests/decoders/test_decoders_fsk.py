"""The FSK receiver in noise and junk, by many messages: its errors, and how well it knows of them."""

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from fsk_sounds import CLASS, CLIP, JCLIP, OCTETS, Standard, exact, heard, noisy, sent, tone, uneven

from appliance.dsp.level import Sound
from appliance.exchange import fsk as twin
from appliance.units import RATE_HZ

STANDARDS = pytest.mark.parametrize("standard", [CLASS, CLIP, JCLIP], ids=["class", "clip", "jclip"])


@pytest.fixture(autouse=True)
def _no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@STANDARDS
def test_noise_at_5_db_without_correction(standard: Standard) -> None:
    assert sum(exact(noisy(sent(standard), 5.0, seed)) for seed in range(5)) >= 4


GAPS = {
    "one and a half": np.full(len(OCTETS), 1.5),
    "up to 20, whole": np.random.default_rng(2).integers(1, 20, len(OCTETS)).astype(float),
    "up to 20, broken": np.random.default_rng(3).uniform(1, 20, len(OCTETS)),
    "one to two": np.random.default_rng(4).uniform(1, 2, len(OCTETS)),
}


@pytest.mark.parametrize("gaps", GAPS.values(), ids=GAPS.keys())
@pytest.mark.parametrize("modulation", [twin.V23, twin.BELL_202], ids=["v23", "bell"])
def test_octets_that_follow_no_common_clock(modulation: twin.Modulation, gaps: Sound) -> None:
    sound = noisy(uneven(OCTETS, gaps, modulation), 15.0, 3)
    (burst,) = heard(sound)
    assert OCTETS in next(burst.readings()).hard()


def test_odds_are_honest() -> None:
    """As many bits are wrong as the odds say: eight messages at 1.5 dB."""
    expected = wrong = 0.0
    bits = np.unpackbits(np.frombuffer(OCTETS, np.uint8), bitorder="little").reshape(-1, 8)
    for seed in range(8):
        (burst,) = heard(noisy(sent(CLASS), 1.5, seed))
        for reading in burst.readings():
            at = [k for k in range(len(reading) - len(OCTETS) + 1) if _near(reading.odds[k:], bits)]
            if at:
                odds = reading.odds[at[0] : at[0] + len(OCTETS)]
                expected += float(np.sum(1 / (1 + np.exp(np.abs(odds)))))
                wrong += float(np.sum((odds > 0) != bits))
                break
    assert 5 < wrong < 60
    assert expected == pytest.approx(wrong, rel=0.5)


def _near(odds: Sound, bits: np.ndarray) -> bool:
    return bool(np.mean((odds[: len(bits)] > 0) != bits) < 0.05)


def test_a_burst_of_junk_reads_as_something_and_nothing_breaks() -> None:
    """A tone that passes for marks, then sound of the same band that is no message: readings may come, in order."""
    rng = np.random.default_rng(8)
    bursts = []
    for mark in (1105, 1160, 1250, 1340, 1395):
        wander = np.repeat(rng.uniform(1000, 2300, 400), rng.integers(2, 20))
        junk = np.sin(2 * np.pi * np.cumsum(wander) / RATE_HZ) * rng.uniform(300, 30_000)
        bursts += heard(np.concatenate((tone(mark, 0.08, -15), junk, np.zeros(800))))
    assert len(bursts) >= 3
    for burst in bursts:
        for reading in burst.readings():
            assert reading.odds.shape == (len(reading), 8)
            assert np.isfinite(reading.odds).all()
            assert (np.diff(reading.starts) > 60).all()
