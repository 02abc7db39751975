"""Tones the simulated modem itself sends: +VTS and dialling. A list of sounds and hook flashes."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np

from appliance.exchange.terminal import Sound
from appliance.units import RATE_HZ, samples

ROWS_HZ = (697.0, 770.0, 852.0, 941.0)
COLUMNS_HZ = (1209.0, 1336.0, 1477.0, 1633.0)
"""Spec: ITU-T Q.23, 3."""

KEYS = "123A456B789C*0#D"

TONE_AMPLITUDE = 0.15
"""Each tone: -13.3 dBm0 (full-scale sine +3.14). Why: within -4 to -20 dBm0 of a telephone's DTMF."""

GAP_MS = 50
"""Silence after each DTMF digit. Spec: 端末設備等規則 別表第2号: pause of 30 ms or more."""

FLASH_MS = 600
"""Hook flash of a bare `!`. Spec: LINE_HARDWARE.md 1.9."""

ITEM = re.compile(r"\[([\d,]*)\]|\{([0-9A-D*#!]),(\d+)\}|([0-9A-D*#!])")
HIGHEST_HZ = 3000
LOWEST_HZ = 200
LONGEST = 255
"""Bounds of +VTS. Spec: LINE_HARDWARE.md 1.9."""


@dataclass(frozen=True)
class Piece:
    """Either sound or, with `flash`, the loop opened for `length` samples."""

    length: int
    tones_hz: tuple[float, ...] = ()
    flash: bool = False

    def sound(self, start: int, count: int) -> Sound:
        """`count` samples from sample `start` of this piece."""
        t = np.arange(start, start + count) / RATE_HZ
        out = np.zeros(count)
        for hz in self.tones_hz:
            out += TONE_AMPLITUDE * np.sin(2 * np.pi * hz * t)
        return out.astype(np.float32)


def key(digit: str, ms: float) -> list[Piece]:
    """One DTMF digit and the pause behind it."""
    place = KEYS.index(digit)
    pair = (ROWS_HZ[place // 4], COLUMNS_HZ[place % 4])
    return [Piece(samples(ms), pair), Piece(samples(GAP_MS))]


def item(found: re.Match[str], vtd: int) -> list[Piece]:
    """One item of a +VTS list; raises ValueError where it is out of bounds."""
    if found[1] is not None:
        first, second, length = (int(part or 0) for part in [*found[1].split(","), "", ""][:3])
        length = length or vtd
        tones = tuple(float(hz) for hz in (first, second) if hz)
        if length > LONGEST or any(not LOWEST_HZ <= hz <= HIGHEST_HZ for hz in tones):
            raise ValueError(found[0])
        return [Piece(samples(length * 10), tones)]
    digit, length = (found[2], int(found[3])) if found[2] else (found[4], 0)
    if length > LONGEST:
        raise ValueError(found[0])
    if digit == "!":
        return [Piece(samples(length * 10 or FLASH_MS), flash=True)]
    return key(digit, (length or vtd) * 10)


def vts(args: str, vtd: int) -> list[Piece]:
    """The pieces of a +VTS command; raises ValueError. Spec: LINE_HARDWARE.md 1.9."""
    pieces: list[Piece] = []
    place = 0
    while True:
        found = ITEM.match(args, place)
        if found is None:
            raise ValueError(args)
        pieces += item(found, vtd)
        place = found.end()
        if place == len(args):
            return pieces
        if args[place] != ",":
            raise ValueError(args)
        place += 1


def dial(number: str, digit_ms: int) -> list[Piece]:
    """The pieces of a dial string: digits, comma pauses, flashes. Spec: ITU-T V.250, 6.3.1."""
    pieces: list[Piece] = []
    for char in number:
        if char in KEYS:
            pieces += key(char, digit_ms)
        elif char == ",":
            pieces.append(Piece(samples(2000)))  # S8
        elif char == "!":
            pieces.append(Piece(samples(FLASH_MS), flash=True))
    return pieces
