"""Starts the breeder (`bench.fuzz.breed`) beside the other fuzzers, where there is an atheris for this machine."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

EXECUTED = "stat::number_of_executed_units:"
"""How libFuzzer tells, at the end of each round, how many inputs it tried."""

GRACE_S = 90
"""What the child may take beyond its time. Why: it loads and instruments the parsers, and each round ends only after
its last input."""


def installed() -> bool:
    """Whether there is an atheris."""
    return importlib.util.find_spec("atheris") is not None


class Breeder:
    """The child process. Failing inputs are kept in `folder`."""

    def __init__(self, seconds: float, seed: int, folder: Path) -> None:
        command = [sys.executable, "-m", "bench.fuzz.breed", str(int(seconds)), str(seed), str(folder)]
        self._latest = time.monotonic() + seconds + GRACE_S
        self._log = folder / "guided.log"
        with self._log.open("w") as log:
            self._child = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)

    def result(self) -> tuple[bool, str]:
        """Wait for its end; whether all went well, and what it said."""
        try:
            status = self._child.wait(max(0.0, self._latest - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.stop()
            return False, f"guided: does not end (see {self._log})"
        said = self._log.read_text(errors="replace").splitlines()
        executed = sum(int(line.split()[-1]) for line in said if line.startswith(EXECUTED))
        told = [line for line in said if line.startswith(("guided:", "==", "SUMMARY"))]
        return status == 0, "\n".join([*(told or said[-3:]), f"guided: {executed} inputs"])

    def stop(self) -> None:
        """End it and its round at once; nothing happens where they have ended."""
        if self._child.poll() is None:
            os.killpg(self._child.pid, signal.SIGKILL)
        self._child.wait()
