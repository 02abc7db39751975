"""Finds the bursts of a frequency-shift transmitter: a run of marks, then something else in the same band.

Always on, so it costs a few microseconds a block; what it finds may still be a flute, and the bits decide.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from appliance.dsp.fsk_modulation import RawBurst
from appliance.dsp.level import FULL_SCALE_DBM0, FULL_SCALE_POWER, Sound, dbm0
from appliance.dsp.soft import Span
from appliance.units import RATE_HZ, SampleIndex, samples

SIZE, HOP = 160, 80
"""Samples of a frame (20 ms) and between frames. Why: the shortest run of marks (NTT: 60 ms) fills five frames."""

IDLE_FRAMES, BUSY_FRAMES = 8, 2
"""Frames at a time: many while nothing is there (cheap), few within a burst (the end is told within 20 ms)."""

MARK_HZ = (1100.0, 1400.0)
"""Where a mark may be: 1200 −2 % … 1300 +2 %, and a Hann window's width."""

CARRIER_HZ = (950.0, 2450.0)
"""Where nine tenths of a burst's power are, of either modulation."""

BAND_HZ = (300.0, 3400.0)
"""What counts as sound. Why: hum lies below. Spec: ITU-T G.712."""

MARK_SHARE = 0.48
"""Of the band's power near the mark, to open a burst. Why: 0.77 ±0.05 at 3.5 dB signal to noise, 0.11 in noise."""

LEAST_MARK_SHARE = 0.47
"""The same, within a burst. Why: 3.5 dB leaves 0.77 ±0.05, so that no run of marks ends early."""

FRAME_DOUBT, RUN_DOUBT = 2.2, 1.4
"""How many times the noise of the opening marks one frame of marks may have, and a run of them on average. Why: with
space 10 dB weaker and four stop bits, bits too have nine tenths of their power near the mark."""

CARRIER_SHARE = 0.66
"""Of the band's power among the carriers. Why: 0.85 ±0.05 at 3.5 dB of signal to noise, 0.48 ±0.08 in noise."""

CARRIER_DROP_DB = 12.0
"""So far below the marks, there is no carrier. Why: with space 10 dB weaker, a frame of spaces is 7 dB weaker."""

DROP: float = 10 ** (-CARRIER_DROP_DB / 10)

FLOOR_DBM0 = -58.0
"""Below this nothing is a burst. Why: −42 dBm0 is the faintest asked for, its mark possibly 10 dB weaker yet."""

FLOOR: float = FULL_SCALE_POWER * 10 ** ((FLOOR_DBM0 - FULL_SCALE_DBM0) / 10)

OPENING_FRAMES = 3
"""Frames of mark that open a burst: 30 to 40 ms. Spec: NTT sends at least 60 ms."""

MEASURED_FRAMES = 12
"""Frames of the run of marks, from its beginning, that are measured at most."""

IDLE_MARK_FRAMES = 4
"""Frames of mark alone that end one: about 50 ms. Spec: GR-30 allows up to 20 marks (17 ms) between octets."""

GONE_FRAMES = 2
"""Frames without carrier that end one. Why: noise makes one frame in thirty look like no carrier."""

FEWEST_BIT_FRAMES = 4
"""Fewer frames of bits are no message. Why: the shortest (6 octets) lasts 50 ms."""

LONGEST = samples(4000)
"""Samples of the longest burst. Why: 255 octets of MDMF at 13 bits each are 2.8 s."""

BEFORE = samples(40)
"""Samples kept from before the marks. Why: the finder is good to ±20 ms, and a filter wants a run-up."""

MARKS_KEPT = samples(300)
"""Samples of a run of marks that are kept. Why: 170 ms is what GR-30 sends; a longer run teaches little more."""

LARGEST = 1e6
"""Samples are cut to ±this. Why: squares stay finite, and no converter gives more than 32768."""


class _Frame(NamedTuple):
    """What was measured of one frame: `at`: its first sample. Powers are mean squares; `moment`: power times Hz."""

    at: int
    band: float
    mark: float
    carrier: float
    moment: float


