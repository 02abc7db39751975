"""The first, cheap look for DTMF: which key, if any, each 25 ms of sound may hold. It misses none and believes none."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from appliance.dsp.level import FULL_SCALE_DBM0, FULL_SCALE_POWER, Sound
from appliance.units import RATE_HZ

LOW_HZ = (697.0, 770.0, 852.0, 941.0)
HIGH_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
KEYS = "123A456B789C*0#D"
"""Row by row. Spec: ITU-T Q.23."""

LOW_BAND_HZ = (600.0, 1030.0)
HIGH_BAND_HZ = (1120.0, 1730.0)
"""Where only a row's or a column's tone may be. Why: the outer tones, 3 % of detuning and half a main lobe."""

FRAME_SAMPLES = 200
"""25 ms. Why: under the Hann window neighbours of the low group (73 Hz apart) stand in each other's null (80 Hz), and
the shortest tone (40 ms) still fills one frame of every two."""

HOP_SAMPLES = 80
"""10 ms. Why: a tone of 40 ms leaves its key in three frames."""

FAINTEST_DBM0 = -48.0
"""Of either tone in a frame. Why: 4 dB below the faintest press that is believed, for frames that hold half of it."""

LEAST_SHARE = 0.12
"""Of a band's power that its strongest tone must have. Why: speech of our own prompt lies as loud as the tones."""

MOST_TWIST_DB = 14.0
"""Either way. Why: 3 dB beyond what a whole press may have."""

_SPACING_HZ = RATE_HZ / FRAME_SAMPLES  # lines of the spectrum of one frame
_HANN_SUM = 1.5  # power of all lines of a tone over that of its middle one, under the Hann window


@lru_cache(maxsize=1)
def _bank() -> Sound:
    """One column for each part (real, then imaginary) of every line; a tone's line gives its mean square."""
    low = np.arange(LOW_BAND_HZ[0] + _SPACING_HZ / 2, LOW_BAND_HZ[1], _SPACING_HZ)
    high = np.arange(HIGH_BAND_HZ[0] + _SPACING_HZ / 2, HIGH_BAND_HZ[1], _SPACING_HZ)
    hz = np.concatenate((LOW_HZ, HIGH_HZ, low, high))
    n = np.arange(FRAME_SAMPLES)
    window = 0.5 - 0.5 * np.cos(2 * np.pi * n / FRAME_SAMPLES)
    angle = 2 * np.pi * np.outer(n, hz) / RATE_HZ
    columns = np.concatenate((np.cos(angle), np.sin(angle)), axis=1)
    bank: Sound = columns * window[:, None] * (np.sqrt(2) / np.sum(window))
    return bank


class DtmfGate:
    """Names the key of every frame."""

    def __init__(self) -> None:
        self._bank = _bank()
        self._lines = self._bank.shape[1] // 2
        ends = [8, 8 + int((LOW_BAND_HZ[1] - LOW_BAND_HZ[0]) / _SPACING_HZ + 0.5)]
        self._splits = np.array([*ends])
        self._floor = FULL_SCALE_POWER * 10 ** ((FAINTEST_DBM0 - FULL_SCALE_DBM0) / 10)
        self._twist = 10 ** (MOST_TWIST_DB / 10)

    def hear(self, frames: Sound) -> NDArray[np.intp]:
        """The number in `KEYS` of the key that each of `frames` (shape (n, 200)) may hold, or -1; shape (n,)."""
        parts = frames @ self._bank
        parts *= parts
        power = parts[:, : self._lines] + parts[:, self._lines :]
        tones = power[:, :8].reshape(-1, 2, 4)
        bands = np.add.reduceat(power, self._splits, axis=1) * (1 / _HANN_SUM)
        best = tones.max(axis=2)
        which = tones.argmax(axis=2)
        share = (best > LEAST_SHARE * bands) & (best > self._floor)
        low, high = best[:, 0], best[:, 1]
        good = share[:, 0] & share[:, 1] & (low < self._twist * high) & (high < self._twist * low)
        named: NDArray[np.intp] = np.where(good, which[:, 0] * 4 + which[:, 1], -1)
        return named
