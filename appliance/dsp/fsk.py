"""FSK receiver: sound in, bursts of soft octets out. Bell 202 and V.23 at 1200 bit/s, told apart by their mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from appliance.dsp.fsk_finder import BurstFinder
from appliance.dsp.fsk_modulation import Modulation, RawBurst, modulation_of
from appliance.dsp.fsk_reading import readings
from appliance.dsp.level import Sound
from appliance.dsp.soft import SoftOctets, Span
from appliance.units import Dbm0, SampleIndex


@dataclass(frozen=True)
class FskBurst:
    """One burst that was heard. `level`: mean over its bits, noise included."""

    span: Span
    modulation: Modulation
    level: Dbm0
    _raw: RawBurst = field(repr=False)

    def readings(self) -> Iterator[SoftOctets]:
        """The ways to read it, the cheapest first; each costs more than the one before. Stop when one passes."""
        return readings(self._raw, self.modulation)


class FskReceiver:
    """Listens for bursts. Any chunking of the sound gives the same bursts."""

    def __init__(self) -> None:
        self._finder = BurstFinder()

    def hear(self, at: SampleIndex, sound: Sound) -> list[FskBurst]:
        """The bursts that `sound` (float64, shape (n,), 8 kHz, its first sample at `at`) ends; mostly none."""
        return [_burst(raw) for raw in self._finder.hear(at, sound)]

    def flush(self) -> list[FskBurst]:
        """The burst that the end of the sound cuts off, if any."""
        return [_burst(raw) for raw in self._finder.flush()]

    def reset(self) -> None:
        """Forget everything heard."""
        self._finder.reset()


def _burst(raw: RawBurst) -> FskBurst:
    return FskBurst(raw.span, modulation_of(raw.mark_hz), raw.level, raw)
