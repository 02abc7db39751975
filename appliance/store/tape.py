"""The way of one recording to its file: sound waits here until the disk has taken it."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from appliance.store import places
from appliance.store.complaints import KEEPING, WRITING, Complaints
from appliance.store.errands import Errands
from appliance.store.timeline import Mark, MarkKind
from appliance.store.wav import SAMPLE_BYTES, GrowingWav
from appliance.units import RATE_HZ, samples

BACKLOG_SAMPLES = samples(30_000)
"""Sound kept in memory for a slow disk. Why: 480 kB; a card that stalls or a log rotated away comes back."""

Sync = Callable[[int], None]
"""Makes the contents of an open file durable; os.fdatasync but for tests."""


class Hands:
    """What all tapes share: the thread that writes, the thread that makes durable, and what they have to say.

    Why two: a sync may take seconds, and meanwhile a kill must not cost more sound than ever.
    """

    def __init__(self, sync: Sync, threaded: bool) -> None:
        self.sync = sync
        self.threaded = threaded
        self.writing = Errands("recording-write", threaded)
        self.syncing = Errands("recording-sync", threaded)
        self.complaints = Complaints()

    def close(self) -> None:
        self.writing.close()
        self.syncing.close()


class Tape:
    """One recording between line loop and disk. `add`, `end` and `give_up` never wait; errands may."""

    def __init__(self, path: Path, hands: Hands) -> None:
        self.path = path
        self.finished = False  # nothing more is to be done
        self._wav = GrowingWav(path)
        self._hands = hands
        self._lock = threading.Lock()
        self._waiting: deque[tuple[int, bytes]] = deque()  # position and sound
        self._held = 0  # samples waiting
        self._unwritten: list[Mark] = []
        self._told: set[str] = set()  # how the disk failed this recording so far
        self._length: int | None = None  # samples of the whole, once it has ended
        self._given_up = False
        self._closed = False  # nothing is written any more
        self._whole = False  # all the length is there: to be made read-only

    # ---- the line loop's side --------------------------------------------------------------------------------------

    @property
    def failing(self) -> bool:
        """Whether the disk refuses: another try is not worth while at once."""
        return WRITING in self._told

    def add(self, position: int, pcm: bytes) -> None:
        """Sound for the file at sample `position`; the oldest that waits is given up where it is too much."""
        dropped = False
        with self._lock:
            self._waiting.append((position, pcm))
            self._held += len(pcm) // SAMPLE_BYTES
            while self._held > BACKLOG_SAMPLES:
                self._leave_out(*self._take_first())
                dropped = True
        if dropped:
            self._complain(WRITING, "the disk is too slow for the recording: sound is lost")

    def ask(self) -> None:
        """Have written what waits."""
        self._hands.writing.ask(self.write)

    def ask_sync(self) -> None:
        """Have made durable what was written; the virtual clock, which no power cut meets, does so at the end only."""
        if self._hands.threaded:
            self._hands.syncing.ask(self.sync)

    def end(self, length: int) -> tuple[Mark, ...]:
        """The recording has `length` samples in all; what the disk has not taken so far for good."""
        with self._lock:
            self._length = length
            unwritten = tuple(self._unwritten)
        self.ask()
        return unwritten

    def ask_last(self) -> None:
        """As `ask`, for the last time: what the disk refuses now is given up."""
        self._hands.writing.ask(self._write_last)

    def give_up(self) -> None:
        """Wait no longer for the disk: what it has not taken is silence, and told."""
        with self._lock:
            self._given_up = True
            missing = self._held
            while self._waiting:
                self._leave_out(*self._take_first())
        if missing:
            self._tell_missing(missing)
        self.ask()

    # ---- errands ---------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Give the disk what waits and let the header tell it; after the last of it, end the file."""
        if self._closed:
            return
        fresh = self._wav.descriptor is None
        try:
            self._wav.open()
            while (piece := self._next()) is not None:
                self._put(*piece)
            self._set_length()
        except OSError as error:
            self._complain(WRITING, f"the disk does not take the recording: {error.strerror or error}")
            self._abandon()
        else:
            self._recover()
        if fresh and self._wav.descriptor is not None:
            self._hands.syncing.ask(self.sync_directory)

    def _write_last(self) -> None:
        self.write()
        if not self._closed:
            self.give_up()

    def sync(self) -> None:
        """Make durable what was written."""
        descriptor = self._wav.descriptor
        if descriptor is None:
            return
        try:
            self._hands.sync(descriptor)
        except OSError as error:
            self._complain(KEEPING, f"the disk does not keep the recording safe: {error.strerror or error}")

    def sync_directory(self) -> None:
        """Make the file's name durable, and those of the directories up to the one that holds all recordings."""
        try:
            for place in self.path.parents:
                places.sync_directory(place)
                if places.RECORDINGS not in place.parts:
                    return
        except OSError as error:
            self._complain(KEEPING, f"the disk does not keep the recording safe: {error.strerror or error}")

    def seal(self) -> None:
        """Make durable, then read-only where the whole is there, then close.

        A file that is not whole stays as it is: `mend` lets file and call agree at the next start.
        """
        self.sync()
        descriptor, self._wav.descriptor = self._wav.descriptor, None
        if descriptor is not None:
            try:
                if self._whole:
                    os.fchmod(descriptor, places.FINISHED_MODE)
            except OSError as error:
                self._complain(KEEPING, f"the recording cannot be made read-only: {error.strerror or error}")
            finally:
                os.close(descriptor)
        if KEEPING not in self._told:  # a sync that fails is told by the kernel once: only another file can show health
            self._hands.complaints.recover(KEEPING)
        self.finished = True

    # ---- within ----------------------------------------------------------------------------------------------------

    def _next(self) -> tuple[int, bytes] | None:
        with self._lock:
            return self._take_first() if self._waiting else None

    def _take_first(self) -> tuple[int, bytes]:
        position, pcm = self._waiting.popleft()
        self._held -= len(pcm) // SAMPLE_BYTES
        return position, pcm

    def _put(self, position: int, pcm: bytes) -> None:
        """Write one piece; what the disk does not take of it waits on, in front."""
        try:
            self._wav.write(position, pcm)
        except OSError:
            taken = max(0, self._wav.samples - position)
            self._put_back(position + taken, pcm[taken * SAMPLE_BYTES :])
            raise

    def _put_back(self, position: int, rest: bytes) -> None:
        with self._lock:
            if not self._given_up:
                self._waiting.appendleft((position, rest))
                self._held += len(rest) // SAMPLE_BYTES
                return
            self._leave_out(position, rest)
        self._tell_missing(len(rest) // SAMPLE_BYTES)

    def _set_length(self) -> None:
        with self._lock:
            length = self._length if not self._waiting else None
        if length is None:
            self._wav.write_header()
            return
        self._wav.trim(length)
        self._whole = True
        self._close()

    def _abandon(self) -> None:
        """Leave the file with what is there, where the disk was given up."""
        if self._given_up:
            with suppress(OSError):
                if self._wav.descriptor is not None:
                    self._wav.trim(self._wav.samples)
            self._close()

    def _close(self) -> None:
        self._closed = True
        self._hands.syncing.ask(self.seal)

    def _leave_out(self, position: int, pcm: bytes) -> None:
        """Give up a piece: a hole of silence in the file, marked."""
        count = len(pcm) // SAMPLE_BYTES
        last = self._unwritten[-1] if self._unwritten else None
        if last is not None and last.position + last.samples == position:
            self._unwritten[-1] = Mark(last.kind, last.position, last.samples + count, last.why)
        else:
            self._unwritten.append(Mark(MarkKind.UNWRITTEN, position, count, "the disk did not take it"))

    def _tell_missing(self, count: int) -> None:
        """Told although the call is over: its story says that the recording is whole."""
        why = f"{self.path.name}: {count / RATE_HZ:.1f} s at the end are missing, the disk did not take them"
        self._hands.complaints.fail(WRITING, why)

    def _complain(self, kind: str, why: str) -> None:
        """Tell once in an episode how the disk fails this recording."""
        with self._lock:
            if kind in self._told:
                return
            self._told.add(kind)
        self._hands.complaints.fail(kind, why)

    def _recover(self) -> None:
        with self._lock:
            self._told.discard(WRITING)
        self._hands.complaints.recover(WRITING)
