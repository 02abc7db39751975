"""Whether what was measured is a key of a telephone, or speech, or music.

Why two ways in: a caller who keys into our own announcement sends tones with speech on top, and speech is thickest in
the low group. So a press is believed either as a whole, the more other sound there is the steadier, or for a high tone
without a flaw, with a low one that merely fits. Of 7 h of telephone speech (1.4 h at five speeds) neither let a
syllable in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from appliance.dsp.dtmf_gate import HIGH_HZ, LOW_HZ
from appliance.dsp.dtmf_press import Found, Press
from appliance.units import samples


@dataclass(frozen=True)
class Limits:
    """What a press must have. Shares and ratios of power; `steady`, `shares` and the like are those of `Press`."""

    least_samples: int = samples(31.5)
    """Spec: ITU-T Q.24 as NTT applies it: 40 ms are a digit, 24 ms (Bellcore 23 ms) are none; the middle."""

    faintest_dbm0: float = -44.0
    """Of either tone. Spec: Q.24: -24 must be heard, below -48 nothing; Why: 4 dB inside that."""

    most_off: float = 0.0215
    """Spec: Q.24, NTT: 1.8 % must be heard, 3 % must not; Why: 0.3 % for noise at 4 dB on top of what must."""

    most_apart: float = 0.039
    """Of the two deviations. Why: 1.8 % either way and noise; beyond lie a note and its octave (852 and 1633 Hz)."""

    twist_db: tuple[float, float] = (-10.5, 9.0)
    """High over low. Spec: Q.24 and 別表第3号 ask for -5 (here -9) to +5 dB (here +7) at least; Why: 1.5 and 2 dB for
    noise, and no more: speech falls off by 10 dB from one group to the other."""

    least_steady: float = 0.94
    """Of both tones where there is nothing else. Why: a telephone's are above 0.99, one vowel in thirty is."""

    among_voices: bool = True
    """Speech and music may be on the line: a press with overtones, blurred edges or other lines is held to more."""


IVR = Limits()
"""For keys that a caller presses in a call."""

CALLER_ID = Limits(least_steady=0.9, among_voices=False)
"""For the exchange's digits on an idle line. Why: the grammar and the rhythm of a message protect it besides."""

STEADY_AMID = 0.99
"""Of both tones where another line is as loud, or the press has no clear edges. Why: of 2000 syllables with the right
lengths, frequencies and levels one had 0.988."""

STEADY_HIGH, STEADY_LOW = 0.985, 0.8
"""Of a flawless high tone, and of the low tone beside it."""

SHARE_ALONE, SHARE_HIGH, SHARE_LOW = 0.4, 0.6, 0.2
"""Of a tone's band. Why: noise at 4 dB and 9 dB of twist leave 0.5; a prompt as loud as the tones 0.25 of the low."""

TOGETHER, TOGETHER_AMID = 0.93, 0.9
"""Why: begins or ends 3 ms apart in 40 ms."""

THIRD_DB = (-6.0, 0.0)
"""Over the weaker tone: from where on another line makes us stricter, and from where fully. Beyond, where voices may
be, only a flawless high tone is believed. Why: a chord has louder notes beside the pair, and of 6000 keys with our own
prompt 6 dB below them one has no other way in."""

LOUDEST_THIRD_DB = 9.0
"""Why: a prompt as loud as both tones has a line 9 dB over the weaker of them."""

LEAST_AMID_SAMPLES = samples(45)
"""Why: in 40 ms a vowel may hold still; a caller's keys last 50 ms at least (別表第3号)."""

EDGE_DB = (-12.0, -6.0)
"""Power of a tone just before or after the press: from where on an edge counts as blurred, and from where fully."""

CLEAR_EDGE = 0.1
"""-10 dB. Of the high tone."""

HISS_SWING = 3.5
"""White noise may take so many times its average away. Why: of 6 degrees of freedom 3.7 times comes once in 1000."""

MOST_HISS_AMID = 0.03
"""May be taken off where there is more than hiss. Why: twice the average at 4 dB in 50 ms; fricatives and modems hiss
more. Of 9600 keys at 2 to 4 dB none had a line of mere noise above `THIRD_DB`."""

HISS_PEAKS = 2.0
"""The strongest line of mere noise over `hiss`. Why: the highest of 100 lines is 4.6 times their average."""

LEAST_STEADY_IN_HISS, MOST_HISS = 0.8, 0.12
"""Why: 40 ms at -2 dB and 5 dB of twist have 0.1 of hiss; at 0.2 noise itself passes for anything."""

OVERTONE_HISS = 0.0115
"""Of `hiss`, for every sample of the press: four times what white noise has on average around twice the frequency."""

OVERTONE_LOW, OVERTONE_HIGH = 0.1, 0.06
"""-10 and -12 dB. Spec: ITU-T Q.23: a telephone's are below -20; Why: voices and instruments seldom are. Of 6000 keys
with our own prompt 6 dB below them three have more; of chords that pass for keys else, none has less than 0.12."""

