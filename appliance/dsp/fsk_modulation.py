"""The two frequency-shift modulations of the telephone line, and a burst that was cut out of the sound."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.dsp.level import Sound
from appliance.dsp.soft import Span
from appliance.units import Dbm0, Hertz

BIT_RATE = 1200.0
"""bit/s of both modulations. Spec: GR-30-CORE 2.2; ITU-T V.23 mode 2; ETSI EN 300 659-1."""


@dataclass(frozen=True)
class Modulation:
    """Frequency of 1 (mark) and of 0 (space) as the standard has them."""

    name: str
    mark_hz: Hertz
    space_hz: Hertz


BELL_202 = Modulation("Bell 202", Hertz(1200.0), Hertz(2200.0))
"""Spec: Telcordia GR-30-CORE, 2.2: ±1 %."""

V23 = Modulation("V.23", Hertz(1300.0), Hertz(2100.0))
"""Spec: ITU-T V.23 mode 2 forward channel: ±1.5 %; NTT ナンバー・ディスプレイ and ETSI EN 300 659-1 use it."""


def modulation_of(mark_hz: float) -> Modulation:
    """Whose mark this is. Why half-way: the ±2 % of one end 50 Hz short of the other's."""
    return BELL_202 if mark_hz < (BELL_202.mark_hz + V23.mark_hz) / 2 else V23


@dataclass(frozen=True)
class RawBurst:
    """Sound with marks and then bits in it. Instants are of the line clock, good to ±20 ms.

    `sound`: float64, shape (n,), from a little before the marks to a little after the carrier; `at`: its first sample.
    `span`: from the first mark to the end of the carrier. `level`: mean over the bits, noise included.
    """

    at: int
    sound: Sound
    span: Span
    mark_end: int
    mark_hz: float  # ±25 Hz
    level: Dbm0
