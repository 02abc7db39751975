"""Measures a set of tones: how loud each is, how much of the sound it is, and how far off its frequency it lies."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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


class Measured(NamedTuple):
    """One frame. `at`: the instant after its last sample. The tuples run parallel to the meter's frequencies."""

    at: SampleIndex
    level: Dbm0  # of everything in BAND_HZ
    tones: tuple[Dbm0, ...]  # level around each frequency
    shares: tuple[float, ...]  # of the power in BAND_HZ, 0…1
    errors: tuple[Hertz, ...]  # centre of that power minus the frequency
    overtones: tuple[Dbm0, ...]  # level around twice each frequency; a generator has none, a voice always has


@dataclass(frozen=True)
class _Lines:
    """Where in the spectrum the frequencies lie. Shapes (k, 5): lines around each, around its octave, Hz off it."""

    near: NDArray[np.intp]
    octave: NDArray[np.intp]
    offsets_hz: Sound


class Measures:
    """Consecutive frames in columns, one row a frame; columns of tones run parallel to the meter's frequencies.

    What only a frame with a tone in it is asked for is measured when it is asked for: nearly no frame has one.
    """

    def __init__(self, first_end: SampleIndex, power: Sound, band: slice, lines: _Lines) -> None:
        whole = power[:, band].sum(axis=1)
        self.first_end = first_end
        """The instant after the last sample of the first frame; each further one ends HOP_SAMPLES later."""
        self.levels: list[Dbm0] = levels_dbm0(whole).tolist()
        """dBm0 of everything in BAND_HZ, by frame."""
        self._power = power
        self._lines = lines
        self._near = power[:, lines.near]  # shape (n, k, 5)
        self._around = self._near.sum(axis=2)
        self.shares: Sound = np.minimum(self._around / np.maximum(whole, _TINY)[:, None], 1.0)
        """Part of the power in BAND_HZ that lies around each frequency, 0…1, shape (n, k)."""

    def __len__(self) -> int:
        return len(self.levels)

    @property
    def ends(self) -> range:
        """The instant after the last sample of each frame."""
        return range(self.first_end, self.first_end + len(self) * HOP_SAMPLES, HOP_SAMPLES)

    @cached_property
    def tones(self) -> Sound:
        """dBm0 around each frequency, shape (n, k)."""
        return levels_dbm0(self._around)

    @cached_property
    def errors(self) -> Sound:
        """Centre of the power around each frequency minus the frequency, Hz, shape (n, k)."""
        centred: Sound = (self._near * self._lines.offsets_hz).sum(axis=2) / np.maximum(self._around, _TINY)
        return centred

    @cached_property
    def overtones(self) -> Sound:
        """dBm0 around twice each frequency, shape (n, k)."""
        return levels_dbm0(self._power[:, self._lines.octave].sum(axis=2))

    def rows(self) -> Iterator[Measured]:
        """Every frame by itself."""
        columns = (self.tones, self.shares, self.errors, self.overtones)
        tuples = zip(*([tuple(row) for row in column.tolist()] for column in columns), strict=True)
        for end, level, row in zip(self.ends, self.levels, tuples, strict=True):
            yield Measured(SampleIndex(end), level, *row)


class ToneMeter:
    """Measures the tones `hz` in 40 ms frames, one every 10 ms."""

    def __init__(self, hz: Sequence[float]) -> None:
        step = RATE_HZ / FRAME_SAMPLES
        self._framer = Framer(FRAME_SAMPLES, HOP_SAMPLES)
        self._window: Sound = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME_SAMPLES) / FRAME_SAMPLES)
        self._to_power = 2 / (FRAME_SAMPLES * float(np.sum(self._window**2)))  # by Parseval
        self._band = slice(round(BAND_HZ[0] / step), round(BAND_HZ[1] / step) + 1)
        wanted = np.array(hz, float).reshape(-1, 1)
        near = np.round(wanted / step).astype(np.intp) + np.arange(-_REACH, _REACH + 1)
        octave = np.round(2 * wanted / step).astype(np.intp) + np.arange(-_REACH, _REACH + 1)
        beyond = FRAME_SAMPLES // 2  # there is nothing to find
        self._lines = _Lines(near, np.minimum(octave, beyond), near * step - wanted)

    def measure(self, at: SampleIndex, sound: Sound) -> Measures:
        """All frames that `sound` (float64, shape (n,), its first sample at `at`) completes; there may be none."""
        first_end, frames = self._framer.hear(at, sound)
        return Measures(first_end, self._power(frames), self._band, self._lines)

    def hear(self, at: SampleIndex, sound: Sound) -> Iterator[Measured]:
        """The same, frame by frame."""
        return self.measure(at, sound).rows()

    def reset(self) -> None:
        """Forget the sound kept for the next frame."""
        self._framer.reset()

    def _power(self, frames: Sound) -> Sound:
        """Mean square by line of the spectrum, shape (n, 161). Row by row, so that chunking changes no bit."""
        spectrum = np.fft.rfft(frames * self._window, axis=1)
        power: Sound = (spectrum.real**2 + spectrum.imag**2) * self._to_power
        return power
