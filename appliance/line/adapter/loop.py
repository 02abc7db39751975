"""The loop-current optocoupler in series with the shop's telephones -> lifted, replaced, broken.

Spec: LINE_HARDWARE.md 2, "GPIO opto"; 5 (calling-party-control break).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from appliance.units import SampleIndex, later, samples

LIFTED_MS = 100
"""Current for so long is a lifted telephone. Why: half a wave of ringing current through its bell lasts 33 ms at 15 Hz,
a bounce of the cradle 20 ms."""

REPLACED_MS = 1_000
"""No current for so long is a replaced telephone. Why: a flash by staff, and the exchange's break when the far end
clears, last up to 0.8 s (LINE_HARDWARE.md 5)."""

BREAK_MS = 200
"""A shorter interruption says nothing. Why: a rotary dial breaks for 67 ms; the exchange for 250 ms at least."""


class Hook(Enum):
    LIFTED = auto()
    REPLACED = auto()
    BROKE = auto()  # the current stopped and came back: the exchange's break, or a flash


@dataclass(frozen=True)
class HookNews:
    at: SampleIndex
    what: Hook


class LoopWatch:
    """Follows one loop input."""

    def __init__(self) -> None:
        self.lifted = False
        self._on = False
        self._changed_at = SampleIndex(0)

    def steady_for(self, now: SampleIndex, ms: float) -> bool:
        """The input has not moved for so long."""
        return now - self._changed_at >= samples(ms)

    def take(self, at: SampleIndex, on: bool) -> list[HookNews]:
        """The input changed."""
        found = self.tick(at)
        if on is self._on:
            return found
        if on and self.lifted and at >= later(self._changed_at, BREAK_MS):
            found.append(HookNews(at, Hook.BROKE))
        self._on, self._changed_at = on, at
        return found

    def tick(self, now: SampleIndex) -> list[HookNews]:
        """Time went by."""
        if self._on is self.lifted:
            return []
        due = later(self._changed_at, LIFTED_MS if self._on else REPLACED_MS)
        if now < due:
            return []
        self.lifted = self._on
        return [HookNews(due, Hook.LIFTED if self._on else Hook.REPLACED)]
