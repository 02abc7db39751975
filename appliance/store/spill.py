"""Where facts wait when the database does not take them: one JSON line each, replayed later."""

from __future__ import annotations

import json
import logging
import os
import threading
import uuid
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from appliance.errors import HouseError
from appliance.store import places
from appliance.store.deeds import Deed, decode, encode

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Entry:
    """Deeds that belong together. `number`: order within one life of the process; `key`: its own in all lives."""

    number: int
    deeds: tuple[Deed, ...]
    key: str


def new_key() -> str:
    return uuid.uuid4().hex


class Spill:
    """The file `spill.jsonl` in the data directory. Methods may raise OSError; threads may share it."""

    def __init__(self, data: Path) -> None:
        self._lock = threading.Lock()
        self._path = data / places.SPILL
        self._rejected = data / places.REJECTED

    def empty(self) -> bool:
        try:
            return self._path.stat().st_size == 0
        except FileNotFoundError:
            return True

    def add(self, entry: Entry, durable: bool = True) -> None:
        """Append one entry; where it need not be durable at once, nothing waits for the disk."""
        values = {"n": entry.number, "key": entry.key, "deeds": [encode(deed) for deed in entry.deeds]}
        self._append(self._path, values, durable)

    def reject(self, deeds: Sequence[Deed], why: str) -> None:
        """Keep what the database can never take: for a person to look at."""
        self._append(self._rejected, {"why": why, "deeds": [encode(deed) for deed in deeds]})

    def read(self) -> tuple[list[Entry], int]:
        """All entries in the order of their numbers, and the length of the file they were read from, bytes.

        A line torn by a power cut is left out.
        """
        try:
            octets = self._path.read_bytes()
        except FileNotFoundError:
            return [], 0
        entries = []
        for line in octets.splitlines():
            try:
                values = json.loads(line)
                deeds = tuple(decode(deed) for deed in values["deeds"])
                entries.append(Entry(int(values["n"]), deeds, str(values["key"])))
            except (ValueError, KeyError, TypeError, HouseError) as error:
                log.error("a line of %s cannot be read: %s", self._path.name, error)
        return sorted(entries, key=lambda entry: entry.number), len(octets)

    def clear(self, length: int) -> bool:
        """Take the file away where it is still `length` bytes long; False where more has come."""
        with self._lock:
            if self._path.exists() and self._path.stat().st_size != length:
                return False
            self._path.unlink(missing_ok=True)
        places.sync_directory(self._path.parent)
        return True

    def _append(self, path: Path, values: object, durable: bool = True) -> None:
        line = json.dumps(values, ensure_ascii=False).encode() + b"\n"
        with ExitStack() as stack:
            with self._lock:
                fresh = not path.exists()
                if fresh:
                    places.create_private(path)
                file = stack.enter_context(path.open("ab", buffering=0))
                # A line of its own even behind one that was torn.
                rest = memoryview(b"\n" + line if _torn(path) else line)
                while rest:  # a disk that is nearly full takes a part, and refuses the rest
                    rest = rest[file.write(rest) :]
            if durable:
                os.fdatasync(file.fileno())
        if fresh and durable:
            places.sync_directory(path.parent)


def _torn(path: Path) -> bool:
    """Whether the last line of the file has no end."""
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) == 0:
            return False
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
