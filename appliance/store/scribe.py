"""Facts that last go to SQLite first, then to the bus; a sick database never holds up the line."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, SQLAlchemyError, StatementError

from appliance.errors import HouseError
from appliance.events import Fact, FaultCleared, FaultRaised, Message
from appliance.store.calls import Store
from appliance.store.deeds import Deed
from appliance.store.spill import Entry, Spill, new_key
from appliance.units import SampleIndex

log = logging.getLogger(__name__)

Publish = Callable[[Message], None]

QUEUE_LENGTH = 5000
"""Entries that may wait for the disk. Why: a call makes about 20, so 250 calls; about 5 MB."""

BATCH = 32
"""Entries written in one transaction at most. Why: one sync of the SD card serves the burst at the start of a call."""

PATIENCE_S = 2.0
"""How long a fact waits for a locked database before it is spilled and published. Why: staff wait for the popup."""

RETRY_S = 5.0
"""Pause between two tries on a database that refuses, seconds."""

CLOSE_PATIENCE_S = 10.0
"""How long `close` waits for the disk, seconds."""

FAULT = "store"
"""Key of FaultRaised and FaultCleared."""

BROKEN_MESSAGES = 1000
"""Messages kept for the bus while the queue is full; the oldest go first. Why: only the newest state is of use."""


@dataclass(frozen=True)
class _Job:
    entry: Entry
    messages: tuple[Message, ...]


class _Pen:
    """Writes entries, spills what the database does not take, and publishes in the order of writing."""

    def __init__(self, store: Store, publish: Publish) -> None:
        self._store = store
        self._publish = publish
        self._spill = Spill(store.data)
        self._lock = threading.Lock()
        self._faults: list[str | None] = []  # why the store is at fault; None: it is well again
        self._at_fault = False
        self._retry_at = 0.0
        self.spilling = False
        self.next_number = 0

    def begin(self) -> None:
        """Bring in what an earlier life left in the spill file; what was published then is not published again."""
        try:
            left, length = self._spill.read()
        except OSError as error:
            self._complain(error)
            return
        self.next_number = left[-1].number + 1 if left else 0
        self.spilling = length > 0
        self.catch_up(force=True)

    def entry(self, deeds: tuple[Deed, ...]) -> Entry:
        self.next_number += 1
        return Entry(self.next_number - 1, deeds, new_key())

    def write(self, jobs: Sequence[_Job], patience_s: float) -> None:
        """Store the jobs, then publish them; never raises for a database or a disk."""
        if self.spilling or not self._store_patiently(jobs, patience_s):
            self.spilling = True
            for job in jobs:
                self.put_aside(job.entry)
        self.publish([message for job in jobs for message in job.messages])
        self.catch_up()

    def publish(self, messages: Sequence[Message]) -> None:
        for message in messages:
            try:
                self._publish(message)
            except HouseError as error:  # no bus can carry it; it is stored, and the next one must be too
                log.error("not published: %s", error)

    def put_aside(self, entry: Entry, durable: bool = True) -> None:
        """Keep one entry in the spill file; where not even that works it is only in the log."""
        if not entry.deeds:
            return
        try:
            self._spill.add(entry, durable)
        except OSError as error:
            log.error("lost: %s (%s)", entry.deeds, error)
            self._tell(f"facts of a call are lost: {error}")

    def catch_up(self, force: bool = False) -> None:
        """Where the database is well again, bring in what was spilled."""
        if not self.spilling or (time.monotonic() < self._retry_at and not force):
            return
        try:
            entries, length = self._spill.read()
            for entry in entries:
                self._replay(entry)
            done = self._spill.clear(length)
            if done:
                self._store.forget_replayed()
        except (SQLAlchemyError, OSError) as error:
            self._complain(error)
            return
        if done:
            self.spilling = False
            self._tell(None)

    def faults(self, now: SampleIndex) -> list[Fact]:
        with self._lock:
            told, self._faults = self._faults, []
        return [FaultCleared(now, FAULT) if why is None else FaultRaised(now, FAULT, why) for why in told]

    # ---- the store -------------------------------------------------------------------------------------------------

    def _store_patiently(self, jobs: Sequence[_Job], patience_s: float) -> bool:
        """Whether the database took all jobs (or refused some for good)."""
        until = time.monotonic() + patience_s
        while True:
            try:
                self._store_all(jobs)
            except SQLAlchemyError as error:
                if time.monotonic() >= until:
                    self._complain(error)
                    return False
                time.sleep(0.05)
            else:
                return True

    def _store_all(self, jobs: Sequence[_Job]) -> None:
        """One transaction for all; where one deed is refused, one for each entry."""
        deeds = [deed for job in jobs for deed in job.entry.deeds]
        try:
            if deeds:
                self._store.write(*deeds)
        except (SQLAlchemyError, HouseError) as error:
            if not _refused(error):
                raise
            for job in jobs:
                self._store_one(job.entry)

    def _store_one(self, entry: Entry) -> None:
        try:
            # Once in its life: a later entry of the same batch may fail and bring this one here again.
            self._store.replay(entry.key, entry.deeds)
        except (SQLAlchemyError, HouseError) as error:
            self._reject(entry, error)

    def _replay(self, entry: Entry) -> None:
        self._store_one(entry)

    def _reject(self, entry: Entry, error: Exception) -> None:
        """Keep aside what the database will never take; any other error is raised again."""
        if not _refused(error):
            raise error
        log.error("the database refuses %s: %s", entry.deeds, error)
        try:
            self._spill.reject(entry.deeds, str(error))
        except OSError as trouble:
            log.error("nor can it be kept aside: %s", trouble)

    # ---- complaints ------------------------------------------------------------------------------------------------

    def _complain(self, error: Exception) -> None:
        """The store does not work now; try again in a while."""
        self._retry_at = time.monotonic() + RETRY_S
        origin = error.orig if isinstance(error, DBAPIError) and error.orig else error
        log.error("the database does not take facts: %s", origin)
        self._tell(f"the database does not take facts: {origin}")

    def _tell(self, why: str | None) -> None:
        """A fault once in an episode, and its end."""
        with self._lock:
            if self._at_fault != (why is not None):
                self._at_fault = why is not None
                self._faults.append(why)


def _refused(error: Exception) -> bool:
    """Whether no second try can help: the deed contradicts the database."""
    if isinstance(error, DBAPIError):
        return isinstance(error, IntegrityError | DataError)
    return isinstance(error, StatementError | HouseError)


class SyncScribe:
    """Stores and publishes at once, in the caller's thread: for the virtual clock and for tools."""

    def __init__(self, store: Store, publish: Publish) -> None:
        self._pen = _Pen(store, publish)
        self._pen.begin()

    def write(self, *deeds: Deed, then: Sequence[Message] = ()) -> None:
        """Store `deeds` in one transaction, then publish `then`."""
        self._pen.write([_Job(self._pen.entry(deeds), tuple(then))], patience_s=0)

    def faults(self, now: SampleIndex) -> list[Fact]:
        """FaultRaised and FaultCleared ("store") since last asked, stamped `now`."""
        return self._pen.faults(now)

    def alive(self) -> bool:
        return True

    def close(self) -> None:
        self._pen.catch_up(force=True)


