"""A shop for measuring: real processes, a real pty, a real broker; the simulated exchange on the wall clock."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from appliance.bus.mqtt import MqttBus
from appliance.daemon.up import House
from appliance.daemon.wiring import prepare_data
from appliance.desk.contacts import Contact, lookup_key
from appliance.errors import HouseError
from appliance.events import CallerIdentity, Message
from appliance.exchange.ears import Pcm
from appliance.exchange.exchange import Call, CallPlan, Exchange, ExchangeOptions
from appliance.exchange.modem import SimModem
from appliance.exchange.pty_port import PtyPort, WallClock
from appliance.settings import Settings, check
from appliance.store.calls import Store
from appliance.units import RATE_HZ, SampleIndex
from bench.tap import Tap

MODEM = ("cx930xx", 0x00)
"""Profile and country (Spec: ITU-T T.35) of the modem. Why: one that takes Japanese numbers."""

LOOK_S = 0.25
"""How often the house looks after its processes, seconds. Why: `denwaban up` does so every 0.5 s."""

POLL_S = 0.005
"""How often a condition is looked at while waiting, seconds."""

KNOWN = "0312345678"
"""A customer's number: the call is recorded without a notice (policy.known = "skip")."""

NOISE_PEAK = 6000
"""Of the callers' sound, 16-bit steps. Why: as loud as speech; all codes of the modem come up, 0x10 among them."""


class BenchFailed(HouseError):
    """A call did not go as a measurement needs it."""


@dataclass(frozen=True)
class Heard:
    """A message of the bus and when it came (time.monotonic)."""

    clock_s: float
    message: Message


class News:
    """Everything said on the bus since `forget`, stamped on arrival."""

    def __init__(self, socket_path: Path) -> None:
        self._bus = MqttBus(socket_path, "bench", ("#",), announce=False)
        self._changed = threading.Condition()
        self._heard: list[Heard] = []
        self._latest: dict[str, Message] = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="bench news", daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        while not self._ending.is_set():
            if self._bus.wait(0.1):
                clock_s = time.monotonic()
                messages = self._bus.received()
                with self._changed:
                    self._heard += [Heard(clock_s, message) for message in messages]
                    self._latest.update({message.topic: message for message in messages})
                    self._changed.notify_all()

    def forget(self) -> None:
        with self._changed:
            self._heard.clear()

    def wait(self, wanted: Callable[[Message], bool], limit_s: float) -> Heard | None:
        """The first message since `forget` that is `wanted`; None where none comes within `limit_s`."""
        with self._changed:
            self._changed.wait_for(lambda: any(wanted(heard.message) for heard in self._heard), limit_s)
            return next((heard for heard in self._heard if wanted(heard.message)), None)

    def now(self, topic: str, field_name: str = "state") -> str:
        """A field of the newest message of a topic; empty where there is none."""
        with self._changed:
            message = self._latest.get(topic)
        return str(message.payload.get(field_name, "")) if message else ""

    def forget_states(self, *topics: str) -> None:
        """What was retained may be the last word of a dead process: wait for news. No topics: of all."""
        with self._changed:
            for topic in topics or list(self._latest):
                self._latest.pop(topic, None)

    def close(self) -> None:
        self._ending.set()
        self._thread.join()
        self._bus.close()


