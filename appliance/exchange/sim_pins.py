"""GPIO pins of a box whose wires lead to a simulated exchange in another process.

Chosen by GPIOZERO_PIN_FACTORY=denwaban_exchange (an entry point in setup.cfg): the box under test is the product
unchanged. JSON lines over a Unix socket: levels of inputs come ({"5": false}), outputs go ({"pin": 24, "high": true}).
"""

from __future__ import annotations

import json
import os
import socket
import threading
from contextlib import suppress
from typing import Any

from gpiozero.exc import BadPinFactory
from gpiozero.pins.mock import MockFactory, MockPWMPin

SOCKET_VARIABLE = "DENWABAN_EXCHANGE_PINS"
"""Environment variable: the Unix socket of the exchange's `PinBoard`."""

PATIENCE_S = 5.0
"""How long the board may take to accept us, seconds. Why: it does so within one step of its clock."""


class ExchangePin(MockPWMPin):  # type: ignore[misc]  # gpiozero has no types
    """A pin whose output is told to the exchange and whose input the exchange drives."""

    def _change_state(self, value: float) -> bool:
        changed = bool(super()._change_state(value))
        if changed and self._function == "output":
            self._factory.tell(self.info.name, bool(value))
        return changed

    def _set_function(self, value: str) -> None:
        released = self._function == "output" and value == "input"
        super()._set_function(value)
        if released:
            self._factory.tell(self.info.name, False)

    def _set_pull(self, value: str) -> None:
        super()._set_pull(value)
        self._factory.show(self)  # the wire is stronger than the pull


class ExchangePinFactory(MockFactory):  # type: ignore[misc]  # gpiozero has no types
    """Pins on the exchange's board. Raises gpiozero's BadPinFactory where there is no board."""

    def __init__(self) -> None:
        super().__init__(pin_class=ExchangePin)
        path = os.environ.get(SOCKET_VARIABLE, "")
        self._levels: dict[str, bool] = {}  # as the board drives them, by pin name ("GPIO5")
        self._lock = threading.RLock()
        self._wire = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            self._wire.settimeout(PATIENCE_S)
            self._wire.connect(path)
            self._lines = self._wire.makefile("r", encoding="utf-8")
            self._take(self._lines.readline())  # the board's first word: what every input shows now
        except OSError as error:
            self._wire.close()
            raise BadPinFactory(f"no pins of an exchange at {SOCKET_VARIABLE}={path!r}: {error}") from error
        self._wire.settimeout(None)
        self._thread = threading.Thread(target=self._listen, name="exchange pins", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go of the wires; every output of ours counts as low from here on."""
        super().close()
        with suppress(OSError):
            self._wire.shutdown(socket.SHUT_RDWR)
        self._wire.close()

    def tell(self, name: str, high: bool) -> None:
        """An output of ours has changed; nothing where the exchange is gone."""
        with self._lock, suppress(OSError):
            self._wire.sendall(json.dumps({"pin": _number(name), "high": high}).encode() + b"\n")

    def show(self, pin: Any) -> None:
        """Put the level of the wire on an input, if there is a wire."""
        with self._lock:
            level = self._levels.get(pin.info.name)
            if level is None or pin.function != "input":
                return
            pin.drive_high() if level else pin.drive_low()

    def _listen(self) -> None:
        """Until the exchange is gone: then the inputs keep their last level."""
        with suppress(OSError, ValueError):
            for line in self._lines:
                self._take(line)

    def _take(self, line: str) -> None:
        """One line of the board: levels by pin number."""
        with self._lock:
            for number, high in json.loads(line or "{}").items():
                name = f"GPIO{number}"
                self._levels[name] = bool(high)
                self._show_all(name)

    def _show_all(self, name: str) -> None:
        for pin in list(self.pins.values()):
            if pin.info.name == name:
                self.show(pin)


def _number(name: str) -> int:
    """Of "GPIO5"."""
    return int(name.removeprefix("GPIO"))
