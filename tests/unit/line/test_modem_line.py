"""The modem line as the line loop sees it: port, session and ladder, in memory. Spec: LINE_HARDWARE.md 1.10."""

from __future__ import annotations

import threading

import pytest
from fake_voice_modem import CX, FakeModem

from appliance.edge.modem_line import ModemLine
from appliance.errors import LineError, LineGone
from appliance.events import (
    Fact,
    LineLost,
    LineReady,
    LineReleased,
    LineSeized,
    Prompt,
    PromptEnded,
    SeizeFailed,
    SoundBlock,
    SoundLost,
)
from appliance.settings import LineSettings
from appliance.units import SampleIndex, samples


class Port:
    """Where the modem is plugged in: opens links, can be pulled."""

    def __init__(self) -> None:
        self.modem = FakeModem(CX)
        self.now = SampleIndex(0)
        self.plugged = True
        self.drop = 0
        self.opened = 0
        self.dtr_pulses = 0
        self.closed = 0

    def open(self) -> Link:
        if not self.plugged:
            raise LineGone("there is no modem here")
        self.opened += 1
        return Link(self)


class Link:
    def __init__(self, port: Port) -> None:
        self.port = port
        self.modem = port.modem

    def check(self) -> None:
        if not self.port.plugged or self.port.modem is not self.modem:
            raise LineGone("the modem was pulled")

    def read(self) -> bytes:
        self.check()
        return self.modem.hand_over(self.port.now)

    def write(self, octets: bytes) -> int:
        self.check()
        self.modem.receive(self.port.now, octets[:100])
        return min(len(octets), 100)

    def wait(self, seconds: float) -> None:
        self.check()

    def lost(self) -> int:
        dropped, self.port.drop = self.port.drop, 0
        return dropped

    def pulse_dtr(self) -> None:
        self.port.dtr_pulses += 1

    def close(self) -> None:
        self.port.closed += 1


class Box:
    def __init__(self, reset_fails: bool = False) -> None:
        self.port = Port()
        self.resets: list[str] = []
        self.reset_fails = reset_fails
        self.line = ModemLine(LineSettings(), self.port.open, self.reset)
        self.facts: list[Fact] = []
        self.sound = 0

    def reset(self) -> None:
        self.resets.append(threading.current_thread().name)
        if self.reset_fails:
            raise LineError("no")

    def run(self, seconds: float, until: type[Fact] | None = None) -> None:
        for _ in range(round(seconds * 50)):
            self.port.now = SampleIndex(self.port.now + samples(20))
            found = self.line.poll(self.port.now)
            self.facts += [news for news in found if not isinstance(news, SoundBlock)]
            self.sound += sum(len(news) for news in found if isinstance(news, SoundBlock))
            if until and any(isinstance(news, until) for news in found):
                return

    def kinds(self) -> list[str]:
        return [type(fact).__name__ for fact in self.facts]

    @property
    def now(self) -> SampleIndex:
        return self.port.now

    def bring_to(self, state: str) -> None:
        if state == "setting up":
            self.run(0.5)
            return
        self.run(5, LineReady)
        if state == "idle":
            return
        self.line.seize(self.now)
        if state == "seizing":
            return
        self.run(2, LineSeized)
        if state == "playing":
            self.line.play(self.now, Prompt.RECORDING_NOTICE, b"\x01\x02" * 40_000)
        self.run(0.5)
        if state == "releasing":
            self.line.release(self.now)


STATES = ["setting up", "idle", "seizing", "listening", "playing", "releasing"]


@pytest.mark.parametrize("state", STATES)
def test_pulled_and_plugged_in_at_any_moment(state: str) -> None:
    box = Box()
    box.bring_to(state)
    box.facts.clear()
    box.port.plugged = False
    box.run(5)
    whys = [fact.why for fact in box.facts if isinstance(fact, LineLost)]
    assert whys == ["the modem was pulled", "there is no modem here"]  # each reason once, however often it is met
    box.line.seize(box.now)
    box.line.play(box.now, Prompt.RECORDING_NOTICE, b"\0\0")
    box.line.stop_playing(box.now)
    box.line.release(box.now)
    box.line.wait(0.001)
    box.port.modem = FakeModem(CX)
    box.port.plugged = True
    box.run(5, LineReady)
    assert [kind for kind in box.kinds() if kind != "LineReleased"] == [
        *["LineLost"] * 2,
        "SeizeFailed",
        "PromptEnded",
        "LineReady",
    ]
    box.line.seize(box.now)
    box.run(1)
    assert box.kinds()[-1] == "LineSeized"
    assert box.port.closed == box.port.opened - 1


def test_port_that_is_not_there_at_the_start() -> None:
    box = Box()
    box.port.plugged = False
    box.run(10)
    assert box.kinds() == ["LineLost"]
    box.port.plugged = True
    box.run(5)
    assert box.kinds() == ["LineLost", "LineReady"]


@pytest.mark.parametrize("reset_fails", [False, True])
def test_mute_modem_climbs_the_ladder_and_comes_back(reset_fails: bool) -> None:
    box = Box(reset_fails)
    box.port.modem.mute = True
    box.run(300)
    assert box.kinds() == ["LineLost"]
    assert box.resets == ["usb reset"]
    assert box.port.opened >= 5
    assert box.port.dtr_pulses >= 3
    box.port.modem.mute = False
    box.run(70)
    assert box.kinds() == ["LineLost", "LineReady"]
    box.port.modem.mute = True
    box.run(120)
    assert box.kinds() == ["LineLost", "LineReady", *["LineLost"] * 2]  # it stopped answering; it does not answer
    assert len(box.resets) == 2  # from the bottom again


def test_reset_that_takes_long_does_not_hold_the_loop() -> None:
    box = Box()
    go_on = threading.Event()
    box.line = ModemLine(LineSettings(), box.port.open, lambda: bool(go_on.wait(10)) and None)
    box.port.modem.mute = True
    box.run(60)
    opened = box.port.opened
    box.run(60)
    assert box.port.opened == opened
    go_on.set()
    for thread in threading.enumerate():
        if thread.name == "usb reset":
            thread.join()
    box.run(3)
    assert box.port.opened == opened + 1


def test_dropped_octets_become_lost_sound() -> None:
    box = Box()
    box.bring_to("listening")
    box.port.drop = 160
    box.run(0.1)
    assert [fact.samples for fact in box.facts if isinstance(fact, SoundLost)] == [160]


def test_stop_goes_out_without_waiting_for_the_next_poll() -> None:
    box = Box()
    box.bring_to("playing")
    assert box.port.modem.buffer
    box.line.stop_playing(box.now)
    assert not box.port.modem.buffer
    box.run(1)
    assert [fact.complete for fact in box.facts if isinstance(fact, PromptEnded)] == [False]


def test_a_call_and_closing() -> None:
    box = Box()
    box.bring_to("listening")
    box.run(5)
    box.line.release(box.now)
    box.run(1)
    assert isinstance(box.facts[-1], LineReleased)
    assert samples(5000) < box.sound < samples(6000)
    box.line.close()
    assert box.port.closed == box.port.opened
    assert box.line.poll(box.now) == []
    box.line.seize(box.now)
    assert [type(fact) for fact in box.line.poll(box.now)] == [SeizeFailed]
