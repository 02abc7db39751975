"""One way a whole message may stand in a reading: for each octet the values it may have, and the check behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.dsp.level import Sound
from appliance.line.callerid.evidence import ALPHABETS
from appliance.line.callerid.jclip import CRC_FROM, CRC_OCTETS, CRC_TABLE
from appliance.line.callerid.layout import Segment

Effects = NDArray[np.int64]
"""What each value of an octet does to the check; shape (256,)."""


@dataclass(frozen=True)
class Check:
    """How the octets behind a message follow from it: a sum modulo 256 in one octet, or a CRC-16 in two."""

    octets: int
    adds: bool  # sums, else exclusive-ors
    dearest: float  # the most that all bits taken against their sign may cost, nats

    def effects(self, message: int) -> list[Effects]:
        """For every octet of a message of so many what its value does to the check."""
        if self.adds:
            return [np.arange(256)] * message
        return _crc_effects(message)

    def of(self, effects: Effects) -> Effects:
        """The check of a whole message from the effects of its octets, shape (1,)."""
        join = np.add if self.adds else np.bitwise_xor
        return join.reduce(effects, keepdims=True)

    def changed(self, residues: Effects, old: int, new: Effects) -> Effects:
        """The checks, shape (n,), when one octet's effect is any of `new` (k,) in place of `old`: shape (k, n)."""
        if self.adds:
            return residues + (new - old)[:, np.newaxis]
        return residues ^ (new ^ old)[:, np.newaxis]

    def closing(self, residues: Effects) -> list[Effects]:
        """The octets that have to follow, first octet first."""
        return [-residues & 0xFF] if self.adds else [residues & 0xFF, residues >> 8]


PLANS = 8
"""Layouts tried at one place of a reading, best first. Why: ours; each may cost a millisecond."""

CHECKSUM = Check(octets=1, adds=True, dearest=10.0)
"""Spec: CALLER_ID.md 2.2. Why 10 nats: noise down to 2 dB needs less (99 of 100 messages); a sure bit that is wrong
(SUREST) tells of a click, those spoil several bits at once, and eight bits of sum pass one wrong guess in 256."""
CRC = Check(octets=CRC_OCTETS, adds=False, dearest=26.0)
"""Spec: CALLER_ID.md 1.3; start value 0 makes it linear: each octet has an effect of its own. Why 26 nats: two sure
bits; with three, one message of 2600 damaged by clicks, gaps and slips was mended wrongly, with two none."""


def _crc_effects(message: int) -> list[Effects]:
    """The table of the last octet is the CRC table; that of the one before it is the same, shifted on by an octet."""
    one = np.array(CRC_TABLE)
    effects, current = [], one
    for _ in range(message - CRC_FROM):
        effects.append(current)
        current = (current >> 8) ^ one[current & 0xFF]
    return [np.zeros(256, np.int64)] * CRC_FROM + effects[::-1]


@dataclass(frozen=True)
class Plan:
    """A message that begins at `start`. `rows`: worth of each value of each octet but the check's, nats, shape (m, v);
    `wire`: how each value is sent; `cost`: what it costs to assume this layout, nats."""

    start: int
    rows: Sound
    wire: NDArray[np.int64]
    check: Check
    cost: float

    @property
    def worth(self) -> float:
        """That of the best values, less the cost."""
        return float(self.rows.max(axis=1).sum()) - self.cost


class PlanDraft:
    """Rows of one message while its octets are being described, from `start` on."""

    def __init__(self, view: Sound, start: int) -> None:
        self._view = view
        self._start = start
        self._rows: list[Sound] = []

    def exactly(self, *values: int) -> None:
        """The next octets have these values."""
        for value in values:
            row = np.full(self._view.shape[1], -np.inf)
            row[value] = self._view[self._place, value]
            self._rows.append(row)

    def one_of(self, logs: Sound) -> None:
        """The next octet has a value of an alphabet, with these logarithms of likelihood beforehand."""
        self._rows.append(self._view[self._place] + logs[: self._view.shape[1]])

    def parameter(self, segment: Segment) -> None:
        """The next octets are this parameter."""
        self.exactly(segment.code, *[segment.length] * (2 if segment.doubled else 1))
        alphabet = ALPHABETS[segment.content]
        for offset in range(segment.length):
            self.one_of(alphabet[offset % len(alphabet)])

    @property
    def _place(self) -> int:
        return self._start + len(self._rows)

    def rows(self) -> Sound:
        """All that was described."""
        return np.array(self._rows)
