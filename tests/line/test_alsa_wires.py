"""The simulated card and pins as another process sees them: real alsa-lib, real gpiozero."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.events import CallerIdentity
from appliance.exchange.adapter import SimAdapter
from appliance.exchange.adapter_faults import AdapterFaults
from appliance.exchange.adapter_optos import AdapterPin
from appliance.exchange.alsa_fifo import AlsaCard
from appliance.exchange.ears import find_prompt
from appliance.exchange.exchange import CallPlan, Exchange, ExchangeOptions
from appliance.exchange.pin_board import PinBoard, Wiring
from appliance.exchange.pty_port import WallClock
from appliance.units import RATE_HZ

OPEN = """
import json, sys, time
import alsaaudio
def card(direction):
    return alsaaudio.PCM(direction, alsaaudio.PCM_NORMAL, device="denwaban_exchange", channels=1, rate=8000,
                         format=alsaaudio.PCM_FORMAT_S16_LE, periodsize=160)
"""

CAPTURE = """
card = card(alsaaudio.PCM_CAPTURE)
begun = time.monotonic()
with open(sys.argv[1], "wb") as file:
    for _ in range(100):
        frames, octets = card.read()
        assert frames == 160 and len(octets) == 320, (frames, len(octets))
        file.write(octets)
print(json.dumps(time.monotonic() - begun))
"""

PLAY = """
card = card(alsaaudio.PCM_PLAYBACK)
sound = open(sys.argv[1], "rb").read()
begun = time.monotonic()
for start in range(0, len(sound), 320):
    card.write(sound[start:start + 320])
print(json.dumps(time.monotonic() - begun))
for _ in range(25):
    card.write(bytes(320))  # alsa-lib's file plugin holds the last periods back until more is written
"""

PINS = """
import json, time
import gpiozero
ring, loop = (gpiozero.DigitalInputDevice(pin, pull_up=True) for pin in (5, 6))
relay = gpiozero.OutputDevice(24)
pulses = []
ring.when_activated = lambda: pulses.append(1)
print("ready", flush=True)
while not loop.value:
    time.sleep(0.01)
relay.on()
time.sleep(0.3)
print(json.dumps(len(pulses)), flush=True)
time.sleep(60)
"""


class Bench:
    """An adapter on an exchange by the wall clock, and children that open what it offers."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.exchange = Exchange(ExchangeOptions(number_display=False))
        self.adapter = SimAdapter("JP", AdapterFaults(noise_dbm0=-30.0))
        self.exchange.attach(self.adapter)
        self.card = AlsaCard(self.adapter.card, folder / "alsa")
        self.board = PinBoard(self.adapter, folder / "pins", Wiring({AdapterPin.RING: 5, AdapterPin.LOOP: 6}))
        self.wall = WallClock(self.exchange.advance, [self.card, self.board])
        self.wall.start()

    def child(self, program: str, *arguments: str) -> subprocess.Popen[str]:
        environment = {**os.environ, **self.card.environment, **self.board.environment}
        command = [sys.executable, "-c", program, *arguments]
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)

    def close(self) -> None:
        self.wall.stop()
        self.card.close()
        self.board.close()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with ExitStack() as stack:
        one = Bench(tmp_path)
        stack.callback(one.close)
        yield one


def last_word(child: subprocess.Popen[str]) -> Any:
    out, _ = child.communicate(timeout=20)
    assert child.returncode == 0
    return json.loads(out.splitlines()[-1])


def test_capture_runs_by_the_clock_and_loses_nothing(bench: Bench, tmp_path: Path) -> None:
    pytest.importorskip("alsaaudio")
    seconds = last_word(bench.child(OPEN + CAPTURE, str(tmp_path / "heard")))
    assert 1.6 < seconds < 2.4
    heard = np.fromfile(tmp_path / "heard", "<i2").astype(float)
    level = heard.reshape(-1, 160).std(axis=1)
    assert level.min() > 0.7 * np.median(level) > 0, "a torn period: silence or garbage in between"
    assert level.max() < 1.4 * np.median(level)


def test_played_sound_reaches_the_caller_whole_and_in_time(bench: Bench, tmp_path: Path) -> None:
    pytest.importorskip("alsaaudio")
    bench.adapter.faults.noise_dbm0 = -90.0
    with bench.wall.lock:
        call = bench.exchange.place_call(CallPlan(CallerIdentity(number="1")))
        bench.adapter.relay(True)
    sound = (np.random.default_rng(1).standard_normal(2 * RATE_HZ) * 3000).astype("<i2")
    sound.tofile(tmp_path / "said")
    seconds = last_word(bench.child(OPEN + PLAY, str(tmp_path / "said")))
    assert 1.5 < seconds < 2.4, "the player is held back by the line"
    with bench.wall.lock:
        assert find_prompt(sound, call.caller.ear.pcm).score > 0.999


def test_pins_lead_to_the_board_both_ways(bench: Bench) -> None:
    child = bench.child(PINS)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    with bench.wall.lock:
        bench.exchange.place_call(CallPlan(CallerIdentity(number="1")))
    time.sleep(1.6)
    with bench.wall.lock:
        bench.exchange.phone.lift()
    pulses = json.loads(child.stdout.readline())
    assert 30 <= pulses <= 34, "two for each of the 16 cycles, and one for the hook"
    assert bench.adapter.off_hook
    child.kill()
    child.communicate()
    time.sleep(0.2)
    assert not bench.adapter.off_hook, "who is gone holds no relay"


def test_a_card_that_was_pulled_cannot_be_opened(bench: Bench) -> None:
    pytest.importorskip("alsaaudio")
    with bench.wall.lock:
        bench.card.unplug()
    gone = bench.child(OPEN + "card(alsaaudio.PCM_CAPTURE)")
    gone.communicate(timeout=20)
    assert gone.returncode != 0
    with bench.wall.lock:
        bench.card.plug_in()
    back = bench.child(OPEN + "card(alsaaudio.PCM_CAPTURE).read()")
    back.communicate(timeout=20)
    assert back.returncode == 0


def test_no_board_no_pins(tmp_path: Path) -> None:
    environment = {**os.environ, "GPIOZERO_PIN_FACTORY": "denwaban_exchange", "DENWABAN_EXCHANGE_PINS": "/nowhere"}
    child = [sys.executable, "-c", "import gpiozero; gpiozero.LED(5)"]
    done = subprocess.run(child, env=environment, capture_output=True, text=True, timeout=20, check=False)
    assert "BadPinFactory" in done.stderr
    assert "/nowhere" in done.stderr
