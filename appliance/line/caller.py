"""Whose call it is: tells a second report of one call from the first report of the next.

Spec: LINE_HARDWARE.md 1.3 a (in Japan the number comes before the first ring, and only there), 1.4 (7 s until a caller
counts as gone: the next one may well come within them).
"""

from __future__ import annotations

from appliance.events import CallerIdentified, CallerIdentity, Fact, RingingStopped
from appliance.line.cadence import RingCadence
from appliance.line.identity import IdentityReader
from appliance.line.modem.at import Field, RawReport
from appliance.units import SampleIndex

Report = Field | RawReport


class CallerReader:
    """Folds identity reports into `CallerIdentified`, and into `RingingStopped` before that of another caller."""

    def __init__(self, country: str, cadence: RingCadence) -> None:
        self._japan = country == "JP"
        self._cadence = cadence
        self._first, self._second = (IdentityReader(waits_for_name=not self._japan) for _ in range(2))
        self.next_call()

    def next_call(self) -> None:
        """What comes now belongs to another call."""
        self._first.next_call()
        self._second.next_call()
        self._told: CallerIdentity | None = None
        self._rung = False  # since it was told
        self._out_of_time = False  # a ring since then

    def rang(self) -> None:
        """One burst of ordinary ringing has begun."""
        self._rung = True
        self._out_of_time = self._out_of_time or self._cadence.off_beat()

    def take(self, now: SampleIndex, report: Report, answering: bool = False) -> list[Fact]:
        """One line of a report. `answering`: we are about to go off-hook, so no other caller can be begun with."""
        overdue = self._japan and not answering and self._cadence.overdue(now)
        second = self._told is not None and self._rung
        reader = self._second if second else self._first
        if isinstance(report, Field):
            found = reader.take_field(now, report.tag, report.value)
        else:
            found = reader.take_packet(now, report.packet)
        another = overdue or (second and not answering and self._is_another(found))
        return self._judge(now, found, second, another)

    def take_identity(self, now: SampleIndex, identity: CallerIdentity, answering: bool = False) -> list[Fact]:
        """A whole identity, as our own receivers hear it; otherwise as `take`."""
        second = self._told is not None and self._rung
        if self._told is not None and not second:
            return []  # of the same call, once more
        found = [CallerIdentified(now, identity)]
        overdue = self._japan and not answering and self._cadence.overdue(now)
        return self._judge(now, found, second, overdue or (second and not answering and self._is_another(found)))

    def tick(self, now: SampleIndex, answering: bool = False) -> list[Fact]:
        """Time went by: a number whose name did not come is told without."""
        first, second = self._first.tick(now), self._second.tick(now)
        another = not answering and self._is_another(second)
        return self._judge(now, first, False, False) + self._judge(now, second, True, another)

    def _judge(self, now: SampleIndex, found: list[CallerIdentified], second: bool, another: bool) -> list[Fact]:
        if not found:
            return []
        told = found[-1]
        if another:
            self._begin(now, told)
            return [RingingStopped(now), *found]
        if second:
            self._second.next_call()  # the same once more, or not to be believed
            return []
        self._keep(told)
        return [*found]

    def _is_another(self, found: list[CallerIdentified]) -> bool:
        """Of a report after a ring: in Japan any other number, elsewhere where a ring was out of time besides."""
        if not found or self._told is None:
            return False
        identity = found[-1].identity
        same = (identity.number, identity.absence) == (self._told.number, self._told.absence)
        return not same and (self._japan or self._out_of_time)

    def _begin(self, now: SampleIndex, told: CallerIdentified) -> None:
        """Another caller's call, known by its identity."""
        if self._told is not None and self._rung:
            self._first, self._second = self._second, self._first  # the reader of this report goes on with it
        self._second.next_call()
        self._cadence.forget()
        self._cadence.identity_arrived(now)
        self._keep(told)

    def _keep(self, told: CallerIdentified) -> None:
        self._told = told.identity
        self._rung = self._out_of_time = False
