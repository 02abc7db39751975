"""The whole line process on the simulated exchange without waiting: same loop, same modem chat, virtual time.

Only two things differ from a box in a shop: octets go to the simulated modem (sound and pins to the simulated
adapter) without a cable, and the store is written in the loop's own thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from threading import Event
from typing import Protocol
from zoneinfo import ZoneInfo

from appliance.bus.memory import MemoryBroker, MemoryBus
from appliance.daemon.virtual_adapter import MemoryCard, MemoryPins
from appliance.daemon.wiring import LINE_HEARS, World, build_line
from appliance.edge.modem_line import ModemLine
from appliance.edge.panel_disabled import DisabledPanel
from appliance.edge.ports import LineDevice, Panel
from appliance.edge.sound_line import SoundLine
from appliance.events import Button, Message
from appliance.exchange.adapter import SimAdapter
from appliance.exchange.exchange import Exchange
from appliance.exchange.link import MemoryLink
from appliance.exchange.modem import SimModem
from appliance.settings import Settings
from appliance.store.recorder import Recorder
from appliance.store.scribe import SyncScribe
from appliance.units import BLOCK_SAMPLES, RATE_HZ, SampleIndex


class Stepping(Protocol):
    """Something with a clock of samples."""

    now: SampleIndex


@dataclass
class VirtualClock:
    """The exchange's time as the line's; civil time starts at `start`."""

    exchange: Stepping
    start: datetime = field(default_factory=lambda: datetime.now(UTC))
    zone: tzinfo | None = None

    def now(self) -> SampleIndex:
        return self.exchange.now

    def civil(self) -> datetime:
        return (self.start + timedelta(seconds=self.exchange.now / RATE_HZ)).astimezone(self.zone)


class NoWatchdog:
    """Nobody watches a virtual clock."""

    def ready(self) -> None:
        return

    def alive(self) -> None:
        return

    def status(self, text: str) -> None:
        return


class VirtualHouse:
    """A shop on the virtual clock: exchange, modem or adapter, line process, bus. `advance` lets time pass for all."""

    def __init__(
        self,
        settings: Settings,
        exchange: Exchange,
        terminal: SimModem | SimAdapter,
        panel: Panel | None = None,
        start: datetime | None = None,
    ) -> None:
        self.settings = settings
        self.exchange = exchange
        self.terminal = terminal
        self.broker = MemoryBroker()
        self.page = MemoryBus("web", ("#",), self.broker)
        zone = ZoneInfo(settings.hours.timezone) if settings.hours.timezone else None
        self.clock = VirtualClock(exchange, start or datetime.now(UTC), zone)
        self.panel = panel or DisabledPanel()
        self._reset_wanted = Event()  # asked for beside the loop, done between two steps of the line
        exchange.attach(terminal)
        world = World(
            clock=self.clock,
            device=self._device(terminal),
            panel=self.panel,
            bus=MemoryBus("line", LINE_HEARS, self.broker),
            scribe=lambda store, out: SyncScribe(store, out.publish),
            watchdog=NoWatchdog(),
            recorder=lambda chosen: Recorder(chosen.paths.data, chosen.recording.min_free_mb, threaded=False),
        )
        self.loop = build_line(settings, world)

    def _device(self, terminal: SimModem | SimAdapter) -> LineDevice:
        """The driver of the line, as the settings choose it in a shop."""
        if isinstance(terminal, SimModem):
            return ModemLine(self.settings.line, lambda: MemoryLink(terminal), self._reset_wanted.set)
        return SoundLine(self.settings, lambda: MemoryCard(terminal), lambda: MemoryPins(terminal))

    def advance(self, n: int = BLOCK_SAMPLES) -> None:
        """Let `n` samples pass: first on the line, then in the box."""
        if self._reset_wanted.is_set() and isinstance(self.terminal, SimModem):
            self._reset_wanted.clear()
            self.terminal.power_cycle()
        self.exchange.advance(n)
        self.loop.step()

    def advance_until(self, done: Callable[[], bool], limit_s: float) -> bool:
        """Let time pass until `done`; False where that takes longer than `limit_s` of line time."""
        until = self.exchange.now + int(limit_s * RATE_HZ)
        while not done():
            if self.exchange.now >= until:
                return False
            self.advance()
        return True

    def press(self, button: Button) -> None:
        """Press a button of the page."""
        self.page.publish(Message("request/button", {"button": button.value, "by": "page"}))

    def state(self, topic: str) -> dict[str, object]:
        """The retained payload of a topic; empty where nothing was said yet."""
        message = self.broker.retained.get(topic)
        return dict(message.payload) if message else {}

    def idle(self) -> bool:
        """Whether the next call can come."""
        return self.state("line/state").get("state") == "ready" and self.state("call/state").get("state") == "idle"

    def close(self) -> None:
        self.loop.close()
