"""The call as literal tables: `ROWS` (what is done), `VARIANTS` (by setting) and `IGNORED` (what may be heard and means
nothing there). A pair in none of them is a contradiction: `errors.IllegalEvent`.

Rows name acts alone. Recording, summoning and timers follow from the states (`call.states`) and are put in, with the
rows for a lost line, by `call.machine.full_table`, so that no row can forget them.
"""

from __future__ import annotations

from collections.abc import Mapping

from appliance.call.ignored import IGNORED
from appliance.call.rows import (
    BEGIN,
    BEGIN_OUT,
    INVITE,
    NOTICE,
    QUIET,
    SUMMONS,
    THANK,
    Row,
    Rows,
    answering,
    deciding,
    fax,
    gave_up,
    heard,
    joining,
    let_go,
    long_silence,
    message,
    over,
    over_held,
    said,
    turning_away,
)
from appliance.call.signals import Signal
from appliance.call.states import State
from appliance.events import Decide, EndCall, Outcome, Play, Prompt, Release, Seize

__all__ = ["IGNORED", "ROWS", "VARIANTS", "Row", "Signal", "State"]

G = Signal  # the tables are read by line: a short name keeps a row on one

JOIN_AT_ONCE = Row(State.JOINING_SILENTLY, (Seize(),))
JOIN_UNDECIDED = Row(State.JOINING_UNDECIDED, (Seize(), Decide()))
ANSWER_FOR_MESSAGE = Row(State.ANSWERING_FOR_MESSAGE, (Seize(),))
IDENTIFIED_LATE = Row(State.DECIDING, (Decide(),))  # a number that comes after the decision is decided anew
IDENTIFIED_VERY_LATE = Row(State.DECIDING_LONG, (Decide(),))
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
        G.CAR_STARTED: Row(State.CAR_DOUBTFUL, (BEGIN,)),
        G.RANG: Row(State.RINGING_LIFTED, (BEGIN,)),
        G.LINE_SEIZED: Row(State.CLEARING_HELD, (Release(),)),
    },
    State.LINE_IN_USE: {G.REPLACED: Row(State.IDLE, (EndCall(Outcome.ABANDONED),))},
    State.JOINING_OUTGOING: joining(State.CALLING_OUT),
    State.CALLING_OUT: {
        **over_held((G.FAR_END_CLEARED,)),
        **long_silence(State.CALLING_OUT),
    },
    State.UNRECORDED: {
        G.REPLACED: Row(State.IDLE, (EndCall(Outcome.TALKED),)),
        # Either we missed the hook, or call waiting is reported as ringing: neither is answered there.
        G.CAR_STARTED: Row(State.CAR_DOUBTFUL, (EndCall(Outcome.TALKED), BEGIN)),
        G.RANG: Row(State.RINGING_LIFTED, (EndCall(Outcome.TALKED), BEGIN)),
    },
    State.CAR: {
        G.CALLER_IDENTIFIED: Row(State.IDENTIFIED),
        G.RANG: Row(State.RINGING),
        G.LIFTED: Row(State.CAR_LIFTED),
        **gave_up(Outcome.ABANDONED, G.RINGING_STOPPED, G.CAR_LIMIT),
    },
    State.CAR_LIFTED: {
        G.REPLACED: Row(State.CAR),
        G.CAR_STARTED: Row(State.CAR_DOUBTFUL),  # a lifted phone would have ended it: nobody has lifted
        G.RANG: Row(State.RINGING_LIFTED),
        G.CAR_OVER: JOIN_UNDECIDED,
    },
    State.CAR_DOUBTFUL: {
        G.REPLACED: Row(State.CAR),
        G.RANG: Row(State.RINGING_LIFTED),
        G.CAR_LIMIT: Row(State.LINE_IN_USE),
    },
    State.IDENTIFIED: {
        G.RANG: Row(State.DECIDING, (Decide(),)),
        G.LIFTED: JOIN_UNDECIDED,  # the exchange has had its answer: who lifts now has the caller
        **gave_up(Outcome.ABANDONED, G.RINGING_STOPPED, G.CAR_LIMIT),
    },
    State.RINGING: {
        G.CALLER_IDENTIFIED: Row(State.DECIDING, (Decide(),)),
        G.IDENTITY_WAIT: Row(State.DECIDING, (Decide(),)),
        G.LIFTED: JOIN_UNDECIDED,
        **gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    State.DECIDING: {
        # decided_announce: see VARIANTS
        **deciding(State.RINGING_SILENT),
        G.DECIDED_MESSAGE: ANSWER_FOR_MESSAGE,
        G.MESSAGE_AFTER: Row(State.DECIDING_LONG),
    },
    State.DECIDING_LONG: {
        **deciding(State.RINGING_LONG_SILENT),
        **dict.fromkeys((G.DECIDED_ANNOUNCE, G.DECIDED_MESSAGE), Row(State.RINGING_LONG)),
    },
    State.LETTING_RING: {
        G.LIFTED: Row(State.JOINING, (Seize(),)),
        G.MESSAGE_AFTER: Row(State.RINGING_LONG),
        G.CALLER_IDENTIFIED: IDENTIFIED_LATE,
        **gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    State.RINGING_SILENT: {
        G.LIFTED: JOIN_AT_ONCE,
        G.MESSAGE_AFTER: Row(State.RINGING_LONG_SILENT),
        G.CALLER_IDENTIFIED: IDENTIFIED_LATE,
        **gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    # The caller may have given up since the last burst: only a new one proves that the line is not empty.
    State.RINGING_LONG: {
        G.RANG: ANSWER_FOR_MESSAGE,
        G.LIFTED: Row(State.JOINING, (Seize(),)),
        G.CALLER_IDENTIFIED: IDENTIFIED_VERY_LATE,
        **gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    State.RINGING_LONG_SILENT: {
        G.RANG: ANSWER_FOR_MESSAGE,
        G.LIFTED: JOIN_AT_ONCE,
        G.CALLER_IDENTIFIED: IDENTIFIED_VERY_LATE,
        **gave_up(Outcome.ABANDONED, G.RINGING_STOPPED),
    },
    State.RINGING_OUT: {
        G.LIFTED: JOIN_AT_ONCE,
        G.CALLER_IDENTIFIED: IDENTIFIED_LATE,
        **gave_up(Outcome.MISSED, G.RINGING_STOPPED),
    },
    State.RINGING_LIFTED: {
        G.LIFTED: JOIN_AT_ONCE,
        G.REPLACED: Row(State.RINGING_OUT),
        G.RINGING_STOPPED: Row(State.LIFTED, (EndCall(Outcome.MISSED),)),
    },
    State.ANSWERING: answering(State.ANNOUNCING, NOTICE),
    State.ANSWERING_FOR_MESSAGE: answering(State.MESSAGE_ANNOUNCING, NOTICE),
    State.ANSWERING_TO_REFUSE: answering(State.REFUSING, Play(Prompt.REFUSED)),
    State.ANSWERING_TO_ASK: answering(State.ASKING_REDIAL, Play(Prompt.ASK_REDIAL)),
    State.ANNOUNCING: {
        **said(G.NOTICE_ENDED, Row(State.SUMMONING, (SUMMONS,))),
        G.NOTICE_ENDED_IN_SPEECH: Row(State.LISTENING),
        G.PROMPT_LIMIT_IN_SPEECH: Row(State.LISTENING, (QUIET,)),
        G.LIFTED: Row(State.JOIN_ANNOUNCING),  # the caller must hear the notice to its end
        **over(Outcome.ABANDONED),
        **fax(),
    },
    State.SUMMONING: {
        G.WAIT_REPEAT: Row(State.SUMMONING, (SUMMONS,)),
        G.VOICE: Row(State.LISTENING),
        G.LIFTED: Row(State.TALKING, (QUIET,)),
        G.MESSAGE_AFTER: INVITED,
        **dict.fromkeys((G.SUMMON_LIMIT, G.LISTEN_LIMIT), let_go(Outcome.ABANDONED)),
        **over(Outcome.ABANDONED),
        **fax(),
    },
    State.LISTENING: {
        G.SILENCE: Row(State.SUMMONING),
        G.MESSAGE_AFTER: Row(State.HEARING_OUT),  # perhaps they speak with staff, on a modem that is blind to the hook
        **heard(),
    },
    State.HEARING_OUT: {G.SILENCE: INVITED, **heard()},
    State.JOINING_UNDECIDED: {
        **joining(State.JOIN_ANNOUNCING, NOTICE),
        **dict.fromkeys((G.DECIDED_PASS, G.DECIDED_SKIP), Row(State.JOINING_SILENTLY)),
        # Staff have the caller already: nobody is turned away, the notice is all that is left to say.
        **dict.fromkeys(
            (G.DECIDED_ANNOUNCE, G.DECIDED_MESSAGE, G.DECIDED_REFUSE, G.DECIDED_ASK_REDIAL), Row(State.JOINING)
        ),
    },
    State.JOINING: joining(State.JOIN_ANNOUNCING, NOTICE),
    State.JOINING_SILENTLY: joining(State.TALKING),
    State.JOIN_ANNOUNCING: {
        **said(G.NOTICE_ENDED, Row(State.TALKING)),
        **dict.fromkeys((G.FAX_CALLING, G.FAX_ANSWERING), Row(State.TALKING, (QUIET,))),
        **over_held(),
    },
    State.TALKING: {**over_held(), **long_silence(State.TALKING)},
    State.MESSAGE_ANNOUNCING: {
        **said(G.NOTICE_ENDED, INVITED),
        G.LIFTED: Row(State.JOIN_ANNOUNCING),
        **over(Outcome.ABANDONED),
        **fax(),
    },
    State.INVITING: {
        G.INVITATION_ENDED: Row(State.AWAITING_MESSAGE),
        G.INVITATION_ENDED_IN_SPEECH: Row(State.HEARING_ON),
        G.PROMPT_LIMIT: Row(State.AWAITING_MESSAGE, (QUIET,)),
        G.PROMPT_LIMIT_IN_SPEECH: Row(State.HEARING_ON, (QUIET,)),
        **message(Outcome.NO_MESSAGE),
    },
    State.AWAITING_MESSAGE: {
        G.VOICE: Row(State.TAKING_MESSAGE),
        G.NO_VOICE: let_go(Outcome.NO_MESSAGE),
        **message(Outcome.NO_MESSAGE),
    },
    State.HEARING_ON: {
        # Half duplex: the ear was deaf during the prompt and starts afresh, so it tells of a voice once more. Full
        # duplex: it tells only of the end, and an end so soon means that nothing was said after the beep.
        G.VOICE: Row(State.TAKING_MESSAGE),
        G.SPEECH_PROOF: Row(State.TAKING_MESSAGE),
        G.SILENCE: let_go(Outcome.NO_MESSAGE),
        **message(Outcome.NO_MESSAGE),
    },
    State.TAKING_MESSAGE: {
        G.SILENCE: Row(State.PAUSING),
        G.MESSAGE_MAX: Row(State.MESSAGE_FULL),
        **message(Outcome.MESSAGE),
    },
    State.PAUSING: {
        G.VOICE: Row(State.TAKING_MESSAGE),
        G.MESSAGE_PAUSE: THANKED,
        G.MESSAGE_MAX: THANKED,
        **message(Outcome.MESSAGE),
    },
    State.MESSAGE_FULL: {**dict.fromkeys((G.SILENCE, G.MESSAGE_CAP), THANKED), **message(Outcome.MESSAGE)},
    State.THANKING: {
        **said(G.THANKS_ENDED, let_go(Outcome.MESSAGE)),
        G.THANKS_ENDED_IN_SPEECH: Row(State.LAST_WORDS),
        G.PROMPT_LIMIT_IN_SPEECH: Row(State.LAST_WORDS, (QUIET,)),
        **message(Outcome.MESSAGE),
    },
    State.LAST_WORDS: {
        **dict.fromkeys((G.SILENCE, G.MESSAGE_CAP), let_go(Outcome.MESSAGE)),
        **message(Outcome.MESSAGE),
    },
    State.REFUSING: turning_away(G.REFUSAL_ENDED, Outcome.REFUSED),
    State.ASKING_REDIAL: turning_away(G.REDIAL_ENDED, Outcome.ASKED_REDIAL),
    State.FAX: {
        # Lifted, or answering unseen: our fax machine holds the line now.
        G.LIFTED: Row(State.CLEARING_HELD, (Release(), EndCall(Outcome.FAX))),
        G.FAX_ANSWERING: let_go(Outcome.FAX),
        G.FAX_LIMIT: let_go(Outcome.FAX),
        # A person after all, whose whistle was taken for a fax: silent, never cut, until they pause.
        **dict.fromkeys((G.VOICE, G.FAX_LIMIT_IN_SPEECH), Row(State.TAKING_MESSAGE)),
        **over(Outcome.FAX),
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

DECISIONS = (
    G.DECIDED_PASS,
    G.DECIDED_ANNOUNCE,
    G.DECIDED_SKIP,
    G.DECIDED_ASK_REDIAL,
    G.DECIDED_REFUSE,
    G.DECIDED_MESSAGE,
)

VARIANTS: Mapping[str, Mapping[State, Rows]] = {
    "box_first": {State.DECIDING: {G.DECIDED_ANNOUNCE: Row(State.ANSWERING, (Seize(),))}},
    "staff_first": {State.DECIDING: {G.DECIDED_ANNOUNCE: Row(State.LETTING_RING)}},
    # Whatever was decided, the box cannot answer: it rings, is missed, or somebody lifts and the box listens.
    "tap_only": {State.DECIDING: dict.fromkeys(DECISIONS, Row(State.RINGING_OUT))},
    "record_outgoing": {State.LINE_IN_USE: {G.JOIN_OUTGOING: Row(State.JOINING_OUTGOING, (Seize(),))}},
    "leave_outgoing": {State.LINE_IN_USE: {G.JOIN_OUTGOING: Row(State.UNRECORDED)}},
}
"""Rows that hang on a setting."""
