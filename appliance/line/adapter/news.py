"""What an adapter's line tells by itself: rings, caller identity, lifted telephones -> facts, as a modem's line does.

Spec: LINE_HARDWARE.md 1.3, 1.4; CALLER_ID.md 1.1, 2.1.
"""

from __future__ import annotations

from appliance.events import (
    CallerIdentity,
    CallWaitingHeard,
    ExtensionLifted,
    ExtensionReplaced,
    Fact,
    Rang,
    RingingStopped,
)
from appliance.line.cadence import ORDINARY_BURST_MS, RingCadence, ring_is_recent
from appliance.line.caller import CallerReader
from appliance.settings import LineSettings
from appliance.units import SampleIndex

LATE_IDENTITY_MS = 8_000
"""Identity heard longer than this after the last ring of an engaged line is that of a second caller.

Why: identity is over within one ring cadence, at most 6 s, of the ring that it follows."""


class LineNews:
    """Folds bursts, messages and hook changes of one line into facts."""

    def __init__(self, settings: LineSettings) -> None:
        # Whatever the settings say: to answer in CAR costs the call, and here a burst has a length that tells it.
        self.cadence = RingCadence(settings.country, number_display=True)
        self.lifted = False
        self._caller = CallerReader(settings.country, self.cadence)
        self._kept: list[Fact] = []
        self._rang = False  # in this call, in the ordinary way

    def ring(self, now: SampleIndex, answering: bool) -> list[Fact]:
        """A burst has begun."""
        facts: list[Fact] = self.replaced(now, answering)  # a line that rings has all its telephones on-hook
        return facts + self._rung(self.cadence.burst(now), answering)

    def burst_lasts(self, now: SampleIndex, answering: bool) -> list[Fact]:
        """The burst is too long for CAR."""
        return self._rung(self.cadence.burst_lasted(now, ORDINARY_BURST_MS), answering)

    def reversed(self, now: SampleIndex, answering: bool) -> list[Fact]:
        """The exchange reversed the pair: a call begins, so whoever rang before has gone."""
        if answering or self.cadence.quiet or not self._rang:
            return []
        self._next_call()
        self.cadence.forget()
        return [RingingStopped(now)]

    def identified(self, now: SampleIndex, identity: CallerIdentity, answering: bool) -> list[Fact]:
        """A message was heard."""
        if self.lifted and not ring_is_recent(self.cadence, now, LATE_IDENTITY_MS):
            return [CallWaitingHeard(now)]
        facts = self._cadence_facts(self.cadence.identity_arrived(now), answering)
        return [*facts, *self._caller.take_identity(now, identity, answering)]

    def lift(self, now: SampleIndex) -> list[Fact]:
        """A telephone of the shop was lifted."""
        if self.lifted:
            return []
        self.lifted = True
        self.cadence.forget()
        return [ExtensionLifted(now)]

    def replaced(self, now: SampleIndex, answering: bool) -> list[Fact]:
        """The shop's telephone was put down."""
        if not self.lifted:
            return []
        self.lifted = False
        if not answering:
            self._next_call()
        return [ExtensionReplaced(now)]

    def tick(self, now: SampleIndex, answering: bool) -> list[Fact]:
        """Time went by."""
        return [] if answering else self._cadence_facts(self.cadence.tick(now), answering)

    def other_call(self) -> list[Fact]:
        """What was held back while we were answering a caller who had given up: the next one's beginning."""
        kept, self._kept = self._kept, []
        return kept

    def call_answered(self) -> None:
        """We are off-hook: the ringing is over, without a word."""
        self.cadence.forget()
        self._kept.clear()

    def call_over(self) -> None:
        """We are on-hook: what comes belongs to the next call."""
        self.call_answered()
        self._next_call()

    def _next_call(self) -> None:
        self._rang = False
        self._caller.next_call()

    def _rung(self, facts: list[Fact], answering: bool) -> list[Fact]:
        for fact in facts:
            if isinstance(fact, RingingStopped):
                self._next_call()
            elif isinstance(fact, Rang):
                self._rang = True
                self._caller.rang()
        if not answering:
            return facts
        if any(isinstance(fact, RingingStopped) for fact in facts):
            self._kept = facts
        return []

    def _cadence_facts(self, facts: list[Fact], answering: bool) -> list[Fact]:
        if facts:  # the ringing of this call has stopped
            self._next_call()
        return [] if answering else facts
