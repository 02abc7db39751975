"""Everything the network and its terminals beep: cadences as data, sound by the sample."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np

from appliance.exchange.terminal import Sound
from appliance.units import RATE_HZ, samples

FULL_SCALE_DBM0 = 3.14
"""dBm0 of a full-scale sine. Spec: ITU-T G.711 Table 5."""

RINGING_MODULATION_HZ = 16
"""Why: Japanese ringback is 400 Hz modulated by 15–20 Hz; 16 is what exchanges use.
Spec: 事業用電気通信設備規則 別表第5号."""


class ToneName(StrEnum):
    DIAL = "dial"
    RINGBACK = "ringback"
    BUSY = "busy"
    REORDER = "reorder"
    HOWLER = "howler"
    CALL_WAITING = "call_waiting"


@dataclass(frozen=True)
class Beat:
    """One stretch of a cadence: these frequencies (Hz, whole numbers) for so long; none means silence."""

    ms: int
    hz: tuple[int, ...] = ()
    modulated_hz: int = 0


@dataclass(frozen=True)
class Tone:
    """A tone of the network. `dbm0`: level of each frequency. `source`: where the figures come from."""

    beats: tuple[Beat, ...]
    dbm0: float
    source: str

    @property
    def cycle_samples(self) -> int:
        return sum(samples(beat.ms) for beat in self.beats)


_PRECISE = "Bellcore Precise Tone Plan; cadences as Asterisk indications.conf [us]"
_JAPAN = "事業用電気通信設備規則 別表第5号; levels other than that of the dial tone are set equal to it"
_PIP = Beat(50, (400,))
_DESIGN = "no published pattern found: a design value"

TONES: dict[str, dict[ToneName, Tone]] = {
    "JP": {
        ToneName.DIAL: Tone((Beat(1000, (400,)),), -19, _JAPAN),
        ToneName.RINGBACK: Tone((Beat(1000, (400,), RINGING_MODULATION_HZ), Beat(2000)), -19, _JAPAN),
        ToneName.BUSY: Tone((Beat(500, (400,)), Beat(500)), -19, _JAPAN),
        ToneName.REORDER: Tone((Beat(500, (400,)), Beat(500)), -19, "as busy: spandsp global-tones, Asterisk"),
        ToneName.HOWLER: Tone((Beat(100, (400, 800, 1600)), Beat(100)), -9, _DESIGN),
        ToneName.CALL_WAITING: Tone(
            (Beat(500, (400,), RINGING_MODULATION_HZ), Beat(200), _PIP, Beat(450), _PIP, Beat(50)),
            -19,
            "400*16 for 0.5 s and 400 Hz pips of 50 ms: spandsp global-tones; the gaps are ours",
        ),
    },
    "US": {
        ToneName.DIAL: Tone((Beat(1000, (350, 440)),), -13, _PRECISE),
        ToneName.RINGBACK: Tone((Beat(2000, (440, 480)), Beat(4000)), -19, _PRECISE),
        ToneName.BUSY: Tone((Beat(500, (480, 620)), Beat(500)), -24, _PRECISE),
        ToneName.REORDER: Tone((Beat(250, (480, 620)), Beat(250)), -24, _PRECISE),
        ToneName.HOWLER: Tone((Beat(100, (1400, 2060, 2450, 2600)), Beat(100)), -6, _PRECISE),
        ToneName.CALL_WAITING: Tone((Beat(300, (440,)),), -13, _PRECISE),
    },
}

CNG = Tone((Beat(500, (1100,)), Beat(3000)), -13, "ITU-T T.30 4.2: 1100 Hz ±38, 0.5 s on, 3 s off")
CED = Tone((Beat(3000, (2100,)),), -13, "ITU-T T.30 4.1: 2100 Hz ±15 for 2.6–4.0 s")

DTMF_HZ: dict[str, tuple[int, int]] = {
    digit: (low, high)
    for low, row in zip((697, 770, 852, 941), ("123A", "456B", "789C", "*0#D"), strict=True)
    for high, digit in zip((1209, 1336, 1477, 1633), row, strict=True)
}
"""Spec: ITU-T Q.23."""


@dataclass(frozen=True)
class KeyPress:
    """How digits are keyed. Spec: 事業用電気通信設備規則 別表第3号: on ≥ 50 ms, pause ≥ 30 ms, high ≥ low by ≤ 5 dB."""

    on_ms: int = 100
    off_ms: int = 100
    dbm0: float = -9.0  # of the low tone; Why: loud enough for every receiver of Q.24 (−3…−24)
    twist_db: float = 2.0  # high over low; Why: what telephones do to make up for the line's slope


def amplitude(dbm0: float) -> float:
    """Peak of a sine of that level, full scale 1.0."""
    return float(10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def sine(hz: float, n: int, dbm0: float) -> Sound:
    """`n` samples of a sine that begins at zero."""
    angle = 2 * np.pi * hz * np.arange(n) / RATE_HZ
    return (amplitude(dbm0) * np.sin(angle)).astype(np.float32)


def _beat_sound(beat: Beat, dbm0: float) -> Sound:
    n = samples(beat.ms)
    sound = np.zeros(n, np.float32)
    for hz in beat.hz:
        sound += sine(hz, n, dbm0)
    if beat.modulated_hz:
        swing = 0.5 + 0.5 * np.cos(2 * np.pi * beat.modulated_hz * np.arange(n) / RATE_HZ)
        sound *= swing.astype(np.float32)
    return sound


@lru_cache(maxsize=64)
def one_cycle(tone: Tone) -> Sound:
    """One whole cycle of the cadence; repeats without a click because all frequencies are whole Hz in whole beats."""
    cycle = np.concatenate([_beat_sound(beat, tone.dbm0) for beat in tone.beats])
    cycle.flags.writeable = False
    return cycle


def stretch(tone: Tone, since: int, n: int) -> Sound:
    """`n` samples of the repeated cadence, `since` samples after it began."""
    cycle = one_cycle(tone)
    start = since % len(cycle)
    if start + n <= len(cycle):
        return cycle[start : start + n]
    return np.take(cycle, np.arange(start, start + n), mode="wrap")


def dtmf(digits: str, key: KeyPress | None = None) -> Sound:
    """Digits keyed one after the other, each followed by its pause. Raises KeyError for a key no telephone has."""
    key = key or KeyPress()
    on, pause = samples(key.on_ms), np.zeros(samples(key.off_ms), np.float32)
    parts: list[Sound] = []
    for digit in digits.upper():
        low, high = DTMF_HZ[digit]
        parts += [sine(low, on, key.dbm0) + sine(high, on, key.dbm0 + key.twist_db), pause]
    return np.concatenate(parts) if parts else np.zeros(0, np.float32)
