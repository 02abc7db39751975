"""Hears a second caller knock: one or two bursts that stand alone, while people talk."""

from __future__ import annotations

from itertools import pairwise

from appliance.dsp.tones import HOP_SAMPLES
from appliance.events import UNKNOWN_CALLER, CallWaitingHeard, Fact
from appliance.line.progress_tones import TOLERANCE, Knock
from appliance.line.tone_pulses import LEAST_FRAMES, OVERTONE_DB, Burst, TonePulses
from appliance.units import SampleIndex, samples

HUSH_SAMPLES = samples(20_000)
"""One caller's knocking is told once. Why: it is repeated every 3 to 10 s."""

ALIKE_DB, ALIKE_HZ = 3.0, 3.0
"""Between bursts of one knock. Why: one generator, seconds apart, on the same line; half a hertz was measured."""

CLEAN_SWING_DB, CLEAN_SWING_HZ, CLEAN_OVERTONE_DB = 1.5, 3.0, -26.0
"""What every burst must keep to. Why: nothing but one or two short bursts tells of a knock. A generator's, under noise
15 dB below, stays within 0.4 dB, 1.1 Hz and -29 dB; in 1.4 h of prompts spoken by three people nothing came near."""

ALONE_OFF_HZ = 8.0
"""How far off its pitch a burst may lie that has no second one to confirm it. Spec: ±1.5 % of 440 Hz."""

ALONE_DBM0 = (-36.0, 0.0)
"""Between these levels a single burst must lie. Spec: 440 Hz is sent at -13 dBm0 (Precise Tone Plan);
Why: 23 dB of line and modem are more than any shop has."""

MODULATED_DB = (3.0, 40.0)
"""By how much 400 Hz swells 15–20 times a second within our 40 ms window. Why: measured, half to full depth."""

MODULATED_OFF_HZ = 15.0
"""Of the modulated burst's middle pitch. Why: its sidebands lie alike on either side; NTT allows the 400 Hz ±20, of
which exchanges use a fraction."""

PIP_SAMPLES = samples(40)
"""How far a burst shorter than 100 ms may be off its length. Why: our window is as long as the pip."""

SHORT_MS = LEAST_FRAMES * 10
"""Bursts no longer than this are too short for an opinion on how steady they are."""


class KnockWatch:
    """Waits for one call waiting tone."""

    def __init__(self, knock: Knock, pulses: TonePulses) -> None:
        self._knock = knock
        self._pulses = pulses
        self._alone = samples(knock.alone_ms)
        self._judged: SampleIndex | None = None  # the end of the last burst that an opinion was formed of
        self.forget = self._alone + 2 * HOP_SAMPLES
        """Samples after a burst in which nothing more can come of it."""

    def fact(self, now: SampleIndex) -> Fact | None:
        """Asked after every frame; a knock is told when it has been alone for long enough."""
        pulses, count = self._pulses, len(self._knock.on_ms)
        if pulses.sounding() or len(pulses.bursts) < count:
            return None
        last = pulses.bursts[-1]
        if last.end == self._judged or now - last.end < self._alone:
            return None
        self._judged = last.end
        bursts = list(pulses.bursts)
        if not self._matches(bursts[-count:]):
            return None
        if len(bursts) > count and bursts[-count].start - bursts[-count - 1].end < self._alone:
            return None
        return CallWaitingHeard(bursts[-count].start)

    def reset(self) -> None:
        self._judged = None

    def _matches(self, bursts: list[Burst]) -> bool:
        knock = self._knock
        if any(burst.ours for burst in bursts):
            return False
        for (early, late), (least, most) in zip(pairwise(bursts), knock.off_ms, strict=True):
            pause = late.start - early.end
            slack = 2 * HOP_SAMPLES
            if not samples(least) - slack <= pause <= samples(most) + slack:
                return False
            if not knock.modulated and not _alike(early, late):
                return False
        if len(bursts) == 1 and not _fit_alone(bursts[0]):
            return False
        return all(self._is_beat(index, burst) for index, burst in enumerate(bursts))

    def _is_beat(self, index: int, burst: Burst) -> bool:
        wanted_ms, length = self._knock.on_ms[index], burst.end - burst.start
        if abs(length - samples(wanted_ms)) > max(
            TOLERANCE * samples(wanted_ms) + HOP_SAMPLES, _least_slack(wanted_ms)
        ):
            return False
        if wanted_ms <= SHORT_MS:
            return True
        return _swells(burst) if self._knock.modulated else _clean(burst)


def _least_slack(wanted_ms: int) -> int:
    return PIP_SAMPLES if wanted_ms < 100 else 0


def _clean(burst: Burst) -> bool:
    """Whether it can be nothing but a generator's."""
    spread = burst.spread
    return (
        spread is not None
        and spread.db <= CLEAN_SWING_DB
        and spread.hz <= CLEAN_SWING_HZ
        and spread.overtone_db <= CLEAN_OVERTONE_DB
    )


def _alike(early: Burst, late: Burst) -> bool:
    if early.spread is None or late.spread is None:
        return False
    pitch_hz = abs(late.spread.off_hz - early.spread.off_hz)
    return abs(late.level - early.level) <= ALIKE_DB and pitch_hz <= ALIKE_HZ


def _fit_alone(burst: Burst) -> bool:
    least, most = ALONE_DBM0
    return burst.spread is not None and abs(burst.spread.off_hz) <= ALONE_OFF_HZ and least <= burst.level <= most


def _swells(burst: Burst) -> bool:
    spread, (least, most) = burst.spread, MODULATED_DB
    return (
        spread is not None
        and least <= spread.db <= most
        and abs(spread.off_hz) <= MODULATED_OFF_HZ
        and spread.overtone_db <= OVERTONE_DB
    )


class KnockDoor:
    """Lets each second caller in once, though tone, burst and modem may all tell of them; the name may come later."""

    def __init__(self) -> None:
        self._until: SampleIndex | None = None
        self._who = UNKNOWN_CALLER

    def take(self, fact: CallWaitingHeard) -> bool:
        """Whether this is news: a first knock, or who it is."""
        last, self._until = self._until, SampleIndex(fact.at + HUSH_SAMPLES)
        if last is None or fact.at >= last:
            self._who = fact.identity
            return True
        if fact.identity in (UNKNOWN_CALLER, self._who):
            return False
        self._who = fact.identity
        return True
