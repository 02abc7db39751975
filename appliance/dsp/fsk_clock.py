"""The bit clock of a burst: how long a bit is, and where bits begin."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from appliance.dsp.fsk_carriers import CLOCK_REACH, SAMPLES_PER_BIT, Carriers
from appliance.dsp.fsk_modulation import BIT_RATE
from appliance.dsp.level import Sound
from appliance.units import RATE_HZ

STRIDE = 2
"""Samples between two looks at which tone is louder."""

NEAR = 0.0025
"""How far from the expected rate a line counts as expected."""

GROUP = 20
"""Looks summed before the fine search: 5 ms, so ±100 Hz around the nominal rate stay apart."""

FINE = 2048
"""Lines of the fine search: 0.1 Hz apart."""


class Clock(NamedTuple):
    """`length`: samples per bit. `edge`: where one bit begins. `strength`: 0…1, how regularly the tone changes."""

    length: float
    edge: float
    strength: float

    def edges(self, start: float, end: float) -> Sound:
        """Every bit edge from the last before `start` to the first after `end`."""
        first = math.floor((start - self.edge) / self.length)
        last = math.ceil((end - self.edge) / self.length)
        edges: Sound = self.edge + self.length * np.arange(first, last + 1, dtype=np.float64)
        return edges


class ClockSearch:
    """How regular the changes of tone are at each bit rate, between two instants of a burst.

    How clearly one tone wins over the other swings once a bit; that swing is a line in the spectrum, whose
    frequency is the bit rate and whose phase says where bits are. Spec: Oerder and Meyr 1988, square timing recovery.
    """

    def __init__(self, carriers: Carriers, start: int, end: int) -> None:
        self._at, clearness = _clearness(carriers, start, end)
        self._swing = clearness - clearness.mean()
        mixed = self._swing * np.exp(-2j * math.pi * BIT_RATE / RATE_HZ * self._at)
        groups = mixed[: len(mixed) // GROUP * GROUP].reshape(-1, GROUP).sum(axis=1)
        self._power = np.fft.fftshift(np.abs(np.fft.fft(groups, FINE)))
        self._step = RATE_HZ / (STRIDE * GROUP) / FINE
        self._one_clock = BIT_RATE * carriers.tone_scale

    def clocks(self) -> list[Clock]:
        """What the bit clock may be, each once: the strongest line, and those that the standard and the tones suggest.

        Why: at 3.5 dB of signal to noise the strongest line of a short message is a false one in ten; few exchanges
        have more than one clock, and most are within 0.25 % of nominal.
        """
        rates = [self._strongest(BIT_RATE, CLOCK_REACH)]
        for near in (BIT_RATE, self._one_clock):
            rate = self._strongest(near, NEAR)
            if all(abs(rate - other) > 2 * self._step for other in rates):
                rates.append(rate)
        return [self._clock(rate) for rate in rates]

    def _strongest(self, rate: float, reach: float) -> float:
        """The bit rate of the strongest line within `reach` (relative) of `rate`."""
        middle, width = FINE // 2 + (rate - BIT_RATE) / self._step, reach * rate / self._step
        low, high = int(middle - width), int(middle + width) + 1
        peak = low + int(np.argmax(self._power[low:high]))
        left, top, right = self._power[peak - 1 : peak + 2].tolist()
        bend = left - 2 * top + right
        aside = 0.5 * (left - right) / bend if bend < 0 else 0.0
        return BIT_RATE + (peak - FINE // 2 + min(0.5, max(-0.5, aside))) * self._step

    def _clock(self, rate: float) -> Clock:
        line = complex(np.sum(self._swing * np.exp(-2j * math.pi * rate / RATE_HZ * self._at)))
        length = RATE_HZ / rate
        middle = -math.atan2(line.imag, line.real) / (2 * math.pi) * length
        spread = float(np.sqrt(np.mean(self._swing**2))) * len(self._swing)
        return Clock(length, middle - length / 2, abs(line) / spread if spread else 0.0)


def _clearness(carriers: Carriers, start: int, end: int) -> tuple[Sound, Sound]:
    """Instants of the middles, and how clearly one tone wins over one bit around each: 0…1."""
    width = round(SAMPLES_PER_BIT)
    end = min(end, len(carriers.mark_sum) - 1)
    at = np.arange(max(0, start), max(0, end - width), STRIDE)
    mark, space = (np.abs(s[at + width] - s[at]) ** 2 for s in (carriers.mark_sum, carriers.space_sum))
    whole = mark + space
    clear: Sound = ((mark - space) / np.maximum(whole, 1e-9)) ** 2
    middles: Sound = at.astype(np.float64) + (width - 1) / 2
    return middles, clear
