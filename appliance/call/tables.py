"""The call as literal tables: `ROWS` (what is done), `VARIANTS` (by setting) and `IGNORED` (what may be heard and means
nothing there). A pair in none of them is a contradiction: `errors.IllegalEvent`.

Rows name acts alone. Recording, summoning and timers follow from the states (`call.states`) and are put in, with the
rows for a lost line, by `call.machine.full_table`, so that no row can forget them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.call.ignored import IGNORED
from appliance.call.signals import Signal
from appliance.call.states import State
from appliance.events import (
    BeginCall,
    Command,
    Decide,
    EndCall,
    Outcome,
    Play,
    Prompt,
    Release,
    Seize,
    StopPlaying,
)

__all__ = ["IGNORED", "ROWS", "VARIANTS", "Row", "Signal", "State"]

G = Signal  # the tables are read by line: a short name keeps a row on one


@dataclass(frozen=True)
class Row:
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


def _over(outcome: Outcome) -> Rows:
    """The far end has gone, or the device let the line go by itself (V.253 +VIT: its inactivity timer)."""
    return {
        G.FAR_END_CLEARED: Row(State.CLEARING, (Release(), EndCall(outcome))),
        G.LINE_RELEASED: Row(State.IDLE, (EndCall(outcome),)),
    }


def _over_held() -> Rows:
    """As `_over` while staff hold a phone: theirs is still off the hook afterwards."""
    return {
        G.FAR_END_CLEARED: Row(State.CLEARING_HELD, (Release(), EndCall(Outcome.TALKED))),
        G.REPLACED: Row(State.CLEARING, (Release(), EndCall(Outcome.TALKED))),
        G.LINE_RELEASED: Row(State.UNRECORDED),
    }


def _said(ended: Signal, row: Row) -> Rows:
    """After a prompt, ended or overdue, go on with `row` whether or not the caller speaks."""
    late = Row(row.next_state, (QUIET, *row.commands))
    return {
        ended: row,
        **({G.NOTICE_ENDED_IN_SPEECH: row} if ended is G.NOTICE_ENDED else {}),
        G.PROMPT_LIMIT: late,
        G.PROMPT_LIMIT_IN_SPEECH: late,
    }


def _unseized(next_state: State) -> Rows:
    """The device could not, or did not in time, go off-hook: take the wish back."""
    return dict.fromkeys((G.SEIZE_FAILED, G.SEIZE_LIMIT), Row(next_state, (Release(),)))


def _fax() -> Rows:
    return dict.fromkeys((G.FAX_CALLING, G.FAX_ANSWERING), Row(State.FAX, (QUIET,)))


def _gave_up(outcome: Outcome, *signals: Signal) -> Rows:
    return dict.fromkeys(signals, Row(State.IDLE, (EndCall(outcome),)))


def _answering(next_state: State, prompt: Play) -> Rows:
    """Off-hook was asked for. Staff who lift first get the caller, after the notice."""
    return {
        G.LINE_SEIZED: Row(next_state, (prompt,)),
        G.LIFTED: Row(State.JOINING),
        **_unseized(State.LETTING_RING),
    }


def _joining(next_state: State, *commands: Command) -> Rows:
    return {
        G.LINE_SEIZED: Row(next_state, commands),
        G.REPLACED: Row(State.CLEARING, (Release(), EndCall(Outcome.TALKED))),
        **_unseized(State.UNRECORDED),
    }


def _message(outcome: Outcome) -> Rows:
    """While a message is asked for or taken, staff may still take over."""
    return {
        **_over(outcome),
        G.LIFTED: Row(State.TALKING, (QUIET,)),
        **_fax(),
    }


def _spoken() -> Rows:
    """As `_message`, once the caller has spoken: only then is long silence a sign that they have gone."""
    return {
        **_message(Outcome.MESSAGE),
        G.FAR_END_SILENT: Row(State.CLEARING, (Release(), EndCall(Outcome.MESSAGE))),
    }


def _turning_away(ended: Signal, outcome: Outcome) -> Rows:
    """Answered only to say one sentence; whoever lifts a phone takes the call, and the caller hears the notice."""
    return {
        **_said(ended, Row(State.CLEARING, (Release(), EndCall(outcome)))),
        **_over(outcome),
        G.LIFTED: Row(State.JOIN_ANNOUNCING, (NOTICE,)),
        **_fax(),
    }


JOIN_AT_ONCE = Row(State.JOINING_SILENTLY, (Seize(),))
ANSWER_FOR_MESSAGE = Row(State.ANSWERING_FOR_MESSAGE, (Seize(),))
IDENTIFIED_LATE = Row(State.DECIDING, (Decide(),))  # a number that comes after the decision is decided anew
INVITED = Row(State.INVITING, (INVITE,))
THANKED = Row(State.THANKING, (THANK,))

ROWS: Mapping[State, Rows] = {
    State.FAULT: {G.LINE_READY: Row(State.IDLE)},
    State.IDLE: {
        G.CAR_STARTED: Row(State.CAR, (BEGIN,)),
        G.CALLER_IDENTIFIED: Row(State.IDENTIFIED, (BEGIN,)),  # a Japanese modem hides CAR and prints the number first
        G.RANG: Row(State.RINGING, (BEGIN,)),
        G.LIFTED: Row(State.LINE_IN_USE, (BEGIN_OUT,)),
        G.LINE_SEIZED: Row(State.CLEARING, (Release(),)),  # too late or unasked: every caller would hear busy
    },
    State.LIFTED: {
        G.REPLACED: Row(State.IDLE),
        G.OFF_HOOK_LIMIT: Row(State.IDLE),
        G.LIFTED: Row(State.LINE_IN_USE, (BEGIN_OUT,)),
        G.CAR_STARTED: Row(State.CAR_LIFTED, (BEGIN,)),
        G.RANG: Row(State.RINGING_LIFTED, (BEGIN,)),
        G.LINE_SEIZED: Row(State.CLEARING_HELD, (Release(),)),
    },
    State.LINE_IN_USE: {G.REPLACED: Row(State.IDLE, (EndCall(Outcome.ABANDONED),))},
    State.UNRECORDED: {
        G.REPLACED: Row(State.IDLE, (EndCall(Outcome.TALKED),)),
        # Either we missed the hook, or call waiting is reported as ringing: both are safe in the *_LIFTED states.
        G.CAR_STARTED: Row(State.CAR_LIFTED, (EndCall(Outcome.TALKED), BEGIN)),
        G.RANG: Row(State.RINGING_LIFTED, (EndCall(Outcome.TALKED), BEGIN)),
    },
    State.CAR: {
        G.CALLER_IDENTIFIED: Row(State.IDENTIFIED),
        G.RANG: Row(State.RINGING),
        G.LIFTED: Row(State.CAR_LIFTED),
        **_gave_up(Outcome.ABANDONED, G.RINGING_STOPPED, G.CAR_LIMIT),
    },
    State.CAR_LIFTED: {
        G.REPLACED: Row(State.CAR),
        G.RANG: Row(State.RINGING_LIFTED),
        G.CAR_LIMIT: Row(State.LINE_IN_USE),
    },
    State.IDENTIFIED: {
        G.RANG: Row(State.DECIDING, (Decide(),)),
        G.LIFTED: Row(State.CAR_LIFTED),
        **_gave_up(Outcome.ABANDONED, G.RINGING_STOPPED, G.CAR_LIMIT),
    },
    State.RINGING: {
        G.CALLER_IDENTIFIED: Row(State.DECIDING, (Decide(),)),
        G.IDENTITY_WAIT: Row(State.DECIDING, (Decide(),)),
        G.LIFTED: Row(State.JOINING_UNDECIDED, (Seize(), Decide())),
        **_gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    State.DECIDING: {
        # decided_announce: see VARIANTS
        G.DECIDED_PASS: Row(State.RINGING_OUT),
        G.DECIDED_SKIP: Row(State.RINGING_SILENT),
        G.DECIDED_MESSAGE: ANSWER_FOR_MESSAGE,
        G.DECIDED_REFUSE: Row(State.ANSWERING_TO_REFUSE, (Seize(),)),
        G.DECIDED_ASK_REDIAL: Row(State.ANSWERING_TO_ASK, (Seize(),)),
        G.LIFTED: Row(State.JOINING_UNDECIDED, (Seize(),)),
        **_gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    State.LETTING_RING: {
        G.LIFTED: Row(State.JOINING, (Seize(),)),
        G.MESSAGE_AFTER: Row(State.RINGING_LONG),
        G.CALLER_IDENTIFIED: IDENTIFIED_LATE,
        **_gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    State.RINGING_SILENT: {
        G.LIFTED: JOIN_AT_ONCE,
        G.MESSAGE_AFTER: Row(State.RINGING_LONG_SILENT),
        G.CALLER_IDENTIFIED: IDENTIFIED_LATE,
        **_gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    # The caller may have given up since the last burst: only a new one proves that the line is not empty.
    State.RINGING_LONG: {
        G.RANG: ANSWER_FOR_MESSAGE,
        G.LIFTED: Row(State.JOINING, (Seize(),)),
        G.CALLER_IDENTIFIED: IDENTIFIED_LATE,
        **_gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    State.RINGING_LONG_SILENT: {
        G.RANG: ANSWER_FOR_MESSAGE,
        G.LIFTED: JOIN_AT_ONCE,
        G.CALLER_IDENTIFIED: IDENTIFIED_LATE,
        **_gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    State.RINGING_OUT: {
        G.LIFTED: JOIN_AT_ONCE,
        G.CALLER_IDENTIFIED: IDENTIFIED_LATE,
        **_gave_up(Outcome.MISSED, G.RINGING_STOPPED),
    },
    State.RINGING_LIFTED: {
        G.LIFTED: JOIN_AT_ONCE,
        G.REPLACED: Row(State.RINGING_OUT),
        G.RINGING_STOPPED: Row(State.LIFTED, (EndCall(Outcome.MISSED),)),
    },
    State.ANSWERING: _answering(State.ANNOUNCING, NOTICE),
    State.ANSWERING_FOR_MESSAGE: _answering(State.MESSAGE_ANNOUNCING, NOTICE),
    State.ANSWERING_TO_REFUSE: _answering(State.REFUSING, Play(Prompt.REFUSED)),
    State.ANSWERING_TO_ASK: _answering(State.ASKING_REDIAL, Play(Prompt.ASK_REDIAL)),
    State.ANNOUNCING: {
        **_said(G.NOTICE_ENDED, Row(State.SUMMONING, (SUMMONS,))),
        G.NOTICE_ENDED_IN_SPEECH: Row(State.LISTENING),
        G.PROMPT_LIMIT_IN_SPEECH: Row(State.LISTENING, (QUIET,)),
        G.LIFTED: Row(State.JOIN_ANNOUNCING),  # the caller must hear the notice to its end
        **_over(Outcome.ABANDONED),
        **_fax(),
    },
    State.SUMMONING: {
        G.WAIT_REPEAT: Row(State.SUMMONING, (SUMMONS,)),
        G.VOICE: Row(State.LISTENING),
        G.LIFTED: Row(State.TALKING, (QUIET,)),
        G.MESSAGE_AFTER: INVITED,
        G.SUMMON_LIMIT: Row(State.CLEARING, (Release(), EndCall(Outcome.ABANDONED))),
        **_over(Outcome.ABANDONED),
        **_fax(),
    },
    State.LISTENING: {
        G.SILENCE: Row(State.SUMMONING),
        G.LIFTED: Row(State.TALKING, (QUIET,)),
        G.MESSAGE_AFTER: INVITED,
        **_over(Outcome.ABANDONED),
        **_fax(),
    },
    State.JOINING_UNDECIDED: {
        **_joining(State.JOIN_ANNOUNCING, NOTICE),
        **dict.fromkeys((G.DECIDED_PASS, G.DECIDED_SKIP), Row(State.JOINING_SILENTLY)),
        # Staff have the caller already: nobody is turned away, the notice is all that is left to say.
        **dict.fromkeys(
            (G.DECIDED_ANNOUNCE, G.DECIDED_MESSAGE, G.DECIDED_REFUSE, G.DECIDED_ASK_REDIAL), Row(State.JOINING)
        ),
    },
    State.JOINING: _joining(State.JOIN_ANNOUNCING, NOTICE),
    State.JOINING_SILENTLY: _joining(State.TALKING),
    State.JOIN_ANNOUNCING: {
        **_said(G.NOTICE_ENDED, Row(State.TALKING)),
        **dict.fromkeys((G.FAX_CALLING, G.FAX_ANSWERING), Row(State.TALKING, (QUIET,))),
        **_over_held(),
    },
    State.TALKING: _over_held(),
    State.MESSAGE_ANNOUNCING: {
        **_said(G.NOTICE_ENDED, INVITED),
        G.LIFTED: Row(State.JOIN_ANNOUNCING),
        **_over(Outcome.ABANDONED),
        **_fax(),
    },
    State.INVITING: {
        G.INVITATION_ENDED: Row(State.AWAITING_MESSAGE),
        G.INVITATION_ENDED_IN_SPEECH: Row(State.HEARING_ON),
        G.PROMPT_LIMIT: Row(State.AWAITING_MESSAGE, (QUIET,)),
        G.PROMPT_LIMIT_IN_SPEECH: Row(State.HEARING_ON, (QUIET,)),
        **_message(Outcome.NO_MESSAGE),
    },
    State.AWAITING_MESSAGE: {
        G.VOICE: Row(State.TAKING_MESSAGE),
        G.NO_VOICE: Row(State.CLEARING, (Release(), EndCall(Outcome.NO_MESSAGE))),
        **_message(Outcome.NO_MESSAGE),
    },
    State.HEARING_ON: {
        # Half duplex: the ear was deaf during the prompt and starts afresh, so it tells of a voice once more. Full
        # duplex: it tells only of the end, and an end so soon means that nothing was said after the beep.
        G.VOICE: Row(State.TAKING_MESSAGE),
        G.SPEECH_PROOF: Row(State.TAKING_MESSAGE),
        G.SILENCE: Row(State.CLEARING, (Release(), EndCall(Outcome.NO_MESSAGE))),
        **_message(Outcome.NO_MESSAGE),
    },
    State.TAKING_MESSAGE: {
        G.SILENCE: Row(State.PAUSING),
        G.MESSAGE_MAX: Row(State.MESSAGE_FULL),
        **_spoken(),
    },
    State.PAUSING: {
        G.VOICE: Row(State.TAKING_MESSAGE),
        G.MESSAGE_PAUSE: THANKED,
        G.MESSAGE_MAX: THANKED,
        **_spoken(),
    },
    State.MESSAGE_FULL: {G.SILENCE: THANKED, **_spoken()},
    State.THANKING: {
        **_said(G.THANKS_ENDED, Row(State.CLEARING, (Release(), EndCall(Outcome.MESSAGE)))),
        G.THANKS_ENDED_IN_SPEECH: Row(State.LAST_WORDS),
        G.PROMPT_LIMIT_IN_SPEECH: Row(State.LAST_WORDS, (QUIET,)),
        **_message(Outcome.MESSAGE),
    },
    State.LAST_WORDS: {
        G.SILENCE: Row(State.CLEARING, (Release(), EndCall(Outcome.MESSAGE))),
        **_spoken(),
    },
    State.REFUSING: _turning_away(G.REFUSAL_ENDED, Outcome.REFUSED),
    State.ASKING_REDIAL: _turning_away(G.REDIAL_ENDED, Outcome.ASKED_REDIAL),
    State.FAX: {
        # Lifted, or answering unseen: our fax machine holds the line now.
        G.LIFTED: Row(State.CLEARING_HELD, (Release(), EndCall(Outcome.FAX))),
        G.FAX_ANSWERING: Row(State.CLEARING, (Release(), EndCall(Outcome.FAX))),
        G.FAX_LIMIT: Row(State.CLEARING, (Release(), EndCall(Outcome.FAX))),
        # A person after all, whose whistle was taken for a fax: silent, never cut, until they pause.
        **dict.fromkeys((G.VOICE, G.FAX_LIMIT_IN_SPEECH), Row(State.TAKING_MESSAGE)),
        **_over(Outcome.FAX),
    },
    State.CLEARING: {
        G.LINE_RELEASED: Row(State.IDLE),
        G.LIFTED: Row(State.CLEARING_RELIFTED),
        G.RELEASE_LIMIT: Row(State.CLEARING, (Release(),)),
    },
    State.CLEARING_HELD: {
        G.LINE_RELEASED: Row(State.LIFTED),
        G.REPLACED: Row(State.CLEARING),
        G.RELEASE_LIMIT: Row(State.CLEARING_HELD, (Release(),)),
    },
    State.CLEARING_RELIFTED: {
        G.LINE_RELEASED: Row(State.LINE_IN_USE, (BEGIN_OUT,)),
        G.REPLACED: Row(State.CLEARING),
        G.RELEASE_LIMIT: Row(State.CLEARING_RELIFTED, (Release(),)),
    },
}  # fmt: skip

VARIANTS: Mapping[str, Mapping[State, Rows]] = {
    "box_first": {State.DECIDING: {G.DECIDED_ANNOUNCE: Row(State.ANSWERING, (Seize(),))}},
    "staff_first": {State.DECIDING: {G.DECIDED_ANNOUNCE: Row(State.LETTING_RING)}},
    "record_outgoing": {State.LINE_IN_USE: {G.JOIN_OUTGOING: JOIN_AT_ONCE}},
    "leave_outgoing": {State.LINE_IN_USE: {G.JOIN_OUTGOING: Row(State.UNRECORDED)}},
}
"""Rows that hang on a setting."""
