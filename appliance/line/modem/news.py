"""What the line tells by itself: rings, caller identity, lifted telephones, tones -> facts.

Spec: LINE_HARDWARE.md 1.3, 1.4, 1.8.
"""

from __future__ import annotations

import re

from appliance.events import (
    CallerIdentified,
    CallWaitingHeard,
    ClearedBy,
    DigitHeard,
    ExtensionLifted,
    ExtensionReplaced,
    Fact,
    FarEndCleared,
    FaxToneHeard,
)
from appliance.line.cadence import RingCadence, ring_is_recent
from appliance.line.identity import IdentityReader
from appliance.line.modem.at import BurstLength, Field, RawReport, RingLine, parse
from appliance.line.modem.channel import Engagement
from appliance.line.modem.dle import Kind, Signal
from appliance.settings import LineSettings
from appliance.units import SampleIndex, samples

LATE_RING_MS = 2_000
"""A ring told so soon after a telephone was lifted began before. Why: some modems tell a burst at its end; 1-2 s."""

LATE_IDENTITY_MS = 8_000
"""Identity told longer than this after the last ring of an engaged line is that of a second caller (thess#114).

Why: identity is over within one ring cadence, at most 6 s, of the ring that it follows."""

_CLEARED = {
    Kind.BUSY: ClearedBy.MODEM_BUSY,
    Kind.REORDER: ClearedBy.MODEM_BUSY,
    Kind.DIAL_TONE: ClearedBy.DIAL_TONE,
    Kind.STUTTER_TONE: ClearedBy.DIAL_TONE,
    Kind.LOOP_BREAK: ClearedBy.LOOP,
}
_FAX = {Kind.FAX_CALLING: "cng", Kind.FAX_SIGNAL: "cng", Kind.ANSWER_TONE: "ced"}
_LIFTED = frozenset({Kind.PHONE_LIFTED, Kind.EXTENSION_LIFTED})
_REPLACED = frozenset({Kind.PHONE_REPLACED, Kind.EXTENSION_REPLACED})


class LineNews:
    """Folds what one line tells into facts."""

    def __init__(self, settings: LineSettings, engagement: Engagement) -> None:
        self.cadence = RingCadence(settings.country, settings.number_display)
        self._identity = IdentityReader(waits_for_name=settings.country != "JP")
        self._engagement = engagement
        self._lifted_at: SampleIndex | None = None

    def ring(self, now: SampleIndex) -> list[Fact]:
        """RING or <DLE>R."""
        facts: list[Fact] = []
        if self._lifted_at is not None:
            if now - self._lifted_at < samples(LATE_RING_MS):
                return []
            facts += self._replaced(now)  # a line that rings has all its telephones on-hook
        rung = self.cadence.burst(now)
        return facts if self._engagement.answering else facts + rung

    def take_line(self, now: SampleIndex, line: RingLine | Field | BurstLength | RawReport) -> list[Fact]:
        """A line of text that no command asked for."""
        if isinstance(line, RingLine):
            return self.ring(now)
        if isinstance(line, BurstLength):
            return [] if self._engagement.answering else self.cadence.burst_lasted(now, line.on_ms)
        if self._is_second_caller(now):
            return [CallWaitingHeard(now)] if isinstance(line, RawReport) or line.tag == "NMBR" else []
        facts = self._cadence_facts(self.cadence.identity_arrived(now))
        if isinstance(line, Field):
            return [*facts, *self._identity.take_field(now, line.tag, line.value)]
        return [*facts, *self._identity.take_packet(now, line.packet)]

    def take_signal(self, at: SampleIndex, signal: Signal) -> list[Fact]:
        """An event of the <DLE> table; what is no news gives nothing."""
        kind = signal.kind
        if kind is Kind.RING:
            return self.ring(at)
        if kind is Kind.REPORT:
            return self._take_report(at, signal.report)
        if kind in _LIFTED:
            return self._lifted(at)
        if kind in _REPLACED:
            return self._replaced(at)
        if kind is Kind.CALL_WAITING:
            engaged = self._engagement.seized or self._lifted_at is not None
            return [CallWaitingHeard(at)] if engaged else []
        return self._take_tone(at, signal) if self._engagement.seized else []

    def tick(self, now: SampleIndex) -> list[Fact]:
        """Time went by."""
        told: list[CallerIdentified] = self._identity.tick(now)
        if self._engagement.answering:  # should that fail, the end of the ringing is still to be told
            return [*told]
        return [*told, *self._cadence_facts(self.cadence.tick(now))]

    def call_answered(self) -> None:
        """We are off-hook: the ringing is over, without a word."""
        self.cadence.forget()

    def call_over(self) -> None:
        """We are on-hook: what comes belongs to the next call."""
        self.cadence.forget()
        self._identity.next_call()

    def _cadence_facts(self, facts: list[Fact]) -> list[Fact]:
        if facts:  # the ringing of this call has stopped
            self._identity.next_call()
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
        if signal.kind in _CLEARED:
            return [FarEndCleared(at, _CLEARED[signal.kind])]
        if signal.kind in _FAX:
            return [FaxToneHeard(at, _FAX[signal.kind])]
        return []

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
            self._identity.next_call()
        return [ExtensionReplaced(at)]

    def _is_second_caller(self, now: SampleIndex) -> bool:
        engaged = self._engagement.seized or self._lifted_at is not None
        return engaged and not ring_is_recent(self.cadence, now, LATE_IDENTITY_MS)
