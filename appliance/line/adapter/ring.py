"""Pulses of the ring optocoupler -> ring bursts.

Spec: LINE_HARDWARE.md 2, "GPIO opto"; CALLER_ID.md 1.1 (ringing 15-20 Hz, CAR 0.5 s on / 0.5 s off).
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from appliance.units import SampleIndex, later, milliseconds, samples

PULSES, WITHIN_MS = 4, 300
"""So many pulses in less than so long are ringing. Why: 15 Hz, seen once a cycle, gives the fourth after 200 ms; a
rotary dial (10 a second) after 300 ms; a reversal, a hook or a spike gives one or two."""

STEADY_MS = 200
"""On for so long without a break is ringing, too. Why: an opto with a capacitor behind it shows no pulses."""

STUCK_MS = 6_000
"""On for longer than this is a fault of the input, and off for so long again none. Why: the longest burst in use lasts
2 s (US), three times that; an input that is wired the wrong way round shows bursts as gaps."""

QUIET_MS = 150
"""A burst is over after so long without a pulse. Why: two cycles at 15 Hz are 133 ms; the shortest pause is 0.2 s."""


@dataclass(frozen=True)
class BurstBegan:
    """Ringing current since `start`; known at `at`."""

    at: SampleIndex
    start: SampleIndex


@dataclass(frozen=True)
class BurstEnded:
    """Ringing current from `start` to `end`; known at `at`."""

    at: SampleIndex
    start: SampleIndex
    end: SampleIndex

    @property
    def lasted_ms(self) -> int:
        return milliseconds(self.end - self.start)


class RingEnvelope:
    """Follows one ring input. Single glitches are no ring, nor is a level that was there when we began."""

    def __init__(self, begun: SampleIndex) -> None:
        self.stuck = False  # wired the wrong way round, or shorted
        self._on = False
        self._begun = begun
        self._changed_at = SampleIndex(0)  # of the input
        self.reset()

    def reset(self) -> None:
        """Forget the burst under way: our own relay has moved, or the line is in use."""
        self._rises: deque[SampleIndex] = deque(maxlen=PULSES)
        self._start: SampleIndex | None = None
        self._steady_told = False

    @property
    def since(self) -> SampleIndex | None:
        """The start of the burst under way."""
        return self._start

    def take(self, at: SampleIndex, on: bool) -> list[BurstBegan | BurstEnded]:
        """The input changed."""
        found = self.tick(at)
        if on is self._on:
            return found
        found_so = at <= self._begun
        self._on, self._changed_at = on, at
        self._steady_told = found_so
        if on and not found_so:
            self._rises.append(at)
            if self._start is None and len(self._rises) == PULSES and at - self._rises[0] < samples(WITHIN_MS):
                self._start = self._rises[0]
                found.append(BurstBegan(at, self._start))
        return found

    def tick(self, now: SampleIndex) -> list[BurstBegan | BurstEnded]:
        """Time went by."""
        if now >= later(self._changed_at, STUCK_MS):
            self.stuck = bool(self._on)
        if self._start is not None:
            return self._maybe_ended(now, self._start)
        steady = later(self._changed_at, STEADY_MS)
        if self._on and not self._steady_told and not self.stuck and now >= steady:
            self._steady_told = True  # once: what sticks is no second burst
            self._start = self._changed_at
            return [BurstBegan(steady, self._start)]
        return []

    def _maybe_ended(self, now: SampleIndex, start: SampleIndex) -> list[BurstBegan | BurstEnded]:
        over = later(self._changed_at, STUCK_MS if self._on else QUIET_MS)
        if now < over:
            return []
        self._start = None
        self._rises.clear()
        return [BurstEnded(over, start, over if self._on else self._changed_at)]
