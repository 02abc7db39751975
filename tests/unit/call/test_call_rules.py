"""What must never happen, checked on every step that can be taken from the start (see `call_walk`)."""

from __future__ import annotations

from collections import defaultdict
from functools import cache
from itertools import product

import pytest
from call_walk import AT, Step, World, walk

from appliance import events as ev
from appliance.call.machine import CallConfig, CallMachine, full_table
from appliance.call.signals import NOT_OURS, PLAIN, Signal, signal_of
from appliance.call.states import IN_CALL, MEANING, PHASES, RECORDING, SEIZING, SPEAKING, SUMMONED, TIMERS
from appliance.call.tables import IGNORED, ROWS, VARIANTS, State
from appliance.call.timers import FIXED, SETTABLE, Timer
from appliance.errors import IllegalEvent

CONFIGS = (
    CallConfig(mode="staff_first"),
    CallConfig(mode="box_first"),
    CallConfig(mode="box_first", message_after_ms=0, record_outgoing=False),
    CallConfig(mode="staff_first", message_after_ms=0, record_outgoing=False, identity_wait_ms=0),
)
by_config = pytest.mark.parametrize("config", CONFIGS, ids=lambda config: f"{config.mode}-{config.message_after_ms}")


@cache
def walked(config: CallConfig) -> tuple[list[Step], list[tuple[World, ev.Fact]]]:
    return walk(config)


def steps(config: CallConfig) -> list[Step]:
    return walked(config)[0]


def saying(config: CallConfig, command: type[ev.Command]) -> list[Step]:
    """The steps in which the machine gave such a command; never none, else the rule would hold for nothing."""
    found = [step for step in steps(config) if any(isinstance(given, command) for given in step.commands)]
    assert found
    return found


def timer_of(fact: ev.Fact) -> str:
    return fact.timer if isinstance(fact, ev.TimerFired) else ""


@by_config
def test_nothing_a_line_device_or_person_can_do_is_illegal_but_a_late_decision(config: CallConfig) -> None:
    _, refused = walked(config)
    assert {type(fact) for _, fact in refused} <= {ev.Decided}


@by_config
def test_pairs_match_on_every_path(config: CallConfig) -> None:
    """Calls, recordings, summons and timers: none begun twice, ended twice or left; `call_walk` fails if so."""
    for step in steps(config):
        world = step.after
        assert world.in_call == (world.state in IN_CALL), step
        assert world.recording == (world.state in RECORDING), step
        assert world.summoned == (world.state in SUMMONED), step
        configured = {timer.value for timer in TIMERS.get(world.state, ()) if timer in config.durations()}
        assert world.timers == configured, step


@by_config
def test_off_hook_exactly_while_the_call_needs_it(config: CallConfig) -> None:
    for step in steps(config):
        if step.after.state in RECORDING:
            assert step.after.held, step
        if step.after.state in SEIZING:
            assert step.after.wanted, step
            assert not step.after.held, step
        if step.after.state in PHASES["Waiting"] or step.after.state in PHASES["Ringing"]:
            assert not step.after.wanted, step


PHONE_OFF_HOOK = {
    *PHASES["Staff talk"],
    *PHASES["Staff call out"],
    State.LIFTED,
    State.CAR_LIFTED,
    State.CAR_DOUBTFUL,
    State.RINGING_LIFTED,
    State.CLEARING_HELD,
    State.CLEARING_RELIFTED,
}


@by_config
def test_the_box_knows_whether_a_phone_is_off_the_hook(config: CallConfig) -> None:
    for step in steps(config):
        assert step.after.off_hook == (step.after.state in PHONE_OFF_HOOK), step


PROMPT_OF = {
    State.ANNOUNCING: ev.Prompt.RECORDING_NOTICE,
    State.JOIN_ANNOUNCING: ev.Prompt.RECORDING_NOTICE,
    State.MESSAGE_ANNOUNCING: ev.Prompt.RECORDING_NOTICE,
    State.INVITING: ev.Prompt.LEAVE_MESSAGE,
    State.THANKING: ev.Prompt.MESSAGE_THANKS,
    State.REFUSING: ev.Prompt.REFUSED,
    State.ASKING_REDIAL: ev.Prompt.ASK_REDIAL,
}


@by_config
def test_the_box_says_what_the_state_is_named_for(config: CallConfig) -> None:
    assert set(PROMPT_OF) == SPEAKING
    for step in steps(config):
        if step.after.state in SPEAKING:
            assert step.after.prompt is PROMPT_OF[step.after.state], step
        elif step.after.state not in SUMMONED:
            assert step.after.prompt is None, step


