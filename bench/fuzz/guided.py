"""Starts the breeder (`bench.fuzz.breed`) beside the other fuzzers, where there is an atheris for this machine."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

GRACE_S = 90
"""What the child may take beyond its time. Why: it loads and instruments the parsers, and one input may take 30 s."""


def installed() -> bool:
    """Whether there is an atheris."""
    return importlib.util.find_spec("atheris") is not None


class Breeder:
    """The child process. Failing inputs are kept in `folder`."""

    def __init__(self, seconds: float, seed: int, folder: Path) -> None:
        command = [sys.executable, "-m", "bench.fuzz.breed", str(int(seconds)), str(seed), str(folder)]
        self._log = folder / "guided.log"
        with self._log.open("w") as log:
            self._child = subprocess.Popen(command, stdout=log, stderr=log)

    def result(self) -> tuple[bool, str]:
        """Wait for its end; whether all went well, and what it said."""
        try:
            status = self._child.wait(GRACE_S)
        except subprocess.TimeoutExpired:
            self.stop()
            return False, f"guided: does not end (see {self._log})"
        said = self._log.read_text(errors="replace").splitlines()
        told = [line for line in said if line.startswith(("guided:", "stat::number", "stat::average"))]
        return status == 0, "\n".join(told or said[-3:])

    def stop(self) -> None:
        """End it at once; nothing happens where it has ended."""
        self._child.kill()
        self._child.wait()
