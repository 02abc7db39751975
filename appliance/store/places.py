"""Where things lie below the data directory, and who may open them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

DATABASE = "denwaban.db"
RECORDINGS = "recordings"
SPILL = "spill.jsonl"
REJECTED = "rejected.jsonl"

FILE_MODE = 0o660
"""Database and growing recordings. Why: line, web and clerk are three users of one group; nobody else may listen."""

FINISHED_MODE = 0o440
"""A finished recording: nobody writes to it again. `mend` takes this mode as the sign of "finished"."""

DIRECTORY_MODE = 0o2770
"""Set-group-ID, so that what one user makes below belongs to the common group."""


def database(data: Path) -> Path:
    return data / DATABASE


def make_directories(path: Path) -> list[Path]:
    """Make `path` and its missing parents for the group; the directories whose entries changed (to be fsynced)."""
    changed: list[Path] = []
    missing = [place for place in (path, *path.parents) if not place.exists()]
    for place in reversed(missing):
        place.mkdir(exist_ok=True)
        open_to_group(place)
        changed.append(place.parent)
    return [*changed, path] if changed else [path]


def open_to_group(directory: Path) -> None:
    """Give `directory` its mode whatever the umask.

    Why the second try: RestrictSUIDSGID= of the units forbids to set the set-group-ID bit; there the users' own
    group is the common one.
    """
    if stat.S_IMODE(directory.stat().st_mode) == DIRECTORY_MODE:
        return
    try:
        directory.chmod(DIRECTORY_MODE)
    except PermissionError:
        directory.chmod(DIRECTORY_MODE & 0o777)


def create_private(path: Path) -> None:
    """Make sure that the file exists and that nobody outside the group can read it, whatever the umask."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        status = os.fstat(descriptor)
        if status.st_uid == os.geteuid() and stat.S_IMODE(status.st_mode) != FILE_MODE:
            os.fchmod(descriptor, FILE_MODE)
    finally:
        os.close(descriptor)


def sync_directory(path: Path) -> None:
    """Make the entries of a directory durable. Spec: fsync(2), "the directory also needs an explicit fsync"."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
