"""Lamps, buzzer and buttons on the pins of a Raspberry Pi."""

from __future__ import annotations

from collections import deque
from contextlib import ExitStack
from functools import partial

import gpiozero

from appliance.edge.gpio_faults import opening_pins
from appliance.edge.panel_disabled import DisabledPanel
from appliance.edge.ports import Panel
from appliance.errors import OperatorError
from appliance.events import Button, LampFrame
from appliance.settings import PanelSettings

BOUNCE_S = 0.03
"""Why: contacts of push-buttons chatter 5–20 ms; a finger is never as quick."""


class GpiozeroPanel:
    """Three LEDs (or relays of a signal tower), an active buzzer, three buttons to ground with the pin's pull-up.

    The pin library is gpiozero's choice, or what GPIOZERO_PIN_FACTORY says.
    Raises: OperatorError where there is no GPIO, or a pin number cannot be used.
    """

    def __init__(self, pins: PanelSettings) -> None:
        self._pressed: deque[Button] = deque()
        self._shown = LampFrame()
        with opening_pins("panel") as opened:
            self._open(pins, opened)
            self._opened = opened.pop_all()

    def show(self, frame: LampFrame) -> None:
        """Light what `frame` says; pins are touched only where something changes."""
        for name, output in self._outputs.items():
            wanted = getattr(frame, name)
            if wanted != getattr(self._shown, name):
                output.on() if wanted else output.off()
        self._shown = frame

    def pressed(self) -> list[Button]:
        """Buttons pressed since last asked."""
        return [self._pressed.popleft() for _ in range(len(self._pressed))]

    def close(self) -> None:
        """All dark; the pins are given back. A second time does nothing."""
        self._opened.close()

    def _open(self, pins: PanelSettings, opened: ExitStack) -> None:
        outputs = {
            "red": (gpiozero.LED, pins.red_pin),
            "amber": (gpiozero.LED, pins.amber_pin),
            "green": (gpiozero.LED, pins.green_pin),
            "buzzer": (gpiozero.Buzzer, pins.buzzer_pin),
        }
        self._outputs = {name: opened.enter_context(kind(pin)) for name, (kind, pin) in outputs.items()}
        for output in self._outputs.values():
            opened.callback(output.off)  # runs before its close: a lamp left as an input may glow
        buttons = {
            Button.ACKNOWLEDGE: pins.acknowledge_pin,
            Button.SOS: pins.sos_pin,
            Button.MARK: pins.mark_pin,
        }
        for button, pin in buttons.items():
            device = opened.enter_context(gpiozero.Button(pin, pull_up=True, bounce_time=BOUNCE_S))
            device.when_pressed = partial(self._pressed.append, button)  # from gpiozero's thread; append is atomic


def open_panel(settings: PanelSettings) -> tuple[Panel, str]:
    """The panel that the settings ask for, and a note in plain words where it is not what one would expect.

    Raises: OperatorError where `driver` is "gpiozero" and that cannot be had; "auto" falls back to no panel.
    """
    if settings.driver == "disabled":
        return DisabledPanel(), ""
    try:
        return GpiozeroPanel(settings), ""
    except OperatorError as error:
        if settings.driver == "gpiozero":
            raise
        return DisabledPanel(), f"no lamps and buttons: {error}"
