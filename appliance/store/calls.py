"""The store: calls, contacts and audit in SQLite. The only door to the database."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, create_engine, event, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from appliance.desk.contacts import Contact
from appliance.errors import HouseError
from appliance.store import places
from appliance.store.deeds import Deed
from appliance.store.rows import (
    AuditEntry,
    CallEvent,
    CallQuery,
    CallRecord,
    Seen,
    audit_entry,
    call_event,
    call_record,
    from_text,
    utc_text,
)
from appliance.store.schema import audit, call_events, calls, contacts, replayed
from appliance.store.writing import write

BUSY_MS = 2000
"""How long one statement waits for another process's write, milliseconds. Why: ours write for a few at a time."""


class Store:
    """Calls, contacts and audit below the data directory `data`. Safe to share between threads.

    Opens nothing before it is asked for something. Every method may raise `sqlalchemy.exc.DBAPIError`, after `busy_ms`
    at the latest where another connection holds a lock; a second Store on the same data may have another patience.
    The tables are made by `store.migrate.upgrade`.
    """

    def __init__(self, data: Path, busy_ms: int = BUSY_MS) -> None:
        self.data = data
        self._busy_ms = busy_ms
        self._engine = create_engine(f"sqlite:///{places.database(data)}", pool_size=2, pool_pre_ping=False)
        event.listen(self._engine, "connect", self._set_up)
        event.listen(self._engine, "begin", _begin)
        self._writer: Engine = self._engine.execution_options(writing=True)

    def close(self) -> None:
        self._engine.dispose()

    # ---- writing ---------------------------------------------------------------------------------------------------

    def write(self, *deeds: Deed) -> None:
        """Write all of them or none. Raises `writing.UnknownCall` for a call that was never opened."""
        with self._writing() as connection:
            for deed in deeds:
                write(deed, connection)

    def replay(self, entry: str, deeds: Sequence[Deed]) -> bool:
        """Write the deeds of one spilled entry, once in its life; False where that had been done before."""
        with self._writing() as connection:
            if connection.execute(select(replayed).where(replayed.c.entry == entry)).first():
                return False
            connection.execute(insert(replayed).values(entry=entry))
            for deed in deeds:
                write(deed, connection)
        return True

    def forget_replayed(self) -> None:
        """The spill file is gone: its entries cannot come again."""
        with self._writing() as connection:
            connection.execute(replayed.delete())

    def put_contact(self, contact: Contact, now: datetime) -> None:
        """Enter a contact, or replace the one with the same number. Calls of that number are joined to it."""
        if not contact.number:
            raise HouseError("a contact needs a number")
        values = {name: getattr(contact, name) for name in ("name", "company", "listing", "note")}
        stamp = utc_text(now)
        statement = upsert(contacts).values(number_key=contact.number, created_at=stamp, updated_at=stamp, **values)
        statement = statement.on_conflict_do_update(
            index_elements=[contacts.c.number_key], set_={**values, "updated_at": stamp}
        )
        own = select(contacts.c.id).where(contacts.c.number_key == contact.number).scalar_subquery()
        with self._writing() as connection:
            connection.execute(statement)
            connection.execute(update(calls).where(calls.c.number_key == contact.number).values(contact_id=own))

    def forget_contact(self, number_key: str) -> bool:
        """Take a contact out of the book; its calls stay."""
        with self._writing() as connection:
            return connection.execute(contacts.delete().where(contacts.c.number_key == number_key)).rowcount > 0

    def protect(self, call_id: str, protected: bool = True) -> None:
        """A protected call is never forgotten by itself."""
        self._change(call_id, protected=protected)

    def seal(self, call_id: str, sha256: str, now: datetime) -> None:
        """The recording is finished and has this SHA-256 (hexadecimal)."""
        self._change(call_id, sha256=sha256, sealed_at=utc_text(now), checked_at=utc_text(now), damage="")

    def check(self, call_id: str, damage: str, now: datetime) -> None:
        """A sealed recording was looked at again. `damage`: "", "changed", "missing" or "unreadable"."""
        self._change(call_id, damage=damage, checked_at=utc_text(now))

    def audit(self, entry: AuditEntry) -> None:
        """Write down who did what."""
        values = {"who": entry.who, "what": entry.what, "target": entry.target, "detail": entry.detail}
        with self._writing() as connection:
            connection.execute(insert(audit).values(at=utc_text(entry.at), **values))

    # ---- reading ---------------------------------------------------------------------------------------------------

    def call(self, call_id: str) -> CallRecord | None:
        found = self._records(_calls().where(calls.c.id == call_id))
        return found[0] if found else None

    def calls(self, wanted: CallQuery | None = None) -> list[CallRecord]:
        """Calls, newest first."""
        wanted = wanted or CallQuery()
        statement = _calls().order_by(calls.c.seq.desc()).limit(wanted.limit)
        if wanted.before is not None:
            statement = statement.where(calls.c.seq < wanted.before)
        if wanted.since is not None:
            statement = statement.where(calls.c.started_at >= utc_text(wanted.since))
        if wanted.until is not None:
            statement = statement.where(calls.c.started_at < utc_text(wanted.until))
        if wanted.number or wanted.number_key:
            statement = statement.where(_of_number(wanted))
        return self._records(statement)

    def events(self, call_id: str) -> list[CallEvent]:
        """What happened in a call, in order."""
        statement = select(call_events).where(call_events.c.call_id == call_id).order_by(call_events.c.id)
        with self._engine.connect() as connection:
            return [call_event(row) for row in connection.execute(statement).mappings()]

    def open_calls(self) -> list[CallRecord]:
        """Calls without an end, or whose recording has no length: one at most while the line process lives."""
        unfinished = calls.c.ended_at.is_(None) | ((calls.c.recording != "") & calls.c.samples.is_(None))
        return self._records(_calls().where(unfinished).order_by(calls.c.seq))

    def unsealed(self) -> list[CallRecord]:
        """Calls with a finished recording that has no seal yet."""
        due = calls.c.sealed_at.is_(None) & calls.c.samples.is_not(None) & calls.c.ended_at.is_not(None)
        return self._records(_calls().where(due, calls.c.recording != "").order_by(calls.c.seq))

    def sealed_recordings(self) -> frozenset[str]:
        """The recordings that have a seal, so were found whole and read-only; paths relative to the data directory."""
        statement = select(calls.c.recording).where(calls.c.sealed_at.is_not(None), calls.c.recording != "")
        with self._engine.connect() as connection:
            return frozenset(connection.execute(statement).scalars())

    def longest_unchecked(self, before: datetime) -> CallRecord | None:
        """The sealed call whose recording was looked at longest ago, where that was before `before`."""
        old = calls.c.sealed_at.is_not(None) & (calls.c.checked_at < utc_text(before))
        found = self._records(_calls().where(old).order_by(calls.c.checked_at).limit(1))
        return found[0] if found else None

    def damaged(self) -> int:
        """How many sealed recordings are not what they were."""
        with self._engine.connect() as connection:
            return int(connection.execute(select(func.count()).where(calls.c.damage != "")).scalar_one())

    def call_of_recording(self, file: str) -> CallRecord | None:
        """The call that has this recording (path relative to the data directory)."""
        found = self._records(_calls().where(calls.c.recording == file))
        return found[0] if found else None

    def seen(self, number_key: str, today: datetime) -> Seen:
        """How often this number has called since `today` (local midnight) and in all; nothing for an empty key."""
        if not number_key:
            return Seen()
        fresh = func.count().filter(calls.c.started_at >= utc_text(today))
        statement = select(fresh, func.count(), func.max(calls.c.started_at))
        statement = statement.where(calls.c.number_key == number_key, calls.c.direction == "in")
        with self._engine.connect() as connection:
            row = connection.execute(statement).one()
        return Seen(int(row[0]), int(row[1]), from_text(row[2]))

    def contact_for(self, number_key: str) -> Contact | None:
        """The contact with this key (`desk.contacts.lookup_key`)."""
        found = self._contacts(select(contacts).where(contacts.c.number_key == number_key)) if number_key else []
        return found[0] if found else None

    def contacts(self) -> list[Contact]:
        return self._contacts(select(contacts).order_by(contacts.c.name, contacts.c.number_key))

    def audited(self, target: str = "", limit: int = 100) -> list[AuditEntry]:
        """The newest entries of the audit, those about `target` where one is given."""
        statement = select(audit).order_by(audit.c.id.desc()).limit(limit)
        if target:
            statement = statement.where(audit.c.target == target)
        with self._engine.connect() as connection:
            return [audit_entry(row) for row in connection.execute(statement).mappings()]

    # ---- the ways of SQLite ----------------------------------------------------------------------------------------

    def _set_up(self, connection: Any, _: object) -> None:
        connection.isolation_level = None  # pysqlite must not begin by itself: `_begin` does
        for pragma in (f"busy_timeout={self._busy_ms}", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self._writer.begin() as connection:
            yield connection

    def _change(self, call_id: str, **values: Any) -> None:
        with self._writing() as connection:
            connection.execute(update(calls).where(calls.c.id == call_id).values(**values))

    def _records(self, statement: Select[Any]) -> list[CallRecord]:
        with self._engine.connect() as connection:
            return [call_record(row) for row in connection.execute(statement).mappings()]

    def _contacts(self, statement: Select[Any]) -> list[Contact]:
        with self._engine.connect() as connection:
            return [_contact(row) for row in connection.execute(statement)]


def _contact(row: Any) -> Contact:
    return Contact(row.number_key, row.name, row.company, row.listing, row.note)


def _calls() -> Select[Any]:
    """Calls with their contact, as `rows.call_record` reads them."""
    named: Iterable[Any] = (
        contacts.c.number_key.label("contact_number"),
        *(contacts.c[name].label(f"contact_{name}") for name in ("name", "company", "listing", "note")),
    )
    return select(calls, *named).select_from(calls.outerjoin(contacts))


def _of_number(wanted: CallQuery) -> ColumnElement[bool]:
    """Calls of this key, or with these digits somewhere in the number."""
    whole = (calls.c.number_key == wanted.number_key) & (calls.c.number_key != "")
    if not wanted.number:
        return whole
    digits = re.sub(r"[^0-9*#+]", "", wanted.number)
    part = calls.c.number.contains(digits, autoescape=True) | calls.c.number_key.contains(digits, autoescape=True)
    return whole | part


def _begin(connection: Connection) -> None:
    """A writer takes the write lock at once. Why: a reader that turns writer gets SQLITE_BUSY without any waiting."""
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")
