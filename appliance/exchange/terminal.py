"""The border between the pair of wires (`exchange.circuit`) and whatever is plugged into it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import numpy as np
import numpy.typing as npt

from appliance.events import CallerIdentity
from appliance.units import SampleIndex

Sound = npt.NDArray[np.float32]
"""float32, shape (n,), 8 kHz, full scale 1.0."""


class SignalKind(StrEnum):
    """What happens on the pair besides sound."""

    RING_ON = "ring_on"
    RING_OFF = "ring_off"
    REVERSAL = "reversal"  # polarity reversed
    REVERSAL_BACK = "reversal_back"
    CALLER_ID = "caller_id"  # the exchange has finished sending an identity
    LOOP_BREAK = "loop_break"
    LOOP_BACK = "loop_back"
    EXTENSION_OFF = "extension_off"  # another terminal on the pair went off-hook
    EXTENSION_ON = "extension_on"
    CALL_WAITING = "call_waiting"


@dataclass(frozen=True)
class LineSignal:
    """One signal at the instant `at`.

    `car` marks the RING_* of the CAR cadence; `identity` and `raw` (the message octets as sent) belong to CALLER_ID.
    """

    at: SampleIndex
    kind: SignalKind
    car: bool = False
    identity: CallerIdentity | None = None
    raw: bytes = b""


class Terminal(Protocol):
    """One telephone, modem or tap on the pair.

    The circuit calls, for every step of n samples: the signals due, `speak` of all, then `hear` of all.
    """

    name: str
    off_hook: bool

    def speak(self, at: SampleIndex, n: int) -> Sound:
        """What it puts on the pair during the `n` samples from `at`; ignored while on-hook."""
        ...

    def hear(self, at: SampleIndex, sound: Sound) -> None:
        """What is on the pair in the same samples, without its own speech but for the echo the line gives."""
        ...

    def signal(self, signal: LineSignal) -> None: ...
