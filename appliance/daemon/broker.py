"""Mosquitto as a child, for `denwaban up` and the demo. On a box systemd runs it (systemd/denwaban-bus.service)."""

from __future__ import annotations

import ctypes
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import IO

from appliance.errors import OperatorError

BINARY = "mosquitto"

SEARCHED = "/usr/sbin:/usr/local/sbin"
"""Where Debian puts Mosquitto; a person's PATH may lack it."""

START_PATIENCE_S = 5.0
"""How long the broker may take to listen, seconds. Why: 30 ms are usual; a loaded Pi may need a second."""

STOP_PATIENCE_S = 2.0
"""How long the broker may take to end, seconds."""

LOG_TAIL_BYTES = 600
"""How much of the broker's own words is told when it does not start."""

_PR_SET_PDEATHSIG = 1
"""Spec: prctl(2)."""

_libc = ctypes.CDLL(None, use_errno=True)


class BrokerError(OperatorError):
    """The broker cannot be run here; the message says what to do."""


def find_mosquitto() -> str:
    """The path of the program. Raises `BrokerError` where there is none."""
    found = shutil.which(BINARY) or shutil.which(BINARY, path=SEARCHED)
    if found is None:
        raise BrokerError("mosquitto is not installed: sudo apt install mosquitto")
    return found


def configuration(socket_path: Path) -> str:
    """mosquitto.conf: one Unix socket, no TCP, nothing on disk. Spec: mosquitto.conf(5)."""
    return (
        f"listener 0 {socket_path}\n"
        "allow_anonymous true\n"
        "persistence false\n"
        "log_dest stderr\n"
        "log_type error\n"
        "log_type warning\n"
        "max_queued_messages 1000\n"
        "max_packet_size 65536\n"
    )


class Broker:
    """One Mosquitto for one run directory: `bus.sock`, `mosquitto.conf`, `mosquitto.log` and a lock lie there."""

    def __init__(self, run_dir: Path, socket_path: Path | None = None) -> None:
        self.socket = socket_path or run_dir / "bus.sock"
        self._run_dir = run_dir
        self._child: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None

    @property
    def pid(self) -> int | None:
        """The broker's process id while it runs."""
        return self._child.pid if self._child is not None and self._child.poll() is None else None

    def start(self) -> None:
        """Run the broker and come back when it listens. Raises `BrokerError`.

        The broker ends with the thread that calls this (prctl(2), PR_SET_PDEATHSIG): let that be the main thread.
        """
        program = find_mosquitto()
        self._run_dir.mkdir(mode=0o770, parents=True, exist_ok=True)
        self._take_lock()
        config = self._run_dir / "mosquitto.conf"
        # Root's Mosquitto would become the user mosquitto, who may not write here; for others the line has no effect.
        user = "user root\n" if os.geteuid() == 0 else ""
        config.write_text(configuration(self.socket) + user)
        self.socket.unlink(missing_ok=True)
        with (self._run_dir / "mosquitto.log").open("wb") as log:
            self._child = subprocess.Popen(  # noqa: S603  a program found by us, a file written by us
                [program, "-c", str(config)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                umask=0o007,  # the socket is for us and our group
                start_new_session=True,  # Ctrl-C at the terminal reaches us first: the goodbyes need a broker
                preexec_fn=die_with_parent,  # noqa: PLW1509  one C call, no lock taken
            )
        self._await_listening()

    def look(self) -> bool:
        """Start the broker again when it has died; whether it had. Raises `BrokerError`."""
        if self._child is None or self._child.poll() is None:
            return False
        self.start()
        return True

    def stop(self) -> None:
        """End the broker; nothing where it does not run."""
        if self._child is not None and self._child.poll() is None:
            self._child.terminate()
            try:
                self._child.wait(STOP_PATIENCE_S)
            except subprocess.TimeoutExpired:
                self._child.kill()
                self._child.wait()
        self._child = None
        self.socket.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _take_lock(self) -> None:
        if self._lock is not None:
            return
        lock = (self._run_dir / "broker.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            raise BrokerError(
                f"another denwaban runs with {self._run_dir}; stop it, or give this one its own paths.run"
            ) from error
        self._lock = lock

    def _await_listening(self) -> None:
        give_up = time.monotonic() + START_PATIENCE_S
        while not listens(self.socket):
            assert self._child is not None
            if self._child.poll() is not None or time.monotonic() > give_up:
                words = (
                    (self._run_dir / "mosquitto.log").read_bytes()[-LOG_TAIL_BYTES:].decode(errors="replace").strip()
                )
                self.stop()
                raise BrokerError(f"mosquitto does not listen at {self.socket}: {words or 'it said nothing'}")
            time.sleep(0.01)


def listens(socket_path: Path) -> bool:
    """Does somebody take connections at this Unix socket?"""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(1.0)
        try:
            link.connect(str(socket_path))
        except OSError:
            return False
    return True


def die_with_parent() -> None:
    """Runs in the child: SIGTERM when the thread that started it ends. Spec: prctl(2).

    Why: a `kill -9` of `denwaban up` must not leave a broker behind, nor the box's processes.
    """
    _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
