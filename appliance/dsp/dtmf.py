"""DTMF digits out of sound.

A cheap look at every 25 ms names the key whose tones may be there (`dtmf_gate`); where it names one often enough, the
press is measured as a whole (`dtmf_press`) and believed or not (`dtmf_verdict`). A key that stays down is followed
until it is let go (`dtmf_held`). Spec: CALLER_ID.md 4; ITU-T Q.23, Q.24.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from appliance.dsp.dtmf_gate import FRAME_SAMPLES, HOP_SAMPLES, KEYS, DtmfGate
from appliance.dsp.dtmf_held import Held, pause_in
from appliance.dsp.dtmf_press import Found, Pair, find, rough_hz, weigh
from appliance.dsp.dtmf_verdict import CALLER_ID, IVR, Limits, believes, fits
from appliance.dsp.level import Sound
from appliance.units import SampleIndex, samples

__all__ = ["CALLER_ID", "IVR", "Digit", "DtmfReceiver"]

BLOCK_SAMPLES = 4 * HOP_SAMPLES
"""40 ms are heard at a time, on a grid that begins with the sound. Why: numpy costs by the call."""

HISTORY_SAMPLES = 8 * BLOCK_SAMPLES
"""320 ms. Why: the longest sound that is measured, what it takes to settle, and a press before it."""

SETTLED_SAMPLES = samples(20)
"""So long without its tones, a press is over. Why: a press may be interrupted for 10 ms, pauses are 30 ms and more."""

LONG_SAMPLES = samples(100)
"""After so long it is told of while it is still down. Why: most presses are let go by then, and measured whole."""

MOST_MEASURED = samples(200)
"""Why: more adds no certainty, and the work grows with its square."""

MARGIN_SAMPLES = samples(10)
"""Before and after the frames that the gate named. Why: the level beside a press is measured over 10 ms."""

BRIDGED_SAMPLES = samples(20)
"""Sooner after its last tone the same key is the same press. Spec: Q.24, NTT: gaps of 10 ms are bridged, pauses of
30 ms part two presses; the middle."""

LOST_SAMPLES = samples(200)
"""A key that is down before and after so much lost sound was down all the time. Why: a late transfer of sound; nobody
presses a key twice in this."""

LEAST_FRAMES = 2
"""That must name a key. Why: the shortest press (40 ms) leaves it in four frames, hiss by chance in one."""

STILL_DOWN_SAMPLES = samples(20)
"""A press that ends so near the end of the sound may go on."""

_PAUSE_SAMPLES = samples(30)  # between a press and another beside it


@dataclass(frozen=True)
class Digit:
    """One press of a key, 0-9, A-D, * or #.

    `at`: its tones began, to about 3 ms; `end`: they ended, or how far they had gone when it was told of; `told`: how
    far the sound had been heard by then.
    """

    at: SampleIndex
    end: SampleIndex
    told: SampleIndex
    digit: str


@dataclass
class _Trace:
    """Frames in which the gate saw one key: the ends of the first and of the last, and how many."""

    first: int
    last: int
    frames: int = 1


class DtmfReceiver:
    """Hears presses: each once, however long; at the latest 70 ms after its tones end, or 160 ms after they begin.

    Accepts (high over low) twists of -9 to +7 dB, ±1.8 % of the frequencies, 40 ms, -42 dBm0 a tone, and our own
    announcement on top. Refuses ±3 %, 23 ms, less than -48 dBm0, speech and music. Any chunking gives the same digits.
    """

    def __init__(self, limits: Limits = IVR) -> None:
        self._limits = limits
        self._gate = DtmfGate()
        self._past: Sound = np.zeros(HISTORY_SAMPLES)
        self._frames = self._view()
        self._waiting: list[Sound] = []
        self._count: int = 0  # samples that wait for a whole block
        self._last_key = -1  # of the press that was told of last
        self._last_end = 0  # and how far it is known to have gone
        self._broke_off = 0  # where the sound before this one ended
        self._begin(SampleIndex(0))

    def hear(self, at: SampleIndex, sound: Sound) -> list[Digit]:
        """The digits that `sound` (float64, shape (n,), its first sample at `at`) makes certain.

        After a gap the rest is heard to its end; a key that was down before and after it is told of once.
        """
        digits: list[Digit] = []
        if at != self._now + self._count:
            digits = self.flush()
            self._begin(at)
        self._waiting.append(sound)
        self._count += len(sound)
        if self._count < BLOCK_SAMPLES:
            return digits
        joined = np.concatenate(self._waiting) if len(self._waiting) > 1 else sound
        whole = len(joined) - len(joined) % BLOCK_SAMPLES
        for start in range(0, whole, BLOCK_SAMPLES):
            digits += self._hear_block(joined[start : start + BLOCK_SAMPLES])
        self._waiting = [joined[whole:].copy()]
        self._count = len(joined) - whole
        return digits

    def flush(self) -> list[Digit]:
        """The sound has ended: the digits in what is left of it. Sound that follows on is heard afresh."""
        if self._now + self._count == self._begun:
            return []
        rest = np.concatenate([*self._waiting, np.zeros(2 * BLOCK_SAMPLES)])
        end = self._broke_off = SampleIndex(self._now + self._count)
        digits: list[Digit] = []
        for start in range(0, len(rest) - BLOCK_SAMPLES + 1, BLOCK_SAMPLES):
            digits += self._hear_block(rest[start : start + BLOCK_SAMPLES])
        self._begin(end)
        return digits

    def reset(self) -> None:
        """Forget everything: another call."""
        self._last_key = -1
        self._begin(SampleIndex(0))

    def _begin(self, at: SampleIndex) -> None:
        self._past[:] = 0
        self._now = self._begun = at
        self._count = 0
        self._waiting.clear()
        self._traces: dict[int, _Trace] = {}
        self._held: Held | None = None
        self._free_from: int = at  # what lies before belongs to a press that is told of

    def _view(self) -> Sound:
        """The frames that end in the newest block, shape (4, 200): a window on `_past` that moves with it."""
        step = self._past.itemsize
        offset = (HISTORY_SAMPLES - BLOCK_SAMPLES - FRAME_SAMPLES + HOP_SAMPLES) * step
        frames: Sound = np.ndarray(
            (BLOCK_SAMPLES // HOP_SAMPLES, FRAME_SAMPLES), float, self._past, offset, (HOP_SAMPLES * step, step)
        )
        return frames

    def _hear_block(self, block: Sound) -> list[Digit]:
        self._past[:-BLOCK_SAMPLES] = self._past[BLOCK_SAMPLES:]
        self._past[-BLOCK_SAMPLES:] = block
        for number, key in enumerate(self._gate.hear(self._frames)):
            if key >= 0:
                self._note(key, self._now + (number + 1) * HOP_SAMPLES)
        self._now = SampleIndex(self._now + BLOCK_SAMPLES)
        if self._held:
            self._follow(self._held)
        return self._settle() if self._traces and not self._held else []

    def _note(self, key: int, end: int) -> None:
        trace = self._traces.get(key)
        if trace is None:
            self._traces[key] = _Trace(end, end)
        else:
            trace.last = end
            trace.frames += 1

    def _follow(self, held: Held) -> None:
        let_go = held.hear(self._since(held.heard))
        if let_go is None:
            self._last_end = held.heard
            return
        self._held = None
        self._last_end = let_go
        self._free(let_go)

    def _free(self, end: int) -> None:
        """A press ended at `end`: frames of which half lies before tell of nothing else."""
        self._free_from = end
        half = FRAME_SAMPLES // 2
        self._traces = {key: trace for key, trace in self._traces.items() if trace.last >= end + half}

    def _since(self, instant: int) -> Sound:
        return self._past[max(0, instant - self._now + HISTORY_SAMPLES) :]

    def _settle(self) -> list[Digit]:
        """Measure every trace that is over, or long enough."""
        digits: list[Digit] = []
        for key, trace in sorted(self._traces.items(), key=lambda item: item[1].first):
            over = self._now - trace.last >= SETTLED_SAMPLES
            if not over and trace.last - trace.first < LONG_SAMPLES:
                continue
            if trace.frames >= LEAST_FRAMES and not self._held:
                digits += self._measure(key, trace)
            if over:
                self._traces.pop(key, None)
            else:
                trace.first += BLOCK_SAMPLES
        return digits

    def _measure(self, key: int, trace: _Trace) -> list[Digit]:
        end = min(trace.last + MARGIN_SAMPLES, self._now)
        earliest = max(self._free_from, self._now - HISTORY_SAMPLES, end - MOST_MEASURED)
        start = max(trace.first - FRAME_SAMPLES - MARGIN_SAMPLES, earliest)
        sound = self._since(start)[: end - start]
        if len(sound) < FRAME_SAMPLES:
            return []
        hz = rough_hz(sound, key)
        return [] if hz is None else self._presses(key, start, sound, hz)

    def _presses(self, key: int, start: int, sound: Sound, hz: Pair) -> list[Digit]:
        """Every press of `key` in `sound`: the likeliest one, and those before and after it."""
        if len(sound) < self._limits.least_samples:
            return []
        found = find(sound, hz)
        if found is None:
            return []
        cut = found.gap
        if cut is None:
            if self._believes(key, start, sound, found):
                return self._with_neighbours(key, start, sound, found)
            cut = found.interruption
        if cut is None:
            return []
        return self._presses(key, start, sound[:cut], hz) + self._presses(key, start + cut, sound[cut:], hz)

    def _with_neighbours(self, key: int, start: int, sound: Sound, found: Found) -> list[Digit]:
        beside = self._limits.least_samples + _PAUSE_SAMPLES
        early, late = sound[: found.start], sound[found.end :]
        before = self._presses(key, start, early, found.hz) if len(early) > beside else []
        told = self._tell(key, start, found)
        after = self._presses(key, start + found.end, late, found.hz) if len(late) > beside else []
        return before + told + after

    def _believes(self, key: int, start: int, sound: Sound, found: Found) -> bool:
        opens = start + found.start < self._begun + BRIDGED_SAMPLES
        return fits(key, found, self._limits) and believes(weigh(sound, found), self._limits, opens)

    def _tell(self, key: int, start: int, found: Found) -> list[Digit]:
        at, end = SampleIndex(start + found.start), SampleIndex(start + found.end)
        again = self._last_key == key and not self._apart(at, found)
        self._last_key, self._last_end = key, end
        if end + STILL_DOWN_SAMPLES >= self._now:
            self._held = Held(found, end)
        else:
            self._free(end)
        return [] if again else [Digit(at, end, self._now, KEYS[key])]

    def _apart(self, at: SampleIndex, found: Found) -> bool:
        """Whether the key was let go between the press before and this one of the same key, which began at `at`."""
        if at - self._last_end < BRIDGED_SAMPLES:
            return False
        if self._last_end < self._begun:
            down_before = self._broke_off - self._last_end < BRIDGED_SAMPLES
            return not (down_before and at - self._broke_off < LOST_SAMPLES and at - self._begun < BRIDGED_SAMPLES)
        start = SampleIndex(self._last_end - MARGIN_SAMPLES)
        if start < self._now - HISTORY_SAMPLES:
            return True
        return pause_in(self._since(start)[: at + MARGIN_SAMPLES - start], found) is not None
