"""Every fact and every command that crosses a room border. Frozen dataclasses, nothing else.

`at` is always the instant on the line clock (`units.SampleIndex`, samples of 1/8000 s).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from appliance.units import Milliseconds, SampleIndex


class Absence(StrEnum):
    """Why a number is missing. Spec: NTT ナンバー・ディスプレイ parameter 0x04."""

    WITHHELD = "P"  # 非通知
    PAY_PHONE = "C"  # 公衆電話
    UNAVAILABLE = "O"  # 表示圏外
    CONFLICT = "S"  # サービス競合


@dataclass(frozen=True)
class CallerIdentity:
    """Who is calling, as the exchange said it. Untrusted text, already cleaned and cut to length.

    `number` holds digits as received (national form with its leading 0 in Japan); empty where `absence` says why,
    and both empty where the line sent nothing at all.
    """

    number: str = ""
    absence: Absence | None = None
    name: str = ""
    name_absence: Absence | None = None
    dialled: str = ""
    datetime: str = ""  # MMDDhhmm as received, for the journal only: the box clock rules


UNKNOWN_CALLER = CallerIdentity()


class Decision(StrEnum):
    """What to do with a call, decided from identity, lists and hours (`call.policy`)."""

    PASS = "pass"  # let it ring; join silently and record when the phone is lifted
    ANNOUNCE = "announce"  # tell the caller that the call is recorded
    SKIP = "skip"  # known caller: as ANNOUNCE but nothing is said
    ASK_REDIAL = "ask_redial"  # answer, ask to redial with the number shown, clear
    REFUSE = "refuse"  # answer, say that the call is not taken, clear
    MESSAGE = "message"  # answer, announce, take a message at once


class Prompt(StrEnum):
    """What the box can say. The sound is found by `guide.prompts`."""

    RECORDING_NOTICE = "recording_notice"  # この通話は、応対品質の向上のため録音しております
    PLEASE_WAIT = "please_wait"
    LEAVE_MESSAGE = "leave_message"  # ends with the beep
    MESSAGE_THANKS = "message_thanks"
    ASK_REDIAL = "ask_redial"  # 186 をつけておかけ直しください
    REFUSED = "refused"


class Button(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    SOS = "sos"
    MARK = "mark"


class Level(StrEnum):
    """How grave an alert is. NOTICE: shown; WARNING: amber; ALARM: red until acknowledged."""

    NOTICE = "notice"
    WARNING = "warning"
    ALARM = "alarm"


class ClearedBy(StrEnum):
    """The sign by which we knew that the far end had gone."""

    BUSY_TONE = "busy_tone"
    REORDER_TONE = "reorder_tone"
    DIAL_TONE = "dial_tone"
    LOOP = "loop_interruption"
    MODEM_BUSY = "modem_busy"  # <DLE>b and kin
    SILENCE = "silence"


# ---- sound -----------------------------------------------------------------------------------------------------


class Source(StrEnum):
    LINE = "line"  # what came in from the line
    BOX = "box"  # what the box itself said


@dataclass(frozen=True)
class SoundBlock:
    """Contiguous sound. `pcm`: int16 little-endian bytes, mono, 8 kHz; `at`: instant of its first sample."""

    at: SampleIndex
    pcm: bytes
    source: Source = Source.LINE

    def __len__(self) -> int:
        return len(self.pcm) // 2


# ---- facts from the line (device, ear, cadence) ------------------------------------------------------------------


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


@dataclass(frozen=True)
class FarEndCleared(Fact):
    """The far end has hung up."""

    by: ClearedBy


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


# ---- facts from people and from the house --------------------------------------------------------------------------


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


# ---- the story of one call, as stored and published -----------------------------------------------------------------


class Outcome(StrEnum):
    TALKED = "talked"
    MESSAGE = "message"  # a message was left
    NO_MESSAGE = "no_message"  # asked for a message, left none
    REFUSED = "refused"
    ASKED_REDIAL = "asked_redial"
    ABANDONED = "abandoned"  # the caller gave up before anybody spoke
    MISSED = "missed"  # rang out; the box did not answer
    FAX = "fax"
    LINE_LOST = "line_lost"  # the modem went away in mid-call
    INTERRUPTED = "interrupted"  # the line process died in mid-call; mended at the next start


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


# ---- commands: what the call machine wants done ----------------------------------------------------------------------


@dataclass(frozen=True)
class Command:
    pass


@dataclass(frozen=True)
class Seize(Command):
    """Go off-hook: answer, or join in parallel with the shop's telephone."""


@dataclass(frozen=True)
class Release(Command):
    """Go on-hook."""


@dataclass(frozen=True)
class Play(Command):
    prompt: Prompt


@dataclass(frozen=True)
class StopPlaying(Command):
    pass


@dataclass(frozen=True)
class Decide(Command):
    """Ask the policy now; the answer comes back as `Decided`."""


@dataclass(frozen=True)
class BeginCall(Command):
    direction: str = "in"


@dataclass(frozen=True)
class EndCall(Command):
    outcome: Outcome


@dataclass(frozen=True)
class StartRecording(Command):
    pass


@dataclass(frozen=True)
class StopRecording(Command):
    pass


@dataclass(frozen=True)
class StartTimer(Command):
    timer: str
    ms: Milliseconds


@dataclass(frozen=True)
class StopTimer(Command):
    timer: str


@dataclass(frozen=True)
class Summon(Command):
    """Staff are needed at the telephone (True), or no longer (False)."""

    needed: bool


# ---- lamps -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LampFrame:
    """What the panel shows at one instant."""

    green: bool = False
    amber: bool = False
    red: bool = False
    buzzer: bool = False


@dataclass(frozen=True)
class Message:
    """One message of the bus: topic below the root, JSON-able payload."""

    topic: str
    payload: dict[str, Any] = field(default_factory=dict)
    retain: bool = False
