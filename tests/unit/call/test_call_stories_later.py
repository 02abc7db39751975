"""Calls told further: messages, calls out, faults, fax, settings."""

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
    taking_message,
)

from appliance import events as ev
from appliance.call.machine import CallConfig, CallMachine
from appliance.call.tables import State
from appliance.call.timers import Timer, identity_wait
from appliance.events import ClearedBy, Decision, Outcome, Prompt
from appliance.settings import CallSettings, LineSettings, RecordingSettings, Settings
from appliance.units import Milliseconds

# ---- messages ----------------------------------------------------------------------------------------------------


def test_closed_shop_takes_a_message_at_once() -> None:
    assert taking_message().heard() == [Prompt.RECORDING_NOTICE, Prompt.LEAVE_MESSAGE]


def test_no_word_after_the_beep_is_no_message() -> None:
    assert taking_message().take(fired(Timer.NO_VOICE)).outcome() is Outcome.NO_MESSAGE
    assert taking_message().take(BUSY).outcome() is Outcome.NO_MESSAGE


def test_hanging_up_after_speaking_leaves_a_message() -> None:
    assert taking_message().take(VOICE, BUSY).outcome() is Outcome.MESSAGE


def test_a_person_who_talks_past_the_limit_is_not_cut() -> None:
    call = taking_message().take(VOICE, fired(Timer.MESSAGE_MAX))
    assert ev.Release() not in call.said
    call.take(SILENCE)
    assert call.state is State.THANKING


def test_a_radio_beside_the_receiver_is_let_go_in_the_end() -> None:
    call = taking_message().take(VOICE, fired(Timer.MESSAGE_MAX), fired(Timer.MESSAGE_CAP))
    assert call.heard()[-1] is Prompt.MESSAGE_THANKS
    call.take(said(Prompt.MESSAGE_THANKS))
    assert call.state is State.LAST_WORDS
    assert call.take(fired(Timer.MESSAGE_CAP)).outcome() is Outcome.MESSAGE


def test_who_speaks_when_the_time_for_staff_is_over_is_heard_out() -> None:
    call = summoning().take(VOICE, fired(Timer.MESSAGE_AFTER))
    assert call.state is State.HEARING_OUT
    assert call.heard() == [Prompt.RECORDING_NOTICE, Prompt.PLEASE_WAIT]
    assert ev.Summon(False) not in call.said
    assert call.take(SILENCE).heard()[-1] is Prompt.LEAVE_MESSAGE
    assert call.said.count(ev.Summon(False)) == 1


def test_the_limit_counts_through_pauses() -> None:
    call = taking_message().take(VOICE)
    call.said.clear()
    call.take(SILENCE, VOICE)
    assert call.said == [ev.StartTimer("message_pause", Milliseconds(3_000)), ev.StopTimer("message_pause")]


def speaking_at_the_beep() -> Call:
    call = box_first(Decision.MESSAGE).rings().take(SEIZED, said(Prompt.RECORDING_NOTICE), VOICE)
    return call.take(said(Prompt.LEAVE_MESSAGE))


@pytest.mark.parametrize("proof", [VOICE, fired(Timer.SPEECH_PROOF)])
def test_who_speaks_over_the_beep_and_goes_on_leaves_a_message(proof: ev.Fact) -> None:
    assert speaking_at_the_beep().take(proof, BUSY).outcome() is Outcome.MESSAGE


def test_who_spoke_only_before_the_beep_leaves_none() -> None:
    assert speaking_at_the_beep().take(SILENCE).outcome() is Outcome.NO_MESSAGE


def test_who_speaks_over_the_thanks_is_heard_out() -> None:
    call = taking_message().take(VOICE, SILENCE, fired(Timer.MESSAGE_PAUSE), VOICE, said(Prompt.MESSAGE_THANKS))
    assert call.state is State.LAST_WORDS
    assert call.take(SILENCE).outcome() is Outcome.MESSAGE


