"""Reads one burst in several ways, from the cheapest to the most thorough."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from appliance.dsp import fsk_framing
from appliance.dsp.fsk_carriers import SAMPLES_PER_BIT, Carriers, high_passed, measure, retuned
from appliance.dsp.fsk_clock import Clock, ClockSearch
from appliance.dsp.fsk_framing import OCTET_BITS, Framing, Starts
from appliance.dsp.fsk_modulation import Modulation, RawBurst
from appliance.dsp.fsk_windows import Bits, judge
from appliance.dsp.level import Sound
from appliance.dsp.soft import SoftOctets
from appliance.units import samples

HEAD, TAIL = samples(12), samples(22)
"""Samples off the beginning and the end of the marks that are not trusted to be marks. Why: a frame of the finder is
taken for marks where a third of it is not."""

RUN_UP = samples(40)
"""Samples before the end of the marks where octets may begin. Why: two frames; that many marks more do no harm."""

FEWEST_MARKS = samples(10)
"""Samples of mark that are measured at least."""

QUICK, THOROUGH, LOOSE = 1, 4, 2
"""Neighbours on either side that a bit is judged with. Why: 512 patterns (THOROUGH) are within 0.5 dB of all; free
octets (LOOSE) have no neighbours on the same clock beyond their own start and stop."""

CLEAN_ERRORS = 0.02
"""Expected wrong bits in a whole reading below which the quick one is good enough to be tried."""

KNOWN = 12.0
"""Natural log-odds of start and stop bits once the framing is settled. Why: a slip is still possible."""

FINE = 8
"""Points per bit where octets may start anywhere: a sixteenth of a bit off at most costs 0.1 dB."""

REGULAR = 0.37
"""Regularity from which the quick reading may be believed. Why: octets on no common clock reach 0.33, whose bits can be
sure and wrong; clean ones on one clock begin at 0.41 (12 dB)."""

SPOILT = 8.0
"""Noise of one bit, over that expected, beyond which something else sounded. Why: as MISFIT, and an echo has less."""

COVERED = 0.95
"""Of all evidence of spaces, what evenly spaced octets must explain for nothing else to be tried."""

UNEVEN = 1.05
"""How much more freely spaced octets must be worth than even ones to come first. Why: freedom alone gains 2 %."""

DOUBTFUL = 0.03
"""How near to UNEVEN both framings are read."""

CLOCKLESS = 0.73
"""Worth of octets on no common clock, over that of octets on one, from which they are read, and first. Why:
measured 0.62…0.70 with a common clock, 0.77…1.6 without, at 2…60 dB."""

ALONE = 0.8
"""The same share, from which they come alone. Why: bits cut across are sure and wrong."""


@dataclass(frozen=True)
class Attempt:
    """One way to see a burst: its bits on one clock, and the octets in them."""

    carriers: Carriers
    clock: Clock
    edges: Sound
    bits: Bits
    framing: Framing


def readings(raw: RawBurst, modulation: Modulation) -> Iterator[SoftOctets]:
    """The readings of a burst, the cheapest and likeliest first; none where there is nothing to read."""
    sound = high_passed(raw.sound)
    end = max(FEWEST_MARKS, raw.mark_end - raw.at - TAIL)
    start = min(raw.span.start - raw.at + HEAD, end - FEWEST_MARKS)
    carriers = measure(sound, slice(start, end), raw.mark_hz, modulation)
    first = max(start, raw.mark_end - raw.at - RUN_UP)
    clocks = ClockSearch(carriers, first, len(sound)).clocks()
    quick = max((_quick(carriers, clock, first, len(sound)) for clock in clocks), key=lambda tried: tried.framing.worth)
    if regularity(quick) > REGULAR:
        octets = _octets(raw, quick, quick.bits, quick.framing.starts)
        if expected_errors(octets) < CLEAN_ERRORS:
            yield octets
    yield from _thorough(raw, sound, quick)


def regularity(attempt: Attempt) -> float:
    """How well one clock fits all octets: its strength times how sure the least sure tenth of the bits are, per bit."""
    starts = attempt.framing.starts
    if not len(starts):
        return 0.0
    within = starts[:, None] + np.arange(OCTET_BITS)
    least = float(np.quantile(np.abs(attempt.bits.odds[within]), 0.1))
    return attempt.clock.strength * least / max(float(attempt.bits.presence[within].mean()), 1.0)


def expected_errors(octets: SoftOctets) -> float:
    """How many of its bits are wrong, if the odds are honest."""
    return float(np.sum(1 / (1 + np.exp(np.minimum(np.abs(octets.odds), 50.0)))))


def _quick(carriers: Carriers, clock: Clock, start: int, end: int) -> Attempt:
    edges = clock.edges(start, end)
    carriers = _with_space(carriers, edges)
    bits = judge(carriers, edges, QUICK)
    worth = fsk_framing.octet_worth(bits)
    framing = fsk_framing.even(worth)
    if framing.worth < COVERED * fsk_framing.spaces_worth(bits):
        framing = max(framing, fsk_framing.free(worth), key=lambda tried: tried.worth)
    return Attempt(carriers, clock, edges, bits, framing)


def _with_space(carriers: Carriers, edges: Sound) -> Carriers:
    """`carriers` with the space amplitude of the bits where space is the louder tone."""
    marks, spaces = (np.abs(slots) for slots in carriers.slots(edges))
    louder = spaces[spaces > marks]
    length = edges[1] - edges[0]
    # a tone of amplitude a gives a·length/2, and white noise its mean square times length
    power = float(np.mean(louder**2)) - carriers.noise * length if len(louder) else 0.0
    if power <= 0:
        return carriers
    return replace(carriers, space=carriers.space._replace(amplitude=power**0.5 * 2 / length))


def _thorough(raw: RawBurst, sound: Sound, quick: Attempt) -> Iterator[SoftOctets]:
    carriers = retuned(quick.carriers, sound, quick.edges, quick.bits.odds)
    bits = judge(carriers, quick.edges, THOROUGH)
    worth = fsk_framing.octet_worth(bits)
    even, free = fsk_framing.even(worth), fsk_framing.free(worth)
    loose = LooseFraming(carriers, quick.edges[0], quick.edges[-1])
    share = loose.framing.worth / max(even.worth, free.worth, 1.0)
    if share > CLOCKLESS:
        yield from loose.readings(raw.at)
    if share <= ALONE:
        for framing in _likely(even, free):
            again = judge(carriers, quick.edges, THOROUGH, _prior(framing.starts, len(worth)))
            yield _octets(raw, quick, again, framing.starts)


def _likely(even: Framing, free: Framing) -> Iterator[Framing]:
    """The framing to read by, and the other too where it is nearly as likely; a wrong one gives sure and wrong bits."""
    gain = free.worth / max(even.worth, 1.0)
    first, second = (free, even) if gain > UNEVEN else (even, free)
    if len(first.starts):
        yield first
    if abs(gain - UNEVEN) < DOUBTFUL and len(second.starts) and not np.array_equal(first.starts, second.starts):
        yield second


def _prior(starts: Starts, count: int) -> Sound:
    """Log-odds of every bit from the framing alone."""
    out = np.zeros(count)
    out[starts] = -KNOWN
    out[starts + OCTET_BITS - 1] = KNOWN
    return out


def _octets(raw: RawBurst, attempt: Attempt, bits: Bits, starts: Starts) -> SoftOctets:
    """The octets of which the bits at `starts` are the start bits."""
    within = starts[:, None] + np.arange(1, OCTET_BITS - 1)
    edges, carriers = attempt.edges, attempt.carriers
    noises = carriers.noises(edges, carriers.slots(edges))
    spoilt: Sound = (noises > SPOILT)[within].sum(axis=1).astype(np.float64)
    return SoftOctets(bits.odds[within], raw.at + edges[starts], bits.odds[starts + OCTET_BITS - 1], spoilt)


class LooseFraming:
    """Octets of which each begins when it likes, between two instants of a burst."""

    def __init__(self, carriers: Carriers, start: float, end: float) -> None:
        self._carriers = carriers
        self._length = SAMPLES_PER_BIT / carriers.tone_scale  # no clock was found: that of the tones is the best guess
        edges: Sound = start + self._length * np.arange((end - start) // self._length, dtype=np.float64)
        grids = [judge(carriers, edges + part * self._length / FINE, QUICK) for part in range(FINE)]
        odds, presence = (np.stack(rows, axis=1).ravel() for rows in zip(*grids, strict=True))
        self.framing = fsk_framing.free(fsk_framing.octet_worth(Bits(odds, presence), FINE), FINE)
        self._starts: Sound = start + self.framing.starts.astype(np.float64) * (self._length / FINE)

    def readings(self, at: int) -> Iterator[SoftOctets]:
        """The octets of a burst that begins at instant `at`, if there are any."""
        if not len(self._starts):
            return
        around = np.arange(-LOOSE, OCTET_BITS + LOOSE + 1) * self._length
        prior = np.zeros(OCTET_BITS + 2 * LOOSE)
        prior[LOOSE], prior[LOOSE + OCTET_BITS - 1] = -KNOWN, KNOWN
        edges = [start + around for start in self._starts]
        rows = [judge(self._carriers, octet, LOOSE, prior).odds for octet in edges]
        odds = np.array(rows).reshape(-1, len(prior))[:, LOOSE + 1 : LOOSE + OCTET_BITS]
        noises = np.array([self._carriers.noises(octet, self._carriers.slots(octet)) for octet in edges])
        spoilt: Sound = (noises[:, LOOSE : LOOSE + OCTET_BITS] > SPOILT).sum(axis=1).astype(np.float64)
        yield SoftOctets(odds[:, :8], at + self._starts, odds[:, 8], spoilt)
