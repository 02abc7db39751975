"""Follows one tone of the network: where it sounds in bursts, how clean each burst is, what lies in the pauses."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from appliance.dsp.tones import HOP_SAMPLES, Measures
from appliance.line.progress_tones import SWING_DB, TOLERANCE_HZ
from appliance.units import Dbm0, SampleIndex, samples

FAINTEST_DBM0 = -46.0
"""Why: the faintest tone we promise to know is -40 dBm0; 6 dB for a frame that lies half over its edge."""

PURE_SHARE = 0.75
"""Power of a tone in all that is heard. Why: 0.97 at 15 dB of noise, 0.5 and less for vowels and chords."""

TWIST_DB = 10.0
"""Between the two frequencies of a tone. Why: 4 dB are allowed at the exchange, 6 for the slope of a line."""

EDGE_DB = 6.0
"""A frame that lies half over the edge of a burst is so much below it (the window is a Hann)."""

SWING_HZ = 6.0
"""A generator keeps its pitch within this for a whole burst. Why: 2.5 Hz were measured under noise 12 dB below; a voice
and a flute do not keep to it."""

OVERTONE_DB = -20.0
"""Of a tone's octave, in the middle of a burst. Why: white noise 15 dB below puts -30 there, mu-law and clipping less;
a vowel sung at 400 Hz, the purest voice there is, -10 to -18."""

GLITCH_FRAMES = 4
"""A change that lasts less (40 ms) is none. Why: a click, or the phase reversal of ANS. Spec: ITU-T V.25."""

KEPT_FRAMES = 320
"""3.2 s. Why: the longest steady tone that is asked for is 3 s."""

LEAST_FRAMES = 8
"""80 ms. Why: below, four edge frames leave too little to tell a generator from a voice."""

SERIES_SAMPLES = samples(900)
"""Bursts no farther apart belong to one series. Why: the longest pause of any busy tone is 750 ms."""

OURS_SAMPLES = samples(100)
"""How far into a burst our own voice is looked for. Why: it is known 200 ms late at most, shorter than a burst."""

Echo = Callable[[SampleIndex, SampleIndex], Dbm0]
"""How loud our own voice may come back at most between two instants."""


@dataclass(frozen=True)
class Spread:
    """How far the inner frames of a burst lie apart; a few frames that a click spoilt are left out."""

    db: float
    hz: float
    off_hz: float  # middle pitch minus the nominal one
    overtone_db: float  # the octave, relative to the tone

    def steady(self, swing_db: float) -> bool:
        """Whether a generator made it, one whose level keeps within `swing_db`."""
        return self.db <= swing_db and self.hz <= SWING_HZ and self.overtone_db <= OVERTONE_DB


@dataclass(frozen=True)
class Burst:
    """One stretch of one tone. `loud_before`: part of the pause before it that was not quiet, 0…1.

    `spread`: None where it is too short for an opinion. `ours`: it may be the echo of our own voice.
    """

    start: SampleIndex
    end: SampleIndex
    level: float  # dBm0
    spread: Spread | None
    loud_before: float
    ours: bool = False

    def steady(self, swing_db: float = SWING_DB) -> bool:
        return self.spread is not None and not self.ours and self.spread.steady(swing_db)


@dataclass(frozen=True)
class _Kept:
    """What is kept of one frame that held the tone."""

    at: SampleIndex
    level: float
    error: float
    overtone_db: float


def _spread(frames: Sequence[_Kept]) -> Spread | None:
    inner = frames[2:-2]
    if len(inner) < LEAST_FRAMES - 4:
        return None
    errors = [frame.error for frame in inner]
    return Spread(
        _width([frame.level for frame in inner]),
        _width(errors),
        median(errors),
        median(frame.overtone_db for frame in inner),
    )


def _width(values: list[float]) -> float:
    """From the lowest to the highest, without an eighth at either end. Why: a click spoils five frames of fifty."""
    spare = len(values) // 8
    ordered = sorted(values)[spare : len(values) - spare]
    return ordered[-1] - ordered[0]


def _without_edges(frames: list[_Kept]) -> list[_Kept]:
    """The frames between the burst's half-power edges; edge frames are pure in quiet, and would lengthen it."""
    least = median(frame.level for frame in frames) - EDGE_DB
    whole = [index for index, frame in enumerate(frames) if frame.level >= least]
    return frames[whole[0] : whole[-1] + 1]


