"""What the bus says, made safe to show: payloads of any shape become frozen facts of the board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appliance.events import Absence, Decision

TEXT_LIMIT = 200
"""Longest text of a payload that is shown, characters. Why: a card stays a card; no honest name or note is longer."""

MOMENT_LIMIT = 40
"""Longest ISO 8601 text that is read, characters. Why: 2026-11-24T14:32:10.123456+09:00 has 32."""

SHOWN_AS: Mapping[str, str] = {
    "lifted": "lifted",
    "line_in_use": "line_in_use",
    "joining_outgoing": "joining",
    "calling_out": "talking",
    "unrecorded": "unrecorded",
    "car": "car",
    "car_lifted": "joining",
    "car_doubtful": "ringing",
    "identified": "ringing",
    "ringing": "ringing",
    "deciding": "ringing",
    "deciding_long": "ringing",
    "letting_ring": "ringing",
    "ringing_silent": "ringing",
    "ringing_out": "ringing",
    "ringing_long": "ringing",
    "ringing_long_silent": "ringing",
    "ringing_lifted": "ringing",
    "answering": "answering",
    "announcing": "announcing",
    "summoning": "summoning",
    "listening": "summoning",
    "hearing_out": "summoning",
    "joining_undecided": "joining",
    "joining": "joining",
    "joining_silently": "joining",
    "join_announcing": "join_announcing",
    "talking": "talking",
    "answering_for_message": "message_announcing",
    "message_announcing": "message_announcing",
    "inviting": "message_announcing",
    "hearing_on": "taking_message",
    "awaiting_message": "taking_message",
    "taking_message": "taking_message",
    "pausing": "taking_message",
    "message_full": "taking_message",
    "thanking": "thanking",
    "last_words": "thanking",
    "answering_to_refuse": "refusing",
    "refusing": "refusing",
    "answering_to_ask": "asking_redial",
    "asking_redial": "asking_redial",
    "fax": "fax",
    "clearing": "clearing",
    "clearing_held": "clearing",
    "clearing_relifted": "clearing",
}
"""What staff see for each state of the call machine; idle and fault have no card of a call.
Why a table here: the machine grows states for the line's sake, staff need words for their own. A test compares."""

OTHER = "other"
"""Shown for a state that a newer line process knows and this page does not: a call is never hidden."""

NO_CALL = ("", "idle", "fault")

BEFORE_ANSWER = ("car", "ringing")
ATTENDED = ("joining", "join_announcing", "talking", "line_in_use", "unrecorded", OTHER)
NOBODY_THERE = ("lifted", "clearing")

PATTERNS = ("ready", "ringing", "recording", "needs_staff", "warning", "alarm", "fault", "service", "starting")
"""Every lamp pattern the board can draw."""

LISTINGS = ("known", "refused")


def text_of(payload: Mapping[str, Any], key: str) -> str:
    """The text under `key`, one line, cut to length; empty where there is none."""
    value = payload.get(key)
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value[:TEXT_LIMIT]).split())


def count_of(payload: Mapping[str, Any], key: str) -> int:
    """The whole number of zero or more under `key`; 0 where there is none."""
    value = payload.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else 0


def moment_of(payload: Mapping[str, Any], key: str) -> str:
    """The instant under `key` as ISO 8601 text with its offset; empty where it is none."""
    value = payload.get(key)
    if not isinstance(value, str) or len(value) > MOMENT_LIMIT:
        return ""
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.astimezone()).isoformat()
    except (ValueError, OverflowError):
        return ""


def word_of(payload: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str:
    """The word under `key` if it is one of `known`, else empty."""
    value = payload.get(key)
    return value if isinstance(value, str) and value in known else ""


@dataclass(frozen=True)
class LineNews:
    """The telephone line as last told; `state` is ready, lost, or empty before any news."""

    state: str = ""
    device: str = ""
    notes: tuple[str, ...] = ()
    why: str = ""

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> LineNews:
        notes = payload.get("notes")
        lines = [text_of({"n": note}, "n") for note in notes[:10]] if isinstance(notes, list) else []
        state = word_of(payload, "state", ("ready", "lost"))
        return cls(state, text_of(payload, "device"), tuple(line for line in lines if line), text_of(payload, "why"))


@dataclass(frozen=True)
class CallNews:
    """The call in progress as last told. `since` and `started` are ISO 8601 texts."""

    call_id: str
    state: str
    direction: str
    identified: bool
    number: str
    absence: str
    name: str
    company: str
    listing: str
    note: str
    calls_today: int
    since: str
    started: str
    recording: bool
    decision: str
    waiting: bool = False
    waiting_number: str = ""
    waiting_absence: str = ""
    waiting_name: str = ""

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> CallNews | None:
        """The call of a payload of call/state; None where no call is in progress."""
        told, call_id = text_of(payload, "state"), text_of(payload, "call_id")
        if told in NO_CALL or (told not in SHOWN_AS and not call_id):
            return None
        state = SHOWN_AS.get(told, OTHER)
        return cls(
            call_id=call_id,
            state=state,
            direction="out" if payload.get("direction") == "out" else "in",
            identified=payload.get("identified") is not False,
            number=text_of(payload, "number"),
            absence=word_of(payload, "absence", tuple(absence.value for absence in Absence)),
            name=text_of(payload, "name"),
            company=text_of(payload, "company"),
            listing=word_of(payload, "listing", LISTINGS),
            note=text_of(payload, "note"),
            calls_today=count_of(payload, "calls_today"),
            since=moment_of(payload, "since"),
            started=moment_of(payload, "started"),
            recording=payload.get("recording") is True,
            decision=word_of(payload, "decision", tuple(decision.value for decision in Decision)),
            waiting=payload.get("waiting") is True,
            waiting_number=text_of(payload, "waiting_number"),
            waiting_absence=word_of(payload, "waiting_absence", tuple(absence.value for absence in Absence)),
            waiting_name=text_of(payload, "waiting_name"),
        )

    @property
    def ringing(self) -> bool:
        return self.state in BEFORE_ANSWER

    @property
    def attended(self) -> bool:
        """Whether staff speak with the other party."""
        return self.state in ATTENDED

    @property
    def somebody(self) -> bool:
        """Whether there is another party to show."""
        return self.state not in NOBODY_THERE

    @property
    def clock_from(self) -> str:
        """Where the call clock counts from: the begin of the call, else of its state."""
        return self.started or self.since


@dataclass(frozen=True)
class PanelNews:
    """The lamp pattern as last told; empty before any news."""

    pattern: str = ""
    since: str = ""
    buzzer: bool = False

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> PanelNews:
        pattern = word_of(payload, "pattern", PATTERNS)
        return cls(pattern, moment_of(payload, "since"), payload.get("buzzer") is True)


@dataclass(frozen=True)
class Fault:
    """One thing of the house that is broken."""

    what: str
    why: str


def read_faults(payload: Mapping[str, Any]) -> tuple[Fault, ...]:
    """The faults of a payload of fault/state, twenty at most."""
    faults = payload.get("faults")
    if not isinstance(faults, list):
        return ()
    shown = [fault for fault in faults[:20] if isinstance(fault, dict)]
    return tuple(Fault(text_of(fault, "what"), text_of(fault, "why")) for fault in shown)
