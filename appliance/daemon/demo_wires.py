"""What leads from the simulated line to the processes of the live demo: a pty, or an ALSA card and GPIO pins."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field

from appliance.daemon.demo_shop import CARD, POLARITY_PIN, DemoShop
from appliance.errors import OperatorError
from appliance.exchange.adapter import SimAdapter
from appliance.exchange.adapter_optos import AdapterPin
from appliance.exchange.alsa_fifo import AlsaCard
from appliance.exchange.modem import SimModem
from appliance.exchange.pin_board import PinBoard, Wiring
from appliance.exchange.pty_port import PtyPort, Pumped


@dataclass(frozen=True)
class Wires:
    """`ports` are to be pumped by the clock; `environment` is for the box's processes."""

    ports: Sequence[Pumped]
    unplug: Callable[[], None]
    plug_in: Callable[[], None]
    environment: Mapping[str, str] = field(default_factory=dict)


def open_wires(shop: DemoShop, stack: ExitStack) -> Wires:
    """The wires of the shop's line, until `stack` is closed. Raises OperatorError where this machine has no way."""
    if isinstance(shop.terminal, SimModem):
        port = PtyPort(shop.terminal, shop.port)
        stack.callback(port.close)
        return Wires([port], port.unplug, port.plug_in)
    return _adapter_wires(shop, shop.terminal, stack)


def _adapter_wires(shop: DemoShop, adapter: SimAdapter, stack: ExitStack) -> Wires:
    if importlib.util.find_spec("alsaaudio") is None:
        raise OperatorError("--line sound needs pyalsaaudio: pip install 'denwaban[sound]', or add --fast")
    card = AlsaCard(adapter.card, shop.folder / "alsa", CARD)
    stack.callback(card.close)
    pins = shop.settings.adapter
    inputs = {AdapterPin.RING: pins.ring_pin, AdapterPin.LOOP: pins.loop_pin, AdapterPin.POLARITY: POLARITY_PIN}
    board = PinBoard(adapter, shop.folder / "pins", Wiring(inputs, pins.hook_pin))
    stack.callback(board.close)
    return Wires([card, board], card.unplug, card.plug_in, {**card.environment, **board.environment})
