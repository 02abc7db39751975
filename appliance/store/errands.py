"""Runs what may wait for an SD card: in a thread of its own, so that the line never waits."""

from __future__ import annotations

import threading
from collections.abc import Callable

Errand = Callable[[], None]
"""Something to be done beside the line. It takes care of its own OSError."""

CLOSE_PATIENCE_S = 10.0
"""How long `close` waits for the disk, seconds. Why: an SD card may think for several seconds; systemd waits 90."""


class Errands:
    """One thread that runs errands in order; one that is asked for twice before its turn comes is run once.

    Not `threaded`, an errand is run at once by the caller: for the virtual clock, which must not outrun a thread.
    """

    def __init__(self, name: str, threaded: bool = True) -> None:
        self._name = name
        self._threaded = threaded
        self._wake = threading.Condition()
        self._due: dict[Errand, None] = {}
        self._closing = False
        self._thread: threading.Thread | None = None

    def ask(self, errand: Errand) -> None:
        """Run `errand` soon."""
        if not self._threaded:
            errand()
            return
        with self._wake:
            self._due[errand] = None
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._wake.notify()

    def alive(self) -> bool:
        """False where the thread died of a bug: the process should end, systemd starts it again."""
        return self._thread is None or self._closing or self._thread.is_alive()

    def close(self) -> None:
        """Run what is left and end the thread; a disk that does not come back is not waited for for ever."""
        with self._wake:
            self._closing = True
            self._wake.notify()
            thread = self._thread
        if thread is not None:
            thread.join(CLOSE_PATIENCE_S)

    def _run(self) -> None:
        while (errand := self._next()) is not None:
            errand()

    def _next(self) -> Errand | None:
        with self._wake:
            while not self._due and not self._closing:
                self._wake.wait()
            if not self._due:
                return None
            errand = next(iter(self._due))
            del self._due[errand]
            return errand
