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

FOUND_MS = 500
"""A telephone that is off the hook so soon after the start was found so: nobody has lifted it now, and to tell it would
make the rest of a call look like one that goes out. Why: the pins tell their state at once, `LIFTED_MS` later it is
sure."""

FOLLOWS_MS = 80
"""Current that comes or goes so soon after our own relay moved is our own. Why: relay and opto take 10 ms each, the
look at the line 20 ms."""


class Hook(Enum):
    LIFTED = auto()
    FOUND_LIFTED = auto()  # it was, before we looked
    REPLACED = auto()
    BROKE = auto()  # the current stopped and came back: the exchange's break, or a flash
    SHOWS_US = auto()  # the input carries the current of our own relay
    SHOWS_PHONES = auto()  # it does no longer


@dataclass(frozen=True)
class HookNews:
    at: SampleIndex
    what: Hook


class LoopWatch:
    """Follows one loop input, and finds out whether it shows our own relay, as it must not.

    Until that is known, current that comes with our off-hook is taken for our own: else a box that is wired so would
    take itself for staff in every call, and drop the caller.
    """

    def __init__(self, begun: SampleIndex) -> None:
        self.lifted = False
        self._begun = begun
        self._on = False
        self._changed_at = SampleIndex(0)
        self._relay = False
        self._relay_at = SampleIndex(0)
        self._ours = False  # the current is our own, as far as can be told
        self._shows_us: bool | None = None  # None: not known yet

    def steady_for(self, now: SampleIndex, ms: float) -> bool:
        """The input has not moved for so long."""
        return now - self._changed_at >= samples(ms)

    def relay(self, at: SampleIndex, closed: bool) -> None:
        """What our own relay is driven to."""
        if closed is not self._relay:
            self._relay, self._relay_at = closed, at

    def take(self, at: SampleIndex, on: bool) -> list[HookNews]:
        """The input changed."""
        found = self.tick(at)
        if on is self._on:
            return found
        if self._relay_at and at < later(self._relay_at, FOLLOWS_MS):
            found += self._follows(at, on)
        if on and self.lifted and at >= later(self._changed_at, BREAK_MS):
            found.append(HookNews(at, Hook.BROKE))
        self._on, self._changed_at = on, at
        return found

    def tick(self, now: SampleIndex) -> list[HookNews]:
        """Time went by."""
        settled = now >= later(self._relay_at, FOLLOWS_MS)
        found: list[HookNews] = []
        if self._relay and settled and not self._on and self._shows_us is not False:
            found = [HookNews(now, Hook.SHOWS_PHONES)] if self._shows_us else []
            self._shows_us = False
        if self._ours and not self._relay and settled:  # still there without us: somebody has lifted
            self._ours, self._changed_at = False, self._relay_at
        if self._ours or self._on is self.lifted:
            return found
        due = later(self._changed_at, LIFTED_MS if self._on else REPLACED_MS)
        if now < due:
            return found
        self.lifted = self._on
        lifted = Hook.FOUND_LIFTED if due <= later(self._begun, FOUND_MS) else Hook.LIFTED
        return [*found, HookNews(due, lifted if self._on else Hook.REPLACED)]

    def _follows(self, at: SampleIndex, on: bool) -> list[HookNews]:
        """The input moved with our relay."""
        if on and self._relay and not self.lifted:
            self._ours = self._shows_us is not False
        elif self._ours and not on and not self._relay:
            self._ours = False
            known, self._shows_us = self._shows_us, True
            return [] if known else [HookNews(at, Hook.SHOWS_US)]
        return []
