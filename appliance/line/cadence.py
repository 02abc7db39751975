"""Ring bursts -> CarStarted, Rang, RingingStopped.

Spec: LINE_HARDWARE.md 1.3 and 1.4, CALLER_ID.md 1.1 (NTT: CAR 0.5 s on / 0.5 s off for up to
6 s, ring 1 s on / 2 s off).
"""

from __future__ import annotations

from enum import Enum, auto

from appliance.events import CarStarted, Fact, Rang, RingingStopped
from appliance.units import SampleIndex, later, milliseconds, samples

CADENCE_MS = {"JP": 3_000, "GB": 3_000, "AU": 3_000, "NZ": 3_000, "FR": 5_000, "DE": 5_000}
"""From the start of one ring to the start of the next. Spec: JP 1/2 s (kotei-denwa); GB, AU, NZ 0.4/0.2/0.4/2 s,
FR 1.5/3.5 s, DE 1/4 s (ITU-T E.180 Supplement 2)."""

OTHER_CADENCE_MS = 6_000
"""US 2/4 s, and the longest in use, so that nobody is given up too early."""

PATIENCE_MS = 1_000
"""On top of two cadences before the caller has given up. Spec: LINE_HARDWARE.md 1.4, 7 s for Japan."""

SAME_BURST_MS = 700
"""Reports nearer than this are one burst. Why: a modem may tell it twice; GB double rings are 0.6 s, CAR 1 s apart."""

CAR_MS = 6_000
"""How long the exchange sends CAR. Spec: CALLER_ID.md 1.1 row 2."""

NO_ANSWER_BEFORE_MS = 7_000
"""Since the first burst on a number-display line without identity. Spec: LINE_HARDWARE.md 1.3 b."""

ORDINARY_GAP_MS = 1_700
"""Bursts farther apart are ordinary ringing. Why: midway between CAR (1 s) and a ring that follows the last CAR
burst after its pause (2 s and more), clear of both by the 0.3 s that a modem may report late."""

ENDLESS_FAST_MS = 12_000
"""Fast bursts for longer than this are a private exchange's ring, not CAR. Why: twice `CAR_MS`."""

ORDINARY_BURST_MS = 800
"""DRON: a burst this long is no CAR (500 ms). Spec: CALLER_ID.md 1.1: products take CAR as 250-600 ms."""

GIVEN_UP_AFTER_CAR_MS = 10_000
"""No ring after CAR or identity: the caller is gone. Spec: CALLER_ID.md 1.1, "time-out (e.g. 10 s)"."""


class _Phase(Enum):
    QUIET = auto()
    CALLING = auto()  # CAR, or the pause between CAR or identity and the first ring
    RINGING = auto()


OFF_BEAT_MS = 1_000
"""A ring so far from its beat is not the same caller's. Why: reports are up to 0.3 s late, distinctive rings 0.8."""


