"""Hears the cadences of the network: the far end has cleared, a fax is calling, a second caller knocks."""

from __future__ import annotations

from collections.abc import Sequence

from appliance.dsp.level import NOTHING_DBM0
from appliance.dsp.tones import HOP_SAMPLES, Measures
from appliance.events import Fact, FarEndCleared, FaxToneHeard
from appliance.line.call_waiting import KnockWatch
from appliance.line.progress_tones import TOLERANCE, Cadence, Knock
from appliance.line.tone_pulses import Burst, Echo, TonePulses
from appliance.units import Dbm0, SampleIndex, samples

LOUD_SHARE = 0.2
"""Part of a pause in which something else may be heard. Why: a click or two, no word."""


def no_echo(start: SampleIndex, end: SampleIndex) -> Dbm0:
    """The line never hears us."""
    return NOTHING_DBM0


def _fits(length: int, beat_ms: int) -> bool:
    return abs(length - samples(beat_ms)) <= TOLERANCE * samples(beat_ms) + HOP_SAMPLES


def _follows(last: Burst, burst: Burst, pause_ms: int) -> bool:
    return burst.loud_before <= LOUD_SHARE and _fits(burst.start - last.end, pause_ms)


def _keeps_time(cadence: Cadence, bursts: list[Burst], first: int) -> bool:
    """Whether the bursts follow the cadence when the first of them is its beat `first`."""
    beats = cadence.beats_ms
    for index, burst in enumerate(bursts):
        beat = (first + 2 * index) % len(beats)
        alike = burst.steady(cadence.swing_db) and abs(burst.level - bursts[-1].level) <= cadence.alike_db
        if not alike or not _fits(burst.end - burst.start, beats[beat]):
            return False
        if index and not _follows(bursts[index - 1], burst, beats[beat - 1]):
            return False
    return True


class CadenceWatch:
    """Waits for one cadence on one tone, and tells of it once each time it comes."""

    def __init__(self, cadence: Cadence, pulses: TonePulses) -> None:
        self._cadence = cadence
        self._pulses = pulses
        self._told = False
        self._steady_samples = samples(cadence.beats_ms[0]) if cadence.steady else 0
        self._needed = cadence.cycles * len(cadence.beats_ms) // 2
        self.forget = samples(1.5 * max(cadence.beats_ms))  # Why: a pause that long is no beat of it any more
        """Samples after a burst in which nothing more can come of it."""

    def fact(self, now: SampleIndex) -> Fact | None:
        """Asked after every frame."""
        if self._told:
            self._told = not self._over(now)
            return None
        since = self._heard(now)
        self._told = since is not None
        if since is None:
            return None
        if self._cadence.cleared is not None:
            return FarEndCleared(now, self._cadence.cleared, since)
        return FaxToneHeard(now, self._cadence.fax)

    def reset(self) -> None:
        self._told = False

    def _over(self, now: SampleIndex) -> bool:
        if self._pulses.sounding() or self._steady_samples:
            return not self._pulses.sounding()
        return not self._pulses.bursts or now - self._pulses.bursts[-1].end > self.forget

    def _heard(self, now: SampleIndex) -> SampleIndex | None:
        """When what is heard by now began, if it is the cadence."""
        cadence, pulses = self._cadence, self._pulses
        if self._steady_samples:
            return pulses.started if pulses.steady_for(now, self._steady_samples, cadence.swing_db) else None
        if len(pulses.bursts) < self._needed or pulses.sounding():
            return None
        rest = now - pulses.bursts[-1].end
        if rest > self.forget:
            return None
        firsts = [first for first in range(0, len(cadence.beats_ms), 2) if self._rested(rest, first - 1)]
        bursts = list(pulses.bursts)[-self._needed :] if firsts else []
        return bursts[0].start if any(_keeps_time(cadence, bursts, first) for first in firsts) else None

    def _rested(self, rest: int, last: int) -> bool:
        """Whether the pause so far will do for the beat `last`, and was quiet."""
        wanted = self._cadence.rest_ms or self._cadence.beats_ms[last] * (1 - TOLERANCE)
        longest = self._cadence.beats_ms[last] * (1 + TOLERANCE)
        return samples(wanted) <= rest <= samples(longest) and self._pulses.loud_rest() <= LOUD_SHARE


class _Tone:
    """One tone and all that waits for it. Where it is not heard, nothing is done frame by frame."""

    def __init__(self, pulses: TonePulses, watches: Sequence[CadenceWatch | KnockWatch]) -> None:
        self.pulses = pulses
        self._watches = watches
        self._forget = max((watch.forget for watch in watches), default=0)

    def hear(self, heard: Measures, tonal: list[bool]) -> list[Fact]:
        """What these frames tell; frames that are the tone are noted in `tonal`."""
        found, pulses = self.pulses.find(heard), self.pulses
        if found is None and pulses.idle() and self._long_ago(heard.first_end):
            pulses.pause(heard.levels)
            for watch in self._watches:
                if isinstance(watch, CadenceWatch):
                    watch.reset()
            return []
        facts: list[Fact] = []
        for row, (end, level) in enumerate(zip(heard.ends, heard.levels, strict=True)):
            if pulses.hear(found[row] if found else None, level):
                tonal[row] = True
            told = [watch.fact(SampleIndex(end)) for watch in self._watches]
            facts += [fact for fact in told if fact is not None]
        return facts

    def reset(self) -> None:
        self.pulses.reset()
        for watch in self._watches:
            watch.reset()

    def _long_ago(self, now: SampleIndex) -> bool:
        return not self.pulses.bursts or now - self.pulses.bursts[-1].end > self._forget


class CallProgress:
    """Knows the tones of one network. Frames in; facts out, once for every time.

    `echo`: how loud our own voice may come back, so that what the box says is no tone of the network.
    """

    def __init__(self, cadences: tuple[Cadence, ...], knocks: tuple[Knock, ...] = (), echo: Echo = no_echo) -> None:
        tones = dict.fromkeys([*(row.hz for row in cadences), *(row.hz for row in knocks)])
        self.hz = tuple(sorted({hz for tone in tones for hz in tone}))
        """The frequencies that a meter has to measure for us."""
        self._tones = []
        for tone in tones:
            pulses = TonePulses(tuple(map(self.hz.index, tone)), echo)
            watches: list[CadenceWatch | KnockWatch] = [
                CadenceWatch(cadence, pulses) for cadence in cadences if cadence.hz == tone and cadence.told
            ]
            watches += [KnockWatch(knock, pulses) for knock in knocks if knock.hz == tone]
            self._tones.append(_Tone(pulses, watches))

    def hear(self, heard: Measures) -> tuple[list[Fact], list[bool]]:
        """What these frames tell; and of each, whether it is a tone of the network or a fax, so nobody's voice."""
        tonal = [False] * len(heard)
        facts = [fact for tone in self._tones for fact in tone.hear(heard, tonal)]
        facts.sort(key=lambda fact: fact.at)
        return facts, tonal

    def since(self, now: SampleIndex) -> SampleIndex | None:
        """When the tones that sound by now began, as far back as they follow one another; None: there are none."""
        began = [tone.pulses.since(now) for tone in self._tones]
        return min((at for at in began if at is not None), default=None)

    def reset(self) -> None:
        """Forget every beat: another call, or sound was lost."""
        for tone in self._tones:
            tone.reset()
