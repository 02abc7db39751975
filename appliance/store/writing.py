"""How each deed becomes SQL."""

from __future__ import annotations

import json
from functools import singledispatch
from typing import Any

from sqlalchemy import Connection, insert, select, update

from appliance.errors import HouseError
from appliance.store import deeds
from appliance.store.rows import utc_text
from appliance.store.schema import call_events, calls, contacts


class UnknownCall(HouseError, KeyError):
    """Something was to be written about a call that the store has never heard of."""


@singledispatch
def write(deed: deeds.Deed, connection: Connection) -> None:
    """Write one deed within the connection's transaction. Raises UnknownCall, `sqlalchemy.exc.DBAPIError`."""
    raise HouseError(f"no way to write {type(deed).__name__}")


@write.register
def _(deed: deeds.OpenCall, connection: Connection) -> None:
    connection.execute(
        insert(calls).values(
            id=deed.call_id,
            direction=deed.direction,
            started_at=utc_text(deed.started_at),
            clock_unsure=deed.clock_unsure,
        )
    )


@write.register
def _(deed: deeds.SetIdentity, connection: Connection) -> None:
    identity = deed.identity
    contact = select(contacts.c.id).where(contacts.c.number_key == deed.number_key, contacts.c.number_key != "")
    _change(
        connection,
        deed,
        number=identity.number,
        number_key=deed.number_key,
        absence=identity.absence.value if identity.absence else "",
        caller_name=identity.name,
        dialled=identity.dialled,
        contact_id=contact.scalar_subquery(),
    )


@write.register
def _(deed: deeds.SetDecision, connection: Connection) -> None:
    _change(connection, deed, decision=deed.decision.value, decision_why=deed.why)


@write.register
def _(deed: deeds.SetState, connection: Connection) -> None:
    _change(connection, deed, state=deed.state)


@write.register
def _(deed: deeds.SetAnswered, connection: Connection) -> None:
    _change(connection, deed, answered_at=utc_text(deed.at))


@write.register
def _(deed: deeds.SetRecording, connection: Connection) -> None:
    _change(connection, deed, recording=deed.file, recording_at=utc_text(deed.at), samples=None, talk_samples=None)


@write.register
def _(deed: deeds.CloseRecording, connection: Connection) -> None:
    _change(connection, deed, samples=deed.samples, talk_samples=deed.talk_samples)


@write.register
def _(deed: deeds.EndCall, connection: Connection) -> None:
    _change(connection, deed, ended_at=utc_text(deed.at), outcome=deed.outcome.value)


@write.register
def _(deed: deeds.AddEvent, connection: Connection) -> None:
    connection.execute(
        insert(call_events).values(
            call_id=deed.call_id,
            at=utc_text(deed.at),
            offset_samples=deed.offset_samples,
            kind=deed.kind,
            payload=json.dumps(dict(deed.payload), ensure_ascii=False, default=str),
        )
    )


def _change(connection: Connection, deed: deeds.Deed, **values: Any) -> None:
    result = connection.execute(update(calls).where(calls.c.id == deed.call_id).values(**values))
    if result.rowcount == 0:
        raise UnknownCall(f"{type(deed).__name__}: no call {deed.call_id!r}")
