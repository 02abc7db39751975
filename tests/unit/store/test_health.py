"""The doctor's question about the database."""

import sqlite3
from contextlib import closing
from pathlib import Path

from appliance.store import places
from appliance.store.health import trouble


def test_no_database_yet_is_no_trouble(tmp_path: Path) -> None:
    assert trouble(tmp_path) == ""


def test_a_fresh_database_is_sound(data: Path) -> None:
    assert trouble(data) == ""


def test_damage_and_age_are_told(data: Path) -> None:
    path = places.database(data)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0000'")
        connection.commit()
    assert "has revision 0000" in trouble(data)
    path.write_bytes(b"not a database at all" * 300)
    assert "cannot be read" in trouble(data)
