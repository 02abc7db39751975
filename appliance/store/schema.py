"""The tables. Times are UTC as ISO 8601 text with milliseconds, which sorts as it reads. See docs in `migrations`."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, Table, Text, text

HEAD = "0002"
"""The newest revision of `migrations/versions` (a test holds the two together)."""

metadata = MetaData()

_NONE = text("''")


def _plain(name: str) -> Column[str]:
    """Text that is empty where nothing is known."""
    return Column(name, Text, nullable=False, server_default=_NONE)


contacts = Table(
    "contacts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number_key", Text, nullable=False, unique=True),  # as `desk` makes it; the store only compares
    _plain("name"),
    _plain("company"),
    _plain("listing"),  # "known", "refused" or ""
    _plain("note"),
    Column("created_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("seq", Integer, primary_key=True),  # grows for ever; the order of calls even where the clock was set back
    Column("id", Text, nullable=False, unique=True),
    Column("direction", Text, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("clock_unsure", Boolean, nullable=False, server_default=text("0")),  # the clock was not yet set
    Column("answered_at", Text),
    Column("ended_at", Text),
    _plain("number"),  # digits as received
    _plain("number_key"),
    _plain("absence"),
    _plain("caller_name"),
    _plain("dialled"),
    Column("contact_id", Integer, ForeignKey("contacts.id", ondelete="SET NULL")),
    _plain("decision"),
    _plain("decision_why"),
    _plain("state"),
    _plain("outcome"),
    _plain("recording"),  # relative to the data directory
    Column("recording_at", Text),
    Column("samples", Integer),  # null while the recording grows
    _plain("sha256"),
    Column("sealed_at", Text),
    Column("checked_at", Text),
    _plain("damage"),  # "", "changed", "missing" or "unreadable": what the clerk found of the sealed file
    Column("protected", Boolean, nullable=False, server_default=text("0")),
    Column("talk_samples", Integer),  # where the talk ends in the recording; null: with it, or nobody knows
    Index("ix_calls_started_at", "started_at"),
    Index("ix_calls_number_key", "number_key", "started_at"),
    Index("ix_calls_number", "number"),
    Index("ix_calls_contact_id", "contact_id"),
    Index("ix_calls_unsealed", "seq", sqlite_where=text("sealed_at IS NULL AND samples IS NOT NULL")),
    Index("ix_calls_open", "seq", sqlite_where=text("ended_at IS NULL")),
    sqlite_autoincrement=True,
)

call_events = Table(
    "call_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("call_id", Text, ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
    Column("at", Text, nullable=False),
    Column("offset_samples", Integer),  # place in the recording
    Column("kind", Text, nullable=False),
    Column("payload", Text, nullable=False, server_default=text("'{}'")),  # JSON
    Index("ix_call_events_call_id", "call_id", "id"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    _plain("target"),
    _plain("detail"),
    Index("ix_audit_at", "at"),
    Index("ix_audit_target", "target"),
    sqlite_autoincrement=True,
)

replayed = Table(
    "replayed",
    metadata,
    Column("entry", Text, primary_key=True),  # of the spill file; kept until that file is gone
)
