"""Settings to running objects, on one screen. Who talks to whom is decided here and nowhere else."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Event

from sqlalchemy.exc import SQLAlchemyError

import appliance
from appliance.alert.lamp import LampState
from appliance.bus.mqtt import MqttBus
from appliance.call.hours import parse_hours
from appliance.call.machine import CallConfig, CallMachine
from appliance.daemon.ledger import Ledger, LedgerParts, Scribe
from appliance.daemon.line_loop import LineLoop, LineParts
from appliance.edge.host_clock import HostClock
from appliance.edge.modem_line import ModemLine
from appliance.edge.panel_gpiozero import open_panel
from appliance.edge.ports import Bus, Clock, LineDevice, Panel, Watchdog
from appliance.edge.serial_link import PySerialLink
from appliance.edge.sounds import read_wav
from appliance.edge.usb_reset import UsbReset
from appliance.edge.watchdog import ServiceWatchdog
from appliance.errors import HouseError, OperatorError
from appliance.events import FaultRaised, Prompt
from appliance.guide.prompts import language_for, sound_file
from appliance.line.ear import Ear
from appliance.settings import Settings
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


def build_line(settings: Settings, world: World) -> LineLoop:
    """The line loop with all it drives. The data directory exists and its database is up to date."""
    store = Store(settings.paths.data)
    hours = parse_hours(settings.hours.open)
    ledger = Ledger(LedgerParts(world.clock, store, world.scribe(store, world.bus), world.bus, settings, hours.is_open))
    loop = LineLoop(
        LineParts(
            clock=world.clock,
            device=world.device,
            machine=CallMachine(CallConfig.of(settings)),
            recorder=Recorder(settings.paths.data, settings.recording.min_free_mb),
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
    bus = MqttBus(settings.bus_socket, "line", LINE_HEARS)
    trouble = prepare_data(settings)
    panel, note = open_panel(settings.panel)
    line = settings.line
    world = World(
        clock=HostClock(settings.hours.timezone),
        device=ModemLine(line, lambda: PySerialLink(line.port, line.baud), UsbReset(line.port, line.usb_reset)),
        panel=panel,
        bus=bus,
        scribe=lambda store, out: ThreadScribe(store, out.publish),
        watchdog=ServiceWatchdog(),
    )
    loop = build_line(settings, world)
    for what, why in (("data", trouble), ("panel", note if settings.panel.driver != "auto" else "")):
        if why:
            loop.take(FaultRaised(SampleIndex(0), what, why))
    if note:
        log.info("%s", note)
    log.info("line: %s on %s, %s", line.kind, line.port, line.country)
    loop.run(stop)
    return 0


def run_clerk(settings: Settings, stop: Event) -> int:
    """Look after finished recordings until `stop`."""
    from appliance.daemon.clerk import run_clerk as run

    bus = MqttBus(settings.bus_socket, "clerk")
    try:
        run(settings, bus, ServiceWatchdog(), stop)
    finally:
        bus.close()
    return 0
