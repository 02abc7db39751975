"""What is broken right now, for the lamp and the page: gathered from facts, the bus and the other processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from appliance import events as ev
from appliance.edge.ports import Bus
from appliance.units import SampleIndex, samples

BUS_PATIENCE = samples(5000)
"""How long the bus may be away before it counts as broken, samples. Why: Mosquitto restarts in about one second."""

WORDS = {
    "web": "the page does not run (denwaban-web); calls are taken and recorded",
    "clerk": "the clerk does not run (denwaban-clerk); calls are taken and recorded, but not sealed",
}


class Troubles:
    """The list of faults, retained on the bus as fault/state."""

    def __init__(self, bus: Bus, iso_now: Callable[[], str]) -> None:
        self._bus = bus
        self._iso_now = iso_now
        self._present: dict[str, dict[str, str]] = {}
        self._dead: dict[str, bool] = {}
        self._news: list[tuple[str, str | None]] = []
        self._bus_away_since: SampleIndex | None = None
        self._bus_told = False
        self._tell()

    def take(self, fact: ev.Fact) -> None:
        """Keep the list as the fact says."""
        match fact:
            case ev.LineLost(why=why):
                self._raise("line", why)
            case ev.LineReady():
                self._clear("line")
            case ev.RecordingFailed(why=why):
                self._raise("recording", why)
            case ev.RecordingStarted():
                self._clear("recording")
            case ev.DiskLow(free_mb=free_mb):
                self._raise("disk_low", f"only {free_mb} MB are free on the disk of the recordings")
            case ev.FaultRaised(what=what, why=why):
                self._raise(what, why)
            case ev.FaultCleared(what=what):
                self._clear(what)

    def heard_of(self, process: str, payload: Mapping[str, object]) -> None:
        """A life sign, or the last will of a process that died without a goodbye."""
        dead = payload.get("alive") is False and not payload.get("stopped")
        if process in WORDS and dead != self._dead.get(process, False):
            self._dead[process] = dead
            self._news.append((process, WORDS[process] if dead else None))

    def news(self, now: SampleIndex) -> list[ev.Fact]:
        """Faults of the bus and of other processes, raised or cleared since last asked."""
        self._look_at_bus(now)
        told, self._news = self._news, []
        return [ev.FaultCleared(now, what) if why is None else ev.FaultRaised(now, what, why) for what, why in told]

    def _look_at_bus(self, now: SampleIndex) -> None:
        if self._bus.connected():
            self._bus_away_since = None
            if self._bus_told:
                self._bus_told = False
                self._news.append(("bus", None))
            return
        if self._bus_away_since is None:
            self._bus_away_since = now
        if not self._bus_told and now - self._bus_away_since >= BUS_PATIENCE:
            self._bus_told = True
            self._news.append(("bus", "the message broker (mosquitto) is not reachable; the page shows old news"))

    def _raise(self, what: str, why: str) -> None:
        known = self._present.get(what)
        if known is None or known["why"] != why:
            self._present[what] = {"what": what, "why": why, "since": known["since"] if known else self._iso_now()}
            self._tell()

    def _clear(self, what: str) -> None:
        if self._present.pop(what, None) is not None:
            self._tell()

    def _tell(self) -> None:
        self._bus.publish(ev.Message("fault/state", {"faults": list(self._present.values())}, retain=True))
