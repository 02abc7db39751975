"""From facts to the pattern that is shown."""

import pytest

from appliance import events as ev
from appliance.alert.lamp import OVER_STATES, RINGING_STATES, SUMMONING_STATES, WARNING_MS, LampState
from appliance.alert.patterns import Pattern
from appliance.call.states import State
from appliance.units import RATE_HZ, SampleIndex, later


def at(seconds: float) -> SampleIndex:
    return SampleIndex(int(seconds * RATE_HZ))


def entered(seconds: float, state: str) -> ev.CallStateChanged:
    return ev.CallStateChanged(at(seconds), "c1", state, "")


def alert(seconds: float, level: ev.Level, kind: str = "ng_word") -> ev.AlertRaised:
    return ev.AlertRaised(at(seconds), level, kind, "because")


def ready() -> LampState:
    lamp = LampState()
    lamp.take(ev.LineReady(at(0), "modem", "generic"))
    return lamp


def shown(*facts: ev.Fact) -> list[Pattern]:
    """The pattern after each fact, repetitions left out."""
    lamp = ready()
    seen = [lamp.pattern]
    for fact in facts:
        lamp.take(fact)
        if lamp.pattern != seen[-1]:
            seen.append(lamp.pattern)
    return seen[1:]


def test_green_is_not_lit_before_the_line_is_known() -> None:
    lamp = LampState()
    assert lamp.pattern is Pattern.STARTING
    lamp.take(ev.LineLost(at(1), "no answer"))
    assert lamp.pattern is Pattern.FAULT
    lamp.take(ev.LineReady(at(2), "modem", "generic"))
    assert (lamp.pattern, lamp.since) == (Pattern.READY, at(2))


def test_a_fault_of_the_house_shows_before_the_line_is_known() -> None:
    lamp = LampState()
    lamp.take(ev.FaultRaised(at(1), "store", "no disk"))
    assert lamp.pattern is Pattern.FAULT
    lamp.take(ev.FaultCleared(at(2), "store"))
    assert lamp.pattern is Pattern.STARTING


def test_a_call_of_staff_first() -> None:
    assert shown(
        entered(1, "car"),
        entered(2, "ringing"),
        entered(8, "joining"),
        ev.RecordingStarted(at(8.1), "c1", "f.wav"),
        entered(9, "talking"),
        ev.RecordingStopped(at(60), "c1", 1),
        entered(60, "idle"),
    ) == [Pattern.RINGING, Pattern.RECORDING, Pattern.READY]


def test_a_call_of_box_first_calls_staff_until_they_lift() -> None:
    lamp = ready()
    lamp.take(ev.RecordingStarted(at(1), "c1", "f.wav"))
    lamp.take(entered(2, "announcing"))
    assert lamp.pattern is Pattern.RECORDING
    lamp.summon(at(3), True)
    lamp.take(entered(3, "summoning"))
    assert (lamp.pattern, lamp.since) == (Pattern.NEEDS_STAFF, at(3))
    lamp.summon(at(9), False)
    lamp.take(entered(9, "talking"))
    assert lamp.pattern is Pattern.RECORDING


def test_the_state_alone_summons_and_idle_ends_whatever_was_left() -> None:
    assert shown(entered(1, "summoning"), entered(2, "idle")) == [Pattern.NEEDS_STAFF, Pattern.READY]


def test_an_alarm_stays_until_acknowledged_and_then_shows_what_lay_under_it() -> None:
    lamp = ready()
    lamp.take(ev.RecordingStarted(at(1), "c1", "f.wav"))
    lamp.take(alert(2, ev.Level.ALARM, "sos"))
    lamp.take(entered(500, "idle"))
    assert lamp.frame(at(4000), quiet=True).buzzer == lamp.frame(at(4000), quiet=False).buzzer
    assert lamp.pattern is Pattern.ALARM
    lamp.take(ev.RecordingStarted(at(4001), "c2", "g.wav"))
    lamp.take(ev.ButtonPressed(at(4002), ev.Button.ACKNOWLEDGE))
    assert (lamp.pattern, lamp.since) == (Pattern.RECORDING, at(4002))


