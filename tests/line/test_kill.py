"""Three runs of the kill test (`make kill-test` makes a hundred): kill -9 in a call, and the box goes on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
def test_kill_9_in_a_call_costs_a_second_at_most(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.kill", "--runs", "3", "--seed", "3", "--keep", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=110, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 of 3 good" in done.stdout
