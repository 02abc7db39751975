"""What the store remembers, as it gives it back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import RowMapping

from appliance.desk.contacts import Contact
from appliance.errors import HouseError
from appliance.events import Absence, Decision, Outcome
from appliance.units import RATE_HZ


@dataclass(frozen=True)
class CallRecord:
    """One call. Instants are UTC; `samples` is None while the recording grows, `outcome` while the call goes on."""

    seq: int
    id: str
    direction: str
    started_at: datetime
    clock_unsure: bool = False
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    number: str = ""
    number_key: str = ""
    absence: Absence | None = None
    caller_name: str = ""
    dialled: str = ""
    contact: Contact | None = None
    decision: Decision | None = None
    decision_why: str = ""
    state: str = ""
    outcome: Outcome | None = None
    recording: str = ""
    recording_at: datetime | None = None
    samples: int | None = None
    sha256: str = ""
    sealed_at: datetime | None = None
    checked_at: datetime | None = None
    damage: str = ""
    protected: bool = False
    talk_samples: int | None = None

    @property
    def talk_s(self) -> float | None:
        """Length of the talk in the finished recording, seconds: without the tones after the far end had hung up."""
        if self.recording_s is None or self.talk_samples is None:
            return self.recording_s
        return min(self.talk_samples / RATE_HZ, self.recording_s)

    @property
    def tail_s(self) -> float:
        """How much of the recording comes after the talk, seconds."""
        return (self.recording_s or 0.0) - (self.talk_s or 0.0)

    @property
    def recording_s(self) -> float | None:
        """Length of the finished recording, seconds; None where there is none yet."""
        return self.samples / RATE_HZ if self.samples is not None and self.recording else None

    @property
    def name(self) -> str:
        """Who it is, by our own book first, then by what the line said."""
        return self.contact.name if self.contact and self.contact.name else self.caller_name


@dataclass(frozen=True)
class CallEvent:
    """One thing that happened in a call. `offset_samples`: its place in the recording."""

    call_id: str
    at: datetime
    kind: str
    offset_samples: int | None = None
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class AuditEntry:
    """Somebody did something that must not be forgotten."""

    at: datetime
    who: str
    what: str
    target: str = ""
    detail: str = ""


@dataclass(frozen=True)
class CallQuery:
    """Which calls are wanted, newest first.

    `before`: only calls with a smaller `seq`; `number_key`: the whole number; `number`: or a part of its digits.
    """

    limit: int = 50
    before: int | None = None
    number: str = ""
    number_key: str = ""
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Seen:
    """How often a number has called."""

    today: int = 0
    total: int = 0
    last: datetime | None = None


def utc_text(moment: datetime) -> str:
    """`moment` as the database keeps it. Raises HouseError for a time without a zone."""
    if moment.tzinfo is None:
        raise HouseError("a time without its zone cannot be stored")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def from_text(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def call_record(row: RowMapping) -> CallRecord:
    """A row of calls joined with contacts (the columns of the latter named contact_*)."""
    started = from_text(row["started_at"])
    assert started is not None  # NOT NULL
    return CallRecord(
        seq=row["seq"],
        id=row["id"],
        direction=row["direction"],
        started_at=started,
        clock_unsure=row["clock_unsure"],
        answered_at=from_text(row["answered_at"]),
        ended_at=from_text(row["ended_at"]),
        number=row["number"],
        number_key=row["number_key"],
        absence=Absence(row["absence"]) if row["absence"] else None,
        caller_name=row["caller_name"],
        dialled=row["dialled"],
        contact=_contact(row),
        decision=Decision(row["decision"]) if row["decision"] else None,
        decision_why=row["decision_why"],
        state=row["state"],
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        recording=row["recording"],
        recording_at=from_text(row["recording_at"]),
        samples=row["samples"],
        sha256=row["sha256"],
        sealed_at=from_text(row["sealed_at"]),
        checked_at=from_text(row["checked_at"]),
        damage=row["damage"],
        protected=row["protected"],
        talk_samples=row["talk_samples"],
    )


def _contact(row: RowMapping) -> Contact | None:
    if row["contact_number"] is None:
        return None
    return Contact(
        row["contact_number"], row["contact_name"], row["contact_company"], row["contact_listing"], row["contact_note"]
    )


def call_event(row: RowMapping) -> CallEvent:
    at = from_text(row["at"])
    assert at is not None  # NOT NULL
    return CallEvent(row["call_id"], at, row["kind"], row["offset_samples"], json.loads(row["payload"]))


def audit_entry(row: RowMapping) -> AuditEntry:
    at = from_text(row["at"])
    assert at is not None  # NOT NULL
    return AuditEntry(at, row["who"], row["what"], row["target"], row["detail"])
