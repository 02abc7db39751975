"""Settings to running objects, on one screen. Who talks to whom is decided here and nowhere else."""

from __future__ import annotations

import fcntl
import logging
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event
from typing import IO

from sqlalchemy.exc import SQLAlchemyError

import appliance
from appliance.alert.lamp import LampState
from appliance.bus.mqtt import MqttBus
from appliance.call.hours import parse_hours
from appliance.call.machine import CallConfig, CallMachine
from appliance.daemon.ledger import Ledger, LedgerParts, Scribe
from appliance.daemon.line_loop import LineLoop, LineParts
from appliance.edge.alsa_card import AlsaCard, load_alsa
from appliance.edge.host_clock import HostClock, is_synchronised
from appliance.edge.line_pins_gpiozero import GpiozeroLinePins
from appliance.edge.modem_line import ModemLine
from appliance.edge.panel_disabled import DisabledPanel
from appliance.edge.panel_gpiozero import open_panel
from appliance.edge.ports import Bus, Clock, LineDevice, Panel, Watchdog
from appliance.edge.serial_link import PySerialLink
from appliance.edge.sound_line import SoundLine
from appliance.edge.sounds import read_wav
from appliance.edge.usb_reset import UsbReset
from appliance.edge.watchdog import ServiceWatchdog
from appliance.errors import HouseError, LineGone, OperatorError
from appliance.events import FaultRaised, Prompt
from appliance.guide.prompts import language_for, sound_file
from appliance.line.ear import Ear
from appliance.settings import Settings
from appliance.store import places
from appliance.store.calls import Store
from appliance.store.mend import mend
from appliance.store.migrate import upgrade
from appliance.store.recorder import Recorder
from appliance.store.scribe import Scribe as ThreadScribe
from appliance.store.scribe import SyncScribe
from appliance.units import SampleIndex

log = logging.getLogger(__name__)

LINE_HEARS = ("request/button", "web/alive", "clerk/alive")
"""What the line process takes from the bus."""

LOOK_UP_MS = 50
"""How long the look-up of a caller may wait for a lock, milliseconds. Why: the line loop waits with it."""

DIED = 70
"""Exit status after a thread died. Spec: sysexits.h EX_SOFTWARE."""

GUIDE = Path(appliance.__file__).parent / "guide"


@dataclass(frozen=True)
class World:
    """What differs between a box in a shop and the virtual clock: everything below the line loop."""

    clock: Clock
    device: LineDevice
    panel: Panel
    bus: Bus
    scribe: Callable[[Store, Bus], Scribe]
    watchdog: Watchdog
    recorder: Callable[[Settings], Recorder]
    clock_is_set: Callable[[], bool] = lambda: True


def build_line(settings: Settings, world: World) -> LineLoop:
    """The line loop with all it drives. The data directory exists and its database is up to date."""
    reader = Store(settings.paths.data, busy_ms=LOOK_UP_MS)
    hours = parse_hours(settings.hours.open)
    ledger = Ledger(
        LedgerParts(
            clock=world.clock,
            store=reader,
            scribe=world.scribe(Store(settings.paths.data), world.bus),
            bus=world.bus,
            settings=settings,
            is_open=hours.is_open,
            clock_is_set=world.clock_is_set,
        )
    )
    loop = LineLoop(
        LineParts(
            clock=world.clock,
            device=world.device,
            machine=CallMachine(CallConfig.of(settings)),
            recorder=world.recorder(settings),
            ear=Ear(settings.line.country),
            lamp=LampState(),
            panel=world.panel,
            bus=world.bus,
            ledger=ledger,
            prompts=load_prompts(settings.line.country),
            watchdog=world.watchdog,
            quiet_at=quiet_hours(settings),
        )
    )
    return loop


def quiet_hours(settings: Settings) -> Callable[[datetime], bool]:
    """Whether the buzzer is to be silent at a civil time."""
    return parse_hours(settings.panel.quiet_hours).covers


def panel_or_none(settings: Settings) -> tuple[Panel, str]:
    """The panel, or none and why: a lamp that cannot be lit must not cost the shop its calls."""
    try:
        return open_panel(settings.panel)
    except OperatorError as error:
        return DisabledPanel(), f"no lamps and buttons: {error}"


def line_device(settings: Settings, clock: Clock) -> LineDevice:
    """What connects the box to the line. Raises: OperatorError where a library for it is missing."""
    line, adapter = settings.line, settings.adapter
    if line.kind == "modem":
        return ModemLine(line, lambda: PySerialLink(line.port, line.baud), UsbReset(line.port, line.usb_reset))
    load_alsa()
    return SoundLine(
        settings,
        lambda: AlsaCard(adapter.capture, None if adapter.listens_only else adapter.playback, clock),
        lambda: GpiozeroLinePins(adapter, clock),
    )


