"""Is the database sound? Asked by the doctor; changes nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from appliance.store import places
from appliance.store.schema import HEAD


def trouble(data: Path) -> str:
    """What is wrong with the database below `data`, in a sentence; empty where nothing is, or where there is none yet.

    Spec: SQLite PRAGMA quick_check.
    """
    path = places.database(data)
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=2)) as connection:
            said = str(connection.execute("PRAGMA quick_check(1)").fetchone()[0])
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error as error:
        return f"{path} cannot be read: {error}"
    if said != "ok":
        return f"{path} is damaged: {said}"
    found = str(row[0]) if row else "none"
    if found != HEAD:
        return f"{path} has revision {found}, this program needs {HEAD}; it is brought up to date when the line starts"
    return ""
