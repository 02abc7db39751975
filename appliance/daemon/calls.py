"""`denwaban calls list` and `denwaban calls show ID`: what happened, for people and for programs."""

from __future__ import annotations

import argparse
import json
import unicodedata
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.exc import DBAPIError

from appliance.daemon.calls_words import ABSENCES, NO_NUMBER, details
from appliance.desk.contacts import lookup_key, pretty_number
from appliance.errors import OperatorError
from appliance.events import Decision, Outcome
from appliance.settings import Settings
from appliance.store import places
from appliance.store.calls import Store
from appliance.store.rows import CallEvent, CallQuery, CallRecord
from appliance.units import RATE_HZ

Tell = Callable[[str], None]

OUTCOMES = {
    Outcome.TALKED: "talked",
    Outcome.MESSAGE: "left a message",
    Outcome.NO_MESSAGE: "left no message",
    Outcome.REFUSED: "refused (listed number)",
    Outcome.ASKED_REDIAL: "asked to redial with number",
    Outcome.ABANDONED: "caller gave up",
    Outcome.MISSED: "not answered",
    Outcome.FAX: "fax",
    Outcome.LINE_LOST: "line lost in mid-call",
    Outcome.INTERRUPTED: "box restarted in mid-call",
}

DECISIONS = {
    Decision.PASS: "let it ring, join silently",
    Decision.ANNOUNCE: "tell the caller that the call is recorded",
    Decision.SKIP: "known caller: no announcement",
    Decision.ASK_REDIAL: "ask to redial with the number shown",
    Decision.REFUSE: "refuse",
    Decision.MESSAGE: "take a message",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `list` and `show` below the command `calls`."""
    actions = parser.add_subparsers(dest="action", metavar="list|show", required=True)
    listing = actions.add_parser("list", help="calls, newest first")
    listing.add_argument("--limit", type=_positive, default=20, metavar="N", help="at most N calls (default 20)")
    listing.add_argument("--number", default="", metavar="DIGITS", help="only callers with these digits")
    listing.add_argument("--date", default="", metavar="DAY", help="only this day: 2026-11-24, today or yesterday")
    listing.add_argument("--json", action="store_true", help="one JSON list, for programs")
    showing = actions.add_parser("show", help="one call with all that happened in it")
    showing.add_argument("id", metavar="ID", help="as `calls list` shows it")
    showing.add_argument("--json", action="store_true", help="one JSON object, for programs")


def run(arguments: argparse.Namespace, settings: Settings, tell: Tell) -> int:
    """Carry out `calls list` or `calls show`. Raises OperatorError for what the person can put right."""
    store = open_store(settings.paths.data)
    zone = ZoneInfo(settings.hours.timezone) if settings.hours.timezone else None
    show = _Show(store, settings.line.country, zone, tell)
    try:
        if arguments.action == "show":
            return show.one(arguments.id, arguments.json)
        query = _query(arguments, show, datetime.now(zone))
        return show.many(store.calls(query), arguments.json)
    except DBAPIError as error:
        raise OperatorError(f"the call records in {settings.paths.data} cannot be read: {error.orig}") from error
    finally:
        store.close()


def open_store(data: Path) -> Store:
    """The store below `data`; OperatorError in plain words where there is none."""
    try:
        if not data.is_dir():
            raise OperatorError(
                f"there is no data directory {data}: is this the box? (another one: --config FILE, [paths] data)"
            )
        if not places.database(data).exists():
            raise OperatorError(f"no call has been taken yet: there are no call records in {data}")
    except PermissionError as error:
        raise OperatorError(f"you may not look into {data}: try sudo, or join the group of its owner") from error
    return Store(data)


class _Show:
    """Prints calls as a person of the shop reads them."""

    def __init__(self, store: Store, country: str, zone: tzinfo | None, tell: Tell) -> None:
        self._store = store
        self.country = country
        self.zone = zone
        self._tell = tell

    def many(self, calls: Sequence[CallRecord], as_json: bool) -> int:
        if as_json:
            self._tell(json.dumps([self._plain(call) for call in calls], ensure_ascii=False, indent=2))
        elif not calls:
            self._tell("no calls")
        else:
            rows = [("ID", "BEGAN", "", "CALLER", "OUTCOME", "LENGTH"), *(self._row(call) for call in calls)]
            for line in align(rows):
                self._tell(line)
        return 0

    def one(self, call_id: str, as_json: bool) -> int:
        call = self._store.call(call_id)
        if call is None:
            raise OperatorError(f"no call {call_id!r}: `denwaban calls list` shows the calls there are")
        events = self._store.events(call_id)
        if as_json:
            told = {**self._plain(call), "events": [self._plain_event(event) for event in events]}
            self._tell(json.dumps(told, ensure_ascii=False, indent=2))
            return 0
        for line in align(self._facts(call)):
            self._tell(line)
        self._tell("")
        for line in align([self._event_row(event) for event in events]):
            self._tell(line)
        return 0

    # ---- rows ------------------------------------------------------------------------------------------------------

    def _row(self, call: CallRecord) -> tuple[str, ...]:
        way = "out" if call.direction == "out" else "in"
        return (call.id, self._time(call.started_at), way, self._caller(call), _outcome(call), _length(call))

    def _facts(self, call: CallRecord) -> list[tuple[str, ...]]:
        facts = [
            ("call", call.id + (" (protected)" if call.protected else "")),
            ("caller", self._caller(call)),
            ("direction", "outgoing" if call.direction == "out" else "incoming"),
            ("began", self._time(call.started_at) + (" (the clock was not sure)" if call.clock_unsure else "")),
            ("answered", self._time(call.answered_at)),
            ("ended", self._time(call.ended_at)),
            ("decision", _decision(call)),
            ("outcome", _outcome(call)),
            ("length", _length(call)),
            ("after it", f"{call.tail_s:.1f} s of tones, kept in the recording" if call.tail_s else ""),
            ("recording", str(self._store.data / call.recording) if call.recording else ""),
            ("sha256", call.sha256),
            ("sealed", self._time(call.sealed_at)),
            ("damage", call.damage),
            ("note", call.contact.note if call.contact else ""),
        ]
        return [fact for fact in facts if fact[1]]

    def _event_row(self, event: CallEvent) -> tuple[str, ...]:
        place = "" if event.offset_samples is None else clock(event.offset_samples // RATE_HZ)
        words = details(event.kind, event.payload)
        return (f"{event.at.astimezone(self.zone):%H:%M:%S}", place, event.kind, words)

    def _caller(self, call: CallRecord) -> str:
        if call.number:
            number = pretty_number(call.number, self.country)
            company = call.contact.company if call.contact else ""
            return " ".join(part for part in (number, call.name, f"({company})" if company else "") if part)
        reason = ABSENCES[call.absence] if call.absence else NO_NUMBER
        return " ".join(part for part in (reason, call.name) if part)

    def _time(self, moment: datetime | None) -> str:
        return f"{moment.astimezone(self.zone):%Y-%m-%d %H:%M:%S}" if moment else ""

    # ---- for programs ----------------------------------------------------------------------------------------------

    def _iso(self, moment: datetime | None) -> str | None:
        return moment.astimezone(self.zone).isoformat(timespec="milliseconds") if moment else None

    def _plain(self, call: CallRecord) -> dict[str, Any]:
        return {
            "id": call.id,
            "direction": call.direction,
            "started": self._iso(call.started_at),
            "answered": self._iso(call.answered_at),
            "ended": self._iso(call.ended_at),
            "number": call.number,
            "number_key": call.number_key,
            "absence": call.absence.value if call.absence else None,
            "name": call.name,
            "company": call.contact.company if call.contact else "",
            "listing": call.contact.listing if call.contact else "",
            "decision": call.decision.value if call.decision else None,
            "decision_why": call.decision_why,
            "state": call.state,
            "outcome": call.outcome.value if call.outcome else None,
            "recording": call.recording,
            "samples": call.samples,
            "seconds": call.recording_s,
            "talk_samples": call.talk_samples,
            "talk_seconds": call.talk_s,
            "sha256": call.sha256,
            "sealed": self._iso(call.sealed_at),
            "damage": call.damage,
            "protected": call.protected,
        }

    def _plain_event(self, event: CallEvent) -> dict[str, Any]:
        payload = dict(event.payload)
        return {
            "at": self._iso(event.at),
            "offset_samples": event.offset_samples,
            "kind": event.kind,
            "payload": payload,
        }


def clock(seconds: int) -> str:
    """Seconds as m:ss, or h:mm:ss from an hour on."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"


def width(text: str) -> int:
    """Columns of a terminal that `text` takes. Spec: Unicode UAX #11; combining marks take none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def align(rows: Sequence[tuple[str, ...]]) -> list[str]:
    """Rows as lines with even columns; control characters, which no caller's name may send to a terminal, are shown."""
    clean = [tuple(_printable(cell) for cell in row) for row in rows]
    widths = [max(map(width, column)) for column in zip(*clean, strict=True)] if clean else []
    lines = []
    for row in clean:
        cells = (cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True))
        lines.append("  ".join(cells).rstrip())
    return lines


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)


