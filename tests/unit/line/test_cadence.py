"""Ring bursts. Spec: LINE_HARDWARE.md 1.3 b and 1.4, CALLER_ID.md 1.1."""

from __future__ import annotations

import pytest

from appliance.events import CarStarted, Fact, Rang, RingingStopped
from appliance.line.cadence import RingCadence
from appliance.units import SampleIndex, samples


def at(seconds: float) -> SampleIndex:
    return SampleIndex(samples(seconds * 1000))


def heard(
    cadence: RingCadence, bursts: list[float], until: float, identity: float | None = None
) -> list[tuple[str, float]]:
    """Facts with their seconds, ticking every 20 ms."""
    facts: list[Fact] = []
    events = sorted([(second, "burst") for second in bursts] + ([(identity, "identity")] if identity else []))
    for block in range(round(until * 50)):
        now = at(block / 50)
        while events and at(events[0][0]) <= now:
            _, what = events.pop(0)
            facts += cadence.burst(now) if what == "burst" else cadence.identity_arrived(now)
        facts += cadence.tick(now)
    return [(type(fact).__name__, round(fact.at / 8000, 1)) for fact in facts]


def names(facts: list[tuple[str, float]], name: type[Fact]) -> list[float]:
    return [second for what, second in facts if what == name.__name__]


CAR = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]


def test_modem_that_shows_car_as_ring() -> None:
    facts = heard(RingCadence("JP", number_display=True), [*CAR, 7.0, 10.0, 13.0], 30)
    assert facts == [("CarStarted", 1.0), ("Rang", 10.0), ("Rang", 13.0), ("RingingStopped", 20.0)]


def test_ring_that_follows_car_after_a_pause() -> None:
    facts = heard(RingCadence("JP", number_display=True), [*CAR, 8.2, 11.2], 12)
    assert names(facts, Rang) == [8.2, 11.2]


@pytest.mark.parametrize("late", [0.0, 0.1, 0.2, 0.3])
def test_never_answerable_in_car_however_late_bursts_are_told(late: float) -> None:
    cadence = RingCadence("JP", number_display=True)
    for index, second in enumerate(CAR):
        assert not names([(type(f).__name__, 0) for f in cadence.burst(at(second + late * (index % 2)))], Rang)
        assert cadence.must_not_answer


def test_first_ring_after_identity_is_ordinary() -> None:
    facts = heard(RingCadence("JP", number_display=True), [3.0, 6.0], 20, identity=2.0)
    assert facts == [("Rang", 3.0), ("Rang", 6.0), ("RingingStopped", 13.0)]


def test_identity_in_the_midst_of_car() -> None:
    facts = heard(RingCadence("JP", number_display=True), [1.0, 2.0, 5.0], 6, identity=4.0)
    assert facts == [("CarStarted", 1.0), ("Rang", 5.0)]


def test_number_display_line_that_sends_no_car() -> None:
    facts = heard(RingCadence("JP", number_display=True), [1.0, 4.0, 7.0, 10.0], 12)
    assert facts == [("CarStarted", 1.0), ("Rang", 10.0)]  # never before 7 s: this could have been CAR


def test_caller_gives_up_in_car() -> None:
    facts = heard(RingCadence("JP", number_display=True), [1.0, 2.0], 40)
    assert facts == [("CarStarted", 1.0), ("RingingStopped", 12.0)]


def test_caller_gives_up_after_identity_without_a_ring() -> None:
    assert heard(RingCadence("JP", number_display=True), [], 40, identity=2.0) == [("RingingStopped", 12.0)]


def test_fast_ringing_for_ever_is_a_private_exchange() -> None:
    facts = heard(RingCadence("JP", number_display=True), [float(second) for second in range(1, 20)], 19.5)
    assert names(facts, Rang)[0] == 13.0


@pytest.mark.parametrize(("country", "gap", "stops"), [("JP", 3.0, 7.0), ("GB", 3.0, 7.0), ("US", 6.0, 13.0)])
def test_every_burst_rings_without_number_display(country: str, gap: float, stops: float) -> None:
    facts = heard(RingCadence(country, number_display=False), [1.0, 1.0 + gap], 40)
    assert facts == [("Rang", 1.0), ("Rang", 1.0 + gap), ("RingingStopped", 1.0 + gap + stops)]


def test_american_identity_between_the_rings() -> None:
    facts = heard(RingCadence("US", number_display=True), [1.0, 7.0], 10, identity=3.0)
    assert facts == [("Rang", 1.0), ("Rang", 7.0)]


def test_one_burst_told_twice_is_one() -> None:
    assert heard(RingCadence("US", number_display=True), [1.0, 1.1, 1.6], 3) == [("Rang", 1.0)]


def test_a_long_burst_is_no_car() -> None:
    cadence = RingCadence("JP", number_display=True)
    assert [type(fact) for fact in cadence.burst(at(1))] == [CarStarted]
    assert cadence.burst_lasted(at(1.5), 500) == []
    assert [type(fact) for fact in cadence.burst_lasted(at(2.0), 1000)] == [Rang]


def test_two_calls_one_after_the_other() -> None:
    facts = heard(RingCadence("JP", number_display=True), [*CAR, *(20 + second for second in CAR)], 60)
    assert names(facts, CarStarted) == [1.0, 21.0]
    assert names(facts, RingingStopped) == [16.0, 36.0]
    assert not names(facts, Rang)


def test_late_tick_does_not_join_two_calls() -> None:
    cadence = RingCadence("US", number_display=False)
    cadence.burst(at(1))
    assert [type(fact) for fact in cadence.burst(at(100))] == [RingingStopped, Rang]


def test_answered_call_is_forgotten_without_a_word() -> None:
    cadence = RingCadence("US", number_display=False)
    cadence.burst(at(1))
    cadence.forget()
    assert cadence.quiet
    assert cadence.tick(at(100)) == []


@pytest.mark.parametrize("gap", [0.8, 1.0, 1.3, 1.6])
def test_a_burst_too_soon_after_a_ring_is_the_next_callers_car(gap: float) -> None:
    cadence = RingCadence("JP", number_display=True)
    facts = heard(cadence, [1.0, 4.0, 7.0, 10.0, 10.0 + gap, 11.0 + gap, 12.0 + gap], 12.5 + gap)
    assert facts == [
        ("CarStarted", 1.0),
        ("Rang", 10.0),
        ("RingingStopped", round(10.0 + gap, 1)),
        ("CarStarted", round(10.0 + gap, 1)),
    ]
    assert cadence.must_not_answer


def test_the_next_callers_car_may_begin_on_the_beat() -> None:
    facts = heard(RingCadence("JP", number_display=True), [1.0, 4.0, 7.0, 10.0, 13.0, 14.0, 15.0, 18.0, 21.0], 24)
    assert facts[2:] == [("Rang", 13.0), ("RingingStopped", 14.0), ("CarStarted", 14.0), ("Rang", 21.0)]


def test_fast_bursts_without_number_display_are_one_call() -> None:
    facts = heard(RingCadence("JP", number_display=False), [1.0, 2.0, 3.0], 4)
    assert [what for what, _ in facts] == ["Rang"] * 3
