"""What can happen to a call, by name: the columns of the tables, made from facts."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from appliance import events as ev
from appliance.call.timers import Timer
from appliance.errors import IllegalEvent


class Signal(StrEnum):
    LINE_READY = "line_ready"
    LINE_LOST = "line_lost"
    CAR_STARTED = "car_started"
    RANG = "rang"
    RINGING_STOPPED = "ringing_stopped"
    CALLER_IDENTIFIED = "caller_identified"
    LIFTED = "extension_lifted"
    REPLACED = "extension_replaced"
    LINE_SEIZED = "line_seized"
    SEIZE_FAILED = "seize_failed"
    LINE_RELEASED = "line_released"

    NOTICE_ENDED = "notice_ended"
    NOTICE_ENDED_IN_SPEECH = "notice_ended_in_speech"
    WAIT_ENDED = "please_wait_ended"
    INVITATION_ENDED = "invitation_ended"
    INVITATION_ENDED_IN_SPEECH = "invitation_ended_in_speech"
    THANKS_ENDED = "thanks_ended"
    THANKS_ENDED_IN_SPEECH = "thanks_ended_in_speech"
    REDIAL_ENDED = "ask_redial_ended"
    REFUSAL_ENDED = "refused_ended"

    DIGIT = "digit_heard"
    VOICE = "voice_began"
    SILENCE = "silence_began"
    FAX_CALLING = "fax_calling_tone"
    FAX_ANSWERING = "fax_answer_tone"
    CALL_WAITING = "call_waiting_heard"
    FAR_END_CLEARED = "far_end_cleared"
    DIAL_TONE = "dial_tone_heard"

    DECIDED_PASS = "decided_pass"
    DECIDED_ANNOUNCE = "decided_announce"
    DECIDED_SKIP = "decided_skip"
    DECIDED_ASK_REDIAL = "decided_ask_redial"
    DECIDED_REFUSE = "decided_refuse"
    DECIDED_MESSAGE = "decided_message"

    CAR_LIMIT = "car_limit"
    CAR_OVER = "car_over"
    IDENTITY_WAIT = "identity_wait"
    SEIZE_LIMIT = "seize_limit"
    RELEASE_LIMIT = "release_limit"
    PROMPT_LIMIT = "prompt_limit"
    PROMPT_LIMIT_IN_SPEECH = "prompt_limit_in_speech"
    WAIT_REPEAT = "wait_repeat"
    SUMMON_LIMIT = "summon_limit"
    MESSAGE_AFTER = "message_after"
    NO_VOICE = "no_voice"
    SPEECH_PROOF = "speech_proof"
    MESSAGE_PAUSE = "message_pause"
    MESSAGE_MAX = "message_max"
    MESSAGE_CAP = "message_cap"
    LISTEN_LIMIT = "listen_limit"
    LONG_SILENCE = "long_silence"
    LONG_SILENCE_IN_SPEECH = "long_silence_in_speech"
    OFF_HOOK_LIMIT = "off_hook_limit"
    FAX_LIMIT = "fax_limit"
    FAX_LIMIT_IN_SPEECH = "fax_limit_in_speech"
    JOIN_OUTGOING = "join_outgoing"


PLAIN: Mapping[type[ev.Fact], Signal] = {
    ev.LineReady: Signal.LINE_READY,
    ev.LineLost: Signal.LINE_LOST,
    ev.CarStarted: Signal.CAR_STARTED,
    ev.Rang: Signal.RANG,
    ev.RingingStopped: Signal.RINGING_STOPPED,
    ev.CallerIdentified: Signal.CALLER_IDENTIFIED,
    ev.ExtensionLifted: Signal.LIFTED,
    ev.ExtensionReplaced: Signal.REPLACED,
    ev.LineSeized: Signal.LINE_SEIZED,
    ev.SeizeFailed: Signal.SEIZE_FAILED,
    ev.LineReleased: Signal.LINE_RELEASED,
    ev.DigitHeard: Signal.DIGIT,
    ev.VoiceBegan: Signal.VOICE,
    ev.SilenceBegan: Signal.SILENCE,
    ev.CallWaitingHeard: Signal.CALL_WAITING,
}
"""Facts whose type says all."""

ENDED: Mapping[ev.Prompt, Signal] = {
    ev.Prompt.RECORDING_NOTICE: Signal.NOTICE_ENDED,
    ev.Prompt.PLEASE_WAIT: Signal.WAIT_ENDED,
    ev.Prompt.LEAVE_MESSAGE: Signal.INVITATION_ENDED,
    ev.Prompt.MESSAGE_THANKS: Signal.THANKS_ENDED,
    ev.Prompt.ASK_REDIAL: Signal.REDIAL_ENDED,
    ev.Prompt.REFUSED: Signal.REFUSAL_ENDED,
}
"""The end of each prompt, complete or not: a prompt that was lost must not trap the caller."""

IN_SPEECH: Mapping[Signal, Signal] = {
    Signal.NOTICE_ENDED: Signal.NOTICE_ENDED_IN_SPEECH,
    Signal.INVITATION_ENDED: Signal.INVITATION_ENDED_IN_SPEECH,
    Signal.THANKS_ENDED: Signal.THANKS_ENDED_IN_SPEECH,
    Signal.PROMPT_LIMIT: Signal.PROMPT_LIMIT_IN_SPEECH,
    Signal.FAX_LIMIT: Signal.FAX_LIMIT_IN_SPEECH,
    Signal.LONG_SILENCE: Signal.LONG_SILENCE_IN_SPEECH,
}
"""What becomes another signal while somebody speaks: after these the box would talk on or hang up."""

NOT_OURS: frozenset[type[ev.Fact]] = frozenset(
    {
        ev.SoundLost,
        ev.ButtonPressed,
        ev.AlertRaised,
        ev.AlertAcknowledged,
        ev.RecordingFailed,
        ev.DiskLow,
        ev.FaultRaised,
        ev.FaultCleared,
        ev.CallStarted,
        ev.CallStateChanged,
        ev.RecordingStarted,
        ev.RecordingStopped,
        ev.CallEnded,
    }
)
"""Facts that never change where a call is: no button and no alert answers, cuts or holds a call."""


def signal_of(fact: ev.Fact, speech: bool = False) -> Signal | None:
    """The signal that `fact` is while somebody on the line does (`speech`) or does not speak; None: not for us.

    Raises: IllegalEvent for a fact that nobody has taught us, or a timer that is not in `call.timers`.
    """
    if type(fact) in NOT_OURS or fact == ev.FarEndCleared(fact.at, ev.ClearedBy.SILENCE):
        return None  # how long a silence may last hangs on where the call is: our own timers measure it
    signal = _name(fact)
    return IN_SPEECH.get(signal, signal) if speech else signal


def _name(fact: ev.Fact) -> Signal:
    match fact:
        case ev.PromptEnded(prompt=prompt):
            return ENDED[prompt]
        case ev.FaxToneHeard(tone=tone):
            return Signal.FAX_ANSWERING if tone == "ced" else Signal.FAX_CALLING
        case ev.FarEndCleared(by=by):
            return Signal.DIAL_TONE if by is ev.ClearedBy.DIAL_TONE else Signal.FAR_END_CLEARED
        case ev.Decided(decision=decision):
            return Signal(f"decided_{decision.value}")
        case ev.TimerFired(timer=name) if name in set(Timer):
            return Signal(name)
    if type(fact) not in PLAIN:
        raise IllegalEvent(f"the call machine knows no such fact: {fact}")
    return PLAIN[type(fact)]