class Scribe:
    """As SyncScribe, but from a thread of its own: `write` never waits.

    `publish` is called from that thread. Call `write` from one thread only.
    """

    def __init__(self, store: Store, publish: Publish, queue_length: int = QUEUE_LENGTH) -> None:
        self._pen = _Pen(store, publish)
        self._pen.begin()
        self._queue: queue.Queue[_Job | None] = queue.Queue(queue_length + 1)  # one place for the end
        self._length = queue_length
        self._lock = threading.Lock()
        self._overflowing = False
        self._unpublished: deque[Message] = deque(maxlen=BROKEN_MESSAGES)
        self._thread = threading.Thread(target=self._run, name="scribe", daemon=True)
        self._thread.start()

    def write(self, *deeds: Deed, then: Sequence[Message] = ()) -> None:
        """Soon: store `deeds` in one transaction, then publish `then`."""
        job = _Job(self._pen.entry(deeds), tuple(then))
        with self._lock:
            if self._queue.qsize() >= self._length:
                self._overflowing = True
            if self._overflowing:
                self._pen.put_aside(job.entry, durable=False)
                self._unpublished.extend(job.messages)
            else:
                self._queue.put_nowait(job)

    def faults(self, now: SampleIndex) -> list[Fact]:
        """FaultRaised and FaultCleared ("store") since last asked, stamped `now`."""
        return self._pen.faults(now)

    def alive(self) -> bool:
        """False where the thread died of a bug: the process should end, systemd starts it again."""
        return self._thread.is_alive()

    def close(self) -> None:
        """Write what waits and end the thread; where that is dead or stuck, what waits goes to the spill file."""
        with suppress(queue.Full):  # closed before, and stuck since
            self._queue.put_nowait(None)
        self._thread.join(CLOSE_PATIENCE_S)
        with suppress(queue.Empty):
            while True:
                job = self._queue.get_nowait()
                if job is not None:
                    self._pen.put_aside(job.entry, durable=False)

    def _run(self) -> None:
        going_on = True
        while going_on:
            jobs, going_on = self._next_jobs()
            if jobs:
                self._pen.write(jobs, PATIENCE_S)
            else:
                self._pen.catch_up(force=not going_on)
            self._end_overflow()

    def _next_jobs(self) -> tuple[list[_Job], bool]:
        """What waits, up to BATCH jobs; and whether there will be more."""
        jobs: list[_Job] = []
        try:
            job = self._queue.get(timeout=RETRY_S)
            while job is not None:
                jobs.append(job)
                if len(jobs) == BATCH:
                    return jobs, True
                job = self._queue.get_nowait()
        except queue.Empty:
            return jobs, True
        return jobs, False

    def _end_overflow(self) -> None:
        """Once the queue is empty, what went straight to the spill file comes next."""
        with self._lock:
            if not self._overflowing or not self._queue.empty():
                return
            messages = list(self._unpublished)
            self._unpublished.clear()
            self._overflowing = False
            self._pen.spilling = True
        self._pen.publish(messages)
        self._pen.catch_up()