@by_config
def test_never_seize_before_an_ordinary_ring(config: CallConfig) -> None:
    """But beside a phone that was lifted once CAR and data are over."""
    for step in saying(config, ev.Seize):
        if step.before.rang or timer_of(step.fact) == Timer.JOIN_OUTGOING:
            continue
        assert step.after.state is State.JOINING_UNDECIDED, step
        assert step.before.called, step
        assert step.after.off_hook, step
        lifted_after_the_number = step.before.answerable and isinstance(step.fact, ev.ExtensionLifted)
        assert lifted_after_the_number or timer_of(step.fact) == Timer.CAR_OVER, step


@by_config
def test_never_seize_in_car_while_perhaps_nobody_has_lifted(config: CallConfig) -> None:
    """Only a lift that was told in this very CAR, and after which no burst came, makes a person of it."""
    for step in steps(config):
        if step.after.state is State.CAR_LIFTED and step.before.state is not State.CAR_LIFTED:
            assert step.before.state is State.CAR, step
            assert isinstance(step.fact, ev.ExtensionLifted), step
        if step.before.state in (State.CAR_LIFTED, State.CAR_DOUBTFUL) and isinstance(step.fact, ev.CarStarted):
            assert step.after.state is State.CAR_DOUBTFUL, step
        if step.before.state in (State.CAR, State.CAR_DOUBTFUL):
            assert not any(isinstance(command, ev.Seize) for command in step.commands), step


@by_config
def test_an_unanswered_caller_is_answered_only_when_the_line_has_just_rung(config: CallConfig) -> None:
    long = (State.RINGING_LONG, State.RINGING_LONG_SILENT, State.DECIDING_LONG)
    for step in steps(config):
        if step.after.state is State.ANSWERING_FOR_MESSAGE and step.before.state is not step.after.state:
            ring = isinstance(step.fact, ev.Rang) and step.before.state in long
            assert ring or step.before.state is State.DECIDING, step
        if step.before.state in long and step.before.state is not State.DECIDING_LONG:
            seized = any(isinstance(command, ev.Seize) for command in step.commands)
            assert seized == isinstance(step.fact, ev.Rang | ev.ExtensionLifted), step


@by_config
def test_a_number_that_comes_late_does_not_start_the_wait_for_staff_anew(config: CallConfig) -> None:
    late = [step for step in steps(config) if step.before.asked or isinstance(step.fact, ev.CallerIdentified)]
    waiting = [step for step in late if Timer.MESSAGE_AFTER in step.before.timers]
    for step in waiting:
        assert not any(
            getattr(command, "timer", "") == Timer.MESSAGE_AFTER
            for command in step.commands
            if isinstance(command, ev.StartTimer)
        ), step


@by_config
def test_never_answer_while_a_phone_is_off_the_hook(config: CallConfig) -> None:
    for step in saying(config, ev.Seize):
        if step.after.off_hook:
            timer = timer_of(step.fact)
            assert isinstance(step.fact, ev.ExtensionLifted) or timer in (Timer.JOIN_OUTGOING, Timer.CAR_OVER), step
            joins = (State.JOINING, State.JOINING_SILENTLY, State.JOINING_UNDECIDED, State.JOINING_OUTGOING)
            assert step.after.state in joins, step


@by_config
def test_never_speak_into_a_call_in_progress_without_us(config: CallConfig) -> None:
    for step in saying(config, ev.Play):
        assert not step.before.in_use, step
        assert step.before.called, step
        assert not isinstance(step.fact, ev.CallWaitingHeard | ev.Rang | ev.CallerIdentified), step
    for step in steps(config):
        if step.before.state in (*PHASES["Staff call out"], State.TALKING, State.JOINING_SILENTLY):
            assert not any(isinstance(command, ev.Play) for command in step.commands), step


@by_config
def test_a_fax_tone_silences_the_box(config: CallConfig) -> None:
    faxes = [step for step in steps(config) if isinstance(step.fact, ev.FaxToneHeard)]
    assert any(step.after.state is State.FAX for step in faxes)
    for step in faxes:
        assert not any(isinstance(command, ev.Play | ev.Seize) for command in step.commands), step
        if step.before.held and not step.before.off_hook and step.before.state is not State.FAX:
            assert step.after.state is State.FAX, step
        assert step.after.prompt is None, step
    for step in steps(config):
        if step.before.state is State.FAX:
            assert not any(isinstance(command, ev.Play) for command in step.commands), step


