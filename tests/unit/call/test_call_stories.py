"""Calls told from the ring to the talk."""

from __future__ import annotations

import pytest
from call_stories import (
    AT,
    BUSY,
    KNOWN_NUMBER,
    LIFTED,
    RANG,
    RELEASED,
    REPLACED,
    SEIZED,
    SILENCE,
    STOPPED,
    VOICE,
    Call,
    box_first,
    fired,
    said,
    summoning,
)

from appliance import events as ev
from appliance.call.tables import State
from appliance.call.timers import Timer
from appliance.events import ClearedBy, Decision, Outcome, Prompt
from appliance.units import Milliseconds

# ---- box first ---------------------------------------------------------------------------------------------------


def test_box_first_announces_summons_and_hands_over() -> None:
    call = summoning()
    assert call.state is State.SUMMONING
    call.take(LIFTED, VOICE, REPLACED, RELEASED)
    assert call.acts() == [
        ev.BeginCall("in"),
        ev.Decide(),
        ev.Seize(),
        ev.StartRecording(),
        ev.Play(Prompt.RECORDING_NOTICE),
        ev.Summon(True),
        ev.Play(Prompt.PLEASE_WAIT),
        ev.Summon(False),
        ev.StopPlaying(),
        ev.StopRecording(),
        ev.Release(),
        ev.EndCall(Outcome.TALKED),
    ]
    assert call.state is State.IDLE


def test_please_wait_is_said_again_but_never_over_the_caller() -> None:
    call = summoning().take(fired(Timer.WAIT_REPEAT))
    assert call.heard().count(Prompt.PLEASE_WAIT) == 2
    call.said.clear()
    call.take(VOICE)
    assert call.said == [ev.StopTimer("wait_repeat"), ev.StopTimer("summon_limit")]
    call.said.clear()
    call.take(SILENCE)
    assert ev.StartTimer("wait_repeat", Milliseconds(12_000)) in call.said
    assert ev.Summon(False) not in call.said


def test_lifted_during_the_announcement_hears_it_out() -> None:
    call = box_first().rings().take(SEIZED, LIFTED)
    assert call.state is State.JOIN_ANNOUNCING
    assert ev.StopPlaying() not in call.said
    call.take(said(Prompt.RECORDING_NOTICE))
    assert call.state is State.TALKING
    assert call.heard() == [Prompt.RECORDING_NOTICE]


def test_nobody_comes_and_a_message_is_left() -> None:
    call = summoning().take(fired(Timer.MESSAGE_AFTER))
    call.take(ev.PromptEnded(AT, Prompt.PLEASE_WAIT, complete=False))  # the end of the one that was replaced
    assert call.state is State.INVITING
    call.take(said(Prompt.LEAVE_MESSAGE), VOICE, SILENCE, fired(Timer.MESSAGE_PAUSE), said(Prompt.MESSAGE_THANKS))
    assert call.heard() == [
        Prompt.RECORDING_NOTICE,
        Prompt.PLEASE_WAIT,
        Prompt.LEAVE_MESSAGE,
        Prompt.MESSAGE_THANKS,
    ]
    assert call.outcome() is Outcome.MESSAGE


def test_caller_gives_up_while_staff_are_called() -> None:
    call = summoning().take(BUSY, RELEASED)
    assert call.outcome() is Outcome.ABANDONED
    assert call.said.count(ev.Summon(False)) == 1


def test_a_caller_who_waits_in_silence_is_not_cleared() -> None:
    call = summoning().take(ev.FarEndCleared(AT, ClearedBy.SILENCE))
    assert call.state is State.SUMMONING


def test_known_customer_in_box_first_just_rings() -> None:
    call = box_first(Decision.SKIP).rings()
    assert ev.Seize() not in call.said
    call.take(LIFTED, SEIZED)
    assert call.state is State.TALKING
    assert call.heard() == []
    assert ev.StartRecording() in call.said


@pytest.mark.parametrize("mode", ["box_first", "staff_first"])
def test_known_customer_whom_nobody_answers_leaves_a_message_after_the_notice(mode: str) -> None:
    call = Call(Decision.SKIP, mode=mode).rings().take(fired(Timer.MESSAGE_AFTER), RANG, SEIZED)
    assert call.heard() == [Prompt.RECORDING_NOTICE]
    call.take(said(Prompt.RECORDING_NOTICE))
    assert call.state is State.INVITING


# ---- staff first -------------------------------------------------------------------------------------------------


