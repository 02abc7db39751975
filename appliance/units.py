"""The units that cross room borders."""

from typing import NewType

SampleIndex = NewType("SampleIndex", int)
"""An instant: samples of 1/8000 s since the line process (or the exchange) started."""

Milliseconds = NewType("Milliseconds", int)
Hertz = NewType("Hertz", float)
Dbm0 = NewType("Dbm0", float)
"""Level relative to the digital milliwatt: a full-scale sine is +3.14 dBm0. Spec: ITU-T G.711 Table 5."""

RATE_HZ = 8000
"""Samples a second of everything that is heard or said. Spec: ITU-T G.711, 1."""

BLOCK_SAMPLES = 160
"""One block: 20 ms. Why: the RTP and VAD block of the trade; short enough for a lamp, long enough for Python."""


def samples(ms: float) -> int:
    """How many samples `ms` milliseconds are."""
    return round(ms * RATE_HZ / 1000)


def milliseconds(count: int) -> int:
    """How many whole milliseconds `count` samples are."""
    return count * 1000 // RATE_HZ


def later(at: SampleIndex, ms: float) -> SampleIndex:
    """The instant `ms` milliseconds after `at`."""
    return SampleIndex(at + samples(ms))
