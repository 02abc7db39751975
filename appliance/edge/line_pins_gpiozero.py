"""The adapter's optocouplers and hook relay on the pins of a Raspberry Pi. Implements `ports.LinePins`.

Spec: LINE_HARDWARE.md 2 and 6. An optocoupler pulls its pin to ground while it conducts; the pin's own pull-up does the
rest. The relay's driver is on while its pin is high.
"""

from __future__ import annotations

import warnings
from collections import deque
from contextlib import ExitStack
from functools import partial

import gpiozero
import gpiozero.exc

from appliance.edge.gpio_faults import NO_GPIO, keep_lgpio_out_of_the_working_directory, lgpio_errors
from appliance.edge.ports import Clock
from appliance.errors import OperatorError
from appliance.line.adapter.pins import LinePin, PinChange
from appliance.settings import AdapterSettings

KEPT_CHANGES = 4_096
"""Changes kept for a line loop that is held up; then the oldest go. Why: a minute of ringing at 20 Hz, seen twice a
cycle, is 4800."""


class GpiozeroLinePins:
    """Inputs stamped with `clock` the moment they change, and the relay, open until it is told otherwise.

    Where no pin is wired at all no GPIO is needed. Raises: OperatorError where it is and cannot be had.
    """

    def __init__(self, pins: AdapterSettings, clock: Clock) -> None:
        self._clock = clock
        self._changes: deque[PinChange] = deque(maxlen=KEPT_CHANGES)
        self._relay: gpiozero.OutputDevice | None = None
        keep_lgpio_out_of_the_working_directory()
        with ExitStack() as opened, warnings.catch_warnings():
            warnings.simplefilter("ignore", gpiozero.exc.PinFactoryFallback)  # the last failure is told, not each
            try:
                self._open(pins, opened)
            except gpiozero.exc.GPIOPinInUse as error:
                raise OperatorError(f"[adapter] a pin has another use already: {error}") from None
            except gpiozero.exc.PinInvalidPin as error:
                raise OperatorError(f"[adapter] there is no such pin: {error}") from None
            except (*NO_GPIO, *lgpio_errors()) as error:
                why = str(error) or type(error).__name__
                raise OperatorError(f"[adapter] this machine offers no GPIO pins ({why})") from None
            self._opened = opened.pop_all()

    def read(self) -> list[PinChange]:
        """Changes since last asked, in order; the first call tells the present state of every wired input."""
        return [self._changes.popleft() for _ in range(len(self._changes))]

    def hook(self, closed: bool) -> None:
        """Close (off-hook) or open the loop; nothing where no relay is wired."""
        if self._relay is not None:
            self._relay.on() if closed else self._relay.off()

    def close(self) -> None:
        """Open the loop and give the pins back. A second time does nothing."""
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

    def _note(self, pin: LinePin, on: bool) -> None:
        self._changes.append(PinChange(self._clock.now(), pin, on))