def test_staff_take_over_from_a_message() -> None:
    call = taking_message().take(VOICE, LIFTED)
    assert call.state is State.TALKING
    assert call.take(REPLACED).outcome() is Outcome.TALKED


# ---- staff call out ----------------------------------------------------------------------------------------------


def test_outgoing_call_is_joined_in_silence() -> None:
    call = Call().take(LIFTED)
    assert call.said == [ev.BeginCall("out"), ev.StartTimer("join_outgoing", Milliseconds(10_000))]
    call.take(fired(Timer.JOIN_OUTGOING), SEIZED, VOICE, REPLACED, RELEASED)
    assert call.heard() == []
    assert ev.StartRecording() in call.said
    assert call.outcome() is Outcome.TALKED


@pytest.mark.parametrize("before", [[], [VOICE], [VOICE, ev.DigitHeard(AT, "0")]])
def test_outgoing_call_dialled_late_is_recorded(before: list[ev.Fact]) -> None:
    """The dial tone is our own exchange's, or a house exchange's after its 0; somebody may say the number aloud."""
    call = Call().take(LIFTED, fired(Timer.JOIN_OUTGOING), SEIZED, *before)
    call.take(ev.FarEndCleared(AT, ClearedBy.DIAL_TONE), VOICE)
    assert call.state is State.CALLING_OUT
    assert ev.StopRecording() not in call.said
    assert call.take(BUSY).outcome() is Outcome.TALKED


def test_outgoing_call_is_left_alone_where_the_owner_says_so() -> None:
    call = Call(record_outgoing=False).take(LIFTED, fired(Timer.JOIN_OUTGOING), REPLACED)
    assert ev.Seize() not in call.said
    assert call.outcome() is Outcome.TALKED


def test_receiver_lifted_and_put_back_is_no_talk() -> None:
    assert Call().take(LIFTED, REPLACED).outcome() is Outcome.ABANDONED


def test_ringing_reported_during_an_outgoing_call_is_never_answered() -> None:
    call = Call(Decision.ANNOUNCE, mode="box_first", record_outgoing=False)
    call.take(LIFTED, fired(Timer.JOIN_OUTGOING), RANG, KNOWN_NUMBER, RANG, STOPPED, RANG, RANG)
    assert call.state is State.RINGING_LIFTED
    assert ev.Seize() not in call.said
    assert call.take(REPLACED, STOPPED).state is State.IDLE


def test_phone_left_off_the_hook_after_a_call() -> None:
    call = Call().rings().take(LIFTED, SEIZED, said(Prompt.RECORDING_NOTICE), BUSY, RELEASED)
    assert call.state is State.LIFTED
    assert call.take(REPLACED).state is State.IDLE


def test_modem_that_never_tells_of_the_hook_being_replaced_answers_again() -> None:
    call = Call(mode="box_first").rings().take(SEIZED, LIFTED, said(Prompt.RECORDING_NOTICE), BUSY, RELEASED)
    call.take(RANG, STOPPED)
    assert call.said.count(ev.Seize()) == 1
    call.take(fired(Timer.OFF_HOOK_LIMIT)).rings()
    assert call.said.count(ev.Seize()) == 2


def test_staff_lift_again_before_the_line_is_released() -> None:
    call = Call().rings().take(LIFTED, SEIZED, said(Prompt.RECORDING_NOTICE), REPLACED, LIFTED, RELEASED)
    assert call.state is State.LINE_IN_USE
    assert call.said.count(ev.BeginCall("out")) == 1


# ---- faults and fax ----------------------------------------------------------------------------------------------


def test_line_lost_in_a_talk() -> None:
    call = Call().rings().take(LIFTED, SEIZED, said(Prompt.RECORDING_NOTICE))
    call.said.clear()
    call.take(ev.LineLost(AT, "unplugged"))
    ended = [ev.StopRecording(), ev.Release(), ev.EndCall(Outcome.LINE_LOST)]
    assert call.said == [ev.StopTimer("long_silence"), *ended]
    assert call.state is State.FAULT
    assert call.take(ev.LineReady(AT, "modem", "generic")).state is State.IDLE


