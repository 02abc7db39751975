"""Frequency-shift transmitter: octets to phase-continuous sound. A twin of the receiver in `dsp`, written apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from appliance.exchange.terminal import Sound
from appliance.exchange.tones import amplitude
from appliance.units import RATE_HZ


@dataclass(frozen=True)
class Modulation:
    """Two frequencies in Hz and a rate in bit/s."""

    mark_hz: float
    space_hz: float
    bit_rate: float = 1200.0


V23 = Modulation(1300.0, 2100.0)
"""Spec: ITU-T V.23 mode 2 forward channel, 1 = 1300 Hz, 0 = 2100 Hz; NTT ナンバー・ディスプレイ uses it."""

BELL_202 = Modulation(1200.0, 2200.0)
"""Spec: Telcordia GR-30-CORE (Bell 202): mark 1200 Hz, space 2200 Hz."""


@dataclass(frozen=True)
class Burst:
    """How a message is framed in time; counts are bits."""

    seizure: int  # alternating 0101… before the marks
    marks: int  # before the first octet
    stop: int  # stop bits after each octet
    trailing: int  # marks after the last octet
    dbm0: float


JAPAN_BURST = Burst(seizure=0, marks=96, stop=4, trailing=5, dbm0=-13.5)
"""Spec: NTT: no seizure, ≥ 60 ms of mark (here 80 ms). Why: 4 stop bits and 5 trailing marks are what spandsp sends;
the level at the terminal is not published, so that of GR-30 stands in."""

US_BURST = Burst(seizure=300, marks=180, stop=1, trailing=5, dbm0=-13.5)
"""Spec: Telcordia GR-30-CORE: 300 bits of seizure, 180 ±25 of mark, −13.5 ±1.5 dBm."""


def line_bits(octets: bytes, burst: Burst) -> list[int]:
    """The bits in the order sent: seizure, marks, each octet as start, 8 bits LSB first and stops, trailing marks."""
    bits = [index & 1 for index in range(burst.seizure)] + [1] * burst.marks
    for octet in octets:
        bits += [0, *((octet >> place) & 1 for place in range(8)), *[1] * burst.stop]
    return bits + [1] * burst.trailing


def modulate(bits: Sequence[int], modulation: Modulation, dbm0: float) -> Sound:
    """The bits as phase-continuous sound; bit edges fall where they fall, between samples too."""
    hz = np.where(np.asarray(bits, dtype=bool), modulation.mark_hz, modulation.space_hz)
    turns_at_edge = np.concatenate([[0.0], np.cumsum(hz / modulation.bit_rate)])
    edges = np.arange(len(bits) + 1) / modulation.bit_rate
    instants = np.arange(int(len(bits) * RATE_HZ / modulation.bit_rate)) / RATE_HZ
    turns = np.interp(instants, edges, turns_at_edge)
    sound: Sound = (amplitude(dbm0) * np.sin(2 * np.pi * turns)).astype(np.float32)
    return sound


def transmit(octets: bytes, modulation: Modulation, burst: Burst) -> Sound:
    """A whole message as sound."""
    return modulate(line_bits(octets, burst), modulation, burst.dbm0)
