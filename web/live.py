"""The live state of the box as the page knows it: fed by the bus, waited upon by every open board."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from appliance.events import Button, Message
from web.news import CallNews, Fault, LineNews, PanelNews, count_of, read_faults

TURN_S = 0.25
"""Longest pause between two looks at the bus, seconds: a message ends it at once. Why: only a lost connection and
midnight wait for it."""


LISTED_BY = ("CallStarted", "CallEnded")
"""Events of a call that change the list of calls."""

SUBSCRIPTIONS = ("line/state", "call/state", "call/event", "panel/state", "fault/state", "clerk/state", "+/alive")
"""What the board listens to, below the root."""


class Bus(Protocol):
    """What the board asks of the bus (`appliance.edge.ports.Bus` without its end)."""

    def publish(self, message: Message) -> None: ...

    def received(self) -> list[Message]: ...

    def connected(self) -> bool: ...


@dataclass(frozen=True)
class Snapshot:
    """Everything the board shows, at one instant. `version` grows with every change."""

    version: int = 0
    connected: bool = False
    last_news: datetime | None = None
    line: LineNews = field(default_factory=LineNews)
    call: CallNews | None = None
    panel: PanelNews = field(default_factory=PanelNews)
    faults: tuple[Fault, ...] = ()
    alive: frozenset[str] = frozenset()  # processes that said they live
    dead: frozenset[str] = frozenset()  # processes whose last will has come
    free_mb: int = 0
    calls_version: int = 0  # grows when the list of calls may have changed
    today: str = ""  # date the board was drawn for: times of day change their meaning at midnight

    @property
    def trusted(self) -> bool:
        """Whether call and lamp may be shown as true: somebody is there who would tell us if they changed."""
        return self.lost == ""

    @property
    def lost(self) -> str:
        """Why nothing may be shown as true: "bus", "line" (it died), "waiting" (no news of it yet); else empty."""
        if not self.connected:
            return "bus"
        if "line" in self.dead:
            return "line"
        return "" if "line" in self.alive else "waiting"

    @property
    def troubles(self) -> tuple[Fault, ...]:
        """What is to be put right, each thing once: faults of the line process's list, and helpers that died."""
        listed = tuple(fault for fault in self.faults if fault.what != "line") if self.trusted else ()
        told = {fault.what for fault in listed}
        silent = sorted(self.dead - {"line"} - told) if self.connected else []
        return (*(Fault(process, "") for process in silent), *listed)


class LiveBoard:
    """Folds the bus into one `Snapshot` and wakes the streams that wait for the next one.

    Why one snapshot and no queue a stream: a slow browser skips to the newest state and costs no memory.
    """

    def __init__(self, bus: Bus, clock: Callable[[], datetime]) -> None:
        self._bus = bus
        self._clock = clock
        self._changed = threading.Condition()
        self._snapshot = Snapshot(today=clock().date().isoformat())
        self._closed = threading.Event()

    def now(self) -> datetime:
        """Civil time of the box, timezone-aware."""
        return self._clock()

    def snapshot(self) -> Snapshot:
        return self._snapshot

    def turn(self) -> bool:
        """Take what arrived on the bus; True where the board has changed."""
        messages = self._bus.received()
        now = self._clock()
        before = self._snapshot
        after = replace(before, connected=self._bus.connected(), today=now.date().isoformat())
        if before.connected and not after.connected:
            after = forget(after)
        for message in messages:
            after = fold(after, message)
        if messages:
            after = replace(after, last_news=now)
        if replace(after, last_news=None) == replace(before, last_news=None):
            self._snapshot = after  # a newer time of the last news alone wakes nobody
            return False
        with self._changed:
            self._snapshot = replace(after, version=before.version + 1)
            self._changed.notify_all()
        return True

    def run(self, stop: threading.Event, wait: Callable[[float], object], beat: Callable[[], None]) -> None:
        """Turn until `stop`; then end every waiting stream.

        `wait`: sleeps until a message has come, so many seconds at most; `beat`: called after each turn.
        """
        while not stop.is_set():
            wait(TURN_S)
            self.turn()
            beat()
        self.close()

    def wait(self, seen: int, seconds: float) -> Snapshot | None:
        """The snapshot as soon as its version is not `seen`; None where `seconds` pass first or the board closes."""
        with self._changed:
            self._changed.wait_for(lambda: self.closed or self._snapshot.version != seen, seconds)
            return self._snapshot if self._snapshot.version != seen and not self.closed else None

    def press(self, button: Button) -> bool:
        """Pass a button of the page to the line process; False where nobody would hear it."""
        if not self._snapshot.trusted or not self._bus.connected():
            return False
        self._bus.publish(Message("request/button", {"button": button.value, "by": "page"}))
        return True

    @property
    def closed(self) -> bool:
        return self._closed.is_set()

    def close(self) -> None:
        """End every waiting stream."""
        with self._changed:
            self._closed.set()
            self._changed.notify_all()


def fold(before: Snapshot, message: Message) -> Snapshot:
    """The snapshot after `message`; unchanged where the topic is not ours."""
    topic, payload = message.topic, message.payload
    if topic == "call/state":
        call = CallNews.read(payload)
        ended = before.call is not None and (call is None or call.call_id != before.call.call_id)
        return replace(before, call=call, calls_version=before.calls_version + int(ended))
    if topic == "call/event":
        listed = payload.get("type") in LISTED_BY
        return replace(before, calls_version=before.calls_version + int(listed))
    if topic == "line/state":
        return replace(before, line=LineNews.read(payload))
    if topic == "panel/state":
        return replace(before, panel=PanelNews.read(payload))
    if topic == "fault/state":
        return replace(before, faults=read_faults(payload))
    if topic == "clerk/state":
        return replace(before, free_mb=count_of(payload, "free_mb"))
    process, slash, rest = topic.partition("/")
    if slash and rest == "alive" and process in ("line", "speech", "clerk"):
        return _life(before, process, payload)
    return before


def _life(before: Snapshot, process: str, payload: Mapping[str, Any]) -> Snapshot:
    """The snapshot after a sign of life or a last will; with the line process dies all it told of a call."""
    if payload.get("alive") is True:
        return replace(before, alive=before.alive | {process}, dead=before.dead - {process})
    missed = process == "line" or payload.get("stopped") is not True  # a helper that was stopped on purpose is no fault
    dead = before.dead | {process} if missed else before.dead - {process}
    after = replace(before, alive=before.alive - {process}, dead=dead)
    if process != "line":
        return after
    return replace(after, call=None, panel=PanelNews(), calls_version=before.calls_version + 1)


def forget(before: Snapshot) -> Snapshot:
    """The snapshot without anything that could be false by now. Why: retained news comes again with the connection."""
    return replace(before, line=LineNews(), call=None, panel=PanelNews(), alive=frozenset(), dead=frozenset())
