"""`denwaban demo`: the whole box on the simulated exchange, by the wall clock or without waiting."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from appliance.bus.mqtt import MqttBus
from appliance.daemon.demo_report import table
from appliance.daemon.demo_shop import DemoOptions, DemoShop, choose_script
from appliance.daemon.demo_story import Storyteller
from appliance.daemon.demo_watch import DemoWatch
from appliance.daemon.up import House as RunningHouse
from appliance.daemon.virtual import VirtualHouse
from appliance.events import Button, Message
from appliance.exchange.pty_port import PtyPort, WallClock
from appliance.exchange.script_runner import House, ScriptRunner
from appliance.units import BLOCK_SAMPLES, RATE_HZ

__all__ = ["DemoOptions", "run_demo"]

Tell = Callable[[str], None]

SETTLE_S = 6.0
"""How long the box may take after the last call, seconds of line time. Why: busy tone, release, disk."""

WATCHED = ("line/state", "call/state", "call/event", "panel/state", "fault/state")


def run_demo(options: DemoOptions, tell: Tell, stop: threading.Event) -> int:
    """Play the script; 0 where every call went as it should."""
    script = choose_script(options)
    folder = options.keep or Path(tempfile.mkdtemp(prefix="denwaban-demo-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        shop = DemoShop(script, options, folder)
        watch = (_run_fast if options.fast else _run_live)(shop, options, tell, stop)
        if options.keep:
            shop.exchange.export_sound(folder / "heard")
            (folder / "modem.txt").write_text(shop.modem.transcript.text(), encoding="utf-8")
            tell(f"kept: {folder} (data/, heard/, modem.txt)")
        agree = len(watch.verdicts) == len(script.calls) and all(verdict.agrees for verdict in watch.verdicts)
        return 0 if agree else 1
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)


def _run_fast(shop: DemoShop, options: DemoOptions, tell: Tell, stop: threading.Event) -> DemoWatch:
    started = time.monotonic()
    watch = play_fast(shop, stop)
    _tell_result(watch, tell)
    line_s, real_s = shop.exchange.now / RATE_HZ, time.monotonic() - started
    tell(f"{line_s:.0f} s on the line in {real_s:.1f} s")
    return watch


def play_fast(shop: DemoShop, stop: threading.Event) -> DemoWatch:
    """Live through the script on the virtual clock; every call is judged."""
    house = VirtualHouse(shop.settings, shop.exchange, shop.modem)
    watch = DemoWatch(shop)

    def advance() -> None:
        house.advance(BLOCK_SAMPLES)
        for message in house.page.received():
            watch.take(message)

    plugs = House(shop.modem.power_off, shop.modem.power_cycle, house.press, watch.ready)
    runner = ScriptRunner(shop.exchange, shop.script, shop.voice, plugs)
    shop.exchange.phone.summoned = watch.summoned
    while not runner.finished and not stop.is_set():
        advance()
        watch.follow(runner)
    for _ in range(int(SETTLE_S * RATE_HZ / BLOCK_SAMPLES)):
        advance()
    watch.finish(runner)
    house.close()
    return watch


def _run_live(shop: DemoShop, options: DemoOptions, tell: Tell, stop: threading.Event) -> DemoWatch:
    watch, story = DemoWatch(shop), Storyteller(tell, terminal_language(), shop.script.country)
    log = (shop.folder / "log.txt").open("w", encoding="utf-8")
    with ExitStack() as stack:
        stack.enter_context(log)
        port = PtyPort(shop.modem, shop.port)
        stack.callback(port.close)
        shop.exchange.attach(shop.modem)
        clock = WallClock(shop.exchange.advance, [port])
        house = stack.enter_context(RunningHouse(shop.settings, shop.config, lambda text: _log(log, text)))
        bus = MqttBus(shop.settings.bus_socket, "demo", WATCHED)
        stack.callback(bus.close)

        def press(button: Button) -> None:
            bus.publish(Message("request/button", {"button": button.value, "by": "demo"}))

        plugs = House(port.unplug, port.plug_in, press, watch.ready)
        runner = ScriptRunner(shop.exchange, shop.script, shop.voice, plugs)
        shop.exchange.phone.summoned = watch.summoned
        stack.enter_context(clock)
        story.begin(shop.script, f"http://{shop.settings.web.host}:{shop.settings.web.port}/")
        ended_at: float | None = None
        while not stop.is_set() and (ended_at is None or time.monotonic() - ended_at < SETTLE_S):
            bus.wait(0.1)
            for message in bus.received():
                watch.take(message)
                story.take(message)
            watch.follow(runner)
            story.follow(runner)
            house.look()
            if runner.finished and ended_at is None:
                ended_at = time.monotonic()
        watch.finish(runner)
        _tell_result(watch, tell)
        if (options.stay or sys.stdin.isatty()) and not stop.is_set():
            story.stay()
            while not stop.wait(0.5):
                house.look()
    return watch


def terminal_language() -> str:
    """The language of the person at the terminal. Spec: POSIX, LC_ALL before LC_MESSAGES before LANG."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "ja" if spoken.startswith("ja") else "en"


def _log(log: TextIO, text: str) -> None:
    """What the processes say goes to a file: the terminal belongs to the story."""
    log.write(text + "\n")
    log.flush()


def _tell_result(watch: DemoWatch, tell: Tell) -> None:
    tell("")
    for line in table(watch.verdicts):
        tell(line)
