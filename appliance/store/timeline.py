"""Lays what was heard and what was said on the one sample timeline of a call. Pure: no file, no clock."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from appliance.events import SoundBlock, SoundLost, Source
from appliance.units import BLOCK_SAMPLES, RATE_HZ, SampleIndex, samples

WINDOW_SAMPLES = samples(200)
"""How long sound stays open for mixing and late blocks, samples.
Why: TX is paced 60-100 ms ahead and a modem's read is late by a block or two; a kill may lose it (1 s is allowed)."""

_SILENCE_SECOND = bytes(2 * RATE_HZ)
_SOUND, _LOST = 1, 2


class MarkKind(StrEnum):
    GAP = "gap"  # nothing was coming: neither line sound nor a prompt
    LOST = "lost"  # sound was there but never reached us
    UNWRITTEN = "unwritten"  # sound reached us but the disk did not take it
    TAIL = "tail"  # the talk is over: tones of the exchange after the far end had hung up


@dataclass(frozen=True)
class Mark:
    """A stretch of the recording that is not what people said: silence of ours, or what came after the talk.

    Unit: samples of the recording.
    """

    kind: MarkKind
    position: int
    samples: int
    why: str = ""


@dataclass(order=True)
class _Waiting:
    """Sound whose turn has not come. `turn`: its `at`, but never before earlier sound of the same source."""

    turn: int
    source: str
    order: int
    at: int = field(compare=False)
    count: int = field(compare=False)
    sound: NDArray[np.int16] | None = field(compare=False)  # None: lost, silence stands for it
    why: str = field(compare=False, default="")


@dataclass
class _Track:
    """One source. `cursor`: next free position; `heard_to`: line-clock instant after its last sample laid."""

    cursor: int = 0
    heard_to: int | None = None
    turn: int = 0  # of the sound that came last


class Timeline:
    """The recording of one call as a stream of samples.

    Sound of one source comes in order; line and box may come in any order within the window.
    Position 0 is the instant of StartRecording (or the first sample that arrives, where that was up to
    WINDOW_SAMPLES earlier). Sound of a run is laid by count; later than the cursor it leaves a gap of silence, earlier
    (a device clock that drifts) it follows at the cursor: nothing is dropped, nothing overwritten. What the box said is
    mixed in with saturation.

    Every method gives pieces of int16 LE mono 8 kHz that are final, in order.
    """

    def __init__(self, start: SampleIndex, window: int = WINDOW_SAMPLES) -> None:
        self._origin = int(start)
        self._earliest = int(start) - window
        self._window = window
        self._tracks = {Source.LINE: _Track(), Source.BOX: _Track()}
        self._waiting: list[_Waiting] = []
        self._order = 0
        self._newest = 0  # position up to which the world is known to have come
        self._final = 0
        self._frontier = 0  # end of the last sound laid
        self._mix = _MixBuffer()
        self._marks: list[Mark] = []
        self._gap = 0  # samples of the gap that ends at _final
        self.padding_samples = 0  # gaps too short to be a mark: jitter of the device's clock
        self.drift_samples = 0  # by how much line sound now lies later than the line clock said

    @property
    def final(self) -> int:
        """Samples given out so far."""
        return self._final

    @property
    def marks(self) -> tuple[Mark, ...]:
        return tuple(sorted(self._marks, key=lambda mark: mark.position))

    def position(self, at: SampleIndex) -> int:
        """Where in the recording the instant `at` lies, never before its beginning."""
        return max(0, at - self._origin + self.drift_samples)

    def hear(self, block: SoundBlock) -> Iterator[bytes]:
        """Take one block; an odd last byte, which no device may send, is left out."""
        count = len(block.pcm) // 2
        sound = np.frombuffer(block.pcm, dtype="<i2", count=count)
        early = self._earliest - block.at
        if early > 0:  # from before the recording
            sound = sound[early:]
        if not len(sound):
            return iter(())
        self._push(block.source, block.at + max(0, early), len(sound), sound)
        newest = block.at + count if block.source is Source.LINE else block.at - self._window
        return self.settle(SampleIndex(newest))

    def lose(self, lost: SoundLost) -> Iterator[bytes]:
        """Marked silence in the place of line sound that never reached us."""
        count = lost.samples - max(0, self._origin - lost.at)
        if count <= 0:
            return iter(())
        at = max(int(lost.at), self._origin)
        self._push(Source.LINE, at, count, None, lost.why)
        return self.settle(SampleIndex(at))

    def settle(self, now: SampleIndex) -> Iterator[bytes]:
        """Time has come to `now`: what is older than the window is final."""
        self._newest = max(self._newest, now - self._origin + self.drift_samples)
        return self._give(self._newest - self._window)

    def finish(self, at: SampleIndex) -> Iterator[bytes]:
        """The recording ends at `at`; later sound that has already come is kept."""
        last = max((wait.turn for wait in self._waiting), default=self._origin) - self._origin
        pieces = list(self._give(last + 1))
        pieces += self._emit(self._frontier)
        pieces += self._silence(at - self._origin - self._final)
        self._close_gap()
        return iter(pieces)

    # ---- laying --------------------------------------------------------------------------------------------------

    def _push(self, source: Source, at: int, count: int, sound: NDArray[np.int16] | None, why: str = "") -> None:
        if self._final == 0 and not self._mix.filled:
            self._origin = min(self._origin, at)
        track = self._tracks[source]
        track.turn = max(track.turn, at)
        self._order += 1
        heapq.heappush(self._waiting, _Waiting(track.turn, source, self._order, at, count, sound, why))

    def _give(self, until: int) -> Iterator[bytes]:
        """All samples below `until`, as far as sound has come."""
        pieces: list[bytes] = []
        while self._waiting and self._waiting[0].turn - self._origin < until:
            wait = heapq.heappop(self._waiting)
            here = wait.at - self._origin
            if here > self._frontier:  # nothing was coming: no need to hold the silence in the mix
                pieces += self._emit(self._frontier)
                pieces += self._silence(here - self._final)
            self._lay(wait, here)
        pieces += self._emit(min(until, self._frontier))
        return iter(pieces)

    def _lay(self, wait: _Waiting, here: int) -> None:
        source = Source(wait.source)
        track = self._tracks[source]
        if wait.at == track.heard_to:
            place = max(track.cursor, self._final)
        elif source is Source.BOX:
            place = max(here + self.drift_samples, track.cursor, self._final)
        else:
            place = max(here, track.cursor, self._final)
        if wait.sound is None:
            self._mix.cover(place - self._final, wait.count, _LOST)
            self._marks.append(Mark(MarkKind.LOST, place, wait.count, wait.why))
        else:
            self._mix.add(place - self._final, wait.sound)
        track.cursor = place + wait.count
        track.heard_to = wait.at + wait.count
        self._frontier = max(self._frontier, track.cursor)
        if source is Source.LINE:
            self.drift_samples = place - here

    # ---- giving out ----------------------------------------------------------------------------------------------

    def _emit(self, until: int) -> list[bytes]:
        count = until - self._final
        if count <= 0:
            return []
        pcm, covered = self._mix.pop(count)
        if covered is None:
            self._close_gap()
        else:
            self._mark_gaps(covered)
        self._final = until
        return [pcm]

    def _mark_gaps(self, covered: NDArray[np.uint8]) -> None:
        """Find the uncovered runs of what is given out now; one may go on beyond either end."""
        empty = np.concatenate(([0], (covered == 0).astype(np.int8), [0]))
        edges = np.flatnonzero(np.diff(empty))
        for first, last in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            if first > 0:
                self._close_gap(0)
            self._gap += last - first
            if last < len(covered):
                self._close_gap(last)

    def _silence(self, count: int) -> Iterator[bytes]:
        if count <= 0:
            return iter(())
        self._final += count
        self._frontier = max(self._frontier, self._final)
        self._gap += count
        seconds, rest = divmod(count, RATE_HZ)
        return iter([_SILENCE_SECOND] * seconds + [bytes(2 * rest)] * (rest > 0))

    def _close_gap(self, ahead: int = 0) -> None:
        """The gap that ended `ahead` samples after what is given out becomes a mark, or padding where it is short."""
        if self._gap >= BLOCK_SAMPLES:
            self._marks.append(Mark(MarkKind.GAP, self._final + ahead - self._gap, self._gap))
        else:
            self.padding_samples += self._gap
        self._gap = 0


