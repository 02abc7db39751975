"""`denwaban up`: the whole box in the foreground, one child a process, in order; stopped in reverse."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from appliance.daemon.broker import Broker, BrokerError, die_with_parent
from appliance.errors import OperatorError
from appliance.settings import Settings

PROCESSES = ("line", "web", "clerk")

RESTART_AFTER_S = 1.0
"""Pause before a dead process is started again, seconds. Why: as RestartSec= of the units in systemd/."""

STOP_PATIENCE_S = 15.0
"""How long a process may take to leave on SIGTERM, seconds. Why: 5 s for a slow modem to go on-hook, then the disk."""


@dataclass
class Child:
    """One process of the box and its output, each line marked with its name."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    tell: Callable[[str], None]
    process: subprocess.Popen[bytes] | None = None
    died_at: float | None = None
    restarts: int = 0
    _reader: threading.Thread | None = field(default=None, repr=False)

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603  our own interpreter, our own module
            self.command,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C at the terminal reaches us first: we stop them in order
            preexec_fn=die_with_parent,  # noqa: PLW1509  one C call, no lock taken
        )
        assert self.process.stdout is not None
        self._reader = threading.Thread(
            target=self._copy, args=(self.process.stdout,), name=f"{self.name}-log", daemon=True
        )
        self._reader.start()
        self.died_at = None

    def _copy(self, stream: IO[bytes]) -> None:
        with stream:
            for line in stream:
                self.tell(f"{self.name:>6} | {line.decode(errors='replace').rstrip()}")

    def look(self, now: float) -> None:
        """Start the process again when it died a while ago."""
        if self.process is None or self.process.poll() is None:
            return
        if self.died_at is None:
            self.died_at = now
            self.tell(f"{self.name:>6} | ended with status {self.process.returncode}; starting it again")
        elif now - self.died_at >= RESTART_AFTER_S:
            self.restarts += 1
            self.start()

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self._reader is not None:
            self._reader.join(1.0)


class House:
    """Broker, line, web and clerk of one box, started in order and kept alive until `stop`."""

    def __init__(
        self,
        settings: Settings,
        config: Path,
        tell: Callable[[str], None],
        environment: Mapping[str, str] | None = None,
        processes: tuple[str, ...] = PROCESSES,
    ) -> None:
        self._tell = tell
        self._broker_told = ""
        self._broker = Broker(settings.paths.run, settings.bus_socket)
        environment = {**os.environ, **(environment or {}), "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "-m", "appliance"]
        self.children = {
            name: Child(name, [*command, "--config", str(config), name], environment, tell) for name in processes
        }

    def __enter__(self) -> House:
        self._look_after_broker(self._broker.start)
        for child in self.children.values():
            child.start()
        return self

    def __exit__(self, *_: object) -> None:
        for child in reversed(self.children.values()):
            child.stop()
        self._broker.stop()

    def pid(self, name: str) -> int | None:
        """The process id of one of the processes, or of the broker ("bus"), while it runs."""
        if name == "bus":
            return self._broker.pid
        process = self.children[name].process
        return process.pid if process is not None and process.poll() is None else None

    def _look_after_broker(self, work: Callable[[], object]) -> None:
        """Calls are taken without a broker: what keeps it from running is told, once, and tried again."""
        try:
            work()
        except BrokerError as error:
            if str(error) != self._broker_told:
                self._broker_told = str(error)
                self._tell(f"{'bus':>6} | {error}")
        else:
            self._broker_told = ""

    def look(self) -> None:
        """Restart what died, the broker too; call every half second or so."""
        now = time.monotonic()
        self._look_after_broker(self._broker.look)
        for child in self.children.values():
            child.look(now)


def _make_directory(path: Path, setting: str) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OperatorError(
            f"{path} cannot be made: {error.strerror or error}. Run as a user who may, or set {setting} elsewhere"
        ) from None


def run_up(settings: Settings, config: Path, tell: Callable[[str], None], stop: threading.Event) -> int:
    """Keep the box up until `stop` is set."""
    _make_directory(settings.paths.run, "paths.run")
    _make_directory(settings.paths.data, "paths.data")
    with House(settings, config, tell) as house:
        tell(f"    up | page: http://{settings.web.host}:{settings.web.port}/   Ctrl-C ends")
        while not stop.wait(0.5):
            house.look()
    return 0
