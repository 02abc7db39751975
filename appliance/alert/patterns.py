"""What lamps and buzzer can say: patterns as data, and the picture of one at any instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from appliance.events import LampFrame
from appliance.units import SampleIndex, milliseconds


class Pattern(StrEnum):
    READY = "ready"
    STARTING = "starting"
    SERVICE = "service"
    RINGING = "ringing"
    RECORDING = "recording"
    FAULT = "fault"
    WARNING = "warning"
    NEEDS_STAFF = "needs_staff"
    ALARM = "alarm"


PRIORITY: tuple[Pattern, ...] = tuple(Pattern)
"""From the least to the gravest; the gravest that holds is shown. Why: a person in need comes before a person who
waits, both before the box's own troubles; a call that is not recorded properly before the news that it is recorded;
ringing low, since the telephones themselves tell of it."""

FLASHES_A_SECOND = 3
"""No lamp flashes oftener. Spec: WCAG 2.2, 2.3.1 (three flashes); IEC 60073 asks for 1.4–2.8 Hz where it is urgent."""


@dataclass(frozen=True)
class Step:
    """Which lamp is lit, for so long; none: all are dark."""

    ms: int
    lamp: str = ""  # "green", "amber", "red"


@dataclass(frozen=True)
class Sound:
    """Buzzer: on, off, on, off … in ms, over and over unless `once`."""

    beats_ms: tuple[int, ...] = ()
    once: bool = False
    in_quiet_hours: bool = False


@dataclass(frozen=True)
class LampPattern:
    """How a pattern looks and sounds, what it is called, and what it asks of people."""

    steps: tuple[Step, ...]
    sound: Sound
    name_ja: str
    name_en: str
    meaning_ja: str
    meaning_en: str


def _flashes(lamp: str, *beats_ms: int) -> tuple[Step, ...]:
    return tuple(Step(ms, lamp if index % 2 == 0 else "") for index, ms in enumerate(beats_ms))


_SILENT = Sound()

# Every rhythm differs from every other by itself, so that nobody needs to see colour. Why the lengths: slow is below
# one flash a second, fast as near to three as FLASHES_A_SECOND allows; groups of two and three are told apart at once.
PATTERNS: Mapping[Pattern, LampPattern] = {
    Pattern.STARTING: LampPattern(
        _flashes("green", 100, 1900),
        _SILENT,
        "準備中",
        "Starting",
        "電話回線を確かめています。まだ録音できません。",
        "The box is looking for the telephone line. It cannot record yet.",
    ),
    Pattern.READY: LampPattern(
        _flashes("green", 1000),
        _SILENT,
        "待機中",
        "Ready",
        "電話を待っています。かかってきた電話は録音されます。",
        "Waiting for calls. A call that comes in will be recorded.",
    ),
    Pattern.SERVICE: LampPattern(
        (Step(2400, "green"), Step(150), Step(150, "amber"), Step(150)),
        _SILENT,
        "お知らせあり",
        "Needs care",
        "電話は使えますが、手入れが必要です(空き容量の不足など)。画面をご覧ください。",
        "Calls are recorded, but something needs care soon, such as a disk that is nearly full. See the page.",
    ),
    Pattern.RINGING: LampPattern(
        _flashes("amber", 700, 700),
        _SILENT,
        "着信中",
        "Ringing",
        "電話がかかってきています。",
        "A call is coming in.",
    ),
    Pattern.RECORDING: LampPattern(
        _flashes("green", 1800, 600),
        _SILENT,
        "録音中",
        "Recording",
        "通話を録音しています。",
        "The call is being recorded.",
    ),
    Pattern.FAULT: LampPattern(
        _flashes("red", 4800, 200),
        Sound((60, 29_940)),
        "故障",
        "Fault",
        "正しく働いていません。電話機はそのまま使えます。画面で理由をご確認ください。",
        "The box is not working properly. The telephone still works. See the page for the reason.",
    ),
    Pattern.WARNING: LampPattern(
        _flashes("amber", 150, 150, 150, 1550),
        Sound((200,), once=True),
        "注意",
        "Warning",
        "通話に気になることがあります。近くの人は様子を見てください。",
        "Something in the call wants attention. Whoever is near, please look in.",
    ),
    Pattern.NEEDS_STAFF: LampPattern(
        _flashes("amber", 160, 160, 160, 160, 160, 640),
        Sound((80, 120, 80, 3720)),
        "呼び出し中",
        "Staff needed",
        "お客様がお待ちです。受話器を取ってください。",
        "A caller is waiting. Please lift the receiver.",
    ),
    Pattern.ALARM: LampPattern(
        _flashes("red", 200, 200),
        Sound((300, 300), in_quiet_hours=True),
        "警報",
        "Alarm",
        "助けが必要です。すぐに電話のそばへ行ってください。確認ボタンで止まります。",
        "Help is needed. Go to the telephone at once. The acknowledge button ends the alarm.",
    ),
}


def _place(elapsed_ms: int, lengths: tuple[int, ...]) -> int:
    """Which of the repeated `lengths` the instant falls in."""
    left = elapsed_ms % sum(lengths)
    for index, length in enumerate(lengths):
        if left < length:
            return index
        left -= length
    return len(lengths) - 1


def _buzzes(sound: Sound, elapsed_ms: int) -> bool:
    if not sound.beats_ms or (sound.once and elapsed_ms >= sum(sound.beats_ms)):
        return False
    return _place(elapsed_ms, sound.beats_ms) % 2 == 0


def frame(pattern: Pattern, since: SampleIndex, now: SampleIndex, quiet: bool, silenced: bool) -> LampFrame:
    """What the panel shows at `now` of a pattern that began at `since`; it begins lit.

    `quiet`: the shop's quiet hours, in which only an alarm is heard; `silenced`: somebody pressed acknowledge.
    """
    shape = PATTERNS[pattern]
    elapsed_ms = milliseconds(max(0, now - since))
    lamp = shape.steps[_place(elapsed_ms, tuple(step.ms for step in shape.steps))].lamp
    audible = not silenced and (not quiet or shape.sound.in_quiet_hours)
    return LampFrame(lamp == "green", lamp == "amber", lamp == "red", audible and _buzzes(shape.sound, elapsed_ms))