class TonePulses:
    """Follows one tone, at `places` in the meter's list: its bursts, and the pause or burst going on."""

    def __init__(self, places: tuple[int, ...], echo: Echo) -> None:
        self._places = list(places)
        self._echo = echo
        self.bursts: deque[Burst] = deque(maxlen=24)
        self._run: deque[_Kept] = deque(maxlen=KEPT_FRAMES)
        self.started = SampleIndex(0)
        """When the burst going on began."""
        self._hopeful: list[_Kept] = []  # frames with the tone, too few yet to be a burst
        self._missed: list[float] = []  # levels of frames without it, too few yet to be a pause
        self._rest: deque[float] = deque(maxlen=KEPT_FRAMES)  # levels of the pause

    def find(self, heard: Measures) -> list[_Kept | None] | None:
        """Which frames hold the tone; None: none does, as nearly always, so that is found out first."""
        shares = heard.shares[:, self._places]
        pure = (shares.sum(axis=1) if len(self._places) > 1 else shares[:, 0]) >= PURE_SHARE
        if not pure.any():
            return None
        levels, errors = heard.tones[:, self._places], heard.errors[:, self._places]
        loudest = levels.max(axis=1)
        fits = pure & (levels.min(axis=1) >= np.maximum(FAINTEST_DBM0, loudest - TWIST_DB))
        fits &= np.abs(errors).max(axis=1) <= TOLERANCE_HZ
        if not fits.any():
            return None
        octave = heard.overtones[:, self._places].max(axis=1) - loudest
        columns = (fits.tolist(), heard.ends, loudest.tolist(), errors.tolist(), octave.tolist())
        return [
            _Kept(SampleIndex(end), level, fmean(error), over) if fit else None
            for fit, end, level, error, over in zip(*columns, strict=True)
        ]

    def hear(self, kept: _Kept | None, level: float) -> bool:
        """Take one frame, of `level` dBm0 in all; whether it is the tone, and no voice on its pitch."""
        if self._run:
            self._go_on(kept, level)
        elif kept is not None:
            self._hopeful.append(kept)
            self._begin()
        else:
            self._rest.extend(late.level for late in self._hopeful)
            self._rest.append(level)
            self._hopeful.clear()
        return kept is not None and kept.overtone_db <= OVERTONE_DB

    def pause(self, levels: Sequence[float]) -> None:
        """Take frames without the tone, while it is `idle`."""
        self._rest.extend(levels)

    def idle(self) -> bool:
        """Neither a burst nor the beginning of one is going on."""
        return not (self._run or self._hopeful)

    def sounding(self) -> bool:
        return bool(self._run)

    def steady_for(self, now: SampleIndex, wanted: int, swing_db: float) -> bool:
        """Whether the tone has sounded for `wanted` samples up to `now`, as steadily as a generator."""
        if not self._run or now - self.started < wanted:
            return False
        frames = list(self._run)[-(wanted // HOP_SAMPLES) :]
        covered = frames[-1].at - frames[0].at
        if covered > wanted * 1.2:  # Why: a fifth of it may be missed, as of a pause (LOUD_SHARE)
            return False
        spread = _spread(frames)
        level = median(frame.level for frame in frames)
        return spread is not None and spread.steady(swing_db) and not self._ours(frames[0].at, level)

    def since(self, now: SampleIndex) -> SampleIndex | None:
        """When the clean bursts that follow one another up to `now` began; None: there are none."""
        going_on = _spread(list(self._run))
        clean = going_on is not None and going_on.steady(SWING_DB)
        began, follows = (self.started, self.started) if clean else (None, now)
        for burst in reversed(self.bursts):
            if follows - burst.end > SERIES_SAMPLES or not burst.steady():
                break
            began = follows = burst.start
        return began

    def loud_rest(self) -> float:
        """Part of the present pause that was not quiet, measured by the last burst, 0…1."""
        return self._loud(self.bursts[-1].level) if self.bursts else 0.0

    def reset(self) -> None:
        for kept in (self.bursts, self._run, self._hopeful, self._missed, self._rest):
            kept.clear()

    def _begin(self) -> None:
        if len(self._hopeful) < GLITCH_FRAMES:
            return
        self._run.extend(self._hopeful)
        self.started = SampleIndex(self._hopeful[0].at - HOP_SAMPLES)
        self._hopeful.clear()

    def _go_on(self, kept: _Kept | None, level: float) -> None:
        if kept is not None:
            self._run.append(kept)
            self._missed.clear()
            return
        self._missed.append(level)
        if len(self._missed) >= GLITCH_FRAMES:
            self._end()

    def _end(self) -> None:
        frames = _without_edges(list(self._run))
        level = median(frame.level for frame in frames)
        start = self.started if len(self._run) == KEPT_FRAMES else SampleIndex(frames[0].at - HOP_SAMPLES)
        ours = self._ours(start, level)
        self.bursts.append(Burst(start, frames[-1].at, level, _spread(frames), self._loud(level), ours))
        self._run.clear()
        self._rest.clear()
        self._rest.extend(self._missed)
        self._missed.clear()

    def _loud(self, level: float) -> float:
        loud = sum(heard > level - EDGE_DB for heard in self._rest)
        return loud / len(self._rest) if self._rest else 0.0

    def _ours(self, start: SampleIndex, level: float) -> bool:
        return level <= self._echo(start, SampleIndex(start + OURS_SAMPLES))
