"""The running timers of the line loop, on the line clock."""

from __future__ import annotations

from appliance.events import TimerFired
from appliance.units import SampleIndex, later


class Timers:
    """Named one-shot timers; starting one anew replaces it."""

    def __init__(self) -> None:
        self._due: dict[str, SampleIndex] = {}

    def start(self, timer: str, now: SampleIndex, ms: int) -> None:
        self._due[timer] = later(now, ms)

    def stop(self, timer: str) -> None:
        self._due.pop(timer, None)

    def next_fired(self, now: SampleIndex) -> TimerFired | None:
        """The earliest timer that has run out by `now`, once. One at a time: what it leads to may stop another."""
        ripe = min(((due, name) for name, due in self._due.items() if due <= now), default=None)
        if ripe is None:
            return None
        del self._due[ripe[1]]
        return TimerFired(now, ripe[1])
