"""Calls as people know them: what happens, what the box does, how the call is filed."""

from __future__ import annotations

import pytest

from appliance import events as ev
from appliance.call.machine import CallConfig, CallMachine
from appliance.call.tables import State
from appliance.call.timers import Timer, identity_wait
from appliance.events import ClearedBy, Decision, Outcome, Prompt
from appliance.settings import CallSettings, LineSettings, RecordingSettings, Settings
from appliance.units import Milliseconds, SampleIndex

AT = SampleIndex(0)
RANG, STOPPED = ev.Rang(AT), ev.RingingStopped(AT)
LIFTED, REPLACED = ev.ExtensionLifted(AT), ev.ExtensionReplaced(AT)
SEIZED, RELEASED = ev.LineSeized(AT), ev.LineReleased(AT)
VOICE, SILENCE = ev.VoiceBegan(AT), ev.SilenceBegan(AT)
BUSY = ev.FarEndCleared(AT, ClearedBy.BUSY_TONE)
KNOWN_NUMBER = ev.CallerIdentified(AT, ev.CallerIdentity("0312345678"))


def said(prompt: Prompt) -> ev.Fact:
    return ev.PromptEnded(AT, prompt, complete=True)


def fired(timer: Timer) -> ev.Fact:
    return ev.TimerFired(AT, timer.value)


class Call:
    """A ready machine and all that it has said so far."""

    def __init__(self, decision: Decision = Decision.ANNOUNCE, **config: object) -> None:
        self.machine = CallMachine(CallConfig(**config))  # type: ignore[arg-type]
        self.decision = decision
        self.said: list[ev.Command] = []
        self.take(ev.LineReady(AT, "modem", "generic"))

    def take(self, *facts: ev.Fact) -> Call:
        for fact in facts:
            commands = self.machine.take(fact)
            self.said.extend(commands)
            if ev.Decide() in commands:
                self.take(ev.Decided(AT, self.decision))
        return self

    def rings(self) -> Call:
        """Rings with the number known, as in Japan."""
        return self.take(ev.CarStarted(AT), KNOWN_NUMBER, RANG)

    @property
    def state(self) -> State:
        return self.machine.state

    def acts(self) -> list[ev.Command]:
        """What was said but for timers, which `test_call_rules` keeps."""
        return [command for command in self.said if not isinstance(command, ev.StartTimer | ev.StopTimer)]

    def heard(self) -> list[Prompt]:
        return [command.prompt for command in self.said if isinstance(command, ev.Play)]

    def outcome(self) -> Outcome:
        (outcome,) = [command.outcome for command in self.said if isinstance(command, ev.EndCall)]
        return outcome


def box_first(decision: Decision = Decision.ANNOUNCE) -> Call:
    return Call(decision, mode="box_first")


def summoning() -> Call:
    return box_first().rings().take(SEIZED, said(Prompt.RECORDING_NOTICE))


def taking_message(decision: Decision = Decision.MESSAGE) -> Call:
    return box_first(decision).rings().take(SEIZED, said(Prompt.RECORDING_NOTICE), said(Prompt.LEAVE_MESSAGE))


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
