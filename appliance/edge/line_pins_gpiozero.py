"""The adapter's optocouplers and hook relay on the pins of a Raspberry Pi. Implements `ports.LinePins`.

Spec: LINE_HARDWARE.md 2 and 6. An optocoupler pulls its pin to ground while it conducts; the pin's own pull-up does the
rest. The relay's driver is on while its pin is high.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import gpiozero
import gpiozero.exc

from appliance.edge.gpio_faults import lgpio_errors, opening_pins
from appliance.edge.ports import Clock
from appliance.errors import LineGone
from appliance.line.adapter.pins import LinePin, PinChange
from appliance.settings import AdapterSettings
from appliance.units import SampleIndex, samples

KEPT_CHANGES = 4_096
"""Changes kept for a line loop that is held up; then the oldest go. Why: a minute of ringing at 20 Hz, seen twice a
cycle, is 4800."""

CALM_MS = 100
"""An input that has not changed for so long is read, in case a change was not told. Why: the kernel keeps 16 changes of
a pin, half a second of ringing, for a process that is held up (Linux, gpiolib-cdev); a cycle at 15 Hz lasts 67 ms."""


class GpiozeroLinePins:
    """Inputs stamped with `clock` the moment they change, and the relay, open until it is told otherwise.

    Where no pin is wired at all no GPIO is needed. Raises: OperatorError where it is and cannot be had; LineGone where
    pins that were opened fail.
    """

    def __init__(self, pins: AdapterSettings, clock: Clock) -> None:
        self._clock = clock
        self._changes: deque[PinChange] = deque(maxlen=KEPT_CHANGES)
        self._told: dict[LinePin, PinChange] = {}
        self._inputs: dict[LinePin, gpiozero.DigitalInputDevice] = {}
        self._relay: gpiozero.OutputDevice | None = None
        with opening_pins("adapter") as opened:
            self._open(pins, opened)
            self._opened = opened.pop_all()

    def read(self) -> list[PinChange]:
        """Changes since last asked, in order; the first call tells the present state of every wired input."""
        with _failing():
            self._look()
        return [self._changes.popleft() for _ in range(len(self._changes))]

    def hook(self, closed: bool) -> None:
        """Close (off-hook) or open the loop; nothing where no relay is wired."""
        if self._relay is not None:
            with _failing():
                self._relay.on() if closed else self._relay.off()

    def close(self) -> None:
        """Open the loop and give the pins back. A second time does nothing."""
        self._inputs.clear()
        with _failing():
            self._opened.close()

    def _open(self, pins: AdapterSettings, opened: ExitStack) -> None:
        if pins.hook_pin and not pins.tap_only:
            self._relay = opened.enter_context(gpiozero.OutputDevice(pins.hook_pin, initial_value=False))
            opened.callback(self._relay.off)  # runs before its close: the loop opens whatever becomes of us
        wired = {LinePin.RING: pins.ring_pin, LinePin.LOOP: pins.loop_pin, LinePin.POLARITY: pins.polarity_pin}
        for name, number in wired.items():
            if not number:
                continue
            device = opened.enter_context(gpiozero.DigitalInputDevice(number, pull_up=True))
            device.when_activated = partial(self._note, name, True)  # from gpiozero's thread; append is atomic
            device.when_deactivated = partial(self._note, name, False)
            self._note(name, bool(device.value))
            self._inputs[name] = device

    def _look(self) -> None:
        """Note what has changed without a word."""
        calm = SampleIndex(self._clock.now() - samples(CALM_MS))
        for name, device in self._inputs.items():
            told = self._told[name]
            if told.at < calm and bool(device.value) is not told.on:
                self._note(name, not told.on)

    def _note(self, pin: LinePin, on: bool) -> None:
        change = PinChange(self._clock.now(), pin, on)
        self._told[pin] = change
        self._changes.append(change)


@contextmanager
def _failing() -> Iterator[None]:
    """Raises: LineGone where a pin fails."""
    try:
        yield
    except (gpiozero.exc.GPIOZeroError, OSError, *lgpio_errors()) as error:
        raise LineGone(f"the GPIO pins fail: {error or type(error).__name__}") from None
