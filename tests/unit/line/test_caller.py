"""Whose call it is. Spec: LINE_HARDWARE.md 1.3 a and 1.4."""

from __future__ import annotations

import pytest

from appliance.events import Absence, CallerIdentified, Fact, RingingStopped
from appliance.line.cadence import RingCadence
from appliance.line.caller import CallerReader
from appliance.line.modem.at import Field
from appliance.units import SampleIndex, samples

A, B = "0311111111", "0322222222"


def at(seconds: float) -> SampleIndex:
    return SampleIndex(samples(seconds * 1000))


class Line:
    """A cadence and a reader, as the news of a line hold them."""

    def __init__(self, country: str = "JP") -> None:
        self.cadence = RingCadence(country, number_display=True)
        self.reader = CallerReader(country, self.cadence)

    def ring(self, *seconds: float) -> None:
        for second in seconds:
            self.cadence.burst(at(second))
            self.reader.rang()

    def report(self, second: float, number: str, tag: str = "NMBR") -> list[str]:
        self.cadence.identity_arrived(at(second))
        found = self.reader.take(at(second), Field(tag, number.encode()))
        return told([*found, *self.reader.tick(at(second + 0.4))])


def told(facts: list[Fact]) -> list[str]:
    names = []
    for fact in facts:
        if isinstance(fact, CallerIdentified):
            names.append(fact.identity.number or str(fact.identity.absence))
        else:
            assert isinstance(fact, RingingStopped)
            names.append("stopped")
    return names


def test_another_number_after_a_ring_is_another_call() -> None:
    line = Line()
    assert line.report(1, A) == [A]
    line.ring(3, 6)
    assert line.report(8, B) == ["stopped", B]
    assert not line.cadence.must_not_answer
    line.ring(9, 12)
    assert line.report(14, A) == ["stopped", A]


def test_a_withheld_number_is_another_caller_too() -> None:
    line = Line()
    line.report(1, A)
    line.ring(3)
    assert line.report(5, "P") == ["stopped", str(Absence.WITHHELD)]


@pytest.mark.parametrize("number", [A, B])
def test_before_the_first_ring_a_second_report_is_a_duplicate(number: str) -> None:
    line = Line()
    line.report(1, A)
    assert line.report(1.5, number) == []


def test_the_same_number_while_it_rings_is_a_duplicate() -> None:
    line = Line()
    line.report(1, A)
    line.ring(3, 6)
    assert line.report(7, A) == []


def test_the_same_number_when_the_ring_is_overdue_is_a_new_call() -> None:
    line = Line()
    line.report(1, A)
    line.ring(3, 6)
    assert line.report(11, A) == ["stopped", A]


def test_a_number_that_comes_late_belongs_to_the_present_call() -> None:
    line = Line()
    line.ring(1, 10, 13)
    assert line.report(15, A) == [A]


def test_a_number_after_an_overdue_ring_belongs_to_the_next_call() -> None:
    line = Line()
    line.ring(1, 10, 13)
    assert line.report(18, A) == ["stopped", A]


def test_a_garbled_second_report_changes_nothing() -> None:
    line = Line()
    line.report(1, A)
    line.ring(3)
    assert line.report(4, "03x") == []


def test_elsewhere_the_ring_must_be_out_of_time_besides() -> None:
    line = Line("US")
    line.ring(1)
    assert line.report(3, A) == [A]
    line.ring(7, 13)
    assert line.report(14, B) == []
    line.ring(17)  # 4 s after the last one
    assert line.report(19, B) == ["stopped", B]


def test_we_are_about_to_answer() -> None:
    line = Line()
    line.report(1, A)
    line.ring(3)
    assert told(line.reader.take(at(4), Field("NMBR", B.encode()), answering=True)) == []


def test_the_dialled_number_printed_last_is_told_after_the_callers() -> None:
    line = Line()
    assert line.report(1, A) == [A]
    (late,) = line.reader.take(at(1.1), Field("DDN_NMBR", b"0120000000"))
    assert isinstance(late, CallerIdentified)
    assert (late.identity.number, late.identity.dialled) == (A, "0120000000")
    assert line.reader.take(at(1.2), Field("DDN_NMBR", b"0120000001")) == []
    line = Line()
    line.report(1, A)
    assert line.reader.take(at(1.4), Field("DDN_NMBR", b"0120000000")) == []  # that is no part of the report any more