@by_config
def test_never_hang_up_on_a_person(config: CallConfig) -> None:
    for step in saying(config, ev.Release):
        if not step.before.held or isinstance(step.fact, ev.LineLost):
            continue
        if step.before.off_hook and step.before.state is not State.FAX:
            gone = isinstance(step.fact, ev.FarEndCleared) and step.fact.by is not ev.ClearedBy.SILENCE
            hushed = timer_of(step.fact) == Timer.LONG_SILENCE and not step.before.speech
            assert isinstance(step.fact, ev.ExtensionReplaced) or gone or hushed, step
        elif step.before.speech and not isinstance(
            step.fact, ev.FarEndCleared | ev.SilenceBegan | ev.ExtensionReplaced
        ):
            turned_away = step.before.state in (State.REFUSING, State.ASKING_REDIAL)
            fax_taken = step.before.state is State.FAX and isinstance(step.fact, ev.FaxToneHeard | ev.ExtensionLifted)
            endless = (step.before.state, timer_of(step.fact)) in ENDLESS
            assert turned_away or fax_taken or endless, step


ENDLESS = {
    (State.LAST_WORDS, Timer.MESSAGE_CAP),
    (State.LISTENING, Timer.LISTEN_LIMIT),
    (State.HEARING_OUT, Timer.LISTEN_LIMIT),
}
"""Where a voice that never ends is taken for a radio."""


@by_config
def test_the_line_is_let_go_where_nobody_does_anything_any_more(config: CallConfig) -> None:
    """Silent or with a radio beside the receiver: timers and prompts alone lead off the line, by whatever way.

    But not while staff hold a phone and somebody speaks: theirs is the call.
    """
    alone: defaultdict[World, list[World]] = defaultdict(list)
    for step in steps(config):
        if isinstance(step.fact, ev.TimerFired | ev.PromptEnded):
            alone[step.before].append(step.after)
    worlds = {step.after for step in steps(config) if step.after.wanted}
    stuck = {world for world in worlds if not (world.off_hook and world.speech)}
    let_go = set(stuck)
    while let_go:
        let_go = {world for world in stuck if any(after not in stuck for after in alone[world])}
        stuck -= let_go
    assert not stuck, stuck


@by_config
def test_the_dial_tone_of_our_own_exchange_ends_nothing(config: CallConfig) -> None:
    tones = [step for step in steps(config) if step.fact == ev.FarEndCleared(AT, ev.ClearedBy.DIAL_TONE)]
    assert any(step.before.state is State.TALKING and step.after.state is State.CLEARING_HELD for step in tones)
    for step in tones:
        if step.before.state is State.CALLING_OUT:
            assert step.after == step.before, step


@by_config
def test_long_silence_is_measured_from_the_last_voice(config: CallConfig) -> None:
    for step in steps(config):
        if step.before.state in (State.TALKING, State.CALLING_OUT) and isinstance(step.fact, ev.SilenceBegan):
            assert ev.StartTimer("long_silence", FIXED[Timer.LONG_SILENCE].ms) in step.commands, step


@by_config
def test_the_caller_hears_the_notice_to_its_end_before_staff_or_message(config: CallConfig) -> None:
    announcing = (State.ANNOUNCING, State.JOIN_ANNOUNCING, State.MESSAGE_ANNOUNCING)
    onward = (State.TALKING, State.INVITING, State.SUMMONING, State.LISTENING)
    for step in steps(config):
        if step.before.state in announcing and step.after.state in onward:
            ended = isinstance(step.fact, ev.PromptEnded | ev.FaxToneHeard)
            assert ended or timer_of(step.fact) == Timer.PROMPT_LIMIT, step


@by_config
def test_every_situation_leads_back_to_idle_without_pulling_the_plug(config: CallConfig) -> None:
    before: defaultdict[World, set[World]] = defaultdict(set)
    for step in steps(config):
        if not isinstance(step.fact, ev.LineLost):
            before[step.after].add(step.before)
    home = {step.after for step in steps(config) if step.after.state is State.IDLE}
    reached, edge = set(home), list(home)
    while edge:
        for world in before[edge.pop()] - reached:
            reached.add(world)
            edge.append(world)
    assert {step.after for step in steps(config)} <= reached


@by_config
def test_a_device_that_lets_go_leaves_nobody_waiting(config: CallConfig) -> None:
    let_go = [step for step in steps(config) if isinstance(step.fact, ev.LineReleased) and step.before.held]
    assert let_go
    for step in let_go:
        assert step.after.state is (State.UNRECORDED if step.before.off_hook else State.IDLE), step


