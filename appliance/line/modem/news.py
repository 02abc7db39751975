"""What the line tells by itself: rings, caller identity, lifted telephones, tones -> facts.

Spec: LINE_HARDWARE.md 1.3, 1.4, 1.8.
"""

from __future__ import annotations

import re

from appliance.events import (
    CallWaitingHeard,
    ClearedBy,
    DigitHeard,
    ExtensionLifted,
    ExtensionReplaced,
    Fact,
    FarEndCleared,
    FaxToneHeard,
    Rang,
    RingingStopped,
)
from appliance.line.cadence import RingCadence, ring_is_recent
from appliance.line.caller import CallerReader
from appliance.line.modem.at import BurstLength, Field, RawReport, RingLine, parse
from appliance.line.modem.channel import Engagement, Wiring
from appliance.line.modem.dle import Kind, Signal
from appliance.settings import LineSettings
from appliance.units import SampleIndex, samples

LATE_RING_MS = 2_000
"""A ring told so soon after a telephone was lifted began before. Why: some modems tell a burst at its end; 1-2 s."""

LATE_IDENTITY_MS = 8_000
"""Identity told longer than this after the last ring of an engaged line is that of a second caller (thess#114).

Why: identity is over within one ring cadence, at most 6 s, of the ring that it follows."""

LOOP_SETTLES_MS = 2_000
"""A break of the loop told so soon after our own off-hook is our own relay, or the exchange's change of polarity.

Why: a caller who hangs up just then is met by busy tone or silence all the same."""

_CLEARED = {
    Kind.BUSY: ClearedBy.MODEM_BUSY,
    Kind.REORDER: ClearedBy.MODEM_BUSY,
    Kind.DIAL_TONE: ClearedBy.MODEM_DIAL_TONE,
    Kind.STUTTER_TONE: ClearedBy.MODEM_DIAL_TONE,
    Kind.LOOP_BREAK: ClearedBy.LOOP,
}
_FAX = {Kind.FAX_CALLING: "cng", Kind.FAX_SIGNAL: "cng", Kind.ANSWER_TONE: "ced"}
_ON_JACK = frozenset({Kind.PHONE_LIFTED, Kind.PHONE_REPLACED})
_LIFTED = frozenset({Kind.PHONE_LIFTED, Kind.EXTENSION_LIFTED})
_REPLACED = frozenset({Kind.PHONE_REPLACED, Kind.EXTENSION_REPLACED})


