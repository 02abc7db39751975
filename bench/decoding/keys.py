"""Keys of a telephone as sound, the way a test set makes them; and how to compare what was heard."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from appliance.dsp.level import Sound
from appliance.exchange.tones import DTMF_HZ
from appliance.units import RATE_HZ, samples
from bench.decoding.sounds import peak

KEYS = "123A456B789C*0#D"

APART = 3
"""Keys of a string of ours differ from the three before. Why: two alike in a row are then one that was doubled."""

AROUND_MS = 300.0
"""Line before and after the keys."""


@dataclass(frozen=True)
class Keying:
    """How keys are sent. `dbm0`: level of both tones together. `twist_db`: high over low.

    `low_off`, `high_off`: percent that the tones are off.
    """

    on_ms: float = 70.0
    off_ms: float = 70.0
    dbm0: float = -16.0
    twist_db: float = 2.0
    low_off: float = 0.0
    high_off: float = 0.0

    def levels(self) -> tuple[float, float]:
        """Of the low and of the high tone, dBm0."""
        low = self.dbm0 - 10 * float(np.log10(1 + 10 ** (self.twist_db / 10)))
        return low, low + self.twist_db


def string_of(random: np.random.Generator, n: int, keys: str = KEYS) -> str:
    """`n` keys at random."""
    text = ""
    while len(text) < n:
        key = keys[int(random.integers(len(keys)))]
        text += key if key not in text[-APART:] else ""
    return text


def every_key(random: np.random.Generator) -> str:
    """Each of the sixteen once."""
    return "".join(random.permutation(list(KEYS)))


def sound_of(text: str, keying: Keying, random: np.random.Generator) -> Sound:
    """The keys with silent line around them; phases at random."""
    around = np.zeros(samples(AROUND_MS))
    parts = [around[: len(around) - int(random.integers(0, 200))]]
    pause = np.zeros(samples(keying.off_ms))
    for key in text:
        parts += [_press(key, keying, random), pause]
    return np.concatenate([*parts, around])


def _press(key: str, keying: Keying, random: np.random.Generator) -> Sound:
    t = np.arange(samples(keying.on_ms)) / RATE_HZ
    sound: Sound = np.zeros(len(t))
    offsets = (keying.low_off, keying.high_off)
    for hz, off, dbm0 in zip(DTMF_HZ[key], offsets, keying.levels(), strict=True):
        sound += peak(dbm0) * np.sin(2 * np.pi * (hz * (1 + off / 100) * t + random.random()))
    return sound


@dataclass
class Digits:
    """What became of the keys: sent, heard right and in order, heard twice, heard though nobody pressed them."""

    sent: int = 0
    right: int = 0
    doubled: int = 0
    wrong: int = 0

    def count(self, sent: str, heard: str) -> None:
        right = in_common(sent, heard)
        doubled = max(0, twice(heard) - twice(sent))
        self.sent += len(sent)
        self.right += right
        self.doubled += doubled
        self.wrong += max(0, len(heard) - right - doubled)

    def add(self, other: Digits) -> None:
        self.sent += other.sent
        self.right += other.right
        self.doubled += other.doubled
        self.wrong += other.wrong

    @property
    def percent(self) -> float:
        return 100 * self.right / self.sent if self.sent else float("nan")

    def shown(self) -> str:
        """100 only where nothing was missed."""
        return f"{int(self.percent * 100) / 100:.2f}".rstrip("0").removesuffix(".")


def twice(text: str) -> int:
    """How many keys are the same as the one before."""
    return sum(one == other for one, other in pairwise(text))


def in_common(sent: str, heard: str) -> int:
    """Length of the longest string that is left of both when keys are struck out."""
    row = [0] * (len(heard) + 1)
    for key in sent:
        above = row
        row = [0]
        for place, other in enumerate(heard):
            row.append(above[place] + 1 if key == other else max(above[place + 1], row[place]))
    return row[-1]
