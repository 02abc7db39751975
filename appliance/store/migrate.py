"""Brings the database to the newest revision, in a child process: Alembic's memory never stays in the line process.

`python -m appliance.store.migrate --data DIR` does it by hand.
"""

from __future__ import annotations

import argparse
import fcntl
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from appliance.errors import HouseError
from appliance.store import places
from appliance.store.schema import HEAD

PATIENCE_S = 120
"""How long a migration may take, seconds. Why: a table of many thousand calls rewritten on an SD card."""

LOCK = ".migrate.lock"


def upgrade(data: Path) -> None:
    """Make the data directory and the database in it and bring both up to date; nothing to do where they are.

    Raises HouseError with Alembic's last words where it does not work.
    """
    if revision(data) == HEAD:
        return
    command = [sys.executable, "-m", "appliance.store.migrate", "--data", str(data)]
    try:
        child = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
            start_new_session=True,  # Ctrl-C at the terminal is for us; a migration is not torn off
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise HouseError(f"the database could not be brought up to date: {error}") from error
    if child.returncode:
        last = (child.stderr.strip() or "no word from it").splitlines()[-1]
        raise HouseError(f"the database could not be brought up to date: {last}")


def revision(data: Path) -> str:
    """The revision of the database as it lies there; empty where it has none or cannot be read."""
    path = places.database(data)
    if not path.exists():
        return ""
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, timeout=5)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.Error:
        return ""
    return str(row[0]) if row else ""


def upgrade_here(data: Path) -> None:
    """Run the migrations in this process, one process at a time."""
    places.make_directories(data)
    lock = data / LOCK
    places.create_private(lock)
    with lock.open("r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if revision(data) != HEAD:
            _run_alembic(places.database(data))


def _run_alembic(path: Path) -> None:
    from alembic import command  # noqa: PLC0415  here, so that only the child pays for them
    from alembic.config import Config  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415

    places.create_private(path)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=WAL")
        connection.exec_driver_sql("PRAGMA synchronous=FULL")
        connection.commit()
        # pysqlite would commit before each CREATE: a migration must be there wholly or not at all.
        driver = connection.connection.driver_connection
        assert isinstance(driver, sqlite3.Connection)
        driver.isolation_level = None
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    engine.dispose()


def main() -> int:
    """Run as a program."""
    parser = argparse.ArgumentParser(prog="python -m appliance.store.migrate", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the data directory ([paths] data)")
    try:
        upgrade_here(parser.parse_args().data)
    except (DBAPIError, OSError) as error:
        sys.stderr.write(f"{error.orig if isinstance(error, DBAPIError) else error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
