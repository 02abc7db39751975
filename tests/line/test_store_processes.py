"""The database between processes: several that upgrade it, several that write to it."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from appliance.errors import HouseError
from appliance.store import migrate, places, schema
from appliance.store.calls import Store
from appliance.store.rows import CallQuery


def test_two_processes_may_upgrade_at_once(tmp_path: Path) -> None:
    data = tmp_path / "new"
    command = [sys.executable, "-m", "appliance.store.migrate", "--data", str(data)]
    children = [subprocess.Popen(command) for _ in range(2)]
    assert [child.wait(60) for child in children] == [0, 0]
    assert migrate.revision(data) == schema.HEAD


def test_an_upgrade_that_fails_says_why(tmp_path: Path) -> None:
    (tmp_path / places.DATABASE).write_bytes(b"this is no database" * 100)
    with pytest.raises(HouseError, match="not a database"):
        migrate.upgrade(tmp_path)


def test_writers_of_two_processes_wait_for_each_other(tmp_path: Path) -> None:
    data = tmp_path / "data"
    migrate.upgrade_here(data)
    code = (
        "import sys, pathlib, datetime as d;"
        "from appliance.store.calls import Store; from appliance.store.deeds import OpenCall;"
        "s = Store(pathlib.Path(sys.argv[1]));"
        "[s.write(OpenCall(f'{sys.argv[2]}-{n}', d.datetime.now(d.UTC))) for n in range(30)]"
    )
    children = [subprocess.Popen([sys.executable, "-c", code, str(data), name]) for name in ("a", "b")]
    assert [child.wait(60) for child in children] == [0, 0]
    store = Store(data)
    assert len(store.calls(CallQuery(limit=100))) == 60
    store.close()
    with closing(sqlite3.connect(places.database(data))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
