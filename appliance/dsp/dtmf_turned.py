"""Sound seen from two tones: turned by their frequencies, so that what is steady at them stands still."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from appliance.dsp.level import Sound
from appliance.units import RATE_HZ

Phasors = NDArray[np.complex128]

STEP_SAMPLES = 20
"""2.5 ms. Why: tones and pauses are then measured to a quarter of the 10 ms that lie between what must be taken and
what must not (CALLER_ID.md 4)."""

HALF_STEPS = 4
"""10 ms, half of the shortest pause that parts two presses."""

GONE, FAINT = 0.11, 0.4
"""Power over that of the press: one tone gone (-9.5 dB) and the other 4 dB fainter, both for 20 ms, is a pause. Why:
an interruption of 10 ms leaves half the power in any 20 ms, noise as loud as the tones less than a tenth; speech on top
fills one tone's place at most."""

LONG_STEPS = 16
"""40 ms in which one tone alone is gone are a pause as well: another key follows without one."""

REACH_STEPS = 6
"""15 ms. How far from the common begin or end each tone's own is looked for. Why: half a pause."""

_TUNE_SIZE = 256  # lines of 1.6 Hz at 400 steps a second
_TUNE_LINES = np.arange(-12, 13)  # ±19 Hz. Why: the rough frequency is off by 5 Hz at most, under loud speech by 15
_MOST_LAST_TURN = 2 * np.pi * 2 / RATE_HZ  # 2 Hz: a little more than one line
_FAR_TURN_HZ = 1.5  # Why: below this, 100 ms lose less than 1 dB and the first extent stands
_TINY = 1e-9  # in place of nothing, to divide by; far below one squared step of a sample


@lru_cache(maxsize=64)
def hann(n: int) -> Sound:
    """The Hann window over `n` samples, symmetric, never quite 0."""
    window: Sound = 0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(n) + 0.5) / n)
    window.flags.writeable = False
    return window


@lru_cache(maxsize=128)
def _per_length(steps: int) -> Sound:
    """1 over the number of steps from row to column; 0 where there are none. Shape (steps + 1, steps + 1)."""
    length = np.arange(steps + 1) - np.arange(steps + 1)[:, None]
    shares: Sound = np.where(length > 0, 1 / np.maximum(length, 1), 0.0)
    return shares


@lru_cache(maxsize=128)
def _tuners(steps: int) -> Phasors:
    """One column for each of `_TUNE_LINES`, under the Hann window. Shape (steps, 25)."""
    turns = np.outer(np.arange(steps), _TUNE_LINES) * (-2j * np.pi / _TUNE_SIZE)
    columns: Phasors = np.exp(turns) * hann(steps)[:, None]
    return columns


def _squared(phasors: Phasors) -> Sound:
    power: Sound = phasors.real**2 + phasors.imag**2
    return power