class _MixBuffer:
    """Sound that is not final yet: a sum in 32 bits, and which samples anything covers."""

    def __init__(self) -> None:
        self._sum = np.zeros(4 * WINDOW_SAMPLES, dtype=np.int32)
        self._cover = np.zeros(4 * WINDOW_SAMPLES, dtype=np.uint8)
        self._first = 0
        self._end = 0

    @property
    def filled(self) -> bool:
        return self._end > self._first

    def add(self, offset: int, sound: NDArray[np.int16]) -> None:
        """Mix `sound` (int16, shape (n,)) in at `offset` samples from the first open one."""
        first, last = self._room(offset, len(sound))
        self._sum[first:last] += sound
        self._cover[first:last] |= _SOUND

    def cover(self, offset: int, count: int, kind: int) -> None:
        first, last = self._room(offset, count)
        self._cover[first:last] |= kind

    def pop(self, count: int) -> tuple[bytes, NDArray[np.uint8] | None]:
        """The first `count` samples, saturated to 16 bits; with their cover where it has holes, else None."""
        first, last = self._first, self._first + count
        pcm = np.clip(self._sum[first:last], -32768, 32767).astype("<i2").tobytes()
        cover = self._cover[first:last]
        holes = None if cover.all() else cover.copy()
        self._sum[first:last] = 0
        self._cover[first:last] = 0
        self._first = last
        self._end = max(self._end, last)
        if not self.filled:
            self._first = self._end = 0
        return pcm, holes

    def _room(self, offset: int, count: int) -> tuple[int, int]:
        first, last = self._first + offset, self._first + offset + count
        if last > len(self._sum):
            self._move(last - self._first)
            first, last = offset, offset + count
        self._end = max(self._end, last)
        return first, last

    def _move(self, wanted: int) -> None:
        """Bring the open samples to the front of an array with room for twice what is wanted."""
        held = slice(self._first, self._end)
        length = self._end - self._first
        size = max(len(self._sum), 2 * wanted)
        total, cover = np.zeros(size, dtype=np.int32), np.zeros(size, dtype=np.uint8)
        total[:length], cover[:length] = self._sum[held], self._cover[held]
        self._sum, self._cover = total, cover
        self._first, self._end = 0, length
