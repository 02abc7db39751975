"""Finds octets among soft bits: start bit, eight bits, stop bit, and any number of marks between.

A grid may be finer than a bit: `fine` is how many points of it one bit has.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from appliance.dsp.fsk_windows import Bits
from appliance.dsp.level import Sound

OCTET_BITS = 10
"""Start bit, eight bits, stop bit. Spec: GR-30-CORE 2.2: 8N1."""

PERIODS = range(OCTET_BITS, OCTET_BITS + 7)
"""Bits from start to start that are tried as constant: 1 to 7 stop bits. Spec: 1 by GR-30, 4 is what spandsp sends."""

SUREST = 0.9
"""Quantile of the odds' sizes beyond which a bit does not count for more. Why: a click shall not outweigh a message."""

EARLY = 0.25
"""Bits that an octet may begin before the last one's stop bit is over. Why: 2 % of 10 bits, and half a fine step."""

NO_OCTET = -100.0
"""Log-odds of an octet where there is no carrier."""

Starts = NDArray[np.intp]


class Framing(NamedTuple):
    """`worth`: log-odds of these octets against nothing but marks. `starts`: points of the grid, in order."""

    worth: float
    starts: Starts


def octet_worth(bits: Bits, fine: int = 1) -> Sound:
    """For each point of the grid: how much likelier an octet starts here than that there are only marks."""
    n = len(bits.odds)
    whole = n - (OCTET_BITS - 1) * fine
    if whole <= 0:
        return np.full(n, NO_OCTET)
    space = _space_odds(bits)
    gain = np.maximum(space, 0.0)
    worth = np.full(n, NO_OCTET)
    worth[:whole] = space[:whole] + sum(gain[k * fine : k * fine + whole] for k in range(1, OCTET_BITS - 1))
    presence = sum(bits.presence[k * fine : k * fine + whole] for k in range(OCTET_BITS))
    worth[:whole][presence < 0] = NO_OCTET
    return worth


def spaces_worth(bits: Bits) -> float:
    """What the octets are worth that leave no space unexplained."""
    return float(np.sum(_space_odds(bits), where=bits.odds < 0))


def _space_odds(bits: Bits) -> Sound:
    """Natural log-odds of space, within reason; none where there is no carrier."""
    surest = float(np.quantile(np.abs(bits.odds), SUREST))
    odds: Sound = np.where(bits.presence > 0, np.clip(-bits.odds, -surest, surest), 0.0)
    return odds


def free(worth: Sound, fine: int = 1) -> Framing:
    """The octets that together are worth most, whatever the marks between them."""
    step = OCTET_BITS * fine - (int(EARLY * fine) if fine > 1 else 0)
    values = worth.tolist()
    n = len(values)
    best = [0.0] * (n + step)  # worth of all from here to the end
    for at in range(n - 1, -1, -1):
        here = values[at]
        if here > 0.0:
            here += best[at + step]
        best[at] = here if here > best[at + 1] else best[at + 1]
    starts, at = [], 0
    while at < n and best[at] > 0.0:
        if best[at] > best[at + 1]:
            starts.append(at)
            at += step
        else:
            at += 1
    return Framing(best[0], np.array(starts, np.intp))


def even(worth: Sound) -> Framing:
    """The best octets that follow each other evenly, as those of nearly every exchange do."""
    return max((_even(worth, period) for period in PERIODS), key=lambda framing: framing.worth)


def _even(worth: Sound, period: int) -> Framing:
    rows = len(worth) // period
    if not rows:
        return Framing(0.0, np.zeros(0, np.intp))
    total = np.zeros((rows + 1, period))
    np.cumsum(worth[: rows * period].reshape(rows, period), axis=0, out=total[1:])
    gain = total - np.minimum.accumulate(total, axis=0)
    last, phase = np.unravel_index(int(np.argmax(gain)), gain.shape)
    first = int(np.argmin(total[: last + 1, phase]))
    return Framing(float(gain[last, phase]), phase + period * np.arange(first, last, dtype=np.intp))
