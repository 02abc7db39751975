"""The ALSA driver through real alsa-lib devices (FIFOs), in processes of their own: alsa-lib is configured once.

Spec: LINE_HARDWARE.md 3, "PROVEN CONFIG".
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.exchange.adapter_card import SimCard
from appliance.exchange.adapter_faults import AdapterFaults
from appliance.exchange.alsa_fifo import AlsaCard as Fifo
from appliance.units import BLOCK_SAMPLES, RATE_HZ, SampleIndex

pytest.importorskip("alsaaudio", reason="pyalsaaudio is not installed (pip install 'denwaban[sound]')")

HEAD = """
import json, sys, time
from appliance.edge.alsa_card import AlsaCard
from appliance.edge.host_clock import HostClock
from appliance.errors import LineGone
from appliance.events import SoundBlock
clock = HostClock()
card = AlsaCard("denwaban_exchange", "", clock)
print("open", flush=True)
def blocks(seconds):
    until, found = time.monotonic() + seconds, []
    while time.monotonic() < until:
        card.wait(0.02)
        found += card.read()
    return found
"""

LISTEN = """
found = blocks(2.0)
sound = b"".join(block.pcm for block in found)
open(sys.argv[1], "wb").write(sound)
gaps = [(a.at + len(a), b.at) for a, b in zip(found, found[1:]) if a.at + len(a) != b.at]
print(json.dumps({"gaps": gaps, "late": clock.now() - (found[-1].at + len(found[-1])),
                  "kinds": sorted({type(block).__name__ for block in found})}))
card.close()
"""

SPEAK = """
sound = open(sys.argv[1], "rb").read()
begun = time.monotonic()
while sound:
    sound = sound[card.write(sound):]
    blocks(0.02)
while card.queued():
    blocks(0.01)
ended = time.monotonic()
blocks(0.3)
left = b"\\x10\\x27" * 8000
card.write(left)
blocks(0.15)
stopped = time.monotonic()
card.flush()
queued = card.queued()
blocks(0.5)
print(json.dumps({"begun": begun, "ended": ended, "stopped": stopped, "queued": queued}))
card.close()
"""

STALL = """
try:
    blocks(10)
except LineGone as fault:
    print(json.dumps({"told": str(fault), "after": time.monotonic()}))
begun = time.monotonic()
card.close()
assert time.monotonic() - begun < 1.5
"""

ABSENT = """
import json
from appliance.edge.alsa_card import AlsaCard
from appliance.edge.host_clock import HostClock
from appliance.errors import LineGone
try:
    AlsaCard("plughw:CARD=Nowhere", "", HostClock())
except LineGone as fault:
    print(json.dumps(str(fault)))
"""


class Bench:
    """A sound card of FIFOs, kept going by the wall clock. `played`: what left, with the instant of each block."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.card = SimCard(AdapterFaults())
        self.fifo = Fifo(self.card, folder / "alsa")
        self.played: list[tuple[float, np.ndarray]] = []
        self.captured: list[np.ndarray] = []
        self._random = np.random.default_rng(1)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        begun = time.monotonic()
        step = 0
        while not self._stop.is_set():
            step += 1
            time.sleep(max(0.0, begun + step * BLOCK_SAMPLES / RATE_HZ - time.monotonic()))
            sound = (self._random.standard_normal(BLOCK_SAMPLES) * 0.1).astype(np.float32)
            self.card.capture(SampleIndex(step * BLOCK_SAMPLES), sound)
            self.captured.append(np.round(sound * 32768))
            self.played.append((time.monotonic(), np.round(self.card.play(BLOCK_SAMPLES) * 32768)))
            self.fifo.pump(SampleIndex(step * BLOCK_SAMPLES))

    def child(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, **self.fifo.environment}
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.fifo.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    one = Bench(tmp_path)
    yield one
    one.close()


def last_word(child: subprocess.Popen[str]) -> Any:
    out, _ = child.communicate(timeout=30)
    assert child.returncode == 0
    return json.loads(out.splitlines()[-1])


def test_capture_is_whole_and_its_instants_are_counted(bench: Bench, tmp_path: Path) -> None:
    told = last_word(bench.child(HEAD + LISTEN, str(tmp_path / "heard")))
    assert told["kinds"] == ["SoundBlock"]
    assert told["gaps"] == []
    assert -320 <= told["late"] <= 800, "the last block ends now, within 100 ms"
    heard = np.fromfile(tmp_path / "heard", "<i2").astype(float)
    assert len(heard) >= 1.8 * RATE_HZ
    fed = np.concatenate(bench.captured)
    starts = np.flatnonzero(np.abs(fed[:-1600] - heard[0]) <= 1)
    assert any(np.abs(fed[at : at + len(heard)] - heard).max() <= 1 for at in starts), "bit by bit what was captured"


def test_what_is_said_arrives_whole_and_stops_at_once(bench: Bench, tmp_path: Path) -> None:
    said = np.round(np.random.default_rng(2).standard_normal(RATE_HZ) * 3000).astype("<i2")
    said[said == 0] = 1
    said.tofile(tmp_path / "said")
    told = last_word(bench.child(HEAD + SPEAK, str(tmp_path / "said")))
    sound = np.concatenate([block for _, block in bench.played])
    heard = sound[sound != 0][:RATE_HZ]  # a busy machine may have torn it by a silence; nothing is lost
    assert np.abs(heard - said).max() <= 1
    late = max(at for at, block in bench.played if block.any()) - told["stopped"]
    assert late <= 0.25, "60 ms of ours, 40 ms of the simulated card's; the rest is for a busy machine"
    spoken = [at for at, block in bench.played if block.any()]
    assert abs(told["ended"] - spoken[RATE_HZ // BLOCK_SAMPLES - 1]) < 0.3, "the queue is empty when it has been heard"
    assert told["queued"] <= 0.1 * RATE_HZ


def test_a_card_that_hangs_is_told_within_two_seconds(bench: Bench) -> None:
    child = bench.child(HEAD + STALL)
    assert child.stdout is not None
    assert child.stdout.readline() == "open\n"
    time.sleep(0.5)
    bench.card.faults.stalled = True
    stalled = time.monotonic()
    told = last_word(child)
    assert "hangs" in told["told"]
    assert 0.9 <= told["after"] - stalled <= 2.0


def test_a_card_that_is_not_there_is_told_in_plain_words(bench: Bench) -> None:
    assert "is the adapter plugged in" in last_word(bench.child(ABSENT))
