"""The panel on gpiozero's mock pins, and on a machine that has none."""

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import gpiozero
import pytest
from gpiozero.pins.mock import MockFactory

from appliance.alert.patterns import Pattern, frame
from appliance.edge.panel_disabled import DisabledPanel
from appliance.edge.panel_gpiozero import GpiozeroPanel, open_panel
from appliance.errors import OperatorError
from appliance.events import Button, LampFrame
from appliance.settings import PanelSettings
from appliance.units import SampleIndex

PINS = PanelSettings()
DARK = LampFrame()


@pytest.fixture(autouse=True)
def _tidy_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LG_WD", str(tmp_path))
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def pins() -> Iterator[MockFactory]:
    """Mock pins, as GPIOZERO_PIN_FACTORY=mock gives them."""
    kept, gpiozero.Device.pin_factory = gpiozero.Device.pin_factory, MockFactory()
    yield gpiozero.Device.pin_factory
    gpiozero.Device.pin_factory.reset()
    gpiozero.Device.pin_factory = kept


def lit(pins: MockFactory) -> LampFrame:
    red, amber, green, buzzer = (
        bool(pins.pin(number).state) for number in (PINS.red_pin, PINS.amber_pin, PINS.green_pin, PINS.buzzer_pin)
    )
    return LampFrame(green, amber, red, buzzer)


@pytest.mark.parametrize(
    "wanted",
    [DARK, LampFrame(green=True), LampFrame(amber=True), LampFrame(red=True), LampFrame(buzzer=True, red=True)],
)
def test_a_frame_is_on_the_pins(pins: MockFactory, wanted: LampFrame) -> None:
    panel = GpiozeroPanel(PINS)
    panel.show(LampFrame(True, True, True, True))
    panel.show(wanted)
    assert lit(pins) == wanted
    panel.close()


def test_pins_are_touched_only_on_a_change(pins: MockFactory) -> None:
    panel = GpiozeroPanel(PINS)
    pins.pin(PINS.red_pin).clear_states()
    for block in range(100):  # two seconds of alarm
        panel.show(frame(Pattern.ALARM, SampleIndex(0), SampleIndex(block * 160), False, False))
    assert len(pins.pin(PINS.red_pin).states) - 1 == 10  # 200 ms on, 200 ms off, five times
    panel.close()


@pytest.mark.parametrize(
    ("button", "pin"),
    [(Button.ACKNOWLEDGE, PINS.acknowledge_pin), (Button.SOS, PINS.sos_pin), (Button.MARK, PINS.mark_pin)],
)
def test_a_button_is_told_once(pins: MockFactory, button: Button, pin: int) -> None:
    panel = GpiozeroPanel(PINS)
    assert panel.pressed() == []
    pins.pin(pin).drive_low()
    pins.pin(pin).drive_high()
    assert panel.pressed() == [button]
    assert panel.pressed() == []
    panel.close()


def test_buttons_keep_their_order(pins: MockFactory) -> None:
    panel = GpiozeroPanel(PINS)
    for pin in (PINS.sos_pin, PINS.mark_pin, PINS.sos_pin):
        pins.pin(pin).drive_low()
        pins.pin(pin).drive_high()
    assert panel.pressed() == [Button.SOS, Button.MARK, Button.SOS]
    panel.close()


def test_close_leaves_all_dark_and_the_pins_free(pins: MockFactory) -> None:
    panel = GpiozeroPanel(PINS)
    panel.show(LampFrame(True, True, True, True))
    panel.close()
    panel.close()
    assert lit(pins) == DARK
    GpiozeroPanel(PINS).close()


@pytest.mark.parametrize(
    ("wrong", "words"),
    [(replace(PINS, red_pin=22), "another use"), (replace(PINS, sos_pin=99), "no such pin")],
)
def test_a_wrong_pin_is_told_and_frees_the_others(pins: MockFactory, wrong: PanelSettings, words: str) -> None:
    with pytest.raises(OperatorError, match=words):
        GpiozeroPanel(wrong)
    GpiozeroPanel(PINS).close()


def test_auto_takes_the_pins_that_are_there(pins: MockFactory) -> None:
    panel, note = open_panel(PINS)
    assert isinstance(panel, GpiozeroPanel)
    assert note == ""
    panel.close()


def test_the_environment_chooses_the_mock_pins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "mock")
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    panel, note = open_panel(replace(PINS, driver="gpiozero"))
    assert isinstance(gpiozero.Device.pin_factory, MockFactory)
    assert note == ""
    panel.close()


@pytest.mark.parametrize("factory", ["rpigpio", "nonsense", None])
def test_without_gpio_auto_falls_back_and_gpiozero_says_why(
    monkeypatch: pytest.MonkeyPatch, factory: str | None, tmp_path: Path
) -> None:
    if factory:
        monkeypatch.setenv("GPIOZERO_PIN_FACTORY", factory)
    else:
        if Path("/dev/gpiochip0").exists():
            pytest.skip("this machine has GPIO")
        monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.setattr(gpiozero.Device, "pin_factory", None)
    panel, note = open_panel(PINS)
    assert isinstance(panel, DisabledPanel)
    assert "no lamps and buttons" in note
    with pytest.raises(OperatorError, match="no GPIO"):
        open_panel(replace(PINS, driver="gpiozero"))
    assert os.listdir(tmp_path) == [] or factory is None  # lgpio's pipe may lie here, and nowhere else


def test_a_pin_that_another_program_holds_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    lgpio = ModuleType("lgpio")
    lgpio.error = type("error", (Exception,), {})  # type: ignore[attr-defined]

    class HeldElsewhere(MockFactory):  # type: ignore[misc]
        def pin(self, name: object) -> object:
            raise lgpio.error("GPIO busy")

    monkeypatch.setitem(sys.modules, "lgpio", lgpio)
    monkeypatch.setattr(gpiozero.Device, "pin_factory", HeldElsewhere())
    panel, note = open_panel(PINS)
    assert isinstance(panel, DisabledPanel)
    assert "GPIO busy" in note


def test_the_disabled_panel_keeps_the_picture() -> None:
    panel, note = open_panel(replace(PINS, driver="disabled"))
    assert isinstance(panel, DisabledPanel)
    panel.show(LampFrame(green=True))
    assert (panel.frame, panel.pressed(), note) == (LampFrame(green=True), [], "")
    panel.close()
    assert panel.frame == DARK
