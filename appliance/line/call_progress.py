"""Hears the cadences of the network: the far end has cleared, a fax is calling."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from statistics import fmean, median

from appliance.dsp.tones import HOP_SAMPLES, Measured
from appliance.events import Fact, FarEndCleared, FaxToneHeard
from appliance.line.progress_tones import TOLERANCE, TOLERANCE_HZ, Cadence
from appliance.units import SampleIndex, samples

FAINTEST_DBM0 = -46.0
"""Why: the faintest tone we promise to know is -40 dBm0; 6 dB for a frame that lies half over its edge."""

PURE_SHARE = 0.75
"""Power of a tone in all that is heard. Why: 0.97 at 15 dB of noise, 0.5 and less for vowels and chords."""

TWIST_DB = 10.0
"""Between the two frequencies of a tone. Why: 4 dB are allowed at the exchange, 6 for the slope of a line."""

EDGE_DB = 6.0
"""A frame that lies half over the edge of a burst is so much below it (the window is a Hann)."""

STEADY_DB, STEADY_HZ = 2.5, 6.0
"""A generator keeps level and pitch within this for a whole burst. Why: 1 dB and 2.5 Hz were measured under noise 12 dB
below; a voice, a flute and the modulated ringback do not keep to it."""

OVERTONE_DB = -20.0
"""Of a tone's octave, in the middle of a burst. Why: white noise 15 dB below puts -30 there, mu-law and clipping less;
a vowel sung at 400 Hz, the purest voice there is, -10 to -18."""

ALIKE_DB = 6.0
"""Between the bursts of one cadence. Why: the modem's level control may still be settling."""

LOUD_SHARE = 0.2
"""Part of a pause in which something else may be heard. Why: a click or two, no word."""

GLITCH_FRAMES = 4
"""A change that lasts less (40 ms) is none. Why: a click, or the phase reversal of ANS. Spec: ITU-T V.25."""

KEPT_FRAMES = 320
"""3.2 s. Why: the longest steady tone that is asked for is 3 s."""

LEAST_FRAMES = 8
"""80 ms. Why: below, four edge frames leave too little to tell a generator from a voice."""


@dataclass(frozen=True)
class Burst:
    """One stretch of one tone. `loud_before`: part of the pause before it that was not quiet, 0…1."""

    start: SampleIndex
    end: SampleIndex
    level: float  # dBm0
    steady: bool
    loud_before: float


@dataclass(frozen=True)
class _Kept:
    """What is kept of one frame that held the tone."""

    at: SampleIndex
    level: float
    error: float
    overtone_db: float  # the octave, relative to the tone


def _is_steady(frames: list[_Kept]) -> bool:
    inner = frames[2:-2]
    if len(inner) < LEAST_FRAMES - 4:
        return False
    if median(frame.overtone_db for frame in inner) > OVERTONE_DB:
        return False
    level_db, pitch_hz = _spread([frame.level for frame in inner]), _spread([frame.error for frame in inner])
    return level_db <= STEADY_DB and pitch_hz <= STEADY_HZ


