"""Every fact. `at` is always the instant on the line clock (`units.SampleIndex`, samples of 1/8000 s)."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.events.words import (
    UNKNOWN_CALLER,
    Button,
    CallerIdentity,
    ClearedBy,
    Decision,
    Level,
    Outcome,
    Prompt,
    Source,
)
from appliance.units import SampleIndex


@dataclass(frozen=True)
class SoundBlock:
    """Contiguous sound. `pcm`: int16 little-endian bytes, mono, 8 kHz; `at`: instant of its first sample."""

    at: SampleIndex
    pcm: bytes
    source: Source = Source.LINE

    def __len__(self) -> int:
        return len(self.pcm) // 2


@dataclass(frozen=True)
class Fact:
    at: SampleIndex


@dataclass(frozen=True)
class LineReady(Fact):
    """The device answered, was recognised and set up; calls can be taken."""

    device: str  # what it calls itself
    profile: str  # the chipset profile in use
    notes: tuple[str, ...] = ()  # what is missing, in plain words ("cannot tell when the phone is lifted")


@dataclass(frozen=True)
class LineLost(Fact):
    """The device does not work; the recovery ladder is being climbed."""

    why: str


@dataclass(frozen=True)
class CarStarted(Fact):
    """The exchange calls the terminal to hand over the number (情報受信端末起動信号). Never answer now."""


@dataclass(frozen=True)
class Rang(Fact):
    """One burst of ordinary ringing has begun (repeated for every burst)."""


@dataclass(frozen=True)
class RingingStopped(Fact):
    """No burst for longer than the cadence allows: the caller gave up, or somebody lifted unseen."""


@dataclass(frozen=True)
class CallerIdentified(Fact):
    """The exchange has said who calls, or why it does not."""

    identity: CallerIdentity


@dataclass(frozen=True)
class ExtensionLifted(Fact):
    """A telephone of the shop on the same line went off-hook."""


@dataclass(frozen=True)
class ExtensionReplaced(Fact):
    """The shop's telephone went on-hook."""


@dataclass(frozen=True)
class LineSeized(Fact):
    """Our own off-hook is confirmed; sound flows from here on."""


@dataclass(frozen=True)
class SeizeFailed(Fact):
    """The device could not go off-hook."""

    why: str


@dataclass(frozen=True)
class LineReleased(Fact):
    """Our own on-hook is confirmed."""


@dataclass(frozen=True)
class PromptEnded(Fact):
    """A prompt has been said, or was cut off."""

    prompt: Prompt
    complete: bool  # False where it was stopped or lost


@dataclass(frozen=True)
class DigitHeard(Fact):
    """The far end pressed a key."""

    digit: str  # one of 0-9 A-D * #


@dataclass(frozen=True)
class FaxToneHeard(Fact):
    """A fax machine is at the far end."""

    tone: str  # "cng" (calling, 1100 Hz) or "ced" (answer, 2100 Hz)


@dataclass(frozen=True)
class CallWaitingHeard(Fact):
    """A second caller knocks while a call is in progress."""

    identity: CallerIdentity = UNKNOWN_CALLER  # who, where the line says it; told anew when it comes after the tone


@dataclass(frozen=True)
class FarEndCleared(Fact):
    """The far end has hung up."""

    by: ClearedBy
    since: SampleIndex | None = None  # when the tone that told it began, where it was heard: no talk comes after


@dataclass(frozen=True)
class SilenceBegan(Fact):
    """Nobody has spoken for the ear's silence time (see `line.ear`)."""


@dataclass(frozen=True)
class VoiceBegan(Fact):
    """Sound like speech after silence."""


@dataclass(frozen=True)
class SoundLost(Fact):
    """`samples` samples never reached us; marked silence stands in their place in the recording."""

    samples: int
    why: str


@dataclass(frozen=True)
class ButtonPressed(Fact):
    """A button of the panel or of the page was pressed."""

    button: Button
    by: str = "panel"  # "panel" or "page:<name>"


@dataclass(frozen=True)
class Decided(Fact):
    """What the policy says about the caller."""

    decision: Decision
    why: str = ""  # a sentence for the journal and the page


@dataclass(frozen=True)
class TimerFired(Fact):
    """A timer of the call has run out."""

    timer: str  # a name of call.timers


@dataclass(frozen=True)
class AlertRaised(Fact):
    """Staff or colleagues should look: SOS, a mark, later what was understood."""

    level: Level
    kind: str  # "sos", "mark", "needs_staff", later: ng word, long call, ...
    why: str  # one sentence for staff
    call_id: str = ""


@dataclass(frozen=True)
class AlertAcknowledged(Fact):
    """Somebody has seen the alarm."""

    by: str


@dataclass(frozen=True)
class RecordingFailed(Fact):
    """The call goes on, unrecorded from here; the owner must know."""

    why: str


@dataclass(frozen=True)
class DiskLow(Fact):
    """Little room is left for recordings."""

    free_mb: int


@dataclass(frozen=True)
class FaultRaised(Fact):
    """Something of the house is broken (`what` is a stable key such as "line", "bus", "disk")."""

    what: str
    why: str


@dataclass(frozen=True)
class FaultCleared(Fact):
    """What was broken works again."""

    what: str


@dataclass(frozen=True)
class CallStarted(Fact):
    """A call has begun."""

    call_id: str
    direction: str = "in"  # "in" or "out"


@dataclass(frozen=True)
class CallStateChanged(Fact):
    """The call has gone into another state."""

    call_id: str
    state: str  # value of call.tables.State
    was: str


@dataclass(frozen=True)
class RecordingStarted(Fact):
    """The recording of a call has begun."""

    call_id: str
    file: str  # relative to the data directory


@dataclass(frozen=True)
class RecordingStopped(Fact):
    """The recording of a call is finished."""

    call_id: str
    samples: int


@dataclass(frozen=True)
class CallEnded(Fact):
    """The call is over."""

    call_id: str
    outcome: Outcome
