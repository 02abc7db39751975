"""Where a call can be, and what holds true while it is there."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from appliance.call.timers import Timer


class State(StrEnum):
    FAULT = "fault"
    IDLE = "idle"
    LIFTED = "lifted"
    LINE_IN_USE = "line_in_use"
    JOINING_OUTGOING = "joining_outgoing"
    CALLING_OUT = "calling_out"
    UNRECORDED = "unrecorded"

    CAR = "car"
    CAR_LIFTED = "car_lifted"
    CAR_DOUBTFUL = "car_doubtful"
    IDENTIFIED = "identified"
    RINGING = "ringing"
    DECIDING = "deciding"
    DECIDING_LONG = "deciding_long"
    LETTING_RING = "letting_ring"
    RINGING_SILENT = "ringing_silent"
    RINGING_OUT = "ringing_out"
    RINGING_LONG = "ringing_long"
    RINGING_LONG_SILENT = "ringing_long_silent"
    RINGING_LIFTED = "ringing_lifted"

    ANSWERING = "answering"
    ANNOUNCING = "announcing"
    SUMMONING = "summoning"
    LISTENING = "listening"
    HEARING_OUT = "hearing_out"

    JOINING_UNDECIDED = "joining_undecided"
    JOINING = "joining"
    JOINING_SILENTLY = "joining_silently"
    JOIN_ANNOUNCING = "join_announcing"
    TALKING = "talking"

    ANSWERING_FOR_MESSAGE = "answering_for_message"
    MESSAGE_ANNOUNCING = "message_announcing"
    INVITING = "inviting"
    AWAITING_MESSAGE = "awaiting_message"
    HEARING_ON = "hearing_on"
    TAKING_MESSAGE = "taking_message"
    PAUSING = "pausing"
    MESSAGE_FULL = "message_full"
    THANKING = "thanking"
    LAST_WORDS = "last_words"

    ANSWERING_TO_REFUSE = "answering_to_refuse"
    REFUSING = "refusing"
    ANSWERING_TO_ASK = "answering_to_ask"
    ASKING_REDIAL = "asking_redial"
    FAX = "fax"

    CLEARING = "clearing"
    CLEARING_HELD = "clearing_held"
    CLEARING_RELIFTED = "clearing_relifted"


MEANING: Mapping[State, str] = {
    State.FAULT: "the line does not work, or is not known to work yet",
    State.IDLE: "waiting for a call",
    State.LIFTED: "no call of ours, but a phone is still off the hook: never answer now",
    State.LINE_IN_USE: "staff lifted a phone that was not ringing",
    State.JOINING_OUTGOING: "going off-hook beside staff who call out",
    State.CALLING_OUT: "staff call out, the box is silent and records; a dial tone is our own exchange's",
    State.UNRECORDED: "staff and the other party talk; the box is not on the line",
    State.CAR: "the exchange hands over the number: never answer now",
    State.CAR_LIFTED: "a phone was lifted in CAR: it may be the exchange's answer, for as long as CAR and data last",
    State.CAR_DOUBTFUL: "the exchange hands over the number although a phone is thought to be off the hook",
    State.IDENTIFIED: "the number is here, the first ordinary ring is not",
    State.RINGING: "it rings; the number may still come",
    State.DECIDING: "the policy was asked",
    State.DECIDING_LONG: "the policy was asked anew, and nobody has come: the box answers with the next ring",
    State.LETTING_RING: "the shop's phones ring; the notice will be said when one is lifted",
    State.RINGING_SILENT: "the shop's phones ring; nothing will be said when one is lifted",
    State.RINGING_OUT: "as ringing_silent, and the box never answers",
    State.RINGING_LONG: "nobody has come: the box answers with the next ring, if the caller is still there",
    State.RINGING_LONG_SILENT: "as ringing_long; nothing will be said when a phone is lifted",
    State.RINGING_LIFTED: "it rings although a phone is thought to be off the hook: never answer now",
    State.ANSWERING: "going off-hook to announce and summon staff",
    State.ANNOUNCING: "the box alone says the notice",
    State.SUMMONING: "the box holds the caller and calls staff by lamp, buzzer and popup",
    State.LISTENING: "as summoning, while the caller speaks: do not talk over them",
    State.HEARING_OUT: "as listening; nobody has come: the box asks for a message when the caller falls silent",
    State.JOINING_UNDECIDED: "a phone was lifted before the policy answered",
    State.JOINING: "a phone was lifted: going off-hook beside it, then the notice",
    State.JOINING_SILENTLY: "a phone was lifted: going off-hook beside it without a word",
    State.JOIN_ANNOUNCING: "caller and staff hear the notice",
    State.TALKING: "caller and staff talk; the box is silent and records",
    State.ANSWERING_FOR_MESSAGE: "going off-hook to take a message",
    State.MESSAGE_ANNOUNCING: "the notice before a message",
    State.INVITING: "asking for a message",
    State.AWAITING_MESSAGE: "after the beep, nobody has spoken yet",
    State.HEARING_ON: "the caller spoke before the beep: have they gone on?",
    State.TAKING_MESSAGE: "the caller speaks",
    State.PAUSING: "the caller has stopped, perhaps to think",
    State.MESSAGE_FULL: "the caller speaks beyond the limit: the next silence ends it",
    State.THANKING: "thanks for the message",
    State.LAST_WORDS: "the caller spoke during the thanks: wait for silence",
    State.ANSWERING_TO_REFUSE: "going off-hook to refuse the call",
    State.REFUSING: "saying that the call is not taken",
    State.ANSWERING_TO_ASK: "going off-hook to ask for the number",
    State.ASKING_REDIAL: "asking to redial with the number shown",
    State.FAX: "a fax machine calls: silent, holding the line until ours is lifted",
    State.CLEARING: "going on-hook",
    State.CLEARING_HELD: "going on-hook; a phone is still off the hook from this call",
    State.CLEARING_RELIFTED: "going on-hook; a phone was lifted anew",
}

PHASES: Mapping[str, tuple[State, ...]] = {
    "Waiting": (State.FAULT, State.IDLE, State.LIFTED),
    "Staff call out": (State.LINE_IN_USE, State.JOINING_OUTGOING, State.CALLING_OUT, State.UNRECORDED),
    "Ringing": (
        State.CAR,
        State.CAR_LIFTED,
        State.CAR_DOUBTFUL,
        State.IDENTIFIED,
        State.RINGING,
        State.DECIDING,
        State.DECIDING_LONG,
        State.LETTING_RING,
        State.RINGING_SILENT,
        State.RINGING_OUT,
        State.RINGING_LONG,
        State.RINGING_LONG_SILENT,
        State.RINGING_LIFTED,
    ),
    "Box answers": (
        State.ANSWERING,
        State.ANNOUNCING,
        State.SUMMONING,
        State.LISTENING,
        State.HEARING_OUT,
        State.FAX,
    ),
    "Staff talk": (
        State.JOINING_UNDECIDED,
        State.JOINING,
        State.JOINING_SILENTLY,
        State.JOIN_ANNOUNCING,
        State.TALKING,
    ),
    "Message": (
        State.ANSWERING_FOR_MESSAGE,
        State.MESSAGE_ANNOUNCING,
        State.INVITING,
        State.AWAITING_MESSAGE,
        State.HEARING_ON,
        State.TAKING_MESSAGE,
        State.PAUSING,
        State.MESSAGE_FULL,
        State.THANKING,
        State.LAST_WORDS,
    ),
    "Turned away": (State.ANSWERING_TO_REFUSE, State.REFUSING, State.ANSWERING_TO_ASK, State.ASKING_REDIAL),
    "Clearing": (State.CLEARING, State.CLEARING_HELD, State.CLEARING_RELIFTED),
}
"""The states by what a person would say is going on; every state is in one phase."""

IN_CALL = frozenset(State) - {State.FAULT, State.IDLE, State.LIFTED, *PHASES["Clearing"]}
"""Between `BeginCall` and `EndCall`."""

SEIZING = frozenset(
    {
        State.ANSWERING,
        State.ANSWERING_FOR_MESSAGE,
        State.ANSWERING_TO_REFUSE,
        State.ANSWERING_TO_ASK,
        State.JOINING_UNDECIDED,
        State.JOINING,
        State.JOINING_SILENTLY,
        State.JOINING_OUTGOING,
    }
)
"""`Seize` was sent and is not confirmed."""

SPEAKING = frozenset(
    {
        State.ANNOUNCING,
        State.JOIN_ANNOUNCING,
        State.MESSAGE_ANNOUNCING,
        State.INVITING,
        State.THANKING,
        State.REFUSING,
        State.ASKING_REDIAL,
    }
)
"""The box says one prompt, and goes on when it has ended."""

SUMMONED = frozenset({State.SUMMONING, State.LISTENING, State.HEARING_OUT})
"""Between `Summon(True)` and `Summon(False)`."""

RECORDING = (
    SPEAKING
    | SUMMONED
    | {
        State.CALLING_OUT,
        State.TALKING,
        State.AWAITING_MESSAGE,
        State.HEARING_ON,
        State.TAKING_MESSAGE,
        State.PAUSING,
        State.MESSAGE_FULL,
        State.LAST_WORDS,
        State.FAX,
    }
)
"""Between `StartRecording` and `StopRecording`: whenever the box is on the line."""

HOLDING = SEIZING | RECORDING
"""Between `Seize` and `Release`."""

TIMERS: Mapping[State, tuple[Timer, ...]] = {
    State.LIFTED: (Timer.OFF_HOOK_LIMIT,),
    State.LINE_IN_USE: (Timer.JOIN_OUTGOING,),
    State.CALLING_OUT: (Timer.LONG_SILENCE,),
    State.TALKING: (Timer.LONG_SILENCE,),
    State.CAR: (Timer.CAR_LIMIT,),
    State.CAR_LIFTED: (Timer.CAR_OVER,),
    State.CAR_DOUBTFUL: (Timer.CAR_LIMIT,),
    State.IDENTIFIED: (Timer.CAR_LIMIT,),
    State.RINGING: (Timer.IDENTITY_WAIT,),
    State.DECIDING: (Timer.MESSAGE_AFTER,),  # a number that comes late does not make the caller wait longer
    State.LETTING_RING: (Timer.MESSAGE_AFTER,),
    State.RINGING_SILENT: (Timer.MESSAGE_AFTER,),
    State.SUMMONING: (Timer.MESSAGE_AFTER, Timer.WAIT_REPEAT, Timer.SUMMON_LIMIT, Timer.LISTEN_LIMIT),
    State.LISTENING: (Timer.MESSAGE_AFTER, Timer.LISTEN_LIMIT),
    State.HEARING_OUT: (Timer.LISTEN_LIMIT,),
    State.AWAITING_MESSAGE: (Timer.NO_VOICE,),
    State.HEARING_ON: (Timer.SPEECH_PROOF,),
    State.TAKING_MESSAGE: (Timer.MESSAGE_MAX,),
    State.PAUSING: (Timer.MESSAGE_MAX, Timer.MESSAGE_PAUSE),
    State.MESSAGE_FULL: (Timer.MESSAGE_CAP,),
    State.LAST_WORDS: (Timer.MESSAGE_CAP,),
    State.FAX: (Timer.FAX_LIMIT,),
    State.CLEARING: (Timer.RELEASE_LIMIT,),
    State.CLEARING_HELD: (Timer.RELEASE_LIMIT,),
    State.CLEARING_RELIFTED: (Timer.RELEASE_LIMIT,),
    **dict.fromkeys(sorted(SEIZING), (Timer.SEIZE_LIMIT,)),
    **dict.fromkeys(sorted(SPEAKING), (Timer.PROMPT_LIMIT,)),
}
"""The timers that run in a state: started on entering, stopped on leaving, kept where the next state has them too."""