@pytest.mark.parametrize("button", [ev.Button.SOS, ev.Button.MARK])
def test_other_buttons_end_nothing(button: ev.Button) -> None:
    assert shown(alert(1, ev.Level.ALARM), ev.ButtonPressed(at(2), button)) == [Pattern.ALARM]


def test_the_page_may_acknowledge() -> None:
    assert shown(alert(1, ev.Level.ALARM), ev.AlertAcknowledged(at(2), "page:山田")) == [Pattern.ALARM, Pattern.READY]


def test_acknowledge_quiets_the_summons_which_goes_on_and_the_next_one_sounds() -> None:
    lamp = ready()
    lamp.summon(at(1), True)
    assert lamp.frame(at(1), quiet=False).buzzer
    assert not lamp.frame(at(1), quiet=True).buzzer
    lamp.take(ev.ButtonPressed(at(1), ev.Button.ACKNOWLEDGE))
    assert lamp.pattern is Pattern.NEEDS_STAFF
    assert not any(lamp.frame(at(1 + i / 50), quiet=False).buzzer for i in range(500))
    lamp.summon(at(20), False)
    lamp.summon(at(30), True)
    assert lamp.frame(at(30), quiet=False).buzzer


def test_a_warning_ends_by_itself_and_a_second_one_beeps_again() -> None:
    lamp = ready()
    lamp.take(alert(1, ev.Level.WARNING))
    assert lamp.frame(at(1), quiet=False).buzzer
    assert not lamp.frame(at(11), quiet=False).buzzer
    lamp.take(alert(31, ev.Level.WARNING))
    assert lamp.frame(at(31), quiet=False).buzzer
    end = later(at(31), WARNING_MS)
    lamp.tick(SampleIndex(end - 1))
    assert lamp.pattern is Pattern.WARNING
    lamp.frame(end, quiet=False)
    assert (lamp.pattern, lamp.since) == (Pattern.READY, end)


def test_a_notice_lights_nothing() -> None:
    assert shown(alert(1, ev.Level.NOTICE, "mark")) == []


def test_a_recording_that_fails_is_a_fault_until_the_next_one_works() -> None:
    assert shown(
        ev.RecordingStarted(at(1), "c1", "f.wav"),
        ev.RecordingFailed(at(2), "disk full"),
        entered(3, "idle"),
        ev.RecordingStarted(at(9), "c2", "g.wav"),
    ) == [Pattern.RECORDING, Pattern.FAULT, Pattern.RECORDING]


def test_faults_are_counted_by_name() -> None:
    assert shown(
        ev.FaultRaised(at(1), "store", "gone"),
        ev.LineLost(at(2), "gone"),
        ev.FaultCleared(at(3), "store"),
        ev.LineReady(at(4), "modem", "generic"),
        ev.FaultCleared(at(5), "never raised"),
    ) == [Pattern.FAULT, Pattern.READY]


def test_a_low_disk_is_amber_and_a_call_shows_over_it() -> None:
    assert shown(
        ev.DiskLow(at(1), 400), entered(2, "ringing"), entered(9, "idle"), ev.FaultCleared(at(10), "disk")
    ) == [Pattern.SERVICE, Pattern.RINGING, Pattern.SERVICE, Pattern.READY]


@pytest.mark.parametrize("what", ["web", "clerk", "bus", "panel"])
def test_what_does_not_touch_calls_is_amber(what: str) -> None:
    assert shown(ev.FaultRaised(at(1), what, "gone"), ev.FaultCleared(at(2), what)) == [Pattern.SERVICE, Pattern.READY]


def test_people_come_before_faults_and_faults_before_the_daily_round() -> None:
    assert shown(
        entered(1, "ringing"),
        ev.FaultRaised(at(2), "store", "gone"),
        alert(3, ev.Level.WARNING),
        alert(4, ev.Level.WARNING, "needs_staff"),
        alert(5, ev.Level.ALARM, "sos"),
    ) == [Pattern.RINGING, Pattern.FAULT, Pattern.WARNING, Pattern.NEEDS_STAFF, Pattern.ALARM]


def test_the_states_named_here_exist() -> None:
    assert set(State) >= RINGING_STATES | SUMMONING_STATES | OVER_STATES
