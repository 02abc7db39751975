"""What the tables are made of: the row, the acts that recur, and the groups of rows that states share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.call.signals import Signal
from appliance.call.signals import Signal as G
from appliance.call.states import State
from appliance.events import BeginCall, Command, EndCall, Outcome, Play, Prompt, Release, Seize, StopPlaying


@dataclass(frozen=True)
class Row:
    """What a signal leads to: where the call is next, and what is done, in order."""

    next_state: State
    commands: tuple[Command, ...] = ()


Rows = Mapping[Signal, Row]

BEGIN = BeginCall("in")
BEGIN_OUT = BeginCall("out")
NOTICE = Play(Prompt.RECORDING_NOTICE)
SUMMONS = Play(Prompt.PLEASE_WAIT)
INVITE = Play(Prompt.LEAVE_MESSAGE)
THANK = Play(Prompt.MESSAGE_THANKS)
QUIET = StopPlaying()

CLEARED = (G.FAR_END_CLEARED, G.DIAL_TONE)
"""Signs that the far end has gone."""

LET_GO_HELD = Row(State.CLEARING_HELD, (Release(), EndCall(Outcome.TALKED)))
"""Hang up beside a phone that is off the hook, for all we were told."""


def let_go(outcome: Outcome) -> Row:
    """Hang up, with no phone of the shop off the hook."""
    return Row(State.CLEARING, (Release(), EndCall(outcome)))


def over(outcome: Outcome) -> Rows:
    """The far end has gone, or the device let the line go by itself (V.253 +VIT: its inactivity timer)."""
    return {
        **dict.fromkeys(CLEARED, let_go(outcome)),
        G.LINE_RELEASED: Row(State.IDLE, (EndCall(outcome),)),
    }


def over_held(cleared: tuple[Signal, ...] = CLEARED) -> Rows:
    """As `over` while staff hold a phone: theirs is still off the hook afterwards."""
    return {
        **dict.fromkeys(cleared, LET_GO_HELD),
        G.REPLACED: let_go(Outcome.TALKED),
        G.LINE_RELEASED: Row(State.UNRECORDED),
    }


def long_silence(state: State) -> Rows:
    """Where only staff end a call, and their hanging up may go unreported: nobody speaks for very long."""
    return {
        G.SILENCE: Row(state),  # starts the timer anew
        G.LONG_SILENCE: LET_GO_HELD,
        G.LONG_SILENCE_IN_SPEECH: Row(state),
    }


def said(ended: Signal, row: Row) -> Rows:
    """After a prompt, ended or overdue, go on with `row` whether or not the caller speaks."""
    late = Row(row.next_state, (QUIET, *row.commands))
    return {
        ended: row,
        **({G.NOTICE_ENDED_IN_SPEECH: row} if ended is G.NOTICE_ENDED else {}),
        G.PROMPT_LIMIT: late,
        G.PROMPT_LIMIT_IN_SPEECH: late,
    }


def unseized(next_state: State) -> Rows:
    """The device could not, or did not in time, go off-hook: take the wish back."""
    return dict.fromkeys((G.SEIZE_FAILED, G.SEIZE_LIMIT), Row(next_state, (Release(),)))


def fax() -> Rows:
    """A fax machine calls while the box alone holds the line."""
    return dict.fromkeys((G.FAX_CALLING, G.FAX_ANSWERING), Row(State.FAX, (QUIET,)))


def gave_up(outcome: Outcome, *signals: Signal) -> Rows:
    """The caller has gone before anybody was off-hook."""
    return dict.fromkeys(signals, Row(State.IDLE, (EndCall(outcome),)))


def answering(next_state: State, prompt: Play) -> Rows:
    """Off-hook was asked for. Staff who lift first get the caller, after the notice."""
    return {
        G.LINE_SEIZED: Row(next_state, (prompt,)),
        G.LIFTED: Row(State.JOINING),
        **unseized(State.LETTING_RING),
    }


def joining(next_state: State, *commands: Command) -> Rows:
    """Off-hook was asked for beside a phone that is lifted."""
    return {
        G.LINE_SEIZED: Row(next_state, commands),
        G.REPLACED: let_go(Outcome.TALKED),
        **unseized(State.UNRECORDED),
    }


def deciding(silent: State) -> Rows:
    """What was decided means the same at any time; `silent`: where a phone rings for a caller who hears no notice."""
    return {
        G.DECIDED_PASS: Row(State.RINGING_OUT),
        G.DECIDED_SKIP: Row(silent),
        G.DECIDED_REFUSE: Row(State.ANSWERING_TO_REFUSE, (Seize(),)),
        G.DECIDED_ASK_REDIAL: Row(State.ANSWERING_TO_ASK, (Seize(),)),
        G.LIFTED: Row(State.JOINING_UNDECIDED, (Seize(),)),
        **gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    }


def message(outcome: Outcome) -> Rows:
    """While a message is asked for or taken, staff may still take over."""
    return {
        **over(outcome),
        G.LIFTED: Row(State.TALKING, (QUIET,)),
        **fax(),
    }


def turning_away(ended: Signal, outcome: Outcome) -> Rows:
    """Answered only to say one sentence; whoever lifts a phone takes the call, and the caller hears the notice."""
    return {
        **said(ended, let_go(outcome)),
        **over(outcome),
        G.LIFTED: Row(State.JOIN_ANNOUNCING, (NOTICE,)),
        **fax(),
    }


def heard() -> Rows:
    """While the caller speaks and the box listens. Who speaks as long as the limit speaks with staff: hence talked."""
    return {
        G.LIFTED: Row(State.TALKING, (QUIET,)),
        G.LISTEN_LIMIT: let_go(Outcome.TALKED),
        **over(Outcome.ABANDONED),
        **fax(),
    }
