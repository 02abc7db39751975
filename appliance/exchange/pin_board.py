"""The exchange's end of the wires to a box's GPIO pins: optos and buttons drive inputs, relay and lamps are told back.

Its other end is `exchange.sim_pins` in the box's process.
"""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from appliance.exchange.adapter import SimAdapter
from appliance.exchange.adapter_optos import AdapterPin
from appliance.exchange.sim_pins import SOCKET_VARIABLE
from appliance.units import SampleIndex


@dataclass(frozen=True)
class Wiring:
    """Which pin (BCM number) leads where; 0: not wired. Optos pull their input low while they conduct."""

    inputs: Mapping[AdapterPin, int] = field(default_factory=lambda: {AdapterPin.RING: 5, AdapterPin.LOOP: 6})
    hook: int = 24  # high: the relay closes


class PinBoard:
    """Listens at `path`; pump it by the clock that drives the exchange. `outputs`: what the box drives, by pin."""

    def __init__(self, adapter: SimAdapter, path: Path, wiring: Wiring | None = None) -> None:
        self.adapter = adapter
        self.path = path
        self.wiring = wiring or Wiring()
        self.outputs: dict[int, bool] = {}
        self.history: list[tuple[SampleIndex, int, bool]] = []  # what the box drove, when
        self._levels = {pin: True for pin in self.wiring.inputs.values() if pin}
        self._clients: dict[socket.socket, bytes] = {}
        self._door = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        path.unlink(missing_ok=True)
        self._door.bind(os.fspath(path))
        self._door.listen()
        self._door.setblocking(False)

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to have its pins here."""
        return {"GPIOZERO_PIN_FACTORY": "denwaban_exchange", SOCKET_VARIABLE: os.fspath(self.path)}

    def pump(self, now: SampleIndex) -> None:
        """Pass on what has changed on either side; never waits."""
        self._admit()
        for client in list(self._clients):
            self._hear(now, client)
        for move in self.adapter.pin_moves():
            self.drive(self.wiring.inputs.get(move.pin, 0), high=not move.on)

    def drive(self, pin: int, high: bool) -> None:
        """Put a level on an input of the box (0: no such wire)."""
        if pin:
            self._levels[pin] = high
            self._say({pin: high})

    def close(self) -> None:
        for client in list(self._clients):
            client.close()
        self._clients.clear()
        self._door.close()
        self.path.unlink(missing_ok=True)

    # ---- the wires

    def _admit(self) -> None:
        with suppress(BlockingIOError):
            client, _ = self._door.accept()
            client.setblocking(False)
            self._clients[client] = b""
            self._say(self._levels)

    def _say(self, levels: Mapping[int, bool]) -> None:
        line = json.dumps(levels).encode() + b"\n"
        for client in list(self._clients):
            with suppress(OSError):  # one that has gone is noticed by `_hear`; one that sleeps loses a pulse
                client.send(line)

    def _hear(self, now: SampleIndex, client: socket.socket) -> None:
        """What the box has driven; a box that is gone drives nothing: its lines fall back to inputs."""
        try:
            octets = client.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            octets = b""
        if not octets:
            del self._clients[client]
            client.close()
            for pin in list(self.outputs):
                self._driven(now, pin, False)
            return
        *lines, self._clients[client] = (self._clients[client] + octets).split(b"\n")
        for line in lines:
            told = json.loads(line)
            self._driven(now, int(told["pin"]), bool(told["high"]))

    def _driven(self, now: SampleIndex, pin: int, high: bool) -> None:
        if self.outputs.get(pin, False) is high:
            return
        self.outputs[pin] = high
        self.history.append((now, pin, high))
        if pin == self.wiring.hook:
            self.adapter.relay(high)
