"""Mark and space of one burst as they really are: frequencies, amplitudes, noise; and their integrals over any time."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from appliance.dsp.fsk_modulation import BIT_RATE, Modulation
from appliance.dsp.level import Sound
from appliance.units import RATE_HZ

Phasors = NDArray[np.complex128]

HIGH_PASS_HZ = (250.0, 420.0)
"""Below the first nothing passes, above the second all. Why: the fifth harmonic of hum is 250 Hz, and a burst's own
spectrum has 1 % of its power below 420 Hz."""

NOISE_HZ = (600.0, 2800.0)
"""Where noise is measured among the marks: where the bits are."""

CLEANEST = 0.02
"""Noise over mark amplitude squared that is never undercut. Why: echoes and distortion are errors too (17 dB)."""

SURE = 3.0
"""Natural log-odds of a bit that is taken as known."""

FEWEST_PAIRS = 12
"""Pairs of equal bits that tell a frequency."""

CLOCK_REACH = 0.026
"""How far a transmitter's clock may be off. Why: ±2 % is asked for, and some beyond for what is measured in noise."""

CLEARLY = 3.0
"""Standard deviations that an offset must be away from none."""

WORTH_RETUNING = 2 * math.pi * 4.0 / RATE_HZ
"""Radians per sample (4 Hz) below which an offset does no harm: a thirtieth of a turn over nine bits."""

SAMPLES_PER_BIT = RATE_HZ / BIT_RATE

MISFIT = 6.0
"""So many times the usual noise a bit may have before it counts for less. Why: of half a million bits in white noise
none had more; of those that a click spoils nearly all have."""

AROUND_BITS = 40
"""So many bits tell what noise is usual among them. Why: an echo or a tone that lasts longer is kept out by the
correlation better than by doubt."""


class Tone(NamedTuple):
    """One carrier: frequency in radians per sample, amplitude in 16-bit steps."""

    turn: float
    amplitude: float


def high_passed(sound: Sound) -> Sound:
    """`sound` without hum and direct current, same length."""
    n = len(sound)
    padded = -(-(n + 200) // 1000) * 1000  # has small factors, and 25 ms or more between end and beginning
    hz = np.arange(padded // 2 + 1) * RATE_HZ / padded
    low, high = HIGH_PASS_HZ
    rise = np.clip((hz - low) / (high - low), 0.0, 1.0)
    spectrum = np.fft.rfft(sound - sound.mean(), padded) * np.sin(rise * np.pi / 2) ** 2
    return np.fft.irfft(spectrum, padded)[:n]


def frequency(sound: Sound, near_hz: float, reach_hz: float) -> float:
    """Hz of the strongest tone in `sound` within `reach_hz` of `near_hz`."""
    size = 8192  # 1 Hz between lines, finer by the parabola
    power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), size))
    step = RATE_HZ / size
    low, high = int((near_hz - reach_hz) / step), int((near_hz + reach_hz) / step) + 1
    peak = low + int(np.argmax(power[low:high]))
    left, middle, right = power[peak - 1 : peak + 2].tolist()
    bend = left - 2 * middle + right
    return (peak + (0.5 * (left - right) / bend if bend else 0.0)) * step


def noise_power(marks: Sound, mark_hz: float) -> float:
    """Mean square that white noise over 0–4 kHz would have, measured beside the tone in `marks`."""
    n = len(marks)
    window = np.hanning(n)
    power = np.abs(np.fft.rfft(marks * window)) ** 2 / float(np.sum(window**2))
    hz = np.arange(len(power)) * RATE_HZ / n
    beside = (hz > NOISE_HZ[0]) & (hz < NOISE_HZ[1]) & (np.abs(hz - mark_hz) > 3.0 * RATE_HZ / n)
    return float(power[beside].mean()) if beside.any() else 0.0


@dataclass(frozen=True)
class Carriers:
    """Running integrals of a burst's sound against both tones: shape (n + 1,), between samples by straight line."""

    mark: Tone
    space: Tone
    noise: float  # mean square of white noise over 0–4 kHz
    tone_scale: float  # how much higher the tones are than nominal, within CLOCK_REACH of 1
    mark_sum: Phasors
    space_sum: Phasors
    energy_sum: Sound

    def noises(self, edges: Sound, slots: tuple[Phasors, Phasors]) -> Sound:
        """What of each bit fits neither tone, over the noise expected; shape (n,). `slots`: those of `edges`."""
        length = float(edges[1] - edges[0])
        index, part = self._places(edges)
        low = self.energy_sum[index]
        energy = np.diff(low + part * (self.energy_sum[index + 1] - low))
        misfits = [
            energy + tone.amplitude**2 * length / 2 - 2 * tone.amplitude * np.abs(correlations)
            for tone, correlations in zip((self.mark, self.space), slots, strict=True)
        ]
        noises: Sound = np.minimum(*misfits) / (self.noise * length)
        return noises

    def trust(self, edges: Sound, slots: tuple[Phasors, Phasors]) -> Sound:
        """How much each bit counts: 1, and less where much fits neither tone; shape (n,). `slots`: those of `edges`."""
        noises = self.noises(edges, slots)
        trust: Sound = 1 / (1 + np.maximum(0.0, noises / np.maximum(1.0, _usual(noises)) - MISFIT))
        return trust

    def slots(self, edges: Sound) -> tuple[Phasors, Phasors]:
        """Correlation with mark and with space between neighbours of `edges` (n + 1 → n), phase as at its start."""
        index, part = self._places(edges)
        start = edges[:-1]
        return (
            _between(self.mark_sum, index, part) * np.exp(1j * self.mark.turn * start),
            _between(self.space_sum, index, part) * np.exp(1j * self.space.turn * start),
        )

    def _places(self, edges: Sound) -> tuple[NDArray[np.intp], Sound]:
        """Between which two of the running sums each edge lies, and how far behind the first of them."""
        whole = np.clip(edges + 0.5, 0.0, len(self.mark_sum) - 1.001)  # a sample is the middle of its stretch
        index = whole.astype(np.intp)
        return index, whole - index


