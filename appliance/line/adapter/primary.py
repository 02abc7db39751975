"""Japan's primary answer (一次応答) in software: when to go off-hook for the number, and when to go on-hook again.

Spec: CALLER_ID.md 1.1 rows 1-5 (NTT ナンバー・ディスプレイ).
"""

from __future__ import annotations

from appliance.events import Fact, FaultCleared, FaultRaised, SoundBlock
from appliance.line.adapter.carrier import CarrierWatch
from appliance.line.adapter.ring import BurstEnded
from appliance.units import SampleIndex, later, milliseconds, samples

SHORT_MS = (250, 600)
"""A CAR burst, and the pause after it, last between these. Spec: CALLER_ID.md 1.1 row 3, the rule of products."""

REVERSAL_MS = 6_000
"""CAR follows a reversal within this time. Spec: CALLER_ID.md 1.1 row 2."""

DATA_WAIT_MS = 3_200
"""Patience for data after the primary answer. Spec: CALLER_ID.md 1.1 row 4."""

LIMIT_MS = 7_000
"""From primary answer to on-hook at most. Spec: CALLER_ID.md 1.1 row 5."""

FRUITLESS = 2
"""After so many primary answers in a row that brought not a sound, only a reversal is still answered. Why: a private
exchange may ring as fast as CAR, and every answer to that costs a call; one alone may be a caller who gave up."""

DISPLAY_FAULT = "number_display"
"""The key of the fault. Stable: the page and the lamp know it."""

NO_NUMBERS = "the line rings as if to hand over a number, but sends none: set line.number_display = false"


class PrimaryAnswer:
    """One line's primary answers. `closed`: the loop is to be held for the number.

    With the reversal seen, the first burst that proves to be short is enough; without, ON-OFF-ON of short ones.
    Why not sooner after a reversal: on a line without the service an exchange may reverse and then ring for 1 s, and
    off-hook in that ring would be the answer itself. Nothing is lost, CAR goes on for 6 s.
    """

    def __init__(self) -> None:
        self.closed = False
        self._reversed_at: SampleIndex | None = None
        self._burst_end: SampleIndex | None = None  # of the last one, if it was short
        self._done = False  # in this call
        self._fruitless = 0  # in a row
        self.closed_at = SampleIndex(0)
        self._carrier = CarrierWatch()

    def call_begins(self) -> None:
        """Another call's CAR: one more primary answer may be made."""
        self._done = False

    def reversed(self, at: SampleIndex) -> None:
        self._reversed_at = at

    def burst_began(self, now: SampleIndex, start: SampleIndex) -> bool:
        """Whether to go off-hook now."""
        end, self._burst_end = self._burst_end, None
        if end is None or self.in_vain or not _is_short(milliseconds(start - end)):
            return False
        return self._close(now)

    def burst_ended(self, now: SampleIndex, burst: BurstEnded) -> bool:
        """Whether to go off-hook now."""
        short = _is_short(burst.lasted_ms)
        self._burst_end = burst.end if short else None
        seen = self._reversed_at is not None and burst.start - self._reversed_at < samples(REVERSAL_MS)
        return short and seen and self._close(now)

    def hear(self, block: SoundBlock) -> None:
        """Sound of the line while it is held."""
        self._carrier.hear(block)

    def is_over(self, now: SampleIndex) -> bool:
        """Time to go on-hook although no message came: none is sent, it was broken, or it takes too long."""
        if now >= later(self.closed_at, LIMIT_MS) or self._carrier.ended:
            return True
        return now >= later(self.closed_at, DATA_WAIT_MS) and not self._carrier.present

    @property
    def in_vain(self) -> bool:
        """The line does not hand over numbers, as far as can be told: fast ringing alone is not answered."""
        return self._fruitless >= FRUITLESS

    def message_came(self, now: SampleIndex) -> list[Fact]:
        """The line hands over numbers."""
        cleared = [FaultCleared(now, DISPLAY_FAULT)] if self.in_vain else []
        self._fruitless = 0
        return [*cleared]

    def gave_up(self, now: SampleIndex) -> list[Fact]:
        """Nothing that could be read came; somebody who lifted a telephone proves nothing and is not told."""
        was_in_vain = self.in_vain
        self._fruitless = 0 if self._carrier.present or self._carrier.ended else self._fruitless + 1
        if self.in_vain is was_in_vain:
            return []
        return [FaultRaised(now, DISPLAY_FAULT, NO_NUMBERS) if self.in_vain else FaultCleared(now, DISPLAY_FAULT)]

    def open(self) -> None:
        """On-hook: the message is here, or is given up."""
        self.closed = False
        self._burst_end = self._reversed_at = None

    def _close(self, now: SampleIndex) -> bool:
        if self._done or self.closed:
            return False
        self._done = self.closed = True
        self.closed_at = now
        self._carrier = CarrierWatch()
        return True


def _is_short(ms: int) -> bool:
    return SHORT_MS[0] <= ms <= SHORT_MS[1]
