"""Samples as numbers, and how loud they are."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from appliance.units import Dbm0

Sound = NDArray[np.float64]
"""Samples as float64, full scale ±32768, 8 kHz, mono."""

FULL_SCALE_DBM0 = 3.14
"""dBm0 of a full-scale sine. Spec: ITU-T G.711 Table 5."""

FULL_SCALE_POWER = 32768.0**2 / 2
"""Mean square of a full-scale sine, in squared 16-bit steps."""

NOTHING_DBM0 = Dbm0(-100.0)
"""What digital silence is called. Why: one 16-bit step is -87 dBm0; a finite number keeps sums finite."""


def from_pcm(pcm: bytes) -> Sound:
    """Samples of `pcm` (int16 little-endian, mono, 8 kHz); half a sample at the end is not heard."""
    return np.frombuffer(pcm, "<i2", count=len(pcm) // 2).astype(np.float64)


def dbm0(power: float) -> Dbm0:
    """Level of a mean square `power` (squared 16-bit steps)."""
    if power <= 0:
        return NOTHING_DBM0
    return Dbm0(max(NOTHING_DBM0, 10 * math.log10(power / FULL_SCALE_POWER) + FULL_SCALE_DBM0))


def levels_dbm0(powers: Sound) -> Sound:
    """Level of every mean square in `powers` (squared 16-bit steps), any shape."""
    floor = FULL_SCALE_POWER * 10 ** ((NOTHING_DBM0 - FULL_SCALE_DBM0) / 10)
    louder: Sound = 10 * np.log10(np.maximum(powers, floor) / FULL_SCALE_POWER) + FULL_SCALE_DBM0
    return louder
