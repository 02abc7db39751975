"""Makes recordings durable from a thread of its own, so that the line never waits for an SD card."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from appliance.store import places

T = TypeVar("T")

Sync = Callable[[int], None]
"""Makes the contents of an open file durable; os.fdatasync but for tests and the virtual clock."""

CLOSE_PATIENCE_S = 10.0
"""How long `close` waits for the disk, seconds. Why: an SD card may think for several seconds; systemd waits 90."""


class Syncer:
    """One thread that syncs what it is asked to; requests for the same file melt into one."""

    def __init__(self, sync: Sync = os.fdatasync) -> None:
        self._sync = sync
        self._wake = threading.Condition()
        self._due: set[int] = set()
        self._finished: list[int] = []
        self._directories: set[Path] = set()
        self._errors: list[OSError] = []
        self._closing = False
        self._thread: threading.Thread | None = None

    def ask(self, descriptor: int) -> None:
        """Make the file durable soon."""
        with self._wake:
            self._due.add(descriptor)
            self._rouse()

    def ask_directory(self, directory: Path) -> None:
        """Make the names in `directory`, and the directories above up to the recordings' root, durable soon."""
        with self._wake:
            self._directories.add(directory)
            self._rouse()

    def finish(self, descriptor: int) -> None:
        """Make the file durable, then read-only, then close it: its descriptor belongs to us from now on."""
        with self._wake:
            self._due.discard(descriptor)
            self._finished.append(descriptor)
            self._rouse()

    def errors(self) -> list[OSError]:
        """What went wrong since last asked."""
        with self._wake:
            errors, self._errors = self._errors, []
            return errors

    def close(self) -> None:
        """Do what is left and end the thread."""
        with self._wake:
            self._closing = True
            self._wake.notify()
            thread = self._thread
        if thread is not None:
            thread.join(CLOSE_PATIENCE_S)

    def _rouse(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recording-sync", daemon=True)
            self._thread.start()
        self._wake.notify()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not (self._due or self._finished or self._directories or self._closing):
                    self._wake.wait()
                due, self._due = self._due, set()
                finished, self._finished = self._finished, []
                directories, self._directories = self._directories, set()
            if not (due or finished or directories):
                return
            for descriptor in due - set(finished):
                self._try(self._sync, descriptor)
            for directory in directories:
                self._try(_sync_upwards, directory)
            for descriptor in finished:
                self._try(self._end, descriptor)

    def _end(self, descriptor: int) -> None:
        try:
            self._sync(descriptor)
            os.fchmod(descriptor, places.FINISHED_MODE)
        finally:
            os.close(descriptor)

    def _try(self, work: Callable[[T], None], target: T) -> None:
        try:
            work(target)
        except OSError as error:
            with self._wake:
                self._errors.append(error)


def _sync_upwards(directory: Path) -> None:
    """Sync `directory` and those above it, up to the one that holds the recordings."""
    for place in (directory, *directory.parents):
        places.sync_directory(place)
        if places.RECORDINGS not in place.parts:
            return