def test_staff_first_joins_announces_and_records() -> None:
    call = Call().rings()
    assert call.state is State.LETTING_RING
    call.take(RANG, LIFTED, SEIZED, said(Prompt.RECORDING_NOTICE), VOICE, BUSY, RELEASED, REPLACED)
    assert call.acts() == [
        ev.BeginCall("in"),
        ev.Decide(),
        ev.Seize(),
        ev.StartRecording(),
        ev.Play(Prompt.RECORDING_NOTICE),
        ev.StopRecording(),
        ev.Release(),
        ev.EndCall(Outcome.TALKED),
    ]
    assert call.state is State.IDLE


def test_unanswered_in_staff_first_the_box_takes_a_message() -> None:
    call = Call().rings().take(fired(Timer.MESSAGE_AFTER), RANG, SEIZED, said(Prompt.RECORDING_NOTICE))
    assert call.heard() == [Prompt.RECORDING_NOTICE, Prompt.LEAVE_MESSAGE]


@pytest.mark.parametrize("decision", [Decision.SKIP, Decision.ANNOUNCE])
def test_caller_who_gave_up_just_before_the_box_would_answer_is_not_answered(decision: Decision) -> None:
    call = Call(decision, mode="staff_first").rings().take(fired(Timer.MESSAGE_AFTER))
    assert ev.Seize() not in call.said  # no burst has proved since that anybody is there
    call.take(STOPPED)
    assert ev.Seize() not in call.said
    assert call.said[-1] == ev.EndCall(Outcome.ABANDONED)
    assert call.state is State.IDLE


def test_message_after_zero_starts_no_timer() -> None:
    call = Call(message_after_ms=0).rings()
    assert not any(isinstance(command, ev.StartTimer) and command.timer == "message_after" for command in call.said)


def test_caller_gives_up_while_ringing() -> None:
    assert Call().rings().take(STOPPED).outcome() is Outcome.ABANDONED


def test_passed_call_that_rings_out_is_missed() -> None:
    call = Call(Decision.PASS).rings().take(RANG, STOPPED)
    assert call.outcome() is Outcome.MISSED
    assert ev.Seize() not in call.said


def test_passed_call_is_recorded_without_a_word() -> None:
    call = Call(Decision.PASS).rings().take(LIFTED, SEIZED)
    assert (call.state, call.heard()) == (State.TALKING, [])


def test_lifted_before_the_number_came_is_announced_unless_the_policy_is_silent() -> None:
    assert Call(Decision.ANNOUNCE).take(RANG, LIFTED, SEIZED).heard() == [Prompt.RECORDING_NOTICE]
    assert Call(Decision.REFUSE).take(RANG, LIFTED, SEIZED).heard() == [Prompt.RECORDING_NOTICE]
    assert Call(Decision.SKIP).take(RANG, LIFTED, SEIZED).heard() == []
    assert Call(Decision.PASS).take(RANG, LIFTED, SEIZED).heard() == []


def test_silence_does_not_end_a_talk() -> None:
    call = Call().rings().take(LIFTED, SEIZED, said(Prompt.RECORDING_NOTICE))
    call.take(SILENCE, ev.FarEndCleared(AT, ClearedBy.SILENCE), ev.FaxToneHeard(AT, "cng"))
    assert call.state is State.TALKING


def test_a_talk_in_which_nobody_has_spoken_for_very_long_is_let_go() -> None:
    call = Call().rings().take(LIFTED, SEIZED, said(Prompt.RECORDING_NOTICE), VOICE, fired(Timer.LONG_SILENCE))
    assert call.state is State.TALKING  # one long sentence
    assert call.said[-1] == ev.StartTimer("long_silence", Milliseconds(600_000))
    call.said.clear()
    call.take(SILENCE)
    assert call.said == [ev.StartTimer("long_silence", Milliseconds(600_000))]
    call.take(fired(Timer.LONG_SILENCE), RELEASED)
    assert (call.outcome(), call.state) == (Outcome.TALKED, State.LIFTED)


def test_lifted_in_car_and_talking_is_joined_with_the_notice() -> None:
    call = Call().take(ev.CarStarted(AT), LIFTED)
    assert ev.Seize() not in call.said
    call.take(fired(Timer.CAR_OVER), SEIZED)
    assert call.heard() == [Prompt.RECORDING_NOTICE]
    assert call.take(REPLACED).outcome() is Outcome.TALKED
    assert ev.BeginCall("out") not in call.said