def let_go(settings: Settings) -> None:
    """Open the hook relay, whatever an earlier life left.

    Why: the kernel of a Raspberry Pi leaves an output as it was driven when its process is killed (raspberrypi/linux
    pull 6150), and the shop's line would be busy until somebody pulls the plug. Raises: OperatorError, LineGone.
    """
    if settings.line.kind == "sound" and not settings.adapter.listens_only:
        GpiozeroLinePins(settings.adapter, HostClock()).close()


def load_prompts(country: str) -> Mapping[Prompt, bytes]:
    """The sound of every prompt. A missing one is told and left out: a call must be taken even without its words."""
    sounds: dict[Prompt, bytes] = {}
    for prompt in Prompt:
        try:
            sounds[prompt] = read_wav(GUIDE / sound_file(prompt, language_for(country)))
        except OperatorError as error:
            log.error("%s cannot be said: %s", prompt, error)
    return sounds


def prepare_data(settings: Settings) -> str:
    """Bring the database up to date and mend what a crash left. What went wrong, in words; calls are taken anyway."""
    try:
        upgrade(settings.paths.data)
        store = Store(settings.paths.data)
        SyncScribe(store, lambda _: None).close()  # brings in what an earlier life could not store: before mending
        for mended in mend(settings.paths.data, store):
            log.info("mended %s: %s", mended.file or mended.call_id, mended.what)
        store.close()
    except (HouseError, SQLAlchemyError, OSError) as error:
        log.error("the data directory is not in order: %s", error)
        return f"the data directory is not in order: {error}"
    return ""


def run_line(settings: Settings, stop: Event) -> int:
    """Take calls until `stop`. Raises OperatorError for settings that this machine cannot fulfil."""
    threads = DeadlyThreads(stop)
    lock = take_lock(settings.paths.data)
    with suppress(OperatorError, LineGone):  # the line tells it, and tries again
        let_go(settings)
    trouble = prepare_data(settings)
    bus = MqttBus(settings.bus_socket, "line", LINE_HEARS)
    panel, note = panel_or_none(settings)
    line, clock = settings.line, HostClock(settings.hours.timezone)
    world = World(
        clock=clock,
        device=line_device(settings, clock),
        panel=panel,
        bus=bus,
        scribe=lambda store, out: ThreadScribe(store, out.publish),
        watchdog=ServiceWatchdog(),
        recorder=lambda chosen: Recorder(chosen.paths.data, chosen.recording.min_free_mb),
        clock_is_set=is_synchronised,
    )
    loop = build_line(settings, world)
    for what, why in (("data", trouble), ("panel", note if has_gpio() or settings.panel.driver == "gpiozero" else "")):
        if why:
            loop.take(FaultRaised(SampleIndex(0), what, why))
    if note:
        log.info("%s", note)
    device = settings.adapter.capture if line.kind == "sound" else line.port
    log.info("line: %s on %s, %s", line.kind, device, line.country)
    loop.run(stop)
    if lock is not None:
        lock.close()
    return threads.status


class DeadlyThreads:
    """Lets the process end in good order when one of its threads dies of a bug; it is started again."""

    def __init__(self, stop: Event) -> None:
        self.status = 0
        self._stop = stop
        threading.excepthook = self._died

    def _died(self, death: threading.ExceptHookArgs) -> None:
        name = death.thread.name if death.thread else "?"
        log.critical("the thread %s died", name, exc_info=death.exc_value)
        self.status = DIED
        self._stop.set()


def take_lock(data: Path) -> IO[str] | None:
    """Keep a second line process away from this data directory; None where the disk cannot say.

    Raises: OperatorError where another one is at work.
    """
    try:
        places.make_directories(data)
        lock = (data / "line.lock").open("w")
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise OperatorError(f"another denwaban line works with {data}; stop it first") from None
    except OSError as error:
        log.error("no lock on %s: %s", data, error)
        return None
    return lock


def has_gpio() -> bool:
    """Whether this machine has pins, so that lamps are to be expected."""
    return any(Path("/dev").glob("gpiochip*"))


def run_clerk(settings: Settings, stop: Event) -> int:
    """Look after finished recordings until `stop`."""
    from appliance.daemon.clerk import run_clerk as run

    threads = DeadlyThreads(stop)
    bus = MqttBus(settings.bus_socket, "clerk")
    try:
        run(settings, bus, ServiceWatchdog(), stop)
    finally:
        bus.close()
    return threads.status
