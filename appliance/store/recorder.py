"""Writes every call as it is heard: a growing WAV on the sample timeline of the call."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.errors import HouseError
from appliance.events import DiskLow, Fact, FaultCleared, RecordingFailed, SoundBlock, SoundLost, Source
from appliance.store import places
from appliance.store.syncer import Sync, Syncer
from appliance.store.timeline import Mark, MarkKind, Timeline
from appliance.store.wav import SAMPLE_BYTES, GrowingWav, free_name
from appliance.units import SampleIndex, samples

WRITE_SAMPLES = samples(200)
"""Sound is handed to the kernel at least this often. Why: window 200 + write 200 + sync 500 ms < 1 s lost at most."""

SYNC_SAMPLES = samples(500)
"""The header is set right and the disk is asked to make it durable this often, samples."""

RETRY_SAMPLES = samples(1000)
"""Pause between two tries on a disk that refuses, samples."""

BACKLOG_SAMPLES = samples(30_000)
"""Sound kept in memory for a disk that refuses. Why: 480 kB; a card that stalls or a log rotated away comes back."""

DISK_CHECK_SAMPLES = samples(10_000)
"""How often free space is looked at during a call, samples."""

MIB = 1024 * 1024

FAULT = "recording"
"""Key of FaultCleared when the disk takes sound again after RecordingFailed."""


@dataclass(frozen=True)
class RecordingDone:
    """A recording as it was closed. `file`: relative to the data directory."""

    file: str
    samples: int
    marks: tuple[Mark, ...]
    drift_samples: int = 0


class Recorder:
    """Records one call at a time below `root` (the data directory). Sound that comes between calls is ignored.

    Nothing here raises for a bad disk and nothing waits for one: trouble comes back as facts.
    """

    def __init__(self, root: Path, min_free_mb: int, sync: Sync = os.fdatasync) -> None:
        self._root = root
        self._min_free_mb = min_free_mb
        self._syncer = Syncer(sync)
        self._reel: _Reel | None = None
        self._facts: list[Fact] = []
        self._disk_checked: int | None = None
        self._disk_was_low = False
        self._sync_told = False

    @property
    def recording(self) -> bool:
        return self._reel is not None

    def start(self, call_id: str, at: SampleIndex, civil: datetime) -> Path:
        """Begin the recording of a call; its path relative to `root`. `civil`: local time, names the day's folder."""
        if self._reel is not None:
            raise HouseError(f"a recording is already running: {self._reel.wav.path.name}")
        if not call_id or "/" in call_id or call_id.startswith("."):
            raise HouseError(f"not a name for a file: {call_id!r}")
        path = free_name(self._root / places.RECORDINGS / f"{civil:%Y/%m/%d}", call_id)
        self._reel = _Reel(GrowingWav(path), Timeline(at), self._syncer, self._facts)
        self._reel.open(at)
        self._sync_told = False
        self._check_disk(at)
        return path.relative_to(self._root)

    def hear(self, block: SoundBlock) -> list[Fact]:
        """Record one block; what went wrong since last asked."""
        if self._reel is not None:
            now = SampleIndex(block.at + len(block)) if block.source is Source.LINE else block.at
            self._reel.add(now, self._reel.timeline.hear(block))
            self._watch(now)
        return self._tell()

    def take(self, lost: SoundLost) -> list[Fact]:
        """Put marked silence in the place of lost sound. `lost` itself is not given back."""
        if self._reel is not None:
            self._reel.add(lost.at, self._reel.timeline.lose(lost))
        return self._tell()

    def tick(self, now: SampleIndex) -> list[Fact]:
        """Bring to disk what is old enough although no sound comes; call it now and then during a call."""
        if self._reel is not None:
            self._reel.add(now, self._reel.timeline.settle(now))
            self._watch(now)
        else:
            self._hear_of_sync(now)
        return self._tell()

    def position(self, at: SampleIndex) -> int:
        """Where in the running recording `at` lies, samples; 0 where none runs."""
        return self._reel.timeline.position(at) if self._reel is not None else 0

    def stop(self, at: SampleIndex) -> RecordingDone:
        """End the recording at `at`. Facts of the end come with the next `tick`."""
        if self._reel is None:
            raise HouseError("no recording is running")
        reel, self._reel = self._reel, None
        reel.end(at)
        file = str(reel.wav.path.relative_to(self._root))
        marks = (*reel.timeline.marks, *reel.unwritten)
        ordered = tuple(sorted(marks, key=lambda mark: mark.position))
        return RecordingDone(file, reel.wav.samples, ordered, reel.timeline.drift_samples)

    def close(self) -> None:
        """Wait until all that was recorded is durable; the recorder is of no use afterwards."""
        self._syncer.close()

    def _tell(self) -> list[Fact]:
        facts = self._facts[:]
        self._facts.clear()  # the reel holds the same list
        return facts

    def _watch(self, now: SampleIndex) -> None:
        if self._disk_checked is None or now - self._disk_checked >= DISK_CHECK_SAMPLES:
            self._check_disk(now)
        self._hear_of_sync(now)

    def _hear_of_sync(self, now: SampleIndex) -> None:
        """Tell once in a call that the disk does not keep what it took."""
        errors = self._syncer.errors()
        if errors and not self._sync_told:
            self._sync_told = True
            why = errors[0].strerror or errors[0]
            self._facts.append(RecordingFailed(now, f"the disk does not keep the recording safe: {why}"))

    def _check_disk(self, now: SampleIndex) -> None:
        self._disk_checked = now
        try:
            disk = os.statvfs(self._root)
        except OSError:
            return  # writing fails too, and says so
        free_mb = disk.f_bavail * disk.f_frsize // MIB
        low = free_mb < self._min_free_mb
        if low and not self._disk_was_low:
            self._facts.append(DiskLow(now, free_mb))
        elif self._disk_was_low and not low:
            self._facts.append(FaultCleared(now, "disk_low"))
        self._disk_was_low = low


