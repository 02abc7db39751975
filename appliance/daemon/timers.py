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

    def stop_all(self) -> None:
        self._due.clear()

    def fired(self, now: SampleIndex) -> list[TimerFired]:
        """The timers that have run out by `now`, earliest first; each fires once."""
        ripe = sorted((due, name) for name, due in self._due.items() if due <= now)
        for _, name in ripe:
            del self._due[name]
        return [TimerFired(now, name) for _, name in ripe]