@pytest.mark.parametrize("failure", [ev.SeizeFailed(AT, "no"), fired(Timer.SEIZE_LIMIT)])
def test_box_that_cannot_answer_lets_it_ring(failure: ev.Fact) -> None:
    call = box_first().rings().take(failure, RANG)
    assert call.state is State.LETTING_RING
    assert call.take(fired(Timer.MESSAGE_AFTER), RANG).said.count(ev.Seize()) == 2


def test_box_that_cannot_join_leaves_staff_talking() -> None:
    call = Call().rings().take(LIFTED, ev.SeizeFailed(AT, "no"))
    assert call.state is State.UNRECORDED
    assert call.take(REPLACED).outcome() is Outcome.TALKED


def test_device_that_lets_go_by_itself() -> None:
    assert summoning().take(RELEASED).outcome() is Outcome.ABANDONED
    talk = Call().rings().take(LIFTED, SEIZED, said(Prompt.RECORDING_NOTICE), RELEASED)
    assert talk.state is State.UNRECORDED
    assert ev.StopRecording() in talk.said


def test_release_is_asked_for_again_until_it_is_true() -> None:
    call = Call().rings().take(LIFTED, SEIZED, BUSY)
    for hook in (None, REPLACED, LIFTED):  # clearing_held, clearing, clearing_relifted
        call.take(*([hook] if hook else []))
        call.said.clear()
        call.take(fired(Timer.RELEASE_LIMIT))
        assert call.said == [ev.Release(), ev.StartTimer("release_limit", Milliseconds(8_000))]
    assert call.state is State.CLEARING_RELIFTED


def test_line_seized_without_being_asked_is_let_go() -> None:
    call = Call().take(SEIZED)
    assert (call.state, call.acts()) == (State.CLEARING, [ev.Release()])


def test_prompt_that_never_ends_does_not_trap_the_caller() -> None:
    call = box_first().rings().take(SEIZED, fired(Timer.PROMPT_LIMIT))
    assert call.state is State.SUMMONING


def test_fax_gets_silence_until_our_machine_lifts() -> None:
    call = summoning().take(ev.FaxToneHeard(AT, "cng"))
    assert (call.state, call.said[-2]) == (State.FAX, ev.StopPlaying())
    assert call.take(LIFTED).outcome() is Outcome.FAX


def test_fax_that_nobody_takes_is_let_go() -> None:
    assert summoning().take(ev.FaxToneHeard(AT, "cng"), fired(Timer.FAX_LIMIT)).outcome() is Outcome.FAX


def test_whistling_person_taken_for_a_fax_is_not_cut() -> None:
    call = summoning().take(ev.FaxToneHeard(AT, "cng"), VOICE)
    assert call.state is State.TAKING_MESSAGE
    speaking = summoning().take(VOICE, ev.FaxToneHeard(AT, "cng"), fired(Timer.FAX_LIMIT))
    assert ev.Release() not in speaking.said


# ---- settings ----------------------------------------------------------------------------------------------------


def test_config_from_settings() -> None:
    settings = Settings(
        line=LineSettings(country="US"),
        call=CallSettings(mode="box_first", message_after_s=20, message_max_s=60, join_outgoing_s=5),
        recording=RecordingSettings(outgoing=False),
    )
    assert CallConfig.of(settings) == CallConfig("box_first", 20_000, 60_000, 5_000, False, 6_000)


def test_identity_wait_by_country() -> None:
    assert [identity_wait("jp", True), identity_wait("GB", True), identity_wait("US", False)] == [1_000, 6_000, 0]


def test_an_unknown_mode_is_refused_at_once() -> None:
    with pytest.raises(KeyError):
        CallMachine(CallConfig(mode="nobody_first"))