def _usual(noises: Sound) -> Sound:
    """The middle one of every AROUND_BITS, for each of them; shape as that of `noises`."""
    if len(noises) <= AROUND_BITS:
        return np.full(len(noises), np.median(noises))
    rows = np.pad(noises, (0, -len(noises) % AROUND_BITS), "edge").reshape(-1, AROUND_BITS)
    return np.repeat(np.median(rows, axis=1), AROUND_BITS)[: len(noises)]


def _between(running: Phasors, index: NDArray[np.intp], part: Sound) -> Phasors:
    low = running[index]
    at_edges = low + part * (running[index + 1] - low)
    out: Phasors = at_edges[1:] - at_edges[:-1]
    return out


def running_sum(sound: Sound, turn: float) -> Phasors:
    """Integral of `sound` against a tone of `turn` radians per sample, shape (n + 1,)."""
    out = np.zeros(len(sound) + 1, np.complex128)
    np.cumsum(sound * np.exp(-1j * turn * np.arange(len(sound))), out=out[1:])
    return out


def measure(sound: Sound, marks: slice, hz: float, modulation: Modulation) -> Carriers:
    """The carriers of a burst: `marks` of its `sound` (high-passed) are nothing but mark, of about `hz`.

    The space amplitude is the mark's until bits are known.
    """
    run = sound[marks]
    mark_hz = frequency(run, hz, 40.0)
    space_hz = modulation.space_hz * mark_hz / modulation.mark_hz  # one clock makes both
    turns = [2 * math.pi * f / RATE_HZ for f in (mark_hz, space_hz)]
    sums = [running_sum(sound, turn) for turn in turns]
    amplitude = float(abs(sums[0][marks.stop] - sums[0][marks.start])) * 2 / max(1, len(run))
    noise = max(noise_power(run, mark_hz), CLEANEST * amplitude**2, 1e-6)
    mark, space = (Tone(turn, amplitude) for turn in turns)
    scale = min(max(mark_hz / modulation.mark_hz, 1 - CLOCK_REACH), 1 + CLOCK_REACH)
    return Carriers(mark, space, noise, scale, sums[0], sums[1], np.concatenate(([0.0], np.cumsum(sound**2))))


def retuned(carriers: Carriers, sound: Sound, edges: Sound, odds: Sound) -> Carriers:
    """`carriers` with the tones as the bits (`odds` between `edges`) have them, where that clearly differs.

    Why: EN 300 659-1 allows each tone 1.5 % of its own; seen over nine bits that is a third of a turn.
    """
    length = float(edges[1] - edges[0])
    marks, spaces = carriers.slots(edges)
    mark_off = _offset(marks, odds > SURE, carriers.mark.turn, length)
    space_off = _offset(spaces, odds < -SURE, carriers.space.turn, length)
    if mark_off:
        turn = carriers.mark.turn + mark_off
        carriers = replace(carriers, mark=carriers.mark._replace(turn=turn), mark_sum=running_sum(sound, turn))
    if space_off:
        turn = carriers.space.turn + space_off
        carriers = replace(carriers, space=carriers.space._replace(turn=turn), space_sum=running_sum(sound, turn))
    return carriers


def _offset(slots: Phasors, sure: NDArray[np.bool_], turn: float, length: float) -> float:
    """How far a tone is off `turn`, radians per sample, by the phase from one sure bit to the next; 0 if not clear."""
    pairs = np.flatnonzero(sure[1:] & sure[:-1])
    if len(pairs) < FEWEST_PAIRS:
        return 0.0
    turned = slots[pairs + 1] * np.conj(slots[pairs]) * np.exp(-1j * turn * length)
    whole = complex(turned.sum())
    angle = math.atan2(whole.imag, whole.real)
    aside = (turned * np.exp(-1j * angle)).imag
    doubt = math.sqrt(float(np.sum(aside**2))) / max(abs(whole), 1e-9)
    off = angle / length
    return off if abs(angle) > CLEARLY * doubt and abs(off) > WORTH_RETUNING else 0.0
