"""Migrations, calls, contacts, audit: what is written comes back."""

import os
import sqlite3
import stat
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from appliance.desk.contacts import Contact
from appliance.errors import HouseError
from appliance.events import Absence, CallerIdentity, Decision, Outcome
from appliance.store import migrate, places, schema
from appliance.store.calls import Store
from appliance.store.deeds import (
    DEEDS,
    AddEvent,
    CloseRecording,
    Deed,
    EndCall,
    OpenCall,
    SetAnswered,
    SetDecision,
    SetIdentity,
    SetRecording,
    SetState,
    decode,
    encode,
)
from appliance.store.rows import AuditEntry, CallQuery, utc_text
from appliance.store.writing import UnknownCall

T0 = datetime(2026, 11, 24, 9, 30, 0, 123000, tzinfo=UTC)


def later(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def whole_call(call_id: str, at: datetime = T0, number: str = "0312345678", key: str = "+81312345678") -> list[Deed]:
    return [
        OpenCall(call_id, at),
        SetIdentity(call_id, CallerIdentity(number, name="ヤマダ", dialled="0355550000"), key),
        SetDecision(call_id, Decision.ANNOUNCE, "not in the book"),
        SetState(call_id, "talking"),
        SetRecording(call_id, f"recordings/{call_id}.wav", at + timedelta(seconds=5)),
        SetAnswered(call_id, at + timedelta(seconds=5)),
        AddEvent(call_id, at + timedelta(seconds=6), "ButtonPressed", {"button": "sos", "by": "panel"}, 8000),
        CloseRecording(call_id, 80000),
        EndCall(call_id, at + timedelta(seconds=15), Outcome.TALKED),
    ]


def test_migrations_make_the_tables_that_the_schema_tells(data: Path) -> None:
    engine = create_engine(f"sqlite:///{places.database(data)}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), schema.metadata) == []
    engine.dispose()
    folder = Path(migrate.__file__).parent / "migrations"
    assert ScriptDirectory(str(folder)).get_current_head() == schema.HEAD == migrate.revision(data)


def test_a_database_of_the_first_revision_keeps_its_calls(tmp_path: Path) -> None:
    data = tmp_path / "data"
    places.make_directories(data)
    engine = create_engine(f"sqlite:///{places.database(data)}")
    config = Config()
    config.set_main_option("script_location", str(Path(migrate.__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        connection.exec_driver_sql(
            "INSERT INTO calls (id, direction, started_at, recording, samples) "
            "VALUES ('c1', 'in', '2026-11-24T01:00:00.000Z', 'recordings/x.wav', 80000)"
        )
    engine.dispose()
    assert migrate.revision(data) == "0001"
    migrate.upgrade_here(data)
    store = Store(data)
    [call] = store.calls()
    store.close()
    assert (call.id, call.samples, call.talk_samples, call.talk_s, call.tail_s) == ("c1", 80000, None, 10.0, 0.0)


def test_upgrading_again_changes_nothing(data: Path, store: Store) -> None:
    store.write(*whole_call("c1"))
    before = [str(row) for row in store.calls()]
    migrate.upgrade_here(data)
    migrate.upgrade(data)
    assert [str(row) for row in store.calls()] == before


def test_database_and_wal_belong_to_the_group_alone(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        migrate.upgrade_here(tmp_path / "data")
        store = Store(tmp_path / "data")
        store.write(*whole_call("c1"))
        files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "data").iterdir()}
        store.close()
    finally:
        os.umask(before)
    assert {"denwaban.db", "denwaban.db-wal", "denwaban.db-shm"} <= set(files)
    assert set(files.values()) == {0o660}


def test_durability_is_that_of_a_ledger(data: Path, store: Store) -> None:
    with store._engine.connect() as connection:
        told = [
            connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
    assert told == ["wal", 2, 1]


def test_a_call_comes_back_as_it_was_written(store: Store) -> None:
    store.write(*whole_call("c1"))
    call = store.call("c1")
    assert call is not None
    assert (call.started_at, call.answered_at, call.ended_at) == (T0, later(5), later(15))
    assert (call.number, call.number_key, call.name, call.dialled) == (
        "0312345678",
        "+81312345678",
        "ヤマダ",
        "0355550000",
    )
    assert (call.decision, call.decision_why, call.state) == (Decision.ANNOUNCE, "not in the book", "talking")
    assert (call.outcome, call.recording_s, call.recording) == (Outcome.TALKED, 10.0, "recordings/c1.wav")
    (event,) = store.events("c1")
    assert (event.at, event.kind, event.offset_samples) == (later(6), "ButtonPressed", 8000)
    assert event.payload == {"button": "sos", "by": "panel"}
    assert store.call("c2") is None


def test_the_list_is_newest_first_and_pages(store: Store) -> None:
    for n in range(5):
        store.write(*whole_call(f"c{n}", later(-n)))  # the clock runs backwards: the order of coming counts
    assert [call.id for call in store.calls(CallQuery(limit=2))] == ["c4", "c3"]
    seq = store.calls(CallQuery(limit=2))[-1].seq
    assert [call.id for call in store.calls(CallQuery(limit=2, before=seq))] == ["c2", "c1"]
    assert [call.id for call in store.calls(CallQuery(since=later(-1), until=T0))] == ["c1"]


def test_numbers_are_found_whole_or_in_part(store: Store) -> None:
    store.write(*whole_call("c1"))
    store.write(*whole_call("c2", number="09011112222", key="+819011112222"))
    store.write(OpenCall("c3", T0), SetIdentity("c3", CallerIdentity(absence=Absence.WITHHELD)))
    assert [call.id for call in store.calls(CallQuery(number_key="+81312345678"))] == ["c1"]
    assert [call.id for call in store.calls(CallQuery(number="1111-22"))] == ["c2"]
    assert [call.id for call in store.calls(CallQuery(number="%"))] != ["c3"]
    withheld = store.call("c3")
    assert withheld is not None
    assert withheld.absence is Absence.WITHHELD


def test_calls_of_a_number_are_counted(store: Store) -> None:
    for n, day in enumerate((-2, -1, 0, 0)):
        store.write(*whole_call(f"c{n}", T0 + timedelta(days=day)))
    seen = store.seen("+81312345678", T0.replace(hour=0))
    assert (seen.today, seen.total, seen.last) == (2, 4, T0)
    assert store.seen("", T0).total == 0
    assert store.seen("+8190", T0).total == 0


def test_a_contact_is_joined_to_old_and_new_calls(store: Store) -> None:
    store.write(*whole_call("old"))
    store.put_contact(Contact("+81312345678", "山田", "山田商店", "known", "常連"), T0)
    store.put_contact(Contact("+81312345678", "山田太郎", "山田商店", "refused", ""), later(1))
    store.write(*whole_call("new"))
    for call_id in ("old", "new"):
        call = store.call(call_id)
        assert call is not None
        assert call.contact == Contact("+81312345678", "山田太郎", "山田商店", "refused", "")
        assert call.name == "山田太郎"
    assert store.contacts() == [store.contact_for("+81312345678")]
    assert store.contact_for("") is None
    assert store.forget_contact("+81312345678")
    old = store.call("old")
    assert old is not None
    assert old.contact is None


def test_all_or_nothing(store: Store) -> None:
    with pytest.raises(UnknownCall):
        store.write(OpenCall("c1", T0), SetState("c9", "talking"))
    assert store.calls() == []
    with pytest.raises(HouseError):
        utc_text(datetime(2026, 1, 1))


def test_the_audit_is_kept(store: Store) -> None:
    store.audit(AuditEntry(T0, "page", "listened", "call/c1"))
    store.audit(AuditEntry(later(1), "clerk", "sealed", "call/c2", "sha256 00"))
    assert [entry.who for entry in store.audited()] == ["clerk", "page"]
    assert store.audited("call/c1") == [AuditEntry(T0, "page", "listened", "call/c1")]


def test_every_deed_has_a_json_form() -> None:
    deeds = whole_call("c1")
    assert {type(deed).__name__ for deed in deeds} == set(DEEDS)
    deeds.append(SetIdentity("c1", CallerIdentity(absence=Absence.PAY_PHONE)))
    assert [decode(encode(deed)) for deed in deeds] == deeds
    with pytest.raises(HouseError):
        decode({"deed": "DropTables"})


def test_a_reader_with_little_patience_beside_a_writer(data: Path, store: Store) -> None:
    reader = Store(data, busy_ms=50)
    key = "+81312345678"
    store.write(*whole_call("c1", key=key))
    assert reader.seen(key, T0).total == 1
    store.write(*whole_call("c2", later(60), key=key))
    assert reader.seen(key, T0).total == 2
    fresh = Store(data, busy_ms=50)  # its first connection meets the lock
    store.close()
    reader.close()
    with closing(sqlite3.connect(places.database(data), isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        for one in (reader, fresh):
            begun = time.monotonic()
            with pytest.raises(OperationalError, match="locked"):
                one.contact_for(key)
            with pytest.raises(OperationalError, match="locked"):
                one.seen(key, T0)
            assert time.monotonic() - begun < 0.4
    assert reader.seen(key, T0).total == 2
    for one in (reader, fresh):
        one.close()


def test_a_clock_set_back_in_a_call_hides_nothing(store: Store) -> None:
    key = "+81312345678"
    store.write(*whole_call("c1", key=key), *whole_call("c2", later(-3600), key=key))
    store.write(EndCall("c1", later(-3000), Outcome.TALKED))
    call = store.call("c1")
    assert call is not None
    assert call.ended_at is not None
    assert call.ended_at < call.started_at
    assert [found.id for found in store.calls(CallQuery(number_key=key))] == ["c2", "c1"]
    assert [found.id for found in store.calls(CallQuery(since=later(-1)))] == ["c1"]
    assert (store.seen(key, later(-1)).today, store.seen(key, later(-1)).total) == (1, 2)
    assert store.open_calls() == []
    assert {found.id for found in store.unsealed()} == {"c1", "c2"}
