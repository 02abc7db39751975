"""What the threads have to say about the disk of the recordings; the line loop tells it."""

from __future__ import annotations

import threading

from appliance.events import Fact, FaultCleared, RecordingFailed
from appliance.units import SampleIndex

FAULT = "recording"
"""Key of FaultCleared when the disk takes sound again after RecordingFailed."""

WRITING, KEEPING = "writing", "keeping"
"""The two ways in which a disk fails: it does not take sound, or it does not keep what it took."""


class Complaints:
    """Why recording fails and when it is well again, in order. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._down: set[str] = set()
        self._said: list[str | None] = []  # why recording fails; None: all is well again

    def fail(self, kind: str, why: str) -> None:
        """The disk fails in this way (WRITING or KEEPING)."""
        with self._lock:
            self._down.add(kind)
            self._said.append(why)

    def recover(self, kind: str) -> None:
        """It does so no longer; well again is told where it fails in no other way."""
        with self._lock:
            if kind in self._down:
                self._down.discard(kind)
                self._said += [] if self._down else [None]

    def tell(self, now: SampleIndex) -> list[Fact]:
        """Facts since last asked, stamped `now`."""
        if not self._said:
            return []
        with self._lock:
            said, self._said = self._said, []
        return [FaultCleared(now, FAULT) if why is None else RecordingFailed(now, why) for why in said]