@by_config
def test_a_lost_line_ends_everything_from_anywhere(config: CallConfig) -> None:
    lost = [step for step in steps(config) if isinstance(step.fact, ev.LineLost)]
    for step in lost:
        assert step.after.state is State.FAULT
        left = (step.after.wanted, step.after.in_call, step.after.recording, step.after.summoned, step.after.timers)
        assert not any(left), step
        outcomes = [command.outcome for command in step.commands if isinstance(command, ev.EndCall)]
        assert outcomes == ([ev.Outcome.LINE_LOST] if step.before.in_call else [])


def test_every_state_and_outcome_can_be_reached() -> None:
    everything = [step for config in CONFIGS for step in steps(config)]
    assert {step.after.state for step in everything} == set(State)
    outcomes = {command.outcome for step in everything for command in step.commands if isinstance(command, ev.EndCall)}
    assert outcomes == set(ev.Outcome) - {ev.Outcome.INTERRUPTED}  # that one is told at the next start


def test_message_after_zero_is_never() -> None:
    for step in steps(CONFIGS[2]):
        assert Timer.MESSAGE_AFTER not in step.after.timers


# ---- the tables themselves -------------------------------------------------------------------------------------------

FROM_DEVICE = {Signal.LINE_LOST, Signal.LINE_SEIZED, Signal.SEIZE_FAILED}
FROM_LINE = set(PLAIN.values()) - FROM_DEVICE | {
    Signal.FAX_CALLING,
    Signal.FAX_ANSWERING,
    Signal.FAR_END_CLEARED,
    Signal.DIAL_TONE,
}


table_of = cache(full_table)
"""Why: one table a configuration, not one a test."""


@by_config
@pytest.mark.parametrize("state", State)
def test_each_state_says_what_every_line_signal_means(config: CallConfig, state: State) -> None:
    table = table_of(config)
    assert {signal for signal in FROM_LINE if (state, signal) not in table} == set()


@pytest.mark.parametrize("state", State)
def test_a_signal_is_either_acted_on_or_ignored(state: State) -> None:
    rows = set(ROWS[state]).union(*(variant.get(state, {}) for variant in VARIANTS.values()))
    assert rows & IGNORED[state] == set()
    assert MEANING[state]
    assert sum(state in states for states in PHASES.values()) == 1


@by_config
def test_a_running_timer_has_a_row_and_no_other_has(config: CallConfig) -> None:
    table = full_table(config)
    for state in State:
        acted_on = {timer for timer in Timer if (state, Signal(timer.value)) in table}
        assert acted_on == set(TIMERS.get(state, ())), state


def test_every_timer_has_a_length_and_a_source() -> None:
    assert set(FIXED) | set(SETTABLE) == set(Timer)
    assert not set(FIXED) & set(SETTABLE)
    assert all(duration.ms > 0 and duration.source for duration in FIXED.values())


def test_an_illegal_event_changes_nothing() -> None:
    machine = CallMachine(CallConfig())
    refused = 0
    facts: list[ev.Fact] = [ev.TimerFired(AT, timer) for timer in Timer]
    facts += [ev.Decided(AT, decision) for decision in ev.Decision]
    facts += [ev.PromptEnded(AT, prompt, True) for prompt in ev.Prompt]
    facts += [ev.LineSeized(AT), ev.SeizeFailed(AT, "")]
    for state, fact in product(State, facts):
        machine._state = state
        if (state, signal_of(fact)) not in machine._table:
            with pytest.raises(IllegalEvent, match=state.value):
                machine.take(fact)
            assert (machine.state, machine._speech) == (state, False)
            refused += 1
    assert refused > 500


def test_every_fact_is_ours_or_named_as_not_ours() -> None:
    special = {ev.PromptEnded, ev.FaxToneHeard, ev.FarEndCleared, ev.Decided, ev.TimerFired}
    kinds = {kind for kind in ev.Fact.__subclasses__() if kind.__module__.startswith(f"{ev.__name__}.")}
    assert kinds == set(PLAIN) | special | NOT_OURS


def test_facts_of_others_do_nothing() -> None:
    machine = CallMachine(CallConfig())
    assert machine.take(ev.ButtonPressed(AT, ev.Button.SOS)) == ()
    assert machine.take(ev.DiskLow(AT, 1)) == ()


def test_an_unknown_fact_or_timer_is_illegal() -> None:
    class Eclipse(ev.Fact):
        pass

    for fact in (Eclipse(AT), ev.TimerFired(AT, "tea")):
        with pytest.raises(IllegalEvent):
            signal_of(fact)
