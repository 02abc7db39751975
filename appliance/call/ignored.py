"""What a real line, or a device that is late, may tell in each state and that changes nothing there.

Spelt out state by state: a line signal that has neither a row nor a place here is a forgotten case, and a test says so.
"""

from __future__ import annotations

from collections.abc import Mapping

from appliance.call.signals import Signal as G
from appliance.call.states import State

Signals = tuple[G, ...]

RINGS: Signals = (G.CAR_STARTED, G.RANG, G.RINGING_STOPPED, G.CALLER_IDENTIFIED)
SPEECH: Signals = (G.VOICE, G.SILENCE, G.DIGIT, G.CALL_WAITING)
FAX: Signals = (G.FAX_CALLING, G.FAX_ANSWERING)
GONE: Signals = (G.FAR_END_CLEARED, G.DIAL_TONE)
HOOK: Signals = (G.LIFTED, G.REPLACED)

ON_HOOK: Signals = (G.LINE_READY, G.LINE_RELEASED, *SPEECH, *FAX, *GONE)
"""Off the line nothing can be heard: a leftover of the last call, or noise."""

ON_LINE: Signals = (G.LINE_READY, G.LINE_SEIZED, *RINGS, G.DIGIT, G.CALL_WAITING)
"""On the line: the tail of the ringing, a second caller who knocks (his ringing and his number too), keys."""

NOTICES: Signals = (G.NOTICE_ENDED, G.NOTICE_ENDED_IN_SPEECH)
INVITATIONS: Signals = (G.INVITATION_ENDED, G.INVITATION_ENDED_IN_SPEECH)
THANKS: Signals = (G.THANKS_ENDED, G.THANKS_ENDED_IN_SPEECH)
STALE: Signals = (*NOTICES, *INVITATIONS, *THANKS, G.WAIT_ENDED, G.REDIAL_ENDED, G.REFUSAL_ENDED)
"""The end of a prompt that was stopped, replaced, or cut off by hanging up; not in the state that waits for it."""

LATE: Signals = (G.LINE_SEIZED, G.SEIZE_FAILED)
"""The answer to a `Seize` that has been taken back since."""


def _but(signals: Signals, *without: G) -> Signals:
    return tuple(signal for signal in signals if signal not in without)


RING_ON: Signals = (*ON_HOOK, G.CAR_STARTED, G.RANG)
SEIZING: Signals = (*ON_HOOK, *RINGS)
CLEARING: Signals = (G.LINE_READY, *SPEECH, *FAX, *GONE, *RINGS, *LATE, *STALE)
TALK: Signals = (*ON_LINE, G.VOICE, G.LIFTED)
ALONE: Signals = (*ON_LINE, G.REPLACED)