class Turned:
    """`sound` (float64, shape (n,)) seen from the tones `hz` (low, high), summed in steps of 2.5 ms."""

    def __init__(self, sound: Sound, hz: tuple[float, float]) -> None:
        count = len(sound) // STEP_SAMPLES
        turn = np.array(hz) * (-2j * np.pi / RATE_HZ)
        within = np.exp(np.outer(np.arange(STEP_SAMPLES), turn))
        between = np.exp(np.outer(turn, np.arange(count) * STEP_SAMPLES))
        self.hz = hz
        self.steps: Phasors = (sound[: count * STEP_SAMPLES].reshape(count, STEP_SAMPLES) @ within).T * between

    def find(self) -> tuple[int, int, float]:
        """The steps (first, after the last) in which both tones are likeliest to be on, and how well the two agree
        on that (0…1); sets the frequencies right on the way."""
        first, last, together = self._extent()
        if self._tune(first, last) > _FAR_TURN_HZ:
            first, last, together = self._extent()
            self._tune(first, last)
        return first, last, together

    def power(self, first: int, last: int) -> Sound:
        """Mean square of each tone over the steps, coherently; shape (2,)."""
        whole: Sound = 2 * _squared(self.steps[:, first:last].sum(axis=1)) / ((last - first) * STEP_SAMPLES) ** 2
        return whole

    def gap(self, power: Sound, first: int = 0, last: int | None = None) -> int | None:
        """The first step of a pause of 20 ms or more from step `first` to `last`, `power` being that of the press."""
        sums = self._sums()[:, first : None if last is None else last + 1]
        count = sums.shape[1] - 1
        if count < 2 * HALF_STEPS:
            return None
        halves = _squared(sums[:, HALF_STEPS:] - sums[:, :-HALF_STEPS])
        halves *= (2 / ((HALF_STEPS * STEP_SAMPLES) ** 2 * np.maximum(power, _TINY)))[:, None]
        pairs = (halves[:, :-HALF_STEPS] + halves[:, HALF_STEPS:]) / 2
        away = (pairs.min(axis=0) < GONE) & (pairs.max(axis=0) < FAINT)
        if away.any():
            return first + int(away.argmax())
        if count < LONG_STEPS:
            return None
        one = ((pairs[:, : -2 * HALF_STEPS] + pairs[:, 2 * HALF_STEPS :]) / 2).min(axis=0) < GONE
        return first + int(one.argmax()) if one.any() else None

    def interruption(self, power: Sound, first: int, last: int) -> int | None:
        """The step between the two where both tones are faintest, if they are 4 dB fainter there; else None."""
        inner = _squared(self.steps[:, first + HALF_STEPS : last - HALF_STEPS])
        if not inner.shape[1]:
            return None
        louder = (inner / np.maximum(power, _TINY)[:, None]).max(axis=0)
        least = int(louder.argmin())
        return first + HALF_STEPS + least if louder[least] < FAINT * STEP_SAMPLES**2 / 2 else None

    def _sums(self) -> Phasors:
        sums = np.zeros((2, self.steps.shape[1] + 1), complex)
        np.cumsum(self.steps, axis=1, out=sums[:, 1:])
        return sums

    def _extent(self) -> tuple[int, int, float]:
        """Why: of a tone that is on or off in white noise, |sum|² over length is the likelihood of an interval."""
        sums = self._sums()
        likely = _squared(sums[:, None, :] - sums[:, :, None])
        likely *= _per_length(self.steps.shape[1])
        peaks = np.maximum(likely.reshape(2, -1).max(axis=1), _TINY)
        both = likely[0] / peaks[0] + likely[1] / peaks[1]
        first, last = divmod(int(both.argmax()), both.shape[1])
        rows = slice(max(0, first - REACH_STEPS), first + REACH_STEPS + 1)
        columns = slice(max(0, last - REACH_STEPS), last + REACH_STEPS + 1)
        best = np.maximum(likely[:, rows, columns].reshape(2, -1).max(axis=1), _TINY)
        return first, last, float((likely[:, first, last] / best).mean())

    def _tune(self, first: int, last: int) -> float:
        """Set both frequencies to where the steps sum up to most; the larger correction, Hz."""
        top = _TUNE_LINES[_squared(self.steps[:, first:last] @ _tuners(last - first)).argmax(axis=1)]
        rough: Sound = top * (2 * np.pi / (_TUNE_SIZE * STEP_SAMPLES))
        when = (np.arange(last - first) - (last - first - 1) / 2) * STEP_SAMPLES
        part = self.steps[:, first:last] * np.exp(-1j * rough[:, None] * when)
        whole, once, twice = part.sum(axis=1), part @ when, part @ (when * when)
        slope = (whole.conj() * once).imag  # of |sum|² over frequency, and its bend: one step of Newton's
        bend = _squared(once) - (whole.conj() * twice).real
        fine = np.clip(np.where(bend < 0, -slope / np.minimum(bend, -_TINY), 0.0), -_MOST_LAST_TURN, _MOST_LAST_TURN)
        turn = rough + fine
        self.steps *= np.exp(-1j * turn[:, None] * (np.arange(self.steps.shape[1]) * STEP_SAMPLES))
        low, high = (turn * (RATE_HZ / (2 * np.pi))).tolist()
        self.hz = (self.hz[0] + low, self.hz[1] + high)
        return float(max(abs(low), abs(high)))
