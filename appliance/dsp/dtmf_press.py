"""The second, thorough look for DTMF: one press measured as a whole, from its first sample to its last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from appliance.dsp.dtmf_gate import FRAME_SAMPLES, HIGH_BAND_HZ, HIGH_HZ, HOP_SAMPLES, LOW_BAND_HZ, LOW_HZ
from appliance.dsp.dtmf_turned import HALF_STEPS, STEP_SAMPLES, Turned, hann
from appliance.dsp.level import Sound, dbm0
from appliance.units import RATE_HZ

SEARCH_SHARE = 0.045
"""How far from its nominal frequency a tone is looked for. Why: one that is 3 % off must be found to be refused."""

OVERTONE_REACH_HZ = 30.0
"""Around twice the frequency. Why: 1.8 % of 1633 Hz."""

VOICE_BAND_HZ = (300.0, 3400.0)
"""Where other lines count. Spec: ITU-T G.712; below lie mains hum and its harmonics."""

HISS_BAND_HZ = (1750.0, 3400.0)
"""Where hiss is measured. Why: above the tones; of speech it holds little while a vowel sounds."""

LEAST_STEPS = 8
"""20 ms. Why: less is no press by any rule, and too little to measure."""

_ROUGH_SIZE = 512  # lines of 15.6 Hz, a quarter of a frame's main lobe
_FINE_SIZE = 1024  # lines of 7.8 Hz, a quarter of the main lobe of the longest press
_LN_2 = float(np.log(2))  # the median of what is spread exponentially over its mean
_TINY = 1e-9  # in place of nothing, to divide by; far below one squared step of a sample

FAINT_THIRD = 0.2
"""-7 dB over the weaker tone. Why: how steady a fainter third line is never matters."""

LONG_ENOUGH_STEPS = 32
"""80 ms. Why: two presses and the pause between them take 110 ms; 40 ms interrupted for 5 ms, and again 40 ms, 85."""

Pair = tuple[float, float]
"""Of the low and of the high tone."""


@dataclass(frozen=True)
class Found:
    """Where both tones of a key are likeliest to be on. `start`, `end`: samples into the sound given.

    `hz`; `power`: mean squares; `together`: 0…1, how well begins and ends of the two agree; `gap`: where a pause of
    20 ms lies within (its middle), and `interruption`: where both tones are away more shortly; None: nowhere.
    """

    start: int
    end: int
    hz: Pair
    power: Pair
    together: float
    gap: int | None
    interruption: int | None
    turned: Turned

    @property
    def samples(self) -> int:
        """How long it is."""
        return self.end - self.start

    @property
    def levels(self) -> Pair:
        """dBm0."""
        return (dbm0(self.power[0]), dbm0(self.power[1]))


class Press(NamedTuple):
    """What was measured of one press.

    `steady`: 0…1, how much of the tone keeps one phase and one level; `hiss`: how much of it white noise as loud as
    what was found above the tones takes away on average; `shares`: 0…1, of the power in the tone's band; `before`,
    `after`: power in the 10 ms around the press over that in it, None where the sound ends there; `overtones`: power
    around twice the frequency over the tone's; `third`: the strongest line that is neither tone, over the weaker of
    them, and `third_steady`, how steady that is.
    """

    samples: int
    together: float
    steady: Pair
    hiss: Pair
    shares: Pair
    before: Pair | None
    after: Pair | None
    overtones: Pair
    third: float
    third_steady: float


def rough_hz(sound: Sound, key: int) -> Pair | None:
    """Frequencies of the strongest lines near those of `key`, to some Hz; None where one is beyond 4.5 %."""
    count = (len(sound) - FRAME_SAMPLES) // HOP_SAMPLES + 1
    sound = np.ascontiguousarray(sound)
    step = sound.itemsize
    frames: Sound = np.ndarray((count, FRAME_SAMPLES), float, sound, 0, (HOP_SAMPLES * step, step))
    spectrum = np.fft.rfft(frames * hann(FRAME_SAMPLES), _ROUGH_SIZE, axis=1)
    power = (spectrum.real**2 + spectrum.imag**2).sum(axis=0)
    low, high = _peak_near(power, LOW_HZ[key // 4]), _peak_near(power, HIGH_HZ[key % 4])
    return None if low is None or high is None else (low, high)


def find(sound: Sound, hz: Pair) -> Found | None:
    """The likeliest press in `sound` (float64, shape (n,)) with tones near `hz`; None where none is long enough."""
    turned = Turned(sound, hz)
    first, last, together = turned.find()
    if last - first < LEAST_STEPS:
        return None
    power = turned.power(first, last)
    pause = interruption = None
    if last - first >= LONG_ENOUGH_STEPS:
        pause = turned.gap(power, first, last)
        interruption = turned.interruption(power, first, last)
    return Found(
        start=first * STEP_SAMPLES,
        end=last * STEP_SAMPLES,
        hz=turned.hz,
        power=_pair(power),
        together=together,
        gap=None if pause is None else (pause + HALF_STEPS) * STEP_SAMPLES,
        interruption=None if interruption is None else interruption * STEP_SAMPLES,
        turned=turned,
    )


def weigh(sound: Sound, found: Found) -> Press:
    """Everything else about what was found in `sound`."""
    first, last = found.start // STEP_SAMPLES, found.end // STEP_SAMPLES
    power = np.array(found.power)
    inside = sound[found.start : found.end]
    lines = _Lines(inside, found.hz, power)
    return Press(
        samples=found.samples,
        together=found.together,
        steady=_steady(found.turned, first, last),
        hiss=lines.hiss(),
        shares=lines.shares(),
        before=_beside(found.turned, first - HALF_STEPS - 1, power),
        after=_beside(found.turned, last + 1, power),
        overtones=lines.overtones(),
        third=lines.third,
        third_steady=_steadiness(inside, lines.third_hz) if lines.third > FAINT_THIRD else 0.0,
    )


class _Lines:
    """The spectrum of one press."""

    def __init__(self, sound: Sound, hz: Pair, power: Sound) -> None:
        window = hann(len(sound))
        size = _FINE_SIZE * -(-len(sound) // _FINE_SIZE)
        spectrum = np.fft.rfft(sound * window, size)
        self._line_hz = RATE_HZ / size
        self._hz, self._power, self._count = hz, np.maximum(power, _TINY), len(sound)
        self._lines: Sound = spectrum.real**2 + spectrum.imag**2
        self._window_power = float(window @ window)
        self._whole = self._power * (self._window_power * size / 2)  # of each tone, all its lines
        self._rest = self._lines.copy()
        lobe = 2 * RATE_HZ / len(sound)
        for tone in hz:
            self._rest[self._span(tone - lobe, tone + lobe)] = 0
        heard = self._rest[self._span(*VOICE_BAND_HZ)]
        top = self._span(*VOICE_BAND_HZ).start + int(heard.argmax())
        weaker = float(self._power.min()) / 2 * float(window.sum()) ** 2
        self.third = float(self._rest[top]) / weaker
        self.third_hz = _summit(self._rest, top) * self._line_hz

    def _span(self, low_hz: float, high_hz: float) -> slice:
        return slice(max(0, round(low_hz / self._line_hz)), round(high_hz / self._line_hz) + 1)

    def shares(self) -> Pair:
        low, high = (self._lines[self._span(*band)].sum() for band in (LOW_BAND_HZ, HIGH_BAND_HZ))
        return (float(self._whole[0] / max(low, _TINY)), float(self._whole[1] / max(high, _TINY)))

    def overtones(self) -> Pair:
        """Without what the other tone's main lobe covers."""
        reach = OVERTONE_REACH_HZ
        low, high = (self._rest[self._span(2 * hz - reach, 2 * hz + reach)].sum() for hz in self._hz)
        return (float(low / self._whole[0]), float(high / self._whole[1]))

    def hiss(self) -> Pair:
        """Why 6: noise of density d in 3 of the 4 quarters' freedoms, against half the power, which is one side."""
        lines = self._lines[self._span(*HISS_BAND_HZ)]
        middle = float(np.partition(lines, len(lines) // 2)[len(lines) // 2])  # np.median takes five times as long
        density = middle / (_LN_2 * self._window_power)
        return _pair(6 * density / (self._power * self._count))


def _pair(two: Sound) -> Pair:
    return (float(two[0]), float(two[1]))


def _steady(turned: Turned, first: int, last: int) -> Pair:
    """By quarters: the power of their sum over the sum of their powers."""
    edges = np.arange(5) * (last - first) // 4
    quarters = np.add.reduceat(turned.steps[:, first:last], edges[:4], axis=1)
    spread = ((quarters.real**2 + quarters.imag**2) / np.diff(edges)).sum(axis=1)
    whole = np.abs(quarters.sum(axis=1)) ** 2 / (last - first)
    return _pair(whole / np.maximum(spread, _TINY))


def _beside(turned: Turned, first: int, power: Sound) -> Pair | None:
    """Power of each tone in the 10 ms from step `first` on, over `power`."""
    if first < 0 or first + HALF_STEPS > turned.steps.shape[1]:
        return None
    return _pair(turned.power(first, first + HALF_STEPS) / np.maximum(power, _TINY))


def _steadiness(sound: Sound, hz: float) -> float:
    """How steady the line near `hz` is, 0…1: by seven overlapping parts, after its frequency is set right."""
    size = len(sound) // 8
    n = np.arange(8 * size)
    turned = (sound[: 8 * size] * np.exp(n * (-2j * np.pi * hz / RATE_HZ))).reshape(8, size)
    rising = 0.5 - 0.5 * np.cos(np.pi * (np.arange(size) + 0.5) / size)
    parts = turned[:-1] @ rising + turned[1:] @ rising[::-1]
    parts *= np.exp(-1j * np.angle(np.vdot(parts[:-1], parts[1:])) * np.arange(7))
    return float(np.abs(parts.sum()) ** 2 / max(7 * float((np.abs(parts) ** 2).sum()), _TINY))


def _peak_near(power: Sound, nominal: float) -> float | None:
    line_hz = RATE_HZ / _ROUGH_SIZE
    first = round(nominal * (1 - SEARCH_SHARE) / line_hz)
    top = first + int(power[first : round(nominal * (1 + SEARCH_SHARE) / line_hz) + 1].argmax())
    if power[top] < power[top - 1] or power[top] < power[top + 1]:
        return None
    return _summit(power, top) * line_hz


def _summit(lines: Sound, top: int) -> float:
    """The summit at line `top`, in lines, by a parabola through the logarithms."""
    if not 0 < top < len(lines) - 1:
        return float(top)
    before, middle, after = np.log(lines[top - 1 : top + 2] + _TINY).tolist()
    bend = before - 2 * middle + after
    return float(top + 0.5 * (before - after) / bend) if bend < 0 else float(top)
