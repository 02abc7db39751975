"""Judges each bit together with its neighbours: the phase runs on from bit to bit, so they tell about each other."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from appliance.dsp.fsk_carriers import Carriers
from appliance.dsp.level import Sound


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
    slots = np.zeros((n + 2 * reach, 2), np.complex64)
    slots[reach : reach + n, 0] = spaces * (space.amplitude / carriers.noise)
    slots[reach : reach + n, 1] = marks * (mark.amplitude / carriers.noise)
    length = float(edges[1] - edges[0])
    turns = np.exp(-1j * length * np.array([space.turn, mark.turn])).astype(np.complex64)
    sums = slots
    for _ in range(count - 1):  # put one bit before those already summed
        sums = (slots[: len(sums) - 1, :, None] + turns[:, None] * sums[1:, None, :]).reshape(len(sums) - 1, -1)
    energy_0, energy_1 = (amplitude**2 * length / (4 * carriers.noise) for amplitude in (space[1], mark[1]))
    scores = np.abs(sums)
    scores -= np.float32(count * energy_0) + _patterns(count).sum(axis=1) * np.float32(energy_1 - energy_0)
    if prior is not None:
        scores += _prior_scores(prior, reach)
    halves = scores.reshape(n, 1 << reach, 2, 1 << reach).max(axis=(1, 3)).astype(np.float64)
    return Bits(halves[:, 1] - halves[:, 0], halves.max(axis=1) / count)


def _prior_scores(prior: Sound, reach: int) -> Sound:
    padded = np.concatenate((np.zeros(reach), prior, np.zeros(reach))).astype(np.float32)
    around = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1)
    scores: Sound = around @ _patterns(2 * reach + 1).T
    return scores


@lru_cache(maxsize=8)
def _patterns(count: int) -> Sound:
    """Row by pattern: its bits, the earliest first."""
    codes = np.arange(1 << count)[:, None]
    bits: Sound = ((codes >> np.arange(count - 1, -1, -1)) & 1).astype(np.float32)
    return bits