class RingCadence:
    """One line's ringing. `number_display`: the line hands over numbers in the Japanese way (CAR first)."""

    def __init__(self, country: str, number_display: bool) -> None:
        self._car_first = number_display and country == "JP"
        self._cadence_ms = CADENCE_MS.get(country, OTHER_CADENCE_MS)
        self._stop_after_ms = 2 * self._cadence_ms + PATIENCE_MS
        self._car_shown = False  # this call began with a burst that may have been CAR
        self._endless = False  # a private exchange's fast ring: short gaps mean nothing
        self._off_beat = False
        self._phase = _Phase.QUIET
        self._identified = False
        self._first: SampleIndex | None = None
        self._last: SampleIndex | None = None  # the last burst
        self._sign = SampleIndex(0)  # the last burst or identity

    @property
    def quiet(self) -> bool:
        """No call is being signalled."""
        return self._phase is _Phase.QUIET

    @property
    def must_not_answer(self) -> bool:
        """An answer now could be taken for the primary answer of CAR."""
        return self._phase is _Phase.CALLING and self._first is not None and not self._identified

    @property
    def car_may_follow(self) -> bool:
        """The last ring may have been the first CAR burst of the next call: only the gap after it will tell.

        Why: a caller gives up and the next one comes within the 7 s that must pass before the first counts as gone."""
        return self._phase is _Phase.RINGING and self._car_first and self._car_shown and not self._endless

    def off_beat(self) -> bool:
        """The last ring of this call came out of time, as the ring of another caller does."""
        return self._phase is _Phase.RINGING and self._off_beat

    def overdue(self, now: SampleIndex) -> bool:
        """It rang, and the next ring should have come by now: whoever is called for has probably changed."""
        since = self._since(self._last, now)
        return self._phase is _Phase.RINGING and since is not None and since > self._cadence_ms + OFF_BEAT_MS

    def last_burst(self) -> SampleIndex | None:
        """When the line last rang, over all calls."""
        return self._last

    def burst(self, now: SampleIndex) -> list[Fact]:
        """A ring burst has begun."""
        gap = self._since(self._last, now)
        if gap is not None and gap < SAME_BURST_MS:
            return []
        facts = self.tick(now)
        if self._is_next_call(gap):
            self.forget()
            facts.append(RingingStopped(now))
        self._last = self._sign = now
        if self._first is None:
            self._first = now
            if self._car_first and not self._identified:
                self._phase = _Phase.CALLING
                self._car_shown = True
                return [*facts, CarStarted(now)]
        if self._phase is _Phase.CALLING and not self._is_ordinary(now, gap):
            return facts
        self._off_beat = gap is not None and self._phase is _Phase.RINGING and self._is_off_beat(gap)
        self._phase = _Phase.RINGING
        return [*facts, Rang(now)]

    def burst_lasted(self, now: SampleIndex, on_ms: int) -> list[Fact]:
        """The modem told how long the last burst was: a long one is ordinary ringing beyond doubt."""
        if self._phase is not _Phase.CALLING or self._first is None or on_ms < ORDINARY_BURST_MS:
            return []
        self._phase = _Phase.RINGING
        return [Rang(now)]

    def identity_arrived(self, now: SampleIndex) -> list[Fact]:
        """The modem has printed caller identity, so a primary answer, where one was due, has been made."""
        facts = self.tick(now)
        self._sign = now
        self._identified = True
        if self._phase is _Phase.QUIET:
            self._phase = _Phase.CALLING
        return facts

    def tick(self, now: SampleIndex) -> list[Fact]:
        """Time went by: has the caller given up?"""
        if self._phase is _Phase.QUIET:
            return []
        patience_ms = self._stop_after_ms
        if self._phase is _Phase.CALLING:
            patience_ms = max(GIVEN_UP_AFTER_CAR_MS, patience_ms)
        ends = later(self._sign, patience_ms)
        if now < ends:
            return []
        self.forget()
        return [RingingStopped(now)]

    def forget(self) -> None:
        """The call was answered, by us or by a lifted telephone: nothing more to tell about its ringing."""
        self._phase = _Phase.QUIET
        self._identified = self._car_shown = self._endless = self._off_beat = False
        self._first = None

    def _is_next_call(self, gap_ms: int | None) -> bool:
        """A burst too soon after a ring is CAR: the first caller has given up, the next one is calling."""
        if self._phase is not _Phase.RINGING or not self._car_first or self._endless:
            return False
        return gap_ms is not None and gap_ms < ORDINARY_GAP_MS

    def _is_off_beat(self, gap_ms: int) -> bool:
        return abs(gap_ms - self._cadence_ms) > OFF_BEAT_MS

    def _is_ordinary(self, now: SampleIndex, gap_ms: int | None) -> bool:
        if self._identified or not self._car_first:
            return True
        age_ms = self._since(self._first, now) or 0
        if age_ms < NO_ANSWER_BEFORE_MS:
            return False
        self._endless = gap_ms is not None and gap_ms < ORDINARY_GAP_MS and age_ms >= ENDLESS_FAST_MS
        return self._endless or gap_ms is None or gap_ms >= ORDINARY_GAP_MS

    @staticmethod
    def _since(then: SampleIndex | None, now: SampleIndex) -> int | None:
        return None if then is None else milliseconds(now - then)


def ring_is_recent(cadence: RingCadence, now: SampleIndex, ms: float) -> bool:
    """Whether the line rang within the last `ms` milliseconds."""
    last = cadence.last_burst()
    return last is not None and now - last < samples(ms)
