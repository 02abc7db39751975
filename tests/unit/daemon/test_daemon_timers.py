"""One-shot timers on the line clock."""

from __future__ import annotations

from appliance.daemon.timers import Timers
from appliance.events import TimerFired
from appliance.units import SampleIndex


def at(ms: int) -> SampleIndex:
    return SampleIndex(ms * 8)


def names(timers: Timers, ms: int) -> list[str]:
    """All that have run out."""
    found = []
    while (fact := timers.next_fired(at(ms))) is not None:
        found.append(fact.timer)
    return found


def test_a_timer_fires_once_and_not_before_its_time() -> None:
    timers = Timers()
    timers.start("car_limit", at(0), 100)
    assert names(timers, 99) == []
    assert timers.next_fired(at(100)) == TimerFired(at(100), "car_limit")
    assert names(timers, 10_000) == []


def test_starting_anew_replaces() -> None:
    timers = Timers()
    timers.start("no_voice", at(0), 100)
    timers.start("no_voice", at(50), 100)
    assert names(timers, 120) == []
    assert names(timers, 150) == ["no_voice"]


def test_a_stopped_timer_is_silent_and_stopping_nothing_is_no_mistake() -> None:
    timers = Timers()
    timers.start("a", at(0), 100)
    timers.start("b", at(0), 100)
    timers.stop("a")
    timers.stop("a")
    timers.stop("never")
    assert names(timers, 100) == ["b"]


def test_a_late_look_tells_all_in_the_order_of_their_time() -> None:
    timers = Timers()
    timers.start("late", at(0), 300)
    timers.start("early", at(0), 100)
    timers.start("middle", at(50), 100)
    timers.start("to_come", at(0), 1000)
    assert names(timers, 500) == ["early", "middle", "late"]
    assert names(timers, 1000) == ["to_come"]


def test_what_one_timer_leads_to_may_stop_another_that_has_run_out_too() -> None:
    timers = Timers()
    timers.start("first", at(0), 100)
    timers.start("second", at(0), 200)
    first = timers.next_fired(at(500))
    assert first is not None
    assert first.timer == "first"
    timers.stop("second")
    assert timers.next_fired(at(500)) is None


def test_no_time_at_all_fires_at_the_next_look() -> None:
    timers = Timers()
    timers.start("identity_wait", at(7), 0)
    assert names(timers, 7) == ["identity_wait"]
