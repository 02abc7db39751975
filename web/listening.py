"""Who listened: one line in the audit for each listening, not for each range request of one."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PAUSE_S = 600.0
"""A pause that begins a new listening, seconds. Why: longer than any buffer a browser fills in one go."""

KEPT = 1000
"""Most listenings remembered. Why: forgetting one writes a line too many, never one too few."""


class ListeningLog:
    """Remembers what was asked for lately."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turn = threading.Lock()
        self._last: dict[tuple[str, str, str], float] = {}

    def begins(self, who: str, what: str, target: str) -> bool:
        """Whether this request begins a listening that is to be written down."""
        key, now = (who, what, target), self._clock()
        with self._turn:
            last = self._last.pop(key, None)
            self._last[key] = now
            while len(self._last) > KEPT:
                del self._last[next(iter(self._last))]
        return last is None or now - last > PAUSE_S
