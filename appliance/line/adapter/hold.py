"""Our own off-hook: wanted, closed at the right moment, settled, and for a moment opened by a flash."""

from __future__ import annotations

from appliance.errors import OperatorError
from appliance.events import Fact, FaultCleared, FaultRaised
from appliance.line.cadence import ORDINARY_GAP_MS, RingCadence
from appliance.units import SampleIndex, later

SETTLE_MS = 150
"""From off-hook until the line speaks. Why: the exchange trips the ringing and connects within 0.2 s; the relay takes
10 ms. A prompt that begins sooner loses its first syllable."""

DIAL_TONE_MS = 1_000
"""From the end of a flash to the first digit. Spec: LINE_HARDWARE.md 5: internal dial tone within 0.5-1.5 s."""

DOUBT_MS = 600_000
"""A relay that did not close is not tried again for so long. Why: staff answer meanwhile, and a call that is tried and
lost with every ring would fill the list of calls."""

PROOF_MS = 8_000
"""Held for so long without ringing: the relay obeyed. Why: the longest cadence is 6 s, and the pulses of a burst."""

FLASH_MS = (100, 1_500)
"""A hook flash is no shorter and no longer. Spec: LINE_HARDWARE.md 5."""

HOOK_FAULT = "hook"
"""The key of the fault. Stable: the page and the lamp know it."""


class Hold:
    """The wish to hold the line, and how far it has come."""

    REFUSAL = "the line rang on although the hook relay was closed: check the relay and its wiring"

    def __init__(self, cadence: RingCadence) -> None:
        self.wanted = False
        self.seized = False
        self.seized_at = self.closed_at = SampleIndex(0)
        self.may_dial_at = SampleIndex(0)
        self._cadence = cadence
        self._driven = False
        self._flash_until = SampleIndex(0)
        self._ordinary_at: SampleIndex | None = None
        self._doubted_until: SampleIndex | None = None

    def closed(self, now: SampleIndex) -> bool:
        """Whether the relay is to be closed for the call."""
        return self._driven and now >= self._flash_until

    def refuses(self, now: SampleIndex) -> bool:
        """The relay is known not to work."""
        return self._doubted_until is not None and now < self._doubted_until

    def want(self) -> None:
        self.wanted = True

    def ordinary_ring(self) -> None:
        """The burst under way is ordinary ringing beyond doubt: an answer now is no primary answer."""
        self._ordinary_at = self._cadence.last_burst()

    def advance(self, now: SampleIndex) -> bool:
        """Go off-hook when the moment is right; True once the line is ours."""
        if not self._driven and self._moment_is_right(now):
            self._driven = True
            self.closed_at = now
        if not self._driven or now < later(self.closed_at, SETTLE_MS):
            return False
        self.seized, self.seized_at = True, now
        self.may_dial_at = now
        return True

    def let_go(self) -> bool:
        """Want it no longer; whether the loop was closed."""
        was_driven, self._driven = self._driven, False
        self.wanted = self.seized = False
        self._flash_until = SampleIndex(0)
        return was_driven

    def flash(self, now: SampleIndex, ms: int) -> SampleIndex:
        """Open for `ms`, if the line is held; the instant until which the ring input may show our own click.

        Raises: OperatorError for a length that no exchange takes for a flash.
        """
        if not FLASH_MS[0] <= ms <= FLASH_MS[1]:
            raise OperatorError(f"a flash lasts {FLASH_MS[0]} to {FLASH_MS[1]} ms, not {ms}")
        if not self.seized:
            return now
        self._flash_until = later(now, ms)
        self.may_dial_at = later(self._flash_until, DIAL_TONE_MS)
        return later(self._flash_until, SETTLE_MS)

    def distrust(self, now: SampleIndex) -> list[Fact]:
        """It rings although we are off-hook."""
        known = self._doubted_until is not None
        self.let_go()
        self._doubted_until = later(now, DOUBT_MS)
        return [] if known else [FaultRaised(now, HOOK_FAULT, self.REFUSAL)]

    def trusted_again(self, now: SampleIndex) -> list[Fact]:
        """The line is about to be let go: it was held for longer than any ringing pauses, so the relay works."""
        if self._doubted_until is None or not self.seized or now < later(self.closed_at, PROOF_MS):
            return []
        self._doubted_until = None
        return [FaultCleared(now, HOOK_FAULT)]

    def _moment_is_right(self, now: SampleIndex) -> bool:
        """Not in what may be the next caller's first CAR burst: it is either over for long, or was too long."""
        last = self._cadence.last_burst()
        if last is None or not self._cadence.car_may_follow or last == self._ordinary_at:
            return True
        return now >= later(last, ORDINARY_GAP_MS)
