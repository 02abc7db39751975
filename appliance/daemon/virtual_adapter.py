"""The simulated adapter without cables: `edge.ports.SoundCard` and `LinePins` for the virtual clock."""

from __future__ import annotations

from appliance.errors import LineGone
from appliance.events import SoundBlock, SoundLost
from appliance.exchange.adapter import SimAdapter
from appliance.exchange.adapter_card import Captured
from appliance.exchange.adapter_optos import AdapterPin
from appliance.line.adapter.pins import LinePin, PinChange

UNPLUGGED = "there is no sound card"


class MemoryCard:
    """The adapter's sound card, opened; dead for good once the card was pulled, as an open file is.

    Raises `errors.LineGone` where there is no card.
    """

    def __init__(self, adapter: SimAdapter) -> None:
        if not adapter.card.plugged:
            raise LineGone(UNPLUGGED)
        self._card = adapter.card
        self._generation = adapter.card.generation
        self._closed = False
        self._card.take()  # what was captured before is not ours
        self._card.flush()

    def read(self) -> list[SoundBlock | SoundLost]:
        self._check()
        return [_heard(one) for one in self._card.take()]

    def write(self, pcm: bytes) -> int:
        self._check()
        return self._card.write(pcm)

    def queued(self) -> int:
        self._check()
        return self._card.queued()

    def flush(self) -> None:
        self._check()
        self._card.flush()

    def wait(self, seconds: float) -> None:
        """Nothing: the virtual clock does not wait."""
        self._check()

    def close(self) -> None:
        self._closed = True

    def _check(self) -> None:
        if self._closed or not self._card.plugged or self._card.generation != self._generation:
            raise LineGone("the sound card was unplugged")


def _heard(one: Captured) -> SoundBlock | SoundLost:
    if one.lost:
        return SoundLost(one.at, one.lost, "the sound card had no room (overrun)")
    return SoundBlock(one.at, one.pcm)


class MemoryPins:
    """The adapter's optos and relay, wire to wire."""

    def __init__(self, adapter: SimAdapter) -> None:
        self._adapter = adapter
        adapter.pin_moves()
        self._first = True

    def read(self) -> list[PinChange]:
        changes = [PinChange(one.at, LinePin(one.pin.value), one.on) for one in self._adapter.pin_moves()]
        if self._first:
            self._first = False
            return self._present()
        return changes

    def _present(self) -> list[PinChange]:
        """The state of every wired input."""
        faults, states = self._adapter.faults, self._adapter.pin_states()
        wired = {AdapterPin.RING: True, AdapterPin.LOOP: faults.loop_wired, AdapterPin.POLARITY: faults.polarity_wired}
        return [PinChange(self._adapter.now, LinePin(pin.value), on) for pin, on in states.items() if wired[pin]]

    def hook(self, closed: bool) -> None:
        self._adapter.relay(closed)

    def close(self) -> None:
        self._adapter.relay(False)