def _outcome(call: CallRecord) -> str:
    if call.outcome is None:
        return f"in progress: {call.state}" if call.state else "in progress"
    return OUTCOMES[call.outcome]


def _decision(call: CallRecord) -> str:
    if call.decision is None:
        return ""
    return DECISIONS[call.decision] + (f" ({call.decision_why})" if call.decision_why else "")


def _length(call: CallRecord) -> str:
    if call.recording and call.samples is None:
        return "recording"
    return "-" if call.talk_s is None else clock(int(call.talk_s))


def _query(arguments: argparse.Namespace, show: _Show, now: datetime) -> CallQuery:
    number = str(arguments.number)
    key = lookup_key(number, show.country) if number else ""
    if number and not key:
        raise OperatorError(f"--number {number!r} has no digits")
    since, until = _day(arguments.date, now, show.zone) if arguments.date else (None, None)
    return CallQuery(arguments.limit, number=number, number_key=key, since=since, until=until)


def _day(text: str, now: datetime, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """Begin and end of a local day."""
    days = {"today": now.date(), "yesterday": now.date() - timedelta(days=1)}
    try:
        day = days[text] if text in days else date.fromisoformat(text)
    except ValueError as error:
        raise OperatorError(f"--date {text!r}: write a day as 2026-11-24, today or yesterday") from error
    begin = datetime(day.year, day.month, day.day, tzinfo=zone)
    after = day + timedelta(days=1)
    end = datetime(after.year, after.month, after.day, tzinfo=zone)
    return begin.astimezone(), end.astimezone()


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return number