class _Reel:
    """One recording in progress: what is final of the timeline goes to the file in steps of WRITE_SAMPLES."""

    def __init__(self, wav: GrowingWav, timeline: Timeline, syncer: Syncer, facts: list[Fact]) -> None:
        self.wav = wav
        self.timeline = timeline
        self.unwritten: list[Mark] = []
        self._syncer = syncer
        self._facts = facts
        self._pending = bytearray()
        self._pending_at = 0  # position of the first pending sample
        self._written_at = self._synced_at = 0
        self._failing = False

    def open(self, at: SampleIndex) -> None:
        self._written_at = self._synced_at = at
        self._write(at)

    def add(self, now: SampleIndex, pieces: Iterable[bytes]) -> None:
        """Take what is final and write it when it is time."""
        for pcm in pieces:
            self._pending += pcm
        pause = RETRY_SAMPLES if self._failing else WRITE_SAMPLES
        much = len(self._pending) >= WRITE_SAMPLES * SAMPLE_BYTES and not self._failing
        if now - self._written_at >= pause or much:
            self._written_at = now
            self._write(now)
        if now - self._synced_at >= SYNC_SAMPLES and self.wav.descriptor is not None:
            self._synced_at = now
            self._set_length(now, self.wav.write_header)
            self._syncer.ask(self.wav.descriptor)
        self._drop_oldest()

    def end(self, at: SampleIndex) -> None:
        for pcm in self.timeline.finish(at):
            self._pending += pcm
        self._write(at)
        if self._pending:
            self._leave_out(len(self._pending) // SAMPLE_BYTES)
        if self.wav.descriptor is not None:
            self._set_length(at, self.wav.trim)
            self._syncer.finish(self.wav.descriptor)
            self.wav.descriptor = None

    def _write(self, now: SampleIndex) -> None:
        """Give all that is pending to the kernel; what it takes of it is pending no longer."""
        fresh = self.wav.descriptor is None
        try:
            self.wav.write(self._pending_at, bytes(self._pending))
        except OSError as error:
            self._fail(now, error)
        else:
            self._recover(now)
        done = max(0, self.wav.samples - self._pending_at)
        del self._pending[: done * SAMPLE_BYTES]
        self._pending_at += done
        if fresh and self.wav.descriptor is not None:
            self._syncer.ask_directory(self.wav.path.parent)

    def _set_length(self, now: SampleIndex, work: Callable[[], None]) -> None:
        try:
            work()
        except OSError as error:
            self._fail(now, error)

    def _fail(self, now: SampleIndex, error: OSError) -> None:
        """Tell once in an episode that the disk does not take our sound."""
        if not self._failing:
            self._failing = True
            self._facts.append(RecordingFailed(now, f"the disk does not take the recording: {error.strerror or error}"))

    def _recover(self, now: SampleIndex) -> None:
        if self._failing:
            self._failing = False
            self._facts.append(FaultCleared(now, FAULT))

    def _drop_oldest(self) -> None:
        surplus = len(self._pending) // SAMPLE_BYTES - BACKLOG_SAMPLES
        if surplus > 0 and self._failing:
            self._leave_out(surplus)

    def _leave_out(self, count: int) -> None:
        """Give up the oldest `count` pending samples: a hole of silence in the file, marked."""
        last = self.unwritten[-1] if self.unwritten else None
        if last is not None and last.position + last.samples == self._pending_at:
            self.unwritten[-1] = Mark(last.kind, last.position, last.samples + count, last.why)
        else:
            self.unwritten.append(Mark(MarkKind.UNWRITTEN, self._pending_at, count, "the disk did not take it"))
        del self._pending[: count * SAMPLE_BYTES]
        self._pending_at += count