def test_a_lift_after_which_car_goes_on_was_none() -> None:
    call = Call().take(ev.CarStarted(AT), LIFTED, ev.CarStarted(AT), REPLACED, RANG, fired(Timer.IDENTITY_WAIT))
    assert call.state is State.LETTING_RING
    assert ev.Seize() not in call.said


@pytest.mark.parametrize(
    ("decision", "heard"), [(Decision.ANNOUNCE, [Prompt.RECORDING_NOTICE]), (Decision.SKIP, []), (Decision.PASS, [])]
)
def test_lifted_between_the_number_and_the_first_ring(decision: Decision, heard: list[Prompt]) -> None:
    call = Call(decision).take(ev.CarStarted(AT), KNOWN_NUMBER, LIFTED, SEIZED)
    assert call.heard() == heard
    assert ev.StartRecording() in call.said


def test_a_second_caller_is_left_alone() -> None:
    call = Call().rings().take(LIFTED, SEIZED, said(Prompt.RECORDING_NOTICE))
    call.said.clear()
    call.take(ev.CallWaitingHeard(AT), KNOWN_NUMBER, RANG, STOPPED)
    assert (call.state, call.said) == (State.TALKING, [])


# ---- number and decision -----------------------------------------------------------------------------------------


def test_number_before_the_first_ring_decides_at_the_first_ring() -> None:
    call = Call().take(ev.CarStarted(AT), KNOWN_NUMBER)
    assert ev.Decide() not in call.said
    assert ev.Decide() in call.take(RANG).said


def test_number_without_car_begins_the_call_too() -> None:
    call = Call().take(KNOWN_NUMBER)
    assert call.acts() == [ev.BeginCall("in")]
    assert call.state is State.IDENTIFIED


def test_number_after_the_first_ring_is_waited_for() -> None:
    call = Call().take(RANG)
    assert ev.Decide() not in call.said
    assert call.take(KNOWN_NUMBER).said.count(ev.Decide()) == 1


def test_no_number_comes_and_the_call_is_decided_all_the_same() -> None:
    assert Call().take(RANG, fired(Timer.IDENTITY_WAIT)).state is State.LETTING_RING


def test_number_that_comes_late_is_decided_anew() -> None:
    call = Call().take(RANG, fired(Timer.IDENTITY_WAIT))
    call.decision = Decision.REFUSE
    assert call.take(KNOWN_NUMBER).state is State.ANSWERING_TO_REFUSE


def test_number_that_comes_very_late_is_answered_with_the_next_ring() -> None:
    call = Call().rings().take(fired(Timer.MESSAGE_AFTER), KNOWN_NUMBER)
    assert call.state is State.RINGING_LONG
    assert ev.Seize() not in call.said
    assert call.take(RANG).state is State.ANSWERING_FOR_MESSAGE
    known = Call().rings().take(fired(Timer.MESSAGE_AFTER))
    known.decision = Decision.SKIP
    assert known.take(KNOWN_NUMBER).state is State.RINGING_LONG_SILENT


def test_car_that_no_ring_follows_is_abandoned() -> None:
    call = Call().take(ev.CarStarted(AT), fired(Timer.CAR_LIMIT))
    assert (call.state, call.outcome()) == (State.IDLE, Outcome.ABANDONED)


@pytest.mark.parametrize("mode", ["box_first", "staff_first"])
@pytest.mark.parametrize(
    ("decision", "prompt", "outcome"),
    [
        (Decision.REFUSE, Prompt.REFUSED, Outcome.REFUSED),
        (Decision.ASK_REDIAL, Prompt.ASK_REDIAL, Outcome.ASKED_REDIAL),
    ],
)
def test_turned_away_in_both_modes(mode: str, decision: Decision, prompt: Prompt, outcome: Outcome) -> None:
    call = Call(decision, mode=mode).rings().take(SEIZED, said(prompt), RELEASED)
    assert call.acts() == [
        ev.BeginCall("in"),
        ev.Decide(),
        ev.Seize(),
        ev.StartRecording(),
        ev.Play(prompt),
        ev.StopRecording(),
        ev.Release(),
        ev.EndCall(outcome),
    ]


def test_staff_who_lift_on_a_refused_caller_get_them_with_the_notice() -> None:
    call = box_first(Decision.REFUSE).rings().take(SEIZED, LIFTED)
    call.take(ev.PromptEnded(AT, Prompt.REFUSED, complete=False))
    assert call.state is State.JOIN_ANNOUNCING
    assert call.heard() == [Prompt.REFUSED, Prompt.RECORDING_NOTICE]
