"""Judges each bit together with its neighbours: the phase runs on from bit to bit, so they tell about each other."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from appliance.dsp.fsk_carriers import Carriers
from appliance.dsp.level import Sound

SLICE = 64
"""Bits judged in one go. Why: what nine bits each may be, 512 patterns of 8 octets, stays in a processor's cache."""


class Bits(NamedTuple):
    """What is known of each bit of a grid, both shape (n,).

    `odds`: natural log-odds that it is mark. `presence`: natural log-odds that there is a carrier at all, per bit.
    """

    odds: Sound
    presence: Sound


def judge(carriers: Carriers, edges: Sound, reach: int, prior: Sound | None = None) -> Bits:
    """The bits between neighbours of `edges` (samples, evenly spaced, shape (n + 1,)).

    `reach`: neighbours on either side that are judged along. `prior`: log-odds known beforehand, shape (n,).
    Spec: Osborne and Luntz 1974, detection of phase-continuous FSK over several bits without carrier phase; the
    likelihood of each pattern of bits is that of a known waveform of unknown phase in white noise.
    """
    count = 2 * reach + 1
    n = len(edges) - 1
    mark, space = carriers.mark, carriers.space
    marks, spaces = carriers.slots(edges)
    length = float(edges[1] - edges[0])
    trust = carriers.trust(edges, (marks, spaces))
    slots = np.zeros((n + 2 * reach, 2), np.complex64)
    slots[reach : reach + n, 0] = spaces * trust * (space.amplitude / carriers.noise)
    slots[reach : reach + n, 1] = marks * trust * (mark.amplitude / carriers.noise)
    turns = np.exp(-1j * length * np.array([space.turn, mark.turn])).astype(np.complex64)
    energy_0, energy_1 = (tone.amplitude**2 * length / (4 * carriers.noise) for tone in (space, mark))
    known = np.zeros(n + 2 * reach, np.float32)  # for mark, of each bit by itself
    known[reach : reach + n] = trust * (energy_0 - energy_1) + (0.0 if prior is None else prior)
    out = np.empty((n, 2))
    for first in range(0, n, SLICE):
        around = slice(first, first + SLICE + count - 1)
        scores = _heights(slots[around], turns, count)
        scores += np.lib.stride_tricks.sliding_window_view(known[around], count) @ _patterns(count).T
        out[first : first + SLICE] = scores.reshape(-1, 1 << reach, 2, 1 << reach).max(axis=(1, 3))
    weight = np.convolve(np.concatenate((np.ones(reach), trust, np.ones(reach))), np.ones(count), "valid")
    return Bits(out[:, 1] - out[:, 0], (out.max(axis=1) - weight * energy_0) / count)


def _heights(slots: NDArray[np.complex64], turns: NDArray[np.complex64], count: int) -> Sound:
    """For every `count` bits in a row how well each pattern fits, whatever the carrier's phase: shape (n, 2^count)."""
    sums = slots
    for _ in range(count - 1):  # put one bit before those already summed
        sums = (slots[: len(sums) - 1, :, None] + turns[:, None] * sums[1:, None, :]).reshape(len(sums) - 1, -1)
    heights: Sound = np.abs(sums)
    return heights


@lru_cache(maxsize=8)
def _patterns(count: int) -> Sound:
    """Row by pattern: its bits, the earliest first."""
    codes = np.arange(1 << count)[:, None]
    bits: Sound = ((codes >> np.arange(count - 1, -1, -1)) & 1).astype(np.float32)
    return bits