class LineNews:
    """Folds what one line tells into facts."""

    def __init__(self, settings: LineSettings, engagement: Engagement, wiring: Wiring) -> None:
        self.cadence = RingCadence(settings.country, settings.number_display)
        self.wiring = wiring
        self._caller = CallerReader(settings.country, self.cadence)
        self._engagement = engagement
        self._lifted_at: SampleIndex | None = None
        self._kept: list[Fact] = []

    def ring(self, now: SampleIndex) -> list[Fact]:
        """RING or <DLE>R."""
        facts: list[Fact] = []
        if self._lifted_at is not None:
            if now - self._lifted_at < samples(LATE_RING_MS):
                return []
            facts += self._replaced(now)  # a line that rings has all its telephones on-hook
        rung = self._rung(self.cadence.burst(now))
        if not self._engagement.answering:
            return facts + rung
        if any(isinstance(fact, RingingStopped) for fact in rung):
            self._kept = rung
        return facts

    def other_call(self) -> list[Fact]:
        """What was held back while we were answering a caller who had given up: the next one's beginning."""
        kept, self._kept = self._kept, []
        return kept

    def take_line(self, now: SampleIndex, line: RingLine | Field | BurstLength | RawReport) -> list[Fact]:
        """A line of text that no command asked for."""
        if isinstance(line, RingLine):
            return self.ring(now)
        if isinstance(line, BurstLength):
            return [] if self._engagement.answering else self._rung(self.cadence.burst_lasted(now, line.on_ms))
        if self._is_second_caller(now):
            return [CallWaitingHeard(now)] if isinstance(line, RawReport) or line.tag == "NMBR" else []
        facts = self._cadence_facts(self.cadence.identity_arrived(now))
        return [*facts, *self._caller.take(now, line, self._engagement.answering)]

    def take_signal(self, at: SampleIndex, signal: Signal) -> list[Fact]:
        """An event of the <DLE> table; what is no news gives nothing."""
        kind = signal.kind
        if kind is Kind.RING:
            return self.ring(at)
        if kind is Kind.REPORT:
            return self._take_report(at, signal.report)
        if kind in _LIFTED | _REPLACED:
            return self._take_hook(at, kind)
        if kind is Kind.CALL_WAITING:
            engaged = self._engagement.seized or self._lifted_at is not None
            return [CallWaitingHeard(at)] if engaged else []
        return self._take_tone(at, signal) if self._engagement.seized else []

    def tick(self, now: SampleIndex) -> list[Fact]:
        """Time went by."""
        told = self._caller.tick(now, self._engagement.answering)
        if self._engagement.answering:  # should that fail, the end of the ringing is still to be told
            return [*told]
        return [*told, *self._cadence_facts(self.cadence.tick(now))]

    def call_answered(self) -> None:
        """We are off-hook: the ringing is over, without a word."""
        self.cadence.forget()
        self._kept.clear()

    def call_over(self) -> None:
        """We are on-hook: what comes belongs to the next call."""
        self.call_answered()
        self._caller.next_call()

    def _rung(self, facts: list[Fact]) -> list[Fact]:
        """Facts of a burst, for the judge of whose call it is."""
        for fact in facts:
            if isinstance(fact, RingingStopped):
                self._caller.next_call()
            elif isinstance(fact, Rang):
                self._caller.rang()
        return facts

    def _cadence_facts(self, facts: list[Fact]) -> list[Fact]:
        if facts:  # the ringing of this call has stopped
            self._caller.next_call()
        return [] if self._engagement.answering else facts

    def _take_report(self, now: SampleIndex, report: bytes) -> list[Fact]:
        facts: list[Fact] = []
        for text in re.split(rb"[\r\n]+", report):
            line = parse(text)
            if isinstance(line, RingLine | Field | BurstLength | RawReport):
                facts += self.take_line(now, line)
        return facts

    def _take_tone(self, at: SampleIndex, signal: Signal) -> list[Fact]:
        if signal.kind is Kind.DIGIT:
            return [DigitHeard(at, signal.digit)]
        seized_at = self._engagement.seized_at
        if signal.kind is Kind.LOOP_BREAK and seized_at is not None and at - seized_at < samples(LOOP_SETTLES_MS):
            return []
        if signal.kind in _CLEARED:
            return [FarEndCleared(at, _CLEARED[signal.kind])]
        if signal.kind in _FAX:
            return [FaxToneHeard(at, _FAX[signal.kind])]
        return []

    def _take_hook(self, at: SampleIndex, kind: Kind) -> list[Fact]:
        """A telephone of the shop was lifted or replaced."""
        self.wiring.hook_seen = True
        self.wiring.phone_on_jack = self.wiring.phone_on_jack or kind in _ON_JACK
        return self._lifted(at) if kind in _LIFTED else self._replaced(at)

    def _lifted(self, at: SampleIndex) -> list[Fact]:
        if self._lifted_at is not None:
            return []
        self._lifted_at = at
        self.cadence.forget()
        return [ExtensionLifted(at)]

    def _replaced(self, at: SampleIndex) -> list[Fact]:
        if self._lifted_at is None:
            return []
        self._lifted_at = None
        if not self._engagement.answering:
            self._caller.next_call()
        return [ExtensionReplaced(at)]

    def _is_second_caller(self, now: SampleIndex) -> bool:
        engaged = self._engagement.seized or self._lifted_at is not None
        return engaged and not ring_is_recent(self.cadence, now, LATE_IDENTITY_MS)
