"""After the call: seals finished recordings, looks after sealed ones, watches the disk."""

from __future__ import annotations

import fcntl
import hashlib
import logging
import os
import stat
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

from sqlalchemy.exc import OperationalError

from appliance.edge.ports import Bus, Watchdog
from appliance.events import Message
from appliance.settings import Settings
from appliance.store import places
from appliance.store.calls import Store
from appliance.store.migrate import upgrade
from appliance.store.rows import AuditEntry, CallRecord
from appliance.store.wav import HEADER_BYTES, SAMPLE_BYTES

log = logging.getLogger(__name__)

ROUND_S = 5.0
"""Pause between two rounds, seconds. Why: a recording is sealed soon after the call; a round costs one small query."""

CHECK_EVERY = timedelta(days=7)
"""Each sealed recording is read again this often. Why: a week of 2,000 calls of 5 MB is 1.4 GB read a day at most."""

GRACE = timedelta(minutes=1)
"""How long a recording may lack its last samples or its mode. Why: the recorder's last sync of a slow card."""

CHUNK_BYTES = 1024 * 1024
MIB = 1024 * 1024
WHO = "clerk"
SOON = "it is not finished yet"


@dataclass
class Clerk:
    """One round after the other over the recordings below `data`."""

    data: Path
    store: Store
    watchdog: Watchdog
    sealed: int = 0
    _warned: set[str] = field(default_factory=set)

    def work(self, now: datetime) -> Message:
        """Seal what is finished, check one sealed recording, tell how things stand. Raises DBAPIError."""
        waiting = [call for call in self.store.unsealed() if not self._seal(call, now)]
        old = self.store.longest_unchecked(now - CHECK_EVERY)
        if old is not None:
            self._check(old, now)
        payload = {
            "free_mb": free_mb(self.data),
            "sealed": self.sealed,
            "waiting": len(waiting),
            "damaged": self.store.damaged(),
            "since": now.astimezone().isoformat(timespec="seconds"),
        }
        return Message("clerk/state", payload, retain=True)

    def _seal(self, call: CallRecord, now: datetime) -> bool:
        """Store the SHA-256 of a finished recording and make it read-only; False where it is not to be sealed yet."""
        path = self.data / call.recording
        digest = ""
        try:
            trouble = self._trouble(path, call, now)
            digest = "" if trouble else self._digest(path)
        except OSError as error:
            trouble = f"it cannot be read: {error.strerror or error}"
        if trouble:
            self._warn(call, trouble, now)
            return False
        self.store.seal(call.id, digest, now)
        self._write_down(call, "sealed", f"sha256 {digest}", now)
        self.sealed += 1
        return True

    def _warn(self, call: CallRecord, trouble: str, now: datetime) -> None:
        """Tell once what keeps a recording from its seal."""
        if trouble != SOON and call.id not in self._warned:
            self._warned.add(call.id)
            log.warning("call %s cannot be sealed: %s", call.id, trouble)
            self._write_down(call, "not sealed", trouble, now)

    def _trouble(self, path: Path, call: CallRecord, now: datetime) -> str:
        """Why this recording cannot be sealed; SOON where it is only not finished yet."""
        whole = growing = False
        trouble = "its length is not that of the call"
        try:
            status = path.stat()
            whole = status.st_size == HEADER_BYTES + (call.samples or 0) * SAMPLE_BYTES
            if whole and stat.S_IMODE(status.st_mode) == places.FINISHED_MODE:
                return ""
            growing = _growing(path)
        except FileNotFoundError:
            trouble = "the file is not there"
        young = call.ended_at is not None and timedelta() <= now - call.ended_at < GRACE
        if young or growing:
            return SOON
        return self._finish(path) if whole else trouble

    def _finish(self, path: Path) -> str:
        """Make a file read-only that its recorder never did; why it cannot be done."""
        try:
            path.chmod(places.FINISHED_MODE)
        except PermissionError:
            return "it is another user's and can still be written to"
        return ""

    def _check(self, call: CallRecord, now: datetime) -> None:
        """Read a sealed recording again; a changed one is told to the log, the audit and the page."""
        try:
            damage = "" if self._digest(self.data / call.recording) == call.sha256 else "changed"
        except FileNotFoundError:
            damage = "missing"
        except OSError:
            damage = "unreadable"
        if damage and damage != call.damage:
            log.error("sealed recording %s of call %s: %s", call.recording, call.id, damage)
            self._write_down(call, f"seal broken: {damage}", call.recording, now)
        self.store.check(call.id, damage, now)

    def _digest(self, path: Path) -> str:
        """SHA-256 of a file, hexadecimal."""
        digest = hashlib.sha256()
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                self.watchdog.alive()
        return digest.hexdigest()

    def _write_down(self, call: CallRecord, what: str, detail: str, now: datetime) -> None:
        self.store.audit(AuditEntry(now, WHO, what, f"call/{call.id}", detail))


def _growing(path: Path) -> bool:
    """Whether its recorder still has the file: a slow card takes the end of a call late, a clock may be set back."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def free_mb(data: Path) -> int:
    """Room left for recordings, MB of 2^20 bytes."""
    disk = os.statvfs(data)
    return disk.f_bavail * disk.f_frsize // MIB


def run_clerk(settings: Settings, bus: Bus, watchdog: Watchdog, stop: Event) -> None:
    """Work round by round until `stop` is set. A locked or full database is tried again in the next round."""
    data = settings.paths.data
    upgrade(data)
    store = Store(data)
    clerk = Clerk(data, store, watchdog)
    watchdog.ready()
    try:
        told: dict[str, object] = {}
        while True:
            watchdog.alive()
            told = _round(clerk, bus, told)
            if stop.wait(ROUND_S):
                return
    finally:
        store.close()


def _round(clerk: Clerk, bus: Bus, told: dict[str, object]) -> dict[str, object]:
    """One round; publishes where anything but the time has changed."""
    try:
        message = clerk.work(datetime.now(UTC))
    except OperationalError as error:
        log.warning("the database cannot be used now: %s", error.orig)
        return told
    news = {name: value for name, value in message.payload.items() if name != "since"}
    if news != told:
        bus.publish(message)
    return news