@dataclass
class Shop:
    """One shop. Use it as a context; the thread that enters it keeps the broker alive."""

    folder: Path
    settings_values: Mapping[str, object] = field(default_factory=dict)
    processes: tuple[str, ...] = ("line",)
    house_up: bool = False
    _looked_s: float = 0.0

    def __enter__(self) -> Shop:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.config = self.folder / "denwaban.toml"
        self.config.write_text(self._config(), encoding="utf-8")
        self.settings: Settings = check(self.config.read_text(encoding="utf-8"))
        trouble = prepare_data(self.settings)
        if trouble:
            raise BenchFailed(trouble)
        self.store = Store(self.settings.paths.data)
        self.store.put_contact(Contact(lookup_key(KNOWN, "JP"), "客", listing="known"), datetime.now(UTC))
        self.tap = Tap()
        self.modem = SimModem(*MODEM, transcript=self.tap)
        self.exchange = Exchange(ExchangeOptions())
        self.exchange.attach(self.modem)
        self.log = (self.folder / "log.txt").open("a", encoding="utf-8")
        with ExitStack() as stack:
            stack.callback(self.log.close)
            stack.callback(self.store.close)
            port = PtyPort(self.modem, self.folder / "modem")
            stack.callback(port.close)
            self.clock = stack.enter_context(WallClock(self.exchange.advance, [port]))
            self.house = stack.enter_context(House(self.settings, self.config, self._note, processes=self.processes))
            self.house_up = True
            self.news = News(self.settings.bus_socket)
            stack.callback(self.news.close)
            self.until(self.idle, 30, "the box to be ready")
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self.house_up = False
        self._stack.close()

    def _note(self, text: str) -> None:
        if not self.log.closed:
            self.log.write(text + "\n")
            self.log.flush()

    def _config(self) -> str:
        values: dict[str, object] = {
            "line.port": str(self.folder / "modem"),
            "web.port": free_port(),
            "recording.min_free_mb": 50,
            "panel.driver": "disabled",
            "paths.data": str(self.folder / "data"),
            "paths.run": str(self.folder / "run"),
            **self.settings_values,
        }
        sections: dict[str, list[str]] = {}
        for name, value in values.items():
            section, key = name.split(".")
            sections.setdefault(section, []).append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
        return "\n".join(f"[{section}]\n" + "\n".join(lines) + "\n" for section, lines in sections.items())

    def pid(self, name: str) -> int:
        """The process id of a process of the box or of its broker ("bus"). Raises `BenchFailed` where it is dead."""
        pid = self.house.pid(name)
        if pid is None:
            raise BenchFailed(f"{name} does not run; see {self.folder}/log.txt")
        return pid

    # ---- waiting

    def until(self, true: Callable[[], bool], limit_s: float, what: str) -> None:
        """Wait until it is true. Raises `BenchFailed` where that takes longer than `limit_s`."""
        give_up = time.monotonic() + limit_s
        while not true():
            if time.monotonic() > give_up:
                raise BenchFailed(f"waited {limit_s:g} s in vain for {what}; see {self.folder}/log.txt")
            self.sleep(POLL_S)

    def await_news(self, wanted: Callable[[Message], bool], limit_s: float, what: str) -> Heard:
        """As `News.wait`. Raises `BenchFailed`."""
        heard = self.news.wait(wanted, limit_s)
        if heard is None:
            raise BenchFailed(f"waited {limit_s:g} s in vain for {what}; see {self.folder}/log.txt")
        return heard

    def idle(self) -> bool:
        """Whether the next call can come."""
        return self.news.now("line/state") == "ready" and self.news.now("call/state") == "idle"

    def sleep(self, seconds: float) -> None:
        """Let the wall clock run; what has died is started again meanwhile."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(left, LOOK_S))
            if self.house_up and time.monotonic() - self._looked_s > LOOK_S:
                self._looked_s = time.monotonic()
                self.house.look()

    # ---- what people do

    def place_call(self, number: str, sound: Pcm | None = None) -> Call:
        """Somebody dials the shop, and will speak `sound` once somebody answers."""
        with self.clock.lock:
            call = self.exchange.place_call(CallPlan(CallerIdentity(number=number), name=f"caller {number}"))
            if sound is not None:
                call.caller.say(sound)
        return call

    def lift(self) -> tuple[float, SampleIndex]:
        """Staff lift the telephone; when, on the machine's clock and on the exchange's."""
        with self.clock.lock:
            self.exchange.phone.lift()
            return time.monotonic(), self.exchange.now

    def replace(self) -> None:
        with self.clock.lock:
            self.exchange.phone.replace()

    def hang_up(self, call: Call) -> None:
        with self.clock.lock:
            call.caller.hang_up()

    def line(self) -> str:
        """What the line is doing, as the exchange sees it."""
        return self.exchange.state.value

    def clear(self, call: Call, replace_first: bool = False) -> None:
        """End a call from both sides and wait until the box is idle again."""
        self.hang_up(call)
        if not replace_first:
            self.until(lambda: not self.modem.off_hook, 15, "the modem to go on-hook")
        self.replace()
        self.until(self.idle, 30, "the box to be idle")


def noise(seed: int, seconds: float) -> Pcm:
    """A sound that is like no other: int16, shape (n,), 8 kHz."""
    random = np.random.default_rng(seed)
    return random.integers(-NOISE_PEAK, NOISE_PEAK, int(seconds * RATE_HZ), dtype=np.int16)


def free_port() -> int:
    """A TCP port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