def _spread(values: list[float]) -> float:
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
    """Follows one tone (`hz`, at `places` in the meter's list): its bursts, and the pause or burst going on."""

    def __init__(self, places: tuple[int, ...]) -> None:
        self._places = places
        self.bursts: deque[Burst] = deque(maxlen=24)
        self._run: deque[_Kept] = deque(maxlen=KEPT_FRAMES)
        self._started = SampleIndex(0)
        self._hopeful: list[_Kept] = []  # frames with the tone, too few yet to be a burst
        self._missed: list[float] = []  # levels of frames without it, too few yet to be a pause
        self._rest: deque[float] = deque(maxlen=KEPT_FRAMES)  # levels of the pause

    def hear(self, frame: Measured) -> bool:
        """Take one frame; whether it is the tone, and no voice on its pitch."""
        kept = self._find(frame)
        if self._run:
            self._go_on(kept, frame.level)
        elif kept is not None:
            self._hopeful.append(kept)
            self._begin()
        else:
            self._rest.extend(late.level for late in self._hopeful)
            self._rest.append(frame.level)
            self._hopeful.clear()
        return kept is not None and kept.overtone_db <= OVERTONE_DB

    def sounding(self) -> bool:
        return bool(self._run)

    def steady_for(self, now: SampleIndex, wanted: int) -> bool:
        """Whether the tone has sounded for `wanted` samples up to `now`, as steadily as a generator."""
        if not self._run or now - self._started < wanted:
            return False
        frames = list(self._run)[-(wanted // HOP_SAMPLES) :]
        covered = frames[-1].at - frames[0].at
        return covered <= wanted * (1 + LOUD_SHARE) and _is_steady(frames)

    def loud_rest(self) -> float:
        """Part of the present pause that was not quiet, measured by the last burst, 0…1."""
        return self._loud(self.bursts[-1].level) if self.bursts else 0.0

    def reset(self) -> None:
        for kept in (self.bursts, self._run, self._hopeful, self._missed, self._rest):
            kept.clear()

    def _find(self, frame: Measured) -> _Kept | None:
        if sum([frame.shares[place] for place in self._places]) < PURE_SHARE:
            return None  # nearly always, so first: this is asked 300 times a second
        levels = [frame.tones[place] for place in self._places]
        errors = [frame.errors[place] for place in self._places]
        here = (
            min(levels) >= FAINTEST_DBM0
            and max(levels) - min(levels) <= TWIST_DB
            and max(map(abs, errors)) <= TOLERANCE_HZ
        )
        if not here:
            return None
        overtone = max(frame.overtones[place] for place in self._places) - max(levels)
        return _Kept(frame.at, max(levels), fmean(errors), overtone)

    def _begin(self) -> None:
        if len(self._hopeful) < GLITCH_FRAMES:
            return
        self._run.extend(self._hopeful)
        self._started = SampleIndex(self._hopeful[0].at - HOP_SAMPLES)
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
        start = self._started if len(self._run) == KEPT_FRAMES else SampleIndex(frames[0].at - HOP_SAMPLES)
        self.bursts.append(Burst(start, frames[-1].at, level, _is_steady(frames), self._loud(level)))
        self._run.clear()
        self._rest.clear()
        self._rest.extend(self._missed)
        self._missed.clear()

    def _loud(self, level: float) -> float:
        loud = sum(heard > level - EDGE_DB for heard in self._rest)
        return loud / len(self._rest) if self._rest else 0.0


def _fits(length: int, beat_ms: int) -> bool:
    return abs(length - samples(beat_ms)) <= TOLERANCE * samples(beat_ms) + HOP_SAMPLES


def _follows(last: Burst, burst: Burst, pause_ms: int) -> bool:
    return burst.loud_before <= LOUD_SHARE and _fits(burst.start - last.end, pause_ms)


def _keeps_time(cadence: Cadence, bursts: list[Burst], first: int) -> bool:
    """Whether the bursts follow the cadence when the first of them is its beat `first`."""
    beats = cadence.beats_ms
    for index, burst in enumerate(bursts):
        beat = (first + 2 * index) % len(beats)
        alike = burst.steady and abs(burst.level - bursts[-1].level) <= ALIKE_DB
        if not alike or not _fits(burst.end - burst.start, beats[beat]):
            return False
        if index and not _follows(bursts[index - 1], burst, beats[beat - 1]):
            return False
    return True


class _Watch:
    """Waits for one cadence on one tone, and tells of it once each time it comes."""

    def __init__(self, cadence: Cadence, pulses: TonePulses) -> None:
        self._cadence = cadence
        self._pulses = pulses
        self._told = False
        self._steady_samples = samples(cadence.beats_ms[0]) if cadence.steady else 0
        self._needed = cadence.cycles * len(cadence.beats_ms) // 2
        self._forget = samples(1.5 * max(cadence.beats_ms))  # Why: a pause that long is no beat of it any more

    def fact(self, now: SampleIndex) -> Fact | None:
        if self._told:
            self._told = not self._over(now)
            return None
        self._told = self._heard(now)
        if not self._told:
            return None
        if self._cadence.cleared is not None:
            return FarEndCleared(now, self._cadence.cleared)
        return FaxToneHeard(now, self._cadence.fax)

    def reset(self) -> None:
        self._told = False

    def _over(self, now: SampleIndex) -> bool:
        if self._pulses.sounding() or self._steady_samples:
            return not self._pulses.sounding()
        return not self._pulses.bursts or now - self._pulses.bursts[-1].end > self._forget

    def _heard(self, now: SampleIndex) -> bool:
        cadence, pulses = self._cadence, self._pulses
        if self._steady_samples:
            return pulses.steady_for(now, self._steady_samples)
        if len(pulses.bursts) < self._needed or pulses.sounding():
            return False
        rest = now - pulses.bursts[-1].end
        if rest > self._forget:
            return False
        bursts = list(pulses.bursts)[-self._needed :]
        return any(
            self._rested(rest, first - 1) and _keeps_time(cadence, bursts, first)
            for first in range(0, len(cadence.beats_ms), 2)
        )

    def _rested(self, rest: int, last: int) -> bool:
        """Whether the pause so far will do for the beat `last`, and was quiet."""
        wanted = self._cadence.rest_ms or self._cadence.beats_ms[last] * (1 - TOLERANCE)
        longest = self._cadence.beats_ms[last] * (1 + TOLERANCE)
        return samples(wanted) <= rest <= samples(longest) and self._pulses.loud_rest() <= LOUD_SHARE


class CallProgress:
    """Knows the tones of one network. Frames in, `FarEndCleared` and `FaxToneHeard` out, once for every time."""

    def __init__(self, cadences: tuple[Cadence, ...]) -> None:
        self.hz = tuple(sorted({hz for cadence in cadences for hz in cadence.hz}))
        """The frequencies that a meter has to measure for us."""
        places = {cadence.hz: tuple(map(self.hz.index, cadence.hz)) for cadence in cadences}
        self._pulses = {hz: TonePulses(where) for hz, where in places.items()}
        self._watches = [_Watch(cadence, self._pulses[cadence.hz]) for cadence in cadences if cadence.told]
        self.tonal = False
        """Whether the last frame was a tone of the network or of a fax machine, and so nobody's voice."""

    def hear(self, frame: Measured) -> list[Fact]:
        """What one more frame tells."""
        self.tonal = any([pulses.hear(frame) for pulses in self._pulses.values()])
        facts = (watch.fact(frame.at) for watch in self._watches)
        return [fact for fact in facts if fact is not None]

    def reset(self) -> None:
        """Forget every beat: another call, or sound was lost."""
        self.tonal = False
        for pulses in self._pulses.values():
            pulses.reset()
        for watch in self._watches:
            watch.reset()
