"""The line process as it runs in a shop: a child, a pty or a sound device and pins, a broker, the clock on the wall."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
import threading
import time
import tty
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from appliance.bus.mqtt import MqttBus
from appliance.daemon.broker import Broker
from appliance.events import CallerIdentity
from appliance.exchange.adapter import SimAdapter
from appliance.exchange.adapter_faults import AdapterFaults
from appliance.exchange.adapter_optos import AdapterPin
from appliance.exchange.alsa_fifo import AlsaCard
from appliance.exchange.exchange import Call, CallPlan, Exchange, ExchangeOptions
from appliance.exchange.modem import SimModem
from appliance.exchange.pin_board import PinBoard, Wiring
from appliance.exchange.pty_port import PtyPort, WallClock
from appliance.store.calls import Store

PATIENCE_S = 25.0

CARD = "test_line"
"""The simulated sound card's name to alsa-lib."""

POLARITY_PIN = 13

ADAPTER: Mapping[str, Mapping[str, object]] = {
    "line": {"kind": "sound"},
    "adapter": {"capture": CARD, "polarity_pin": POLARITY_PIN},
}
"""Settings of a box with an adapter: `write_settings(**ADAPTER)`."""


def until(true: Callable[[], Any], seconds: float = PATIENCE_S, why: Callable[[], str] = lambda: "") -> None:
    give_up = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < give_up, f"waited {seconds} s in vain {why()}"
        time.sleep(0.02)


class Watch:
    """Somebody who listens to the bus: the newest of every topic, and all events."""

    def __init__(self, socket: Path) -> None:
        self.bus = MqttBus(socket, "probe", ("#",), announce=False)
        self.latest: dict[str, Mapping[str, Any]] = {}
        self.events: list[Mapping[str, Any]] = []

    def look(self) -> None:
        for message in self.bus.received():
            self.latest[message.topic] = message.payload
            if message.topic.endswith("/event"):
                self.events.append(message.payload)

    def get(self, topic: str, key: str) -> Any:
        self.look()
        return self.latest.get(topic, {}).get(key)

    def faults(self) -> dict[str, str]:
        return {row["what"]: row["why"] for row in self.get("fault/state", "faults") or ()}


class RealBox:
    """A folder with settings, and whatever of exchange, broker and line process a test has started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = folder / "modem"
        self.config = folder / "denwaban.toml"
        self.data = folder / "data"
        self.run = folder / "run"
        self.broker = Broker(self.run)
        self.child: subprocess.Popen[bytes] | None = None
        self.log = folder / "line.log"
        self.environment: dict[str, str] = {}  # of the line process, above our own
        self._closing: list[Callable[[], object]] = []
        self.write_settings()

    def write_settings(self, text: str = "", **more: Mapping[str, object]) -> None:
        """`text`, or settings that fit this box with `more` (section = {key: value}) over them."""
        sections: dict[str, dict[str, object]] = {
            "line": {"kind": "modem", "port": str(self.port), "country": "JP"},
            "paths": {"data": str(self.data), "run": str(self.run)},
            "web": {"language": "en"},
            "recording": {"min_free_mb": 50},
        }
        for section, values in more.items():
            sections.setdefault(section, {}).update(values)
        lines: list[str] = []
        for section, values in sections.items():
            lines += [f"[{section}]", *(f"{key} = {_toml(value)}" for key, value in values.items())]
        self.config.write_text(text or "\n".join(lines), encoding="utf-8")

    # ---- parts

    def start_exchange(self) -> None:
        """A simulated modem at `port`, and the exchange behind it, by the wall clock."""
        self.exchange = Exchange(ExchangeOptions(country="JP"))
        self.modem = SimModem("cx930xx", 0x00)
        self.plug = PtyPort(self.modem, self.port)
        self.exchange.attach(self.modem)
        self.wall = WallClock(self.exchange.advance, [self.plug])
        self.wall.start()
        self._closing += [self.plug.close, self.wall.stop]

    def start_adapter_exchange(self, faults: AdapterFaults | None = None) -> None:
        """A simulated adapter on the exchange: alsa-lib opens its card, gpiozero its pins, by the wall clock."""
        self.write_settings(**ADAPTER)
        self.exchange = Exchange(ExchangeOptions(country="JP"))
        self.adapter = SimAdapter("JP", faults)
        self.card = AlsaCard(self.adapter.card, self.folder / "alsa", CARD)
        inputs = {AdapterPin.RING: 5, AdapterPin.LOOP: 6, AdapterPin.POLARITY: POLARITY_PIN}
        self.board = PinBoard(self.adapter, self.folder / "pins", Wiring(inputs))
        self.environment = {**self.card.environment, **self.board.environment}
        self.exchange.attach(self.adapter)
        self.wall = WallClock(self.exchange.advance, [self.card, self.board])
        self.wall.start()
        self._closing += [self.card.close, self.board.close, self.wall.stop]

    def start_line(self, *options: str) -> None:
        """`denwaban line`."""
        command = [sys.executable, *options, "-m", "appliance", "--config", str(self.config), "line"]
        with self.log.open("ab") as log:
            environment = {**os.environ, **self.environment}
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment)

    def start_broker(self) -> None:
        self.broker.start()

    def watch(self) -> Watch:
        watch = Watch(self.broker.socket)
        self._closing.append(watch.bus.close)
        return watch

    def stranger_at_the_port(self, answer: Callable[[bytes], bytes]) -> None:
        """Something at the port that is no modem: says `answer` to whatever comes."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(os.ttyname(slave))
        gone = threading.Event()

        def serve() -> None:
            while not gone.is_set():
                with suppress(OSError, BlockingIOError):
                    if octets := os.read(master, 1024):
                        os.write(master, answer(octets))
                        continue
                time.sleep(0.01)

        os.set_blocking(master, False)
        thread = threading.Thread(target=serve, name="stranger", daemon=True)
        thread.start()

        def leave() -> None:
            gone.set()
            thread.join()
            with suppress(OSError):
                os.close(slave)
                os.close(master)
            self.port.unlink(missing_ok=True)

        self.stranger_leaves = leave
        self._closing.append(leave)

    # ---- what people do

    def call(self, number: str = "0661234567") -> Call:
        with self.wall.lock:
            return self.exchange.place_call(CallPlan(CallerIdentity(number=number)))

    def lift(self) -> None:
        with self.wall.lock:
            self.exchange.phone.lift()

    def hang_up(self, call: Call) -> None:
        """Everybody."""
        with self.wall.lock:
            call.caller.hang_up()
        time.sleep(2.5)
        with self.wall.lock:
            self.exchange.phone.replace()

    # ---- what became of it

    def alive(self) -> bool:
        return self.child is not None and self.child.poll() is None

    def said(self) -> str:
        """Everything that the line process wrote to its log."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def stop_line(self, seconds: float = 10) -> int:
        """End it as the service manager does; its exit status."""
        assert self.child is not None
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        return self.child.wait(seconds)

    def store(self) -> Store:
        store = Store(self.data)
        self._closing.append(store.close)
        return store

    def close(self) -> None:
        if self.child is not None and self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        for end in reversed(self._closing):
            end()
        self.broker.stop()


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


@pytest.fixture
def box(tmp_path: Path) -> Iterator[RealBox]:
    one = RealBox(tmp_path)
    yield one
    one.close()
