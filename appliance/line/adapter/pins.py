"""The signals of the adapter's pins, as the session and the drivers name them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.units import SampleIndex


class LinePin(StrEnum):
    """An input of the adapter. Spec: LINE_HARDWARE.md 2, class C and "GPIO opto"."""

    RING = "ring"  # pulses with the ringing current
    LOOP = "loop"  # on while a telephone of the shop draws current
    POLARITY = "polarity"  # on while the pair is reversed


@dataclass(frozen=True)
class PinChange:
    """`pin` changed at the instant `at`; `on` is what it means, whatever the voltage."""

    at: SampleIndex
    pin: LinePin
    on: bool