IGNORED: Mapping[State, frozenset[G]] = {
    state: frozenset(signals)
    for state, signals in {
        State.FAULT: (*_but(ON_HOOK, G.LINE_READY), *RINGS, *HOOK, *LATE, *STALE, G.LINE_LOST),
        State.IDLE: (*ON_HOOK, G.RINGING_STOPPED, G.REPLACED, G.SEIZE_FAILED, *STALE),
        # A number while a phone is off the hook is that of a second caller.
        State.LIFTED: (*ON_HOOK, G.RINGING_STOPPED, G.CALLER_IDENTIFIED, G.SEIZE_FAILED, *STALE),
        State.LINE_IN_USE: (*ON_HOOK, *RINGS, G.LIFTED),
        State.JOINING_OUTGOING: (*SEIZING, G.LIFTED),
        # The dial tone is that of our own exchange, or of a house exchange after its 0: nobody has cleared.
        State.CALLING_OUT: (*STALE, *TALK, *FAX, G.DIAL_TONE),
        State.UNRECORDED: (*ON_HOOK, G.RINGING_STOPPED, G.CALLER_IDENTIFIED, G.LIFTED, *LATE, *STALE),
        State.CAR: (*ON_HOOK, G.CAR_STARTED, G.REPLACED),
        State.CAR_LIFTED: (*ON_HOOK, G.RINGING_STOPPED, G.CALLER_IDENTIFIED, G.LIFTED),
        State.CAR_DOUBTFUL: (*ON_HOOK, G.CAR_STARTED, G.RINGING_STOPPED, G.CALLER_IDENTIFIED, G.LIFTED),
        State.IDENTIFIED: (*ON_HOOK, G.CAR_STARTED, G.CALLER_IDENTIFIED, G.REPLACED),
        State.RINGING: (*RING_ON, G.REPLACED),
        State.DECIDING: (*RING_ON, G.CALLER_IDENTIFIED, G.REPLACED),
        State.DECIDING_LONG: (*RING_ON, G.CALLER_IDENTIFIED, G.REPLACED),
        State.LETTING_RING: (*RING_ON, G.REPLACED, *LATE),
        State.RINGING_SILENT: (*RING_ON, G.REPLACED),
        State.RINGING_OUT: (*RING_ON, G.REPLACED),
        State.RINGING_LONG: (*_but(RING_ON, G.RANG), G.REPLACED, *LATE),
        State.RINGING_LONG_SILENT: (*_but(RING_ON, G.RANG), G.REPLACED),
        State.RINGING_LIFTED: (*RING_ON, G.CALLER_IDENTIFIED),
        State.ANSWERING: (*SEIZING, G.REPLACED),
        State.ANNOUNCING: (*_but(STALE, *NOTICES), *ALONE, G.VOICE, G.SILENCE),
        # Who waits for staff is silent for long: that is no sign of having gone.
        State.SUMMONING: (*STALE, *ALONE, G.SILENCE),
        State.LISTENING: (*STALE, *ALONE, G.VOICE),
        State.HEARING_OUT: (*STALE, *ALONE, G.VOICE),
        State.JOINING_UNDECIDED: (*SEIZING, G.LIFTED),
        State.JOINING: (*SEIZING, G.LIFTED),
        State.JOINING_SILENTLY: (*SEIZING, G.LIFTED),
        State.JOIN_ANNOUNCING: (*_but(STALE, *NOTICES), *TALK, G.SILENCE),
        # A whistle must not end the recording of a talk.
        State.TALKING: (*STALE, *TALK, *FAX),
        State.ANSWERING_FOR_MESSAGE: (*SEIZING, G.REPLACED),
        State.MESSAGE_ANNOUNCING: (*_but(STALE, *NOTICES), *ALONE, G.VOICE, G.SILENCE),
        State.INVITING: (*_but(STALE, *INVITATIONS), *ALONE, G.VOICE, G.SILENCE),
        State.AWAITING_MESSAGE: (*STALE, *ALONE, G.SILENCE),
        State.HEARING_ON: (*STALE, *ALONE),
        State.TAKING_MESSAGE: (*STALE, *ALONE, G.VOICE),
        State.PAUSING: (*STALE, *ALONE, G.SILENCE),
        State.MESSAGE_FULL: (*STALE, *ALONE, G.VOICE),
        State.THANKING: (*_but(STALE, *THANKS), *ALONE, G.VOICE, G.SILENCE),
        State.LAST_WORDS: (*STALE, *ALONE, G.VOICE),
        State.ANSWERING_TO_REFUSE: (*SEIZING, G.REPLACED),
        State.REFUSING: (*_but(STALE, G.REFUSAL_ENDED), *ALONE, G.VOICE, G.SILENCE),
        State.ANSWERING_TO_ASK: (*SEIZING, G.REPLACED),
        State.ASKING_REDIAL: (*_but(STALE, G.REDIAL_ENDED), *ALONE, G.VOICE, G.SILENCE),
        State.FAX: (*STALE, *ALONE, G.SILENCE, G.FAX_CALLING),
        State.CLEARING: (*CLEARING, G.REPLACED),
        State.CLEARING_HELD: (*CLEARING, G.LIFTED),
        State.CLEARING_RELIFTED: (*CLEARING, G.LIFTED),
    }.items()
}
