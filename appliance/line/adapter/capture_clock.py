"""When captured sound was on the line: by counting samples, set right only where the count and the clock part.

Why: a block is told late by whatever the machine was doing; a count does not jitter.
"""

from __future__ import annotations

from collections import deque

from appliance.units import SampleIndex, samples

SLIP_MS = 40
"""Count and clock may differ by so much. Why: two blocks; two clocks 100 ppm apart need 7 minutes for it."""

DRIFT_MS = 15
"""Behind by so much, and not by `SLIP_MS`, is a card whose clock runs slow: the instants are moved, and nothing was
lost. Why: two clocks part slowly, sound is lost in blocks; the recording fills in less than a block without a mark."""

WINDOW = 50
"""Blocks (1 s) of which the least late one counts. Why: a busy machine is late for some, never early."""


class CaptureClock:
    """Gives every block its instant."""

    def __init__(self) -> None:
        self.at: SampleIndex | None = None  # of the next sample
        self._late: deque[int] = deque(maxlen=WINDOW)

    def take(self, now: SampleIndex, count: int) -> tuple[SampleIndex, int]:
        """`count` samples were complete at `now`: the instant of the first, and how many were lost before it."""
        begun = SampleIndex(now - count)
        at = begun if self.at is None else self.at
        late = begun - at
        lost = 0
        self._late.append(late)
        if late < -samples(SLIP_MS):  # sound from the future: the card is fast, or the first block came late
            at = begun
            self._late.clear()
        elif len(self._late) == WINDOW and min(self._late) > samples(DRIFT_MS):
            behind = min(self._late)
            lost = behind if behind > samples(SLIP_MS) else 0
            at = SampleIndex(at + behind - lost)
            self._late.clear()
        first = SampleIndex(at + lost)
        self.at = SampleIndex(first + count)
        return first, lost

    def overrun(self, now: SampleIndex) -> int:
        """The card dropped sound up to `now`: how many samples, by the clock."""
        lost = 0 if self.at is None else max(0, now - self.at)
        if self.at is not None:
            self.at = SampleIndex(self.at + lost)
        self._late.clear()
        return lost
