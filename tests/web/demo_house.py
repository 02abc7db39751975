"""The real `denwaban demo` as a child of a test, and what it leaves behind."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from appliance.store.calls import Store
from appliance.store.rows import CallQuery, CallRecord

START_PATIENCE_S = 30.0
LEAVE_PATIENCE_S = 15.0


def free_port() -> int:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        return int(door.getsockname()[1])


def processes_of(folder: Path) -> list[int]:
    """Pids of all processes that have `folder` in their command line."""
    found = []
    for place in Path("/proc").iterdir():
        try:
            command = (place / "cmdline").read_bytes() if place.name.isdigit() else b""
        except OSError:  # it has gone meanwhile
            continue
        if os.fsencode(folder) in command:
            found.append(int(place.name))
    return found


@dataclass
class Demo:
    """One running demo. `folder`: where it has its things, in a subfolder of its own or kept in this very one."""

    folder: Path
    port: int
    child: subprocess.Popen[bytes]
    said: Path

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def words(self) -> str:
        return self.said.read_text(encoding="utf-8")

    def wait_words(self, words: str, seconds: float = START_PATIENCE_S) -> None:
        ends = time.monotonic() + seconds
        while words not in self.words():
            assert self.child.poll() is None, f"the demo ended with {self.child.returncode}:\n{self.words()}"
            assert time.monotonic() < ends, f"{words!r} was not said in {seconds} s:\n{self.words()}"
            time.sleep(0.05)

    def calls(self) -> list[CallRecord]:
        """Newest first."""
        store = Store(self.folder / "data")
        try:
            return list(store.calls(CallQuery(limit=50)))
        finally:
            store.close()

    def send(self, number: signal.Signals) -> int:
        """A signal to the demo alone; its exit status."""
        self.child.send_signal(number)
        return self.child.wait(LEAVE_PATIENCE_S)


@contextmanager
def running_demo(folder: Path, *options: str, language: str = "en_US.UTF-8") -> Iterator[Demo]:
    """`denwaban demo` with `options` on a free port, temporary files in `folder`; ended with the context."""
    folder.mkdir(exist_ok=True)
    port = free_port()
    command = [sys.executable, "-m", "appliance", "demo", "--web-port", str(port), *options]
    environment = {**os.environ, "LANG": language, "LC_ALL": language, "TMPDIR": str(folder)}
    path = folder.with_suffix(".txt")
    with path.open("wb") as said:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=environment
        )
    try:
        yield Demo(folder, port, child, path)
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(LEAVE_PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