@dataclass
class _Watch:
    """A run of marks, and what came after it. Instants are of the line clock."""

    mark_start: int
    mark_end: int = 0
    run: int = 0  # frames of mark alone up to now
    gone: int = 0  # frames without carrier up to now
    bits: int = 0  # frames of bits
    bit_power: float = 0.0  # sum over them
    marks: int = 0  # frames of the run of marks before them
    mark_power: float = 0.0  # sums over the measured frames of the run of marks
    band_power: float = 0.0
    moment: float = 0.0
    mark_share: float = MARK_SHARE
    idle_share: float = MARK_SHARE
    run_mark: float = 0.0  # sums over the frames of mark alone after bits
    run_band: float = 0.0

    @property
    def open(self) -> bool:
        """Whether the run of marks was long enough for bits to be expected."""
        return self.mark_power > 0

    @property
    def over(self) -> bool:
        """Whether the bits have ended: no carrier, or nothing but marks again."""
        idle = self.run_mark > self.idle_share * self.run_band
        return self.gone >= GONE_FRAMES or (self.run >= IDLE_MARK_FRAMES and self.bits > 0 and idle)

    @property
    def kept_from(self) -> int:
        """The first instant whose sound a burst needs."""
        return max(self.mark_start, self.mark_end - MARKS_KEPT) - BEFORE

    def add_mark(self, frame: _Frame) -> None:
        """One more frame of the run of marks."""
        self.run += 1
        self.marks += 1
        self.mark_end = frame.at + SIZE
        if not OPENING_FRAMES <= self.marks <= MEASURED_FRAMES:
            return  # the first frames are marks in part only
        self.mark_power += frame.mark
        self.band_power += frame.band
        self.moment += frame.moment
        share = self.mark_power / self.band_power
        self.mark_share = max(LEAST_MARK_SHARE, 1 - FRAME_DOUBT * (1 - share) - 0.05)
        self.idle_share = max(LEAST_MARK_SHARE, 1 - RUN_DOUBT * (1 - share) - 0.05)

    def take(self, frame: _Frame) -> None:
        """One frame after the opening."""
        if frame.mark > self.mark_share * frame.band and frame.band > FLOOR:
            self.gone = 0
            if self.bits:
                self.run += 1
                self.run_mark += frame.mark
                self.run_band += frame.band
            else:
                self.add_mark(frame)
            return
        self.run, self.run_mark, self.run_band = 0, 0.0, 0.0
        weakest = DROP * self.mark_power / (min(self.marks, MEASURED_FRAMES) - OPENING_FRAMES + 1)
        if frame.carrier > max(CARRIER_SHARE * frame.band, weakest):
            self.gone = 0
            self.bits += 1
            self.bit_power += frame.band
        else:
            self.gone += 1


