"""Measures a set of tones: how loud each is, how much of the sound it is, and how far off its frequency it lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from appliance.dsp.frames import Framer
from appliance.dsp.level import Sound, levels_dbm0
from appliance.units import RATE_HZ, Dbm0, Hertz, SampleIndex

FRAME_SAMPLES = 320
"""40 ms. Why: 25 Hz between the lines of its spectrum, so that tones 90 Hz apart (350 and 440) stay apart under the
window, while a pulse of 50 ms still fills one frame."""

HOP_SAMPLES = 80
"""10 ms. Why: the times of a cadence come out to a fiftieth of the shortest beat that matters (250 ms, ±20 %)."""

BAND_HZ = (250.0, 3400.0)
"""What counts as sound. Why: below lie mains hum and its strong harmonics; above, a line passes nothing (G.712)."""

_TINY = float(np.finfo(float).tiny)  # in place of nothing, to divide by
_REACH = 2  # lines of the spectrum on either side of a tone: the main lobe of the Hann window


class Measured(NamedTuple):  # a frozen dataclass takes five times as long to make, a hundred times a second
    """One frame. `at`: the instant after its last sample. The tuples run parallel to the meter's frequencies."""

    at: SampleIndex
    level: Dbm0  # of everything in BAND_HZ
    tones: tuple[Dbm0, ...]  # level around each frequency
    shares: tuple[float, ...]  # of the power in BAND_HZ, 0…1
    errors: tuple[Hertz, ...]  # centre of that power minus the frequency
    overtones: tuple[Dbm0, ...]  # level around twice each frequency; a generator has none, a voice always has


class ToneMeter:
    """Measures the tones `hz` in 40 ms frames, one every 10 ms."""

    def __init__(self, hz: Sequence[float]) -> None:
        step = RATE_HZ / FRAME_SAMPLES
        self._framer = Framer(FRAME_SAMPLES, HOP_SAMPLES)
        self._window: Sound = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME_SAMPLES) / FRAME_SAMPLES)
        self._to_power = 2 / (FRAME_SAMPLES * float(np.sum(self._window**2)))  # by Parseval
        self._low, self._high = round(BAND_HZ[0] / step), round(BAND_HZ[1] / step) + 1
        middle = np.array([round(f / step) for f in hz], int).reshape(-1, 1)
        self._lines = middle + np.arange(-_REACH, _REACH + 1)
        twice = np.round(2 * np.array(hz, float).reshape(-1, 1) / step).astype(int) + np.arange(-_REACH, _REACH + 1)
        self._twice = np.minimum(twice, FRAME_SAMPLES // 2)  # beyond 4 kHz there is nothing to find
        self._offsets = self._lines * step - np.array(hz, float).reshape(-1, 1)

    def hear(self, at: SampleIndex, sound: Sound) -> Iterator[Measured]:
        """Every frame that `sound` (float64, shape (n,), its first sample at `at`) completes."""
        first_end, frames = self._framer.hear(at, sound)
        if not len(frames):
            return
        power = self._power(frames)
        whole = power[:, self._low : self._high].sum(axis=1)
        near = power[:, self._lines]
        around = near.sum(axis=2)
        some = np.maximum(around, _TINY)
        errors = (near * self._offsets).sum(axis=2) / some
        shares = np.minimum(around / np.maximum(whole, _TINY)[:, None], 1.0)
        overtones = levels_dbm0(power[:, self._twice].sum(axis=2))
        columns = (levels_dbm0(whole), levels_dbm0(around), shares, errors, overtones)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        for row, (level, tones, share, error, overtone) in enumerate(rows):
            end = SampleIndex(first_end + row * HOP_SAMPLES)
            yield Measured(end, level, tuple(tones), tuple(share), tuple(error), tuple(overtone))

    def reset(self) -> None:
        """Forget the sound kept for the next frame."""
        self._framer.reset()

    def _power(self, frames: Sound) -> Sound:
        """Mean square by line of the spectrum, shape (n, 161). Row by row, so that chunking changes no bit."""
        spectrum = np.fft.rfft(frames * self._window, axis=1)
        power: Sound = (spectrum.real**2 + spectrum.imag**2) * self._to_power
        return power
