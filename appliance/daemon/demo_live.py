"""The demo by the wall clock: real processes, a real pty or sound device, broker and page; a simulated exchange."""

from __future__ import annotations

import errno
import http.client
import socket
import threading
import time
from collections import deque
from contextlib import ExitStack
from pathlib import Path

from appliance.bus.mqtt import MqttBus
from appliance.daemon.broker import find_mosquitto
from appliance.daemon.demo_shop import DemoShop
from appliance.daemon.demo_story import Storyteller
from appliance.daemon.demo_watch import DemoWatch
from appliance.daemon.demo_wires import open_wires
from appliance.daemon.up import House as RunningHouse
from appliance.errors import OperatorError
from appliance.events import Button, Message
from appliance.exchange.pty_port import WallClock
from appliance.exchange.script_runner import House, ScriptRunner
from appliance.settings import WebSettings

SETTLE_S = 6.0
"""How long the box may take after the last call, seconds of line time. Why: busy tone, release, disk."""

PAGE_PATIENCE_S = 20.0
"""How long the page may take to answer, seconds. Why: two on a PC, eight on a busy Pi; then the calls go on without."""

LEAD_IN_S = 5.0
"""From the page's address to the first call, seconds. Why: time to click on it."""

ASK_S = 0.5
"""How long one look at the page may take, seconds."""

PORTS_TRIED = 20
"""How many ports above the wanted one are looked at for a suggestion."""

LAST_WORDS = 3
"""Lines of the log that are shown when a process has ended."""

WATCHED = ("line/state", "call/state", "call/event", "alert/event", "panel/state", "fault/state")


def refuse_taken_port(web: WebSettings) -> None:
    """Raises OperatorError where the page could not be served, with a port that would do."""
    refusal = _refusal(web.host, web.port)
    if refusal is None:
        return
    free = (port for port in range(web.port + 1, min(web.port + PORTS_TRIED, 65536)) if not _refusal(web.host, port))
    port = next(free, None)
    hint = f"; free is: --web-port {port}" if port else "; choose another with --web-port"
    words = "is used by another program (another demo?)" if refusal.errno == errno.EADDRINUSE else refusal.strerror
    raise OperatorError(f"the page cannot be served: port {web.port} of {web.host} {words}{hint}")


def _refusal(host: str, port: int) -> OSError | None:
    """Why nobody can listen there now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
            door.listen(1)
        except OSError as error:
            return error
    return None


def page_answers(web: WebSettings) -> bool:
    """Whether the page is there for a browser."""
    link = http.client.HTTPConnection(web.host, web.port, timeout=ASK_S)
    try:
        link.request("GET", "/")
        return link.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


class HouseLog:
    """What the processes say goes to a file: the terminal belongs to the story. Safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8")
        self._lock = threading.Lock()
        self._last: dict[str, deque[str]] = {}

    def write(self, text: str) -> None:
        process = text.partition("|")[0].strip()
        with self._lock:
            self._last.setdefault(process, deque(maxlen=LAST_WORDS)).append(text)
            if not self._file.closed:
                self._file.write(text + "\n")
                self._file.flush()

    def last_words(self, process: str) -> list[str]:
        with self._lock:
            return list(self._last.get(process, ()))

    def close(self) -> None:
        with self._lock:
            self._file.close()


class LiveDemo:
    """One demo: used as a context, everything runs inside it and nothing is left after it.

    Raises OperatorError where the page's port is taken or there is no broker.
    """

    def __init__(self, shop: DemoShop, story: Storyteller) -> None:
        refuse_taken_port(shop.settings.web)
        find_mosquitto()
        self.watch = DemoWatch(shop)
        self._shop = shop
        self._story = story
        self._web = shop.settings.web
        self._stack = ExitStack()
        self._mourned: set[str] = set()
        self._page_told_at: float | None = None
        self._ended_at: float | None = None

    def __enter__(self) -> LiveDemo:
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def _start(self, stack: ExitStack) -> None:
        shop = self._shop
        self._log = HouseLog(shop.folder / "log.txt")
        stack.callback(self._log.close)
        wires = open_wires(shop, stack)
        shop.exchange.attach(shop.terminal)
        self._story.begin(shop.script)
        self._clock = WallClock(shop.exchange.advance, wires.ports)
        self._house = stack.enter_context(RunningHouse(shop.settings, shop.config, self._log.write, wires.environment))
        if self._house.pid("bus") is None:  # a box would go on; a demo has nothing to tell then
            raise OperatorError("\n".join(words.partition("|")[2].strip() for words in self._log.last_words("bus")))
        self._bus = MqttBus(shop.settings.bus_socket, "demo", WATCHED)
        stack.callback(self._bus.close)
        self.runner = ScriptRunner(
            shop.exchange, shop.script, shop.voice, House(wires.unplug, wires.plug_in, self._press, self._ready)
        )
        shop.exchange.phone.summoned = self.watch.summoned
        stack.enter_context(self._clock)
        self._started_at = time.monotonic()

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def play(self, stop: threading.Event) -> None:
        """Until the script has ended or `stop`. A call that was cut short by `stop` is not judged."""
        while not (stop.is_set() or self.settled or self.broken):
            self.turn()
        if self.settled or self.broken:
            self.watch.finish(self.runner)

    def go_on(self, stop: threading.Event) -> None:
        """Keep the box up until `stop`."""
        while not (stop.is_set() or self.broken):
            self.turn()

    @property
    def settled(self) -> bool:
        """Whether the script has ended, and the box has had its time to finish."""
        return self._ended_at is not None and time.monotonic() - self._ended_at >= SETTLE_S

    @property
    def broken(self) -> bool:
        """Whether the exchange has died, which is our own fault: its traceback stands on the terminal."""
        return not self._clock.thread.is_alive()

    def turn(self) -> None:
        """Take the news of a tenth of a second."""
        self._bus.wait(0.1)
        for message in self._bus.received():
            self.watch.take(message)
            self._story.take(message)
        self.watch.follow(self.runner)
        self._story.follow(self.runner)
        self._look_at_page()
        self._look_at_house()
        if self.runner.finished and self._ended_at is None:
            self._ended_at = time.monotonic()

    def _look_at_page(self) -> None:
        """Tell the address as soon as the page can be opened."""
        if self._page_told_at is not None:
            return
        answers = page_answers(self._web)
        if answers or time.monotonic() - self._started_at >= PAGE_PATIENCE_S:
            self._story.page(f"http://{self._web.host}:{self._web.port}/", answers)
            self._page_told_at = time.monotonic()

    def _look_at_house(self) -> None:
        """Start again what has ended; say so the first time."""
        self._house.look()
        for name, child in self._house.children.items():
            if child.died_at is not None and name not in self._mourned:
                self._mourned.add(name)
                self._story.died(name, self._log.last_words(name))

    def _ready(self) -> bool:
        """Whether a call may come: the box is ready, the person has had time to open the page."""
        told_at = self._page_told_at
        return told_at is not None and time.monotonic() - told_at >= LEAD_IN_S and self.watch.ready()

    def _press(self, button: Button) -> None:
        self._bus.publish(Message("request/button", {"button": button.value, "by": "demo"}))