class BurstFinder:
    """Cuts bursts out of sound. The grid of frames starts at the first sample after a gap or a reset."""

    def __init__(self) -> None:
        lines = np.arange(SIZE // 2 + 1) * RATE_HZ / SIZE
        bands = [((lines >= low) & (lines <= high)).astype(float) for low, high in (BAND_HZ, MARK_HZ, CARRIER_HZ)]
        self._window: Sound = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(SIZE) / SIZE)
        self._sums: Sound = np.stack((*bands, bands[1] * lines), axis=1)
        self._sums *= 2 / (SIZE * float(np.sum(self._window**2)))  # by Parseval
        self._clear()

    def _clear(self, at: int = 0) -> None:
        self._waiting: list[Sound] = []  # not yet joined to `_sound`
        self._sound: Sound = np.zeros(0)
        self._at = at  # instant of the first sample of `_sound`
        self._heard = at  # instant after the last sample
        self._next = at  # instant of the next frame
        self._watch: _Watch | None = None

    def reset(self) -> None:
        """Forget everything heard."""
        self._clear()

    def hear(self, at: SampleIndex, sound: Sound) -> list[RawBurst]:
        """The bursts that `sound` (float64, shape (n,), its first sample at `at`) ends; a gap ends one too."""
        cut: list[RawBurst] = []
        if at != self._heard:
            cut = self.flush()
            self._clear(at)
        self._waiting.append(sound)
        self._heard += len(sound)
        if self._heard - self._next >= self._need():
            cut += self._advance()
        return cut

    def flush(self) -> list[RawBurst]:
        """The burst at the end of the sound, as if silence followed; then everything is forgotten."""
        silence = np.zeros((IDLE_FRAMES + GONE_FRAMES) * HOP + 2 * SIZE)
        self._waiting.append(silence)
        self._heard += len(silence)
        found = self._advance() if self._heard > len(silence) else []
        self._clear()
        return found

    def _need(self) -> int:
        """Samples that the next frames take."""
        return ((BUSY_FRAMES if self._watch else IDLE_FRAMES) - 1) * HOP + SIZE

    def _advance(self) -> list[RawBurst]:
        self._sound = np.concatenate((self._sound, *self._waiting))
        self._waiting = []
        found: list[RawBurst] = []
        while self._heard - self._next >= (need := self._need()):
            offset = self._next - self._at
            rows = self._measure(self._sound[offset : offset + need])
            if self._watch is None and not (rows[:, 1] > MARK_SHARE * rows[:, 0]).any():
                self._next += len(rows) * HOP
                continue
            for row in rows.tolist():
                found += self._take(_Frame(self._next, *row))
                self._next += HOP
        self._drop_old()
        return found

    def _measure(self, sound: Sound) -> Sound:
        """Row by frame: mean square of the band, near the mark, of the carriers; mean square times Hz near the mark.

        Why always as many rows: chunking must not change a bit, and a matrix product may round by its shape.
        """
        count = (len(sound) - SIZE) // HOP + 1
        kept = np.minimum(np.maximum(sound, -LARGEST), LARGEST)
        step = kept.itemsize
        frames: Sound = np.ndarray((count, SIZE), kept.dtype, kept, 0, (step * HOP, step))
        spectrum = np.fft.rfft(frames * self._window, axis=1)
        rows: Sound = (spectrum.real**2 + spectrum.imag**2) @ self._sums
        return rows

    def _take(self, frame: _Frame) -> list[RawBurst]:
        watch = self._watch
        if watch is None or not watch.open:
            self._await_marks(frame)
            return []
        watch.take(frame)
        if not watch.over and frame.at - watch.mark_end <= LONGEST:
            return []
        self._watch = None
        if watch.run:  # marks go on: the next message may follow
            self._watch = _Watch(frame.at - (watch.run - 1) * HOP)
            for _ in range(max(watch.run, OPENING_FRAMES)):
                self._watch.add_mark(frame)
        return [self._cut(watch)] if watch.bits >= FEWEST_BIT_FRAMES else []

    def _await_marks(self, frame: _Frame) -> None:
        if frame.mark <= MARK_SHARE * frame.band or frame.band <= FLOOR:
            self._watch = None
            return
        if self._watch is None:
            self._watch = _Watch(frame.at)
        self._watch.add_mark(frame)

    def _cut(self, watch: _Watch) -> RawBurst:
        start, end = max(self._at, watch.kept_from), self._next + SIZE
        sound = np.clip(self._sound[start - self._at : end - self._at], -LARGEST, LARGEST)
        span = Span(SampleIndex(max(start, watch.mark_start)), SampleIndex(end))
        mark_hz = watch.moment / watch.mark_power
        return RawBurst(start, sound, span, watch.mark_end, mark_hz, dbm0(watch.bit_power / watch.bits))

    def _drop_old(self) -> None:
        """Let go of what no burst can need."""
        oldest = self._watch.kept_from if self._watch else self._next - BEFORE
        if oldest > self._at:
            self._sound = self._sound[oldest - self._at :]
            self._at = oldest
