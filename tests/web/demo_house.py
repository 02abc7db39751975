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
from dataclasses import dataclass, field
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
    """Pids of all processes that were started for the demo in `folder`."""
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
    """One running demo. `folder` is what it keeps."""

    folder: Path
    port: int
    child: subprocess.Popen[bytes]
    said: Path = field(init=False)

    def __post_init__(self) -> None:
        self.said = self.folder.with_suffix(".txt")

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

    def interrupt(self) -> int:
        """Ctrl-C; the exit status."""
        self.child.send_signal(signal.SIGINT)
        return self.child.wait(LEAVE_PATIENCE_S)


@contextmanager
def running_demo(folder: Path, *options: str, language: str = "en_US.UTF-8") -> Iterator[Demo]:
    """`denwaban demo --keep folder` with more `options`, on a free port; ended with the context whatever happened."""
    port = free_port()
    command = [sys.executable, "-m", "appliance", "demo", "--keep", str(folder), "--web-port", str(port), *options]
    environment = {**os.environ, "LANG": language, "LC_ALL": language}
    with folder.with_suffix(".txt").open("wb") as said:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=environment
        )
    try:
        yield Demo(folder, port, child)
    finally:
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(LEAVE_PATIENCE_S)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
