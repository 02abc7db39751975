"""The words that facts and commands are made of: who calls, why, by what sign."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    MODEM_DIAL_TONE = "modem_dial_tone"  # <DLE>d and kin
    MODEM_HUNG_UP = "modem_hung_up"  # the modem itself let the line go: NO CARRIER, or it never went off-hook
    SILENCE = "silence"


class Source(StrEnum):
    LINE = "line"  # what came in from the line
    BOX = "box"  # what the box itself said


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
