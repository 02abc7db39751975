"""The ladder climbed while the line is lost: gentle steps first, then harder ones, then patience for ever.

Spec: LINE_HARDWARE.md 1.10.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto


class Step(Enum):
    RETRY = auto()  # escape, AT, set up again on the open port
    REOPEN = auto()  # DTR pulse, close, open, then set up (which begins with ATZ)
    USB_RESET = auto()  # the reset hook on the closed port, then open


@dataclass(frozen=True)
class Rung:
    step: Step
    pause_ms: int  # to wait before the step


LADDER = (
    Rung(Step.RETRY, 1_000),  # Why: a modem in mid-reset (ATZ takes 1-2 s, 1.5) needs no more
    Rung(Step.REOPEN, 2_000),  # Why: an old node must be gone before the port comes back (1.10)
    Rung(Step.REOPEN, 5_000),
    Rung(Step.USB_RESET, 5_000),
    Rung(Step.REOPEN, 10_000),  # Why: ModemManager holds a new port for about 20 s (1.10); twice ten covers it
    Rung(Step.REOPEN, 10_000),
)
LAST_RUNG = Rung(Step.REOPEN, 60_000)
"""Why: once a minute for ever, so that a modem that was powered off and on is back without anybody's help."""

PORT_RETRY_MS = 1_000
"""How often a port that is not there is looked for. Why: looking costs nothing; a replug is taken up in a second."""

AFTER_USB_RESET_MS = 3_000
"""Wait between a USB reset and opening the port. Why: enumeration and udev take 1-2 s on a Pi, with margin."""


class Ladder:
    """Where on the ladder we stand."""

    def __init__(self) -> None:
        self._height = 0

    def climb(self) -> Rung:
        """The next rung to try."""
        rung = LADDER[self._height] if self._height < len(LADDER) else LAST_RUNG
        self._height += 1
        return rung

    def reset(self) -> None:
        """The line works again."""
        self._height = 0
