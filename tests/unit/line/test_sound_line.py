"""The adapter line as the line loop sees it: opening, losing and finding again; pins by gpiozero's mock."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from appliance.daemon.wiring import let_go
from appliance.edge.line_pins_gpiozero import CALM_MS, GpiozeroLinePins
from appliance.edge.sound_line import SoundLine
from appliance.errors import LineGone, OperatorError
from appliance.events import (
    Fact,
    FaultCleared,
    FaultRaised,
    LineLost,
    LineReady,
    Prompt,
    PromptEnded,
    SeizeFailed,
    SoundBlock,
    SoundLost,
)
from appliance.line.adapter.pins import LinePin, PinChange
from appliance.settings import AdapterSettings, LineSettings, PanelSettings, Settings
from appliance.units import BLOCK_SAMPLES, RATE_HZ, SampleIndex, samples

SETTINGS = Settings(
    line=LineSettings(kind="sound", country="US"), adapter=AdapterSettings(capture="card", polarity_pin=13)
)


@dataclass
class World:
    """Card, pins and clock. `gone`: why the card fails; `no_pins`: why the pins cannot be opened."""

    gone: str = ""
    no_pins: str = ""
    now: SampleIndex = field(default_factory=lambda: SampleIndex(0))
    opened: list[float] = field(default_factory=list)  # tries to open the card, seconds
    hooks: list[bool] = field(default_factory=list)
    open_pins_now: int = 0
    stiff: int = 0  # so many times the relay cannot be driven
    changes: list[PinChange] = field(default_factory=list)

    # a SoundCard

    def read(self) -> list[SoundBlock | SoundLost]:
        self._check()
        return [SoundBlock(SampleIndex(self.now - BLOCK_SAMPLES), bytes(2 * BLOCK_SAMPLES))]

    def write(self, pcm: bytes) -> int:
        self._check()
        return len(pcm)

    def queued(self) -> int:
        self._check()
        return 0

    def flush(self) -> None:
        self._check()

    def wait(self, seconds: float) -> None:
        self._check()

    def close(self) -> None: ...

    def _check(self) -> None:
        if self.gone:
            raise LineGone(self.gone)

    # the rest

    def open_card(self) -> World:
        self.opened.append(self.now / RATE_HZ)
        self._check()
        return self

    def open_pins(self) -> Pins:
        if self.no_pins:
            raise OperatorError(self.no_pins)
        self.open_pins_now += 1
        return Pins(self)


class Pins:
    def __init__(self, world: World) -> None:
        self._world = world

    def read(self) -> list[PinChange]:
        changes, self._world.changes = self._world.changes, []
        return changes

    def hook(self, closed: bool) -> None:
        if self._world.stiff:
            self._world.stiff -= 1
            raise LineGone("the GPIO pins fail")
        self._world.hooks.append(closed)

    def close(self) -> None:
        self._world.hooks.append(False)
        self._world.open_pins_now -= 1


def run(line: SoundLine, world: World, seconds: float) -> list[Fact]:
    facts: list[Fact] = []
    for _ in range(round(seconds * RATE_HZ / BLOCK_SAMPLES)):
        world.now = SampleIndex(world.now + BLOCK_SAMPLES)
        facts += [item for item in line.poll(world.now) if isinstance(item, Fact)]
    return facts


def a_line(world: World, settings: Settings = SETTINGS) -> SoundLine:
    return SoundLine(settings, world.open_card, world.open_pins)


def test_ready_then_lost_once_then_ready_again() -> None:
    world = World()
    line = a_line(world)
    assert [type(fact) for fact in run(line, world, 1)] == [LineReady]
    world.gone = "the plug was pulled"
    facts = run(line, world, 20)
    assert [(type(fact), getattr(fact, "why", "")) for fact in facts] == [(LineLost, "the plug was pulled")]
    world.gone = ""
    assert [type(fact) for fact in run(line, world, 30)] == [LineReady]


def test_the_pauses_between_tries_grow_and_never_end() -> None:
    world = World(gone="there is no sound card")
    run(a_line(world), world, 200)
    pauses = [round(b - a) for a, b in zip(world.opened, world.opened[1:], strict=False)]
    assert pauses[:7] == [1, 1, 2, 5, 10, 30, 30]
    assert set(pauses[5:]) == {30}


def test_a_card_that_had_worked_is_tried_at_once() -> None:
    world = World()
    line = a_line(world)
    for _ in range(4):
        run(line, world, 10)
        world.gone = "a hiccup"
        run(line, world, 0.5)
        world.gone = ""
    tries = [b - a for a, b in zip(world.opened, world.opened[1:], strict=False)]
    assert all(between < 12 for between in tries)


def test_another_reason_is_told_too() -> None:
    world = World(gone="there is no sound card")
    line = a_line(world)
    told = run(line, world, 5)
    world.gone, world.no_pins = "", "[adapter] this machine offers no GPIO pins"
    told += run(line, world, 60)
    assert [getattr(fact, "why", "") for fact in told] == ["there is no sound card", world.no_pins]
    assert world.open_pins_now == 0, "no pins are kept without a card"


def test_the_loop_opens_when_the_card_is_lost_and_when_the_line_is_closed() -> None:
    for lose in (True, False):
        world = World()
        line = a_line(world)
        run(line, world, 1)
        line.seize(world.now)
        run(line, world, 1)
        assert world.hooks == [True]
        if lose:
            world.gone = "pulled"
            run(line, world, 0.1)
        else:
            line.close()
            line.close()
        assert world.hooks == [True, False]
        assert world.open_pins_now == 0


def test_goals_of_a_line_that_is_not_there() -> None:
    world = World(gone="there is no sound card")
    line = a_line(world)
    line.seize(world.now)
    line.play(world.now, Prompt.PLEASE_WAIT, b"\0\0")
    line.stop_playing(world.now)
    line.release(world.now)
    line.flash(world.now)
    line.dial(world.now, "1")
    found = line.poll(world.now)
    assert [type(item) for item in found] == [SeizeFailed, PromptEnded, LineLost]
    line.wait(0.001)


# ---- pins ------------------------------------------------------------------------------------------------------------


@dataclass
class Ticking:
    """A clock that moves with every look."""

    at: int = 0

    def now(self) -> SampleIndex:
        self.at += 1
        return SampleIndex(self.at)

    def civil(self) -> None: ...


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    before = gpiozero.Device.pin_factory
    factory = MockFactory()
    gpiozero.Device.pin_factory = factory
    yield factory
    factory.reset()
    gpiozero.Device.pin_factory = before


def open_pins(adapter: AdapterSettings) -> GpiozeroLinePins:
    return GpiozeroLinePins(adapter, Ticking())  # type: ignore[arg-type]


def test_the_present_state_first_then_every_change_with_its_instant(pins: MockFactory) -> None:
    wires = open_pins(SETTINGS.adapter)
    assert [(change.pin, change.on) for change in wires.read()] == [
        (LinePin.RING, False),
        (LinePin.LOOP, False),
        (LinePin.POLARITY, False),
    ]
    assert wires.read() == []
    for _ in range(3):
        pins.pin(5).drive_low()
        pins.pin(5).drive_high()
    pins.pin(6).drive_low()  # a telephone is off the hook
    changes = wires.read()
    assert [(change.pin, change.on) for change in changes] == [(LinePin.RING, True), (LinePin.RING, False)] * 3 + [
        (LinePin.LOOP, True)
    ]
    assert [change.at for change in changes] == sorted({change.at for change in changes})
    wires.close()
    wires.close()


def test_the_relay_is_open_at_first_and_at_last(pins: MockFactory) -> None:
    wires = open_pins(SETTINGS.adapter)
    relay = pins.pin(24)
    assert relay.state == 0
    wires.hook(True)
    assert relay.state == 1
    wires.close()
    assert relay.state == 0
    assert [state.state for state in relay.states][-1] == 0


def test_a_change_that_was_not_told_is_seen_all_the_same(pins: MockFactory) -> None:
    wires = open_pins(SETTINGS.adapter)
    wires.read()
    loop = pins.pin(6)
    loop.when_changed = None  # the kernel had no room for it
    loop.drive_low()
    found = [change for _ in range(samples(CALM_MS)) for change in wires.read()]
    assert [(change.pin, change.on) for change in found] == [(LinePin.LOOP, True)]
    wires.close()


def test_pins_that_fail_are_a_line_gone_and_the_relay_is_tried_again(pins: MockFactory) -> None:
    wires = open_pins(SETTINGS.adapter)
    relay = pins.pin(24)
    relay.function = "input"  # what gpiozero cannot drive
    with pytest.raises(LineGone, match="GPIO pins fail"):
        wires.hook(True)
    relay.function = "output"
    wires.hook(True)
    assert relay.state == 1
    wires.close()
    assert relay.state == 0


def test_a_relay_that_could_not_be_opened_is_tried_again_by_the_next_poll() -> None:
    world = World()
    line = a_line(world)
    run(line, world, 1)
    line.seize(world.now)
    assert world.hooks == [True]
    world.stiff = 1
    line.release(world.now)
    assert world.hooks == [True]
    run(line, world, 0.02)
    assert world.hooks == [True, False]


def test_faults_of_a_card_that_went_are_cleared() -> None:
    world = World(changes=[PinChange(SampleIndex(0), LinePin.RING, True)])
    line = a_line(world)
    assert [fact.what for fact in run(line, world, 8) if isinstance(fact, FaultRaised)] == ["ring_input"]
    world.gone = "the plug was pulled"
    assert [fact.what for fact in run(line, world, 1) if isinstance(fact, FaultCleared)] == ["ring_input"]


def test_let_go_opens_what_a_killed_process_left(pins: MockFactory) -> None:
    relay = pins.pin(24)
    relay.function = "output"
    relay.state = True
    let_go(SETTINGS)
    assert not relay.state
    relay.function = "output"
    relay.state = True
    let_go(replace(SETTINGS, adapter=replace(SETTINGS.adapter, tap_only=True)))
    assert relay.state, "not ours"


def test_a_tap_has_no_relay_and_a_tap_by_sound_needs_no_pins(
    pins: MockFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    wires = open_pins(AdapterSettings(tap_only=True))
    wires.hook(True)
    assert pins.pin(24).function == "input"
    wires.close()
    gpiozero.Device.pin_factory = None
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "nothing_of_the_kind")
    bare = open_pins(AdapterSettings(ring_pin=0, loop_pin=0, hook_pin=0))
    assert bare.read() == []
    bare.hook(True)
    bare.close()
    with pytest.raises(OperatorError, match="no GPIO pins"):
        open_pins(AdapterSettings())


def test_a_pin_that_the_panel_has_is_named(pins: MockFactory) -> None:
    lamp = gpiozero.LED(PanelSettings().red_pin)
    with pytest.raises(OperatorError, match=r"\[adapter\].*another use"):
        open_pins(AdapterSettings(ring_pin=PanelSettings().red_pin))
    wires = open_pins(AdapterSettings())  # what had been opened before was given back
    wires.close()
    lamp.close()
