"""The exchange's line states: which event leads where, what each state does to the pair, and how long it lasts."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    IDLE = "idle"
    REVERSED = "reversed"  # polarity reversed, CAR to come
    CAR_BURST = "car_burst"
    CAR_PAUSE = "car_pause"
    ANSWER_PAUSE = "answer_pause"  # primary answer seen; marks to come
    SENDING = "sending"  # the identity, to an off-hook terminal
    RECEIPT_WAIT = "receipt_wait"  # for the terminal to go on-hook (受信完了信号)
    RING_WAIT = "ring_wait"  # receipt seen; ordinary ringing to come
    RING_BURST = "ring_burst"
    RING_PAUSE = "ring_pause"
    FIRST_BURST = "first_burst"  # US: the ring before the identity
    FIRST_PAUSE = "first_pause"
    SENDING_ON_HOOK = "sending_on_hook"  # US: the identity, to on-hook terminals
    TALKING = "talking"
    HELD = "held"  # all terminals on-hook in a call: a flash, or the end
    LOOP_OPEN = "loop_open"  # the far end has cleared: current interrupted
    CLEARED = "cleared"  # busy tone until on-hook
    DEAD_LINE = "dead_line"  # the far end has cleared: silence until on-hook
    ABANDONED = "abandoned"  # the caller gave up during the identity; silence
    HOWLER = "howler"
    DIAL_TONE = "dial_tone"
    DIALLING = "dialling"
    CALLING = "calling"  # an outgoing call rings at the far end


class Event(StrEnum):
    CALL_WITH_CAR = "call_with_car"
    CALL_WITH_IDENTITY_BETWEEN_RINGS = "call_with_identity_between_rings"
    CALL_PLAIN = "call_plain"
    TIMER = "timer"
    CAR_OVER = "car_over"
    LIFTED = "lifted"  # the loop was closed
    REPLACED = "replaced"  # the loop was opened
    CALLER_GONE = "caller_gone"
    DIALLED = "dialled"  # somebody keyed while off-hook
    ROUTED = "routed"  # the number keyed leads to somebody
    FAR_END_LIFTED = "far_end_lifted"


class Clearing(StrEnum):
    """How the line shows that the far end has gone."""

    BUSY_TONE = "busy_tone"
    LOOP_BREAK = "loop_break"  # then the busy tone
    SILENCE = "silence"


CLEARING_STATE = {
    Clearing.BUSY_TONE: State.CLEARED,
    Clearing.LOOP_BREAK: State.LOOP_OPEN,
    Clearing.SILENCE: State.DEAD_LINE,
}


class Ring(StrEnum):
    NONE = "none"
    CAR = "car"
    ORDINARY = "ordinary"


class OnPair(StrEnum):
    NOTHING = "nothing"
    IDENTITY = "identity"
    SPEECH = "speech"
    DIAL_TONE = "dial_tone"
    BUSY_TONE = "busy_tone"
    HOWLER = "howler"
    RINGBACK = "ringback"


class ToCaller(StrEnum):
    NO_CALL = "no_call"
    NOTHING = "nothing"  # the network is still at work
    RINGBACK = "ringback"
    SPEECH = "speech"


class Polarity(StrEnum):
    NORMAL = "normal"
    REVERSED = "reversed"
    KEPT = "kept"  # as it was


@dataclass(frozen=True)
class Phase:
    """What a state is on the wires."""

    ring: Ring = Ring.NONE
    pair: OnPair = OnPair.NOTHING
    caller: ToCaller = ToCaller.NO_CALL
    polarity: Polarity = Polarity.KEPT
    loop_closed: bool = True


_S, _E = State, Event
_RINGING = Phase(ring=Ring.ORDINARY, caller=ToCaller.RINGBACK)
_BETWEEN = Phase(caller=ToCaller.RINGBACK)

PHASES: dict[State, Phase] = {
    _S.IDLE: Phase(polarity=Polarity.NORMAL),
    _S.REVERSED: Phase(caller=ToCaller.NOTHING, polarity=Polarity.REVERSED),
    _S.CAR_BURST: Phase(ring=Ring.CAR, caller=ToCaller.NOTHING),
    _S.CAR_PAUSE: Phase(caller=ToCaller.NOTHING),
    _S.ANSWER_PAUSE: Phase(caller=ToCaller.NOTHING),
    _S.SENDING: Phase(pair=OnPair.IDENTITY, caller=ToCaller.NOTHING),
    _S.RECEIPT_WAIT: Phase(caller=ToCaller.NOTHING),
    _S.RING_WAIT: Phase(caller=ToCaller.NOTHING),
    _S.RING_BURST: _RINGING,
    _S.RING_PAUSE: _BETWEEN,
    _S.FIRST_BURST: _RINGING,
    _S.FIRST_PAUSE: _BETWEEN,
    _S.SENDING_ON_HOOK: Phase(pair=OnPair.IDENTITY, caller=ToCaller.RINGBACK),
    _S.TALKING: Phase(pair=OnPair.SPEECH, caller=ToCaller.SPEECH, polarity=Polarity.NORMAL),
    _S.HELD: Phase(caller=ToCaller.SPEECH),
    _S.LOOP_OPEN: Phase(loop_closed=False),
    _S.CLEARED: Phase(pair=OnPair.BUSY_TONE, polarity=Polarity.NORMAL),
    _S.DEAD_LINE: Phase(),
    _S.ABANDONED: Phase(polarity=Polarity.NORMAL),
    _S.HOWLER: Phase(pair=OnPair.HOWLER),
    _S.DIAL_TONE: Phase(pair=OnPair.DIAL_TONE),
    _S.DIALLING: Phase(),
    _S.CALLING: Phase(pair=OnPair.RINGBACK, caller=ToCaller.NOTHING),
}

NEXT: dict[tuple[State, Event], State] = {
    (_S.IDLE, _E.CALL_WITH_CAR): _S.REVERSED,
    (_S.IDLE, _E.CALL_WITH_IDENTITY_BETWEEN_RINGS): _S.FIRST_BURST,
    (_S.IDLE, _E.CALL_PLAIN): _S.RING_BURST,
    (_S.IDLE, _E.LIFTED): _S.DIAL_TONE,
    # Japan: the number is handed over to an off-hook terminal before the ringing
    (_S.REVERSED, _E.TIMER): _S.CAR_BURST,
    (_S.REVERSED, _E.LIFTED): _S.ANSWER_PAUSE,
    (_S.REVERSED, _E.CALLER_GONE): _S.IDLE,
    (_S.CAR_BURST, _E.TIMER): _S.CAR_PAUSE,
    (_S.CAR_BURST, _E.LIFTED): _S.ANSWER_PAUSE,
    (_S.CAR_BURST, _E.CALLER_GONE): _S.IDLE,
    (_S.CAR_PAUSE, _E.TIMER): _S.CAR_BURST,
    (_S.CAR_PAUSE, _E.CAR_OVER): _S.RING_BURST,
    (_S.CAR_PAUSE, _E.LIFTED): _S.ANSWER_PAUSE,
    (_S.CAR_PAUSE, _E.CALLER_GONE): _S.IDLE,
    (_S.ANSWER_PAUSE, _E.TIMER): _S.SENDING,
    (_S.ANSWER_PAUSE, _E.REPLACED): _S.RING_WAIT,
    (_S.ANSWER_PAUSE, _E.CALLER_GONE): _S.ABANDONED,
    (_S.SENDING, _E.TIMER): _S.RECEIPT_WAIT,
    (_S.SENDING, _E.REPLACED): _S.RING_WAIT,
    (_S.SENDING, _E.CALLER_GONE): _S.ABANDONED,
    (_S.RECEIPT_WAIT, _E.TIMER): _S.CLEARED,  # the call dies, as with a terminal that answers during CAR
    (_S.RECEIPT_WAIT, _E.REPLACED): _S.RING_WAIT,
    (_S.RECEIPT_WAIT, _E.CALLER_GONE): _S.ABANDONED,
    (_S.RING_WAIT, _E.TIMER): _S.RING_BURST,
    (_S.RING_WAIT, _E.LIFTED): _S.TALKING,
    (_S.RING_WAIT, _E.CALLER_GONE): _S.IDLE,
    # ordinary ringing
    (_S.RING_BURST, _E.TIMER): _S.RING_PAUSE,
    (_S.RING_BURST, _E.LIFTED): _S.TALKING,
    (_S.RING_BURST, _E.CALLER_GONE): _S.IDLE,
    (_S.RING_PAUSE, _E.TIMER): _S.RING_BURST,
    (_S.RING_PAUSE, _E.LIFTED): _S.TALKING,
    (_S.RING_PAUSE, _E.CALLER_GONE): _S.IDLE,
    # US: the identity goes to on-hook terminals in the first pause
    (_S.FIRST_BURST, _E.TIMER): _S.FIRST_PAUSE,
    (_S.FIRST_BURST, _E.LIFTED): _S.TALKING,
    (_S.FIRST_BURST, _E.CALLER_GONE): _S.IDLE,
    (_S.FIRST_PAUSE, _E.TIMER): _S.SENDING_ON_HOOK,
    (_S.FIRST_PAUSE, _E.LIFTED): _S.TALKING,
    (_S.FIRST_PAUSE, _E.CALLER_GONE): _S.IDLE,
    (_S.SENDING_ON_HOOK, _E.TIMER): _S.RING_PAUSE,
    (_S.SENDING_ON_HOOK, _E.LIFTED): _S.TALKING,
    (_S.SENDING_ON_HOOK, _E.CALLER_GONE): _S.IDLE,
    # the call and its end
    (_S.TALKING, _E.REPLACED): _S.HELD,
    (_S.TALKING, _E.CALLER_GONE): _S.CLEARED,  # or as `Clearing` says
    (_S.HELD, _E.LIFTED): _S.TALKING,
    (_S.HELD, _E.TIMER): _S.IDLE,
    (_S.HELD, _E.CALLER_GONE): _S.IDLE,
    (_S.LOOP_OPEN, _E.TIMER): _S.CLEARED,
    (_S.LOOP_OPEN, _E.REPLACED): _S.IDLE,
    (_S.CLEARED, _E.REPLACED): _S.IDLE,
    (_S.CLEARED, _E.TIMER): _S.HOWLER,
    (_S.DEAD_LINE, _E.REPLACED): _S.IDLE,
    (_S.ABANDONED, _E.REPLACED): _S.IDLE,
    (_S.ABANDONED, _E.TIMER): _S.CLEARED,
    (_S.HOWLER, _E.REPLACED): _S.IDLE,
    # outgoing
    (_S.DIAL_TONE, _E.DIALLED): _S.DIALLING,
    (_S.DIAL_TONE, _E.REPLACED): _S.IDLE,
    (_S.DIAL_TONE, _E.TIMER): _S.CLEARED,
    (_S.DIALLING, _E.DIALLED): _S.DIALLING,
    (_S.DIALLING, _E.REPLACED): _S.IDLE,
    (_S.DIALLING, _E.ROUTED): _S.CALLING,
    (_S.DIALLING, _E.TIMER): _S.CLEARED,
    (_S.CALLING, _E.FAR_END_LIFTED): _S.TALKING,
    (_S.CALLING, _E.REPLACED): _S.IDLE,
    (_S.CALLING, _E.CALLER_GONE): _S.CLEARED,
}

CAR_LIMIT_MS = 6000
"""Without primary answer the exchange rings as for a telephone without display. Spec: NTT ナンバー・ディスプレイ."""

_BOTH: dict[State, int] = {
    _S.HELD: 300,  # Why: a flash lasts 0.3–1.0 s; the shortest is the hardest for a hand-over
    _S.LOOP_OPEN: 800,  # Why: a calling-party-control break lasts 0.25–0.8 s; the longest is plainest
    _S.ABANDONED: 10_000,  # Why: a terminal gives up waiting for a ring after 10 s
    _S.CLEARED: 60_000,  # Why: not published; long enough that only a forgotten receiver howls
    _S.DIAL_TONE: 20_000,  # Why: not published; the usual patience of an exchange
    _S.DIALLING: 3000,  # Why: not published; no further digit for so long ends the number
}

DURATIONS_MS: dict[str, dict[State, int]] = {
    "JP": {
        **_BOTH,
        _S.REVERSED: 500,  # Why: not published; gateways want the reversal for 350 ms before CAR
        _S.CAR_BURST: 500,  # Spec: NTT: CAR 0.5 s on
        _S.CAR_PAUSE: 500,  # Spec: NTT: CAR 0.5 s off
        _S.ANSWER_PAUSE: 200,  # Why: not published; terminals wait 3.2 s for the data
        _S.RECEIPT_WAIT: 6400,  # Why: primary answer to on-hook: 7 s at most; 0.2 s pause, about 0.4 s of data
        _S.RING_WAIT: 300,  # Why: not published; the exchange takes the on-hook for a receipt, then rings
        _S.RING_BURST: 1000,  # Spec: 事業用電気通信設備規則 別表第4号: 1 s on
        _S.RING_PAUSE: 2000,  # Spec: the same: 2 s off
    },
    "US": {
        **_BOTH,
        _S.RING_BURST: 2000,  # Spec: Telcordia GR-506: 2 s on, 4 s off
        _S.RING_PAUSE: 4000,
        _S.FIRST_BURST: 2000,
        _S.FIRST_PAUSE: 500,  # Spec: Telcordia GR-30-CORE: data begin 0.5–1.5 s after the first ring
    },
}
"""How long a state lasts before its TIMER; a state that is not here, or sends an identity, has no other limit."""
