"""Writes every call as it is heard: a growing WAV on the sample timeline of the call."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from appliance.errors import HouseError
from appliance.events import DiskLow, Fact, FaultCleared, SoundBlock, SoundLost, Source
from appliance.store import places
from appliance.store.tape import Hands, Sync, Tape
from appliance.store.timeline import Mark, Timeline
from appliance.store.wav import SAMPLE_BYTES
from appliance.units import RATE_HZ, SampleIndex, samples

WRITE_SAMPLES = samples(200)
"""Sound is handed to the kernel at least this often. Why: window 200 + write 200 + sync 500 ms < 1 s lost at most."""

SYNC_SAMPLES = samples(500)
"""The disk is asked to make what it took durable this often, samples."""

RETRY_SAMPLES = samples(1000)
"""Pause between two tries on a disk that refuses, samples."""

PATIENCE_SAMPLES = samples(60_000)
"""How long after its call a recording waits for the disk, samples. Why: a card recovers in seconds or not at all."""

DISK_CHECK_SAMPLES = samples(10_000)
"""How often free space is looked at during a call, samples."""

MIB = 1024 * 1024


@dataclass(frozen=True)
class RecordingDone:
    """A recording as it was closed. `file`: relative to the data directory."""

    file: str
    samples: int
    marks: tuple[Mark, ...]
    drift_samples: int = 0


class Recorder:
    """Records one call at a time below `root` (the data directory). Sound that comes between calls is ignored.

    Nothing here raises for a bad disk and nothing waits for one (but `close`): two threads do what may wait, and
    trouble comes back as facts. Not `threaded`, all is written at once by the caller: for the virtual clock.
    """

    def __init__(self, root: Path, min_free_mb: int, sync: Sync = os.fdatasync, threaded: bool = True) -> None:
        self._root = root
        self._min_free_mb = min_free_mb
        self._hands = Hands(sync, threaded)
        self._reel: _Reel | None = None
        self._ended: list[_Ended] = []  # calls that are over, their last sound not yet safe
        self._facts: list[Fact] = []
        self._last_id, self._again = "", 1
        self._disk_checked: int | None = None
        self._free_mb: int | None = None  # as found by the thread, until told
        self._disk_was_low = False

    @property
    def recording(self) -> bool:
        return self._reel is not None

    def start(self, call_id: str, at: SampleIndex, civil: datetime) -> Path:
        """Begin the recording of a call; its path relative to `root`. `civil`: local time, names the day's folder.

        A second recording of one call gets a name of its own. A file that is there already is never overwritten:
        that, too, is told as RecordingFailed; `call_id` is to be new in every life of the box.
        """
        if self._reel is not None:
            raise HouseError(f"a recording is already running: {self._reel.tape.path.name}")
        if not call_id or "/" in call_id or call_id.startswith("."):
            raise HouseError(f"not a name for a file: {call_id!r}")
        self._again = self._again + 1 if call_id == self._last_id else 1
        self._last_id = call_id
        name = f"{call_id}.wav" if self._again == 1 else f"{call_id}-{self._again}.wav"
        file = Path(places.RECORDINGS, f"{civil:%Y/%m/%d}", name)
        self._reel = _Reel(Tape(self._root / file, self._hands), Timeline(at), at)
        self._look_at_disk(at)
        return file

    def hear(self, block: SoundBlock) -> list[Fact]:
        """Record one block; what went wrong since last asked."""
        now = SampleIndex(block.at + len(block)) if block.source is Source.LINE else block.at
        if self._reel is not None:
            self._reel.add(now, self._reel.timeline.hear(block))
        return self._tell(now)

    def take(self, lost: SoundLost) -> list[Fact]:
        """Put marked silence in the place of lost sound. `lost` itself is not given back."""
        if self._reel is not None:
            self._reel.add(lost.at, self._reel.timeline.lose(lost))
        return self._tell(lost.at)

    def tick(self, now: SampleIndex) -> list[Fact]:
        """Bring to disk what is old enough although no sound comes; call it now and then, between calls too."""
        if self._reel is not None:
            self._reel.add(now, self._reel.timeline.settle(now))
            if self._disk_checked is None or now - self._disk_checked >= DISK_CHECK_SAMPLES:
                self._look_at_disk(now)
        self._ended = [ended for ended in self._ended if ended.goes_on(now)]
        return self._tell(now)

    def position(self, at: SampleIndex) -> int:
        """Where in the running recording `at` lies, samples; 0 where none runs."""
        return self._reel.timeline.position(at) if self._reel is not None else 0

    def stop(self, at: SampleIndex) -> RecordingDone:
        """End the recording at `at`. What the disk has not taken yet is written soon, or told by a later `tick`."""
        if self._reel is None:
            raise HouseError("no recording is running")
        reel, self._reel = self._reel, None
        marks = sorted(reel.end(at), key=lambda mark: mark.position)
        self._ended.append(_Ended(reel.tape, at, at))
        file = str(reel.tape.path.relative_to(self._root))
        return RecordingDone(file, reel.position, tuple(marks), reel.timeline.drift_samples)

    def alive(self) -> bool:
        """False where a thread died of a bug: the process should end, systemd starts it again."""
        return self._hands.writing.alive() and self._hands.syncing.alive()

    def close(self) -> None:
        """Wait a while until all that was recorded is durable; the recorder is of no use afterwards."""
        for ended in self._ended:
            ended.tape.ask_last()
        self._hands.close()

    def _tell(self, now: SampleIndex) -> list[Fact]:
        facts, self._facts = [*self._facts, *self._hands.complaints.tell(now)], []
        if self._free_mb is not None:
            facts += self._judge_disk(now, self._free_mb)
            self._free_mb = None
        return facts

    def _look_at_disk(self, now: SampleIndex) -> None:
        self._disk_checked = now
        self._hands.writing.ask(self._measure_disk)

    def _measure_disk(self) -> None:
        """Errand: how much room there is."""
        try:
            disk = os.statvfs(self._root)
        except OSError:
            return  # writing fails too, and says so
        self._free_mb = disk.f_bavail * disk.f_frsize // MIB

    def _judge_disk(self, now: SampleIndex, free_mb: int) -> list[Fact]:
        was_low, self._disk_was_low = self._disk_was_low, free_mb < self._min_free_mb
        if self._disk_was_low == was_low:
            return []
        return [DiskLow(now, free_mb) if self._disk_was_low else FaultCleared(now, "disk_low")]


@dataclass
class _Ended:
    """A recording whose call is over."""

    tape: Tape
    at: SampleIndex
    tried_at: int

    def goes_on(self, now: SampleIndex) -> bool:
        """Try again now and then; False where nothing more is to be done."""
        if now - self.tried_at >= RETRY_SAMPLES and not self.tape.finished:
            self.tried_at = now
            if now - self.at >= PATIENCE_SAMPLES:
                self.tape.give_up()
            else:
                self.tape.ask()
        return not self.tape.finished


class _Reel:
    """One recording in progress: what is final of the timeline goes to the tape in steps of WRITE_SAMPLES."""

    def __init__(self, tape: Tape, timeline: Timeline, at: SampleIndex) -> None:
        self.tape = tape
        self.timeline = timeline
        self.position = 0  # samples given to the tape, or to come in the next step
        self._pending = bytearray()
        self._handed_at = self._asked_at = self._synced_at = int(at)
        tape.ask()

    def add(self, now: SampleIndex, pieces: Iterable[bytes]) -> None:
        """Take what is final and hand it on when it is time."""
        self._gather(pieces)
        if now - self._handed_at >= WRITE_SAMPLES or len(self._pending) >= WRITE_SAMPLES * SAMPLE_BYTES:
            self._handed_at = now
            self._hand_on()
            if now - self._asked_at >= RETRY_SAMPLES or not self.tape.failing:
                self._asked_at = now
                self.tape.ask()
        if now - self._synced_at >= SYNC_SAMPLES:
            self._synced_at = now
            self.tape.ask_sync()

    def end(self, at: SampleIndex) -> tuple[Mark, ...]:
        """Hand on the rest; the marks of the whole."""
        self._gather(self.timeline.finish(at))
        self._hand_on()
        unwritten = self.tape.end(self.position)
        return (*self.timeline.marks, *unwritten)

    def _gather(self, pieces: Iterable[bytes]) -> None:
        for pcm in pieces:
            if len(pcm) >= RATE_HZ and not pcm.strip(b"\0"):
                self._hand_on()  # half a second of silence and more needs no writing: a hole reads as silence
            else:
                self._pending += pcm
            self.position += len(pcm) // SAMPLE_BYTES

    def _hand_on(self) -> None:
        if self._pending:
            first = self.position - len(self._pending) // SAMPLE_BYTES
            self.tape.add(first, bytes(self._pending))
            self._pending.clear()
