"""The simulated modem on a real pseudo-terminal, and the wall clock that drives an exchange.

Spec: LINE_HARDWARE.md 4.1.
"""

from __future__ import annotations

import errno
import os
import pty
import re
import select
import termios
import threading
import time
import tty
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeVar

from appliance.errors import HouseError
from appliance.exchange.link import HostSide
from appliance.units import RATE_HZ, SampleIndex

BAUD = {getattr(termios, name): int(name[1:]) for name in dir(termios) if re.fullmatch(r"B\d+", name)}
"""Speed in bit/s of each termios constant."""

CHUNK_OCTETS = 512
"""Octets moved at once towards the client. Why: a few USB packets; the line discipline takes them whole."""

CATCH_UP_S = 0.2
"""Most of a stall that is made up; the rest is skipped. Why: a burst of seconds of sound is nothing a line does."""


Moved = TypeVar("Moved")


class PtyPort:
    """A pty whose slave stands at `path` (a symlink) and speaks with a modem. Safe to use from two threads."""

    def __init__(self, modem: HostSide, path: Path) -> None:
        self.modem = modem
        self.path = path
        self.lock = threading.RLock()
        self.master: int | None = None
        self.served = False  # a client was there at the last pump
        self.waiting = b""  # read from the modem, not yet taken by the line discipline
        self.open()

    def open(self) -> None:
        """A new pty. Raw from the start, or what the modem says before a client comes would be echoed back to it."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        beside = self.path.with_name(f"{self.path.name}.new")
        beside.unlink(missing_ok=True)
        beside.symlink_to(os.ttyname(slave))
        beside.replace(self.path)
        os.close(slave)
        self.master, self.waiting = master, b""

    @property
    def plugged(self) -> bool:
        return self.master is not None

    def pump(self, now: SampleIndex) -> None:
        """Move what can be moved both ways; `now` is the modem's instant (its own clock stamps the octets)."""
        with self.lock:
            if self.master is None:
                return
            if not self.has_client(self.master):
                self.client_left(self.master)
                return
            self.served = True
            self.modem.host_baud = self.baud(self.master)
            self.to_modem(self.master)
            self.to_client(self.master)

    def client_left(self, master: int) -> None:
        """Nobody listens: what the modem says is lost, and the end of a client drops DTR as the real port does."""
        self.waiting = b""
        self.modem.host_read()
        if self.served:
            self.served = False
            while tried(lambda: os.read(master, CHUNK_OCTETS)):
                pass  # what it still had to say
            self.modem.drop_dtr()

    @staticmethod
    def has_client(master: int) -> bool:
        """False while nobody has the slave open."""
        poll = select.poll()
        poll.register(master, select.POLLIN)
        return not any(events & select.POLLHUP for _, events in poll.poll(0))

    @staticmethod
    def baud(master: int) -> int:
        """The speed that the client has set."""
        return BAUD.get(termios.tcgetattr(master)[5], 0)

    def to_modem(self, master: int) -> None:
        """As many octets as the modem has room for; the rest stays in the kernel and holds up the client."""
        while (room := self.modem.host_room()) > 0:
            octets = tried(lambda room=room: os.read(master, room))  # type: ignore[misc]
            if not octets:
                return
            self.modem.host_write(octets)

    def to_client(self, master: int) -> None:
        """As many octets as the line discipline takes; the rest stays in the modem until that overruns."""
        while True:
            if not self.waiting:
                self.waiting = self.modem.host_read(CHUNK_OCTETS)
            if not self.waiting:
                return
            sent = tried(lambda: os.write(master, self.waiting))
            if not sent:
                return
            self.waiting = self.waiting[sent:]

    def unplug(self) -> None:
        """Pull the cable: the client's file is dead, the path is gone, the modem without power."""
        with self.lock:
            self.modem.power_off()
            self.close()

    def plug_in(self, path: Path | None = None) -> None:
        """Put it back, perhaps under another name: a new pty, a freshly started modem."""
        with self.lock:
            self.close()
            self.path = path or self.path
            self.modem.power_cycle()
            self.open()

    def close(self) -> None:
        with self.lock:
            if self.master is not None:
                os.close(self.master)
                self.path.unlink(missing_ok=True)
            self.master = None


def tried(move: Callable[[], Moved]) -> Moved | None:
    """The result of a read or write that may find the pipe full, empty or without a client: then None."""
    try:
        return move()
    except BlockingIOError:
        return None
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        return None


class Pumped(Protocol):
    """Something between the exchange and another process that is to be moved on by the wall clock."""

    def pump(self, now: SampleIndex) -> None: ...


class WallClock:
    """Steps an exchange by absolute wall-clock time in a thread of its own and pumps its ports.

    `step(n)` is called with the samples to advance. `lock` is held meanwhile: take it to touch the exchange.
    """

    def __init__(self, step: Callable[[int], object], ports: Sequence[Pumped] = (), step_ms: int = 10) -> None:
        self.step = step
        self.ports = ports
        self.samples = RATE_HZ * step_ms // 1000
        self.lock = threading.RLock()
        self.now = SampleIndex(0)
        self.skipped = 0  # samples of wall-clock time that were not lived through
        self.stopping = threading.Event()
        self.ended = False
        self.thread = threading.Thread(target=self.run, name="exchange clock", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def run(self) -> None:
        """Until stopped: sleep to the next step, live through it, pump."""
        period = self.samples / RATE_HZ
        due = time.monotonic() + period
        while not self.stopping.wait(max(0.0, due - time.monotonic())):
            behind = time.monotonic() - due
            if behind > CATCH_UP_S:
                steps = int((behind - CATCH_UP_S) / period) + 1
                self.skipped += steps * self.samples
                due += steps * period
            self.beat()
            due += period
        self.ended = True

    def beat(self) -> None:
        """One step."""
        with self.lock:
            self.step(self.samples)
            self.now = SampleIndex(self.now + self.samples)
            for port in self.ports:
                port.pump(self.now)

    def stop(self) -> None:
        """End the thread and wait for it. Raises HouseError where it had died of an error before."""
        self.stopping.set()
        self.thread.join()
        if not self.ended:
            raise HouseError("the clock of the exchange died; its traceback stands above")

    def __enter__(self) -> WallClock:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
