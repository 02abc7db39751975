"""Calls, their events, contacts, audit."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

EMPTY = sa.text("''")
NO = sa.text("0")


def plain(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, server_default=EMPTY)


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("number_key", sa.Text, nullable=False, unique=True),
        plain("name"),
        plain("company"),
        plain("listing"),
        plain("note"),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
    )
    create_calls()
    op.create_table(
        "call_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("call_id", sa.Text, sa.ForeignKey("calls.id", ondelete="CASCADE"), nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("offset_samples", sa.Integer),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("payload", sa.Text, nullable=False, server_default=sa.text("'{}'")),
    )
    op.create_index("ix_call_events_call_id", "call_events", ["call_id", "id"])
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        plain("target"),
        plain("detail"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_audit_target", "audit", ["target"])
    op.create_table("replayed", sa.Column("entry", sa.Text, primary_key=True))


def create_calls() -> None:
    op.create_table(
        "calls",
        sa.Column("seq", sa.Integer, primary_key=True),
        sa.Column("id", sa.Text, nullable=False, unique=True),
        sa.Column("direction", sa.Text, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("clock_unsure", sa.Boolean, nullable=False, server_default=NO),
        sa.Column("answered_at", sa.Text),
        sa.Column("ended_at", sa.Text),
        *map(plain, ("number", "number_key", "absence", "caller_name", "dialled")),
        sa.Column("contact_id", sa.Integer, sa.ForeignKey("contacts.id", ondelete="SET NULL")),
        *map(plain, ("decision", "decision_why", "state", "outcome", "recording")),
        sa.Column("recording_at", sa.Text),
        sa.Column("samples", sa.Integer),
        plain("sha256"),
        sa.Column("sealed_at", sa.Text),
        sa.Column("checked_at", sa.Text),
        plain("damage"),
        sa.Column("protected", sa.Boolean, nullable=False, server_default=NO),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_calls_started_at", "calls", ["started_at"])
    op.create_index("ix_calls_number_key", "calls", ["number_key", "started_at"])
    op.create_index("ix_calls_number", "calls", ["number"])
    op.create_index("ix_calls_contact_id", "calls", ["contact_id"])
    unsealed = sa.text("sealed_at IS NULL AND samples IS NOT NULL")
    op.create_index("ix_calls_unsealed", "calls", ["seq"], sqlite_where=unsealed)
    op.create_index("ix_calls_open", "calls", ["seq"], sqlite_where=sa.text("ended_at IS NULL"))