OVERTONE_HIGH_AMID = 0.04
"""-14 dB, where another line stands out. Why: of 6000 keys with our own prompt 6 dB below them two have more; hiss at
2 dB may, but no line stands out of it."""

MUSIC_STEADY = ((samples(60), 0.993), (samples(130), 0.97))
"""A third line so steady is a note, and the press a chord. By the length of the press: a vowel may hold still for 60 ms
but not for 130."""


def fits(key: int, found: Found, limits: Limits) -> bool:
    """By the figures of the standards: time, level, frequency, twist. `key`: its number in `dtmf_gate.KEYS`."""
    if found.samples < limits.least_samples:
        return False
    low, high = found.levels
    off_low, off_high = found.hz[0] / LOW_HZ[key // 4] - 1, found.hz[1] / HIGH_HZ[key % 4] - 1
    if max(abs(off_low), abs(off_high)) > limits.most_off or abs(off_high - off_low) > limits.most_apart:
        return False
    least, most = limits.twist_db
    return min(low, high) >= limits.faintest_dbm0 and least < high - low < most


def believes(press: Press, limits: Limits, opens: bool = False) -> bool:
    """Whether what fits is a key, not speech or music. `opens`: the sound begins with it, so its begin is unknown."""
    if press.before is None and press.after is None and not opens:
        return False  # neither begin nor end is in sight: the middle of a vowel holds as still as a key
    third_db = _db(press.third - HISS_PEAKS * max(press.hiss))
    if limits.among_voices and _is_music(press, third_db):
        return False
    return _alone(press, third_db, limits) or _amid(press, third_db)


def _is_music(press: Press, third_db: float) -> bool:
    low, high = (
        over - OVERTONE_HISS * press.samples * hiss for over, hiss in zip(press.overtones, press.hiss, strict=True)
    )
    if low > OVERTONE_LOW or high > (OVERTONE_HIGH_AMID if third_db > THIRD_DB[0] else OVERTONE_HIGH):
        return True
    (short, strict), (long, lax) = MUSIC_STEADY
    wanted = strict + (lax - strict) * _between(press.samples, (short, long))
    return third_db > THIRD_DB[0] and press.third_steady > wanted


def _alone(press: Press, third_db: float, limits: Limits) -> bool:
    """Two tones and little else, hiss not counted."""
    if min(press.shares) < SHARE_ALONE or press.together < TOGETHER or min(press.steady) < LEAST_STEADY_IN_HISS:
        return False
    loudest = THIRD_DB[1] if limits.among_voices else LOUDEST_THIRD_DB
    if third_db > loudest or max(press.hiss) > MOST_HISS:
        return False
    blur = 1.0 if press.before is None and press.after is None else _between(_blur_db(press), EDGE_DB)
    strict = min(1.0, _between(third_db, THIRD_DB) + blur) if limits.among_voices else 0.0
    wanted = limits.least_steady + strict * (STEADY_AMID - limits.least_steady)
    amid = limits.among_voices and third_db > THIRD_DB[0]
    most = MOST_HISS_AMID if amid or strict == 1 else 1.0
    return (
        min(steady + min(HISS_SWING * hiss, most) for steady, hiss in zip(press.steady, press.hiss, strict=True))
        > wanted
    )


def _amid(press: Press, third_db: float) -> bool:
    """Speech on top, and a high tone without a flaw."""
    if third_db > LOUDEST_THIRD_DB or press.samples < LEAST_AMID_SAMPLES or press.together < TOGETHER_AMID:
        return False
    if (
        press.before is None
        or press.before[1] > CLEAR_EDGE
        or (press.after is not None and press.after[1] > CLEAR_EDGE)
    ):
        return False
    if press.shares[0] < SHARE_LOW or press.shares[1] < SHARE_HIGH:
        return False
    return press.steady[0] > STEADY_LOW and press.steady[1] > STEADY_HIGH


def _blur_db(press: Press) -> float:
    """The tone that is loudest just before or after the press, over its own level in it, hiss taken off."""
    # hiss is that of 3 freedoms in the whole press; the 80 samples beside it hold samples / 80 times as much of one,
    # and three times their average in one case of twenty
    noise = [hiss * press.samples / 80 for hiss in press.hiss]
    sides = [pair for pair in (press.before, press.after) if pair is not None]
    return _db(max((side[tone] - noise[tone] for side in sides for tone in (0, 1)), default=0.0))


def _between(value: float, ends: tuple[float, float]) -> float:
    """0 at the first of `ends` and before, 1 at the second and beyond."""
    low, high = ends
    return min(max((value - low) / (high - low), 0.0), 1.0)


def _db(ratio: float) -> float:
    return 10 * math.log10(max(ratio, 1e-9))
