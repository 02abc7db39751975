"""Voice octets of the simulated modem: companding and DLE shielding, modem side."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

import numpy as np
import numpy.typing as npt

from appliance.exchange.terminal import Sound

DLE = b"\x10"
DLE_RUN = re.compile(rb"\x10+")
PCM_FULL_SCALE = 32768
"""One step above the largest 16-bit sample."""


class Law(StrEnum):
    UNSIGNED_8 = "unsigned 8"
    SIGNED_8 = "signed 8"
    MU = "mu-law"
    A = "A-law"
    LINEAR_16 = "linear 16"

    @property
    def octets(self) -> int:
        """Octets a sample."""
        return 2 if self is Law.LINEAR_16 else 1


@cache
def levels(law: Law) -> npt.NDArray[np.float32]:
    """The amplitude of each of the 256 codes, full scale 1.0. Spec: ITU-T G.711, Tables 1 and 2."""
    code = np.arange(256)
    if law is Law.MU:
        code = code ^ 0xFF
        magnitude = (((code & 0x0F) * 8 + 132) << ((code & 0x70) >> 4)) - 132
        sign = np.where(code & 0x80, -1, 1)
    else:
        code = code ^ 0x55
        step, segment = (code & 0x0F) * 16, (code & 0x70) >> 4
        magnitude = np.where(segment == 0, step + 8, (step + 264) << np.maximum(segment - 1, 0))
        sign = np.where(code & 0x80, 1, -1)
    return np.asarray(sign * magnitude / PCM_FULL_SCALE, np.float32)


@cache
def nearest_code(law: Law) -> npt.NDArray[np.uint8]:
    """For each 16-bit sample (as an unsigned index) the code with the nearest level."""
    level = levels(law)
    codes = np.argsort(level, kind="stable")
    if law is Law.MU:
        codes = codes[codes != 0x7F]  # minus zero: plus zero (0xFF) stands for both
    borders = (level[codes][1:] + level[codes][:-1]) / 2
    samples = np.arange(65536).astype(np.uint16).view(np.int16) / np.float32(PCM_FULL_SCALE)
    return codes[np.searchsorted(borders, samples)].astype(np.uint8)


def to_pcm16(sound: Sound) -> npt.NDArray[np.int16]:
    """Round to 16 bits, clipping at full scale."""
    whole = np.rint(sound * PCM_FULL_SCALE)
    return np.minimum(np.maximum(whole, -32768), 32767).astype(np.int16)  # np.clip takes twice as long


def encode(law: Law, sound: Sound) -> bytes:
    """Sound to octets of the codec, not shielded."""
    match law:
        case Law.UNSIGNED_8:
            return np.minimum(np.maximum(np.rint(sound * 128 + 128), 0), 255).astype(np.uint8).tobytes()
        case Law.SIGNED_8:
            return np.minimum(np.maximum(np.rint(sound * 128), -128), 127).astype(np.int8).tobytes()
        case Law.LINEAR_16:
            return to_pcm16(sound).astype("<i2").tobytes()
        case _:
            return nearest_code(law)[to_pcm16(sound).view(np.uint16)].tobytes()


def decode(law: Law, octets: bytes) -> Sound:
    """Octets of the codec to sound; a half 16-bit sample at the end is not allowed."""
    match law:
        case Law.UNSIGNED_8:
            return (np.frombuffer(octets, np.uint8).astype(np.float32) - np.float32(128)) / np.float32(128)
        case Law.SIGNED_8:
            return np.frombuffer(octets, np.int8).astype(np.float32) / np.float32(128)
        case Law.LINEAR_16:
            return np.frombuffer(octets, "<i2").astype(np.float32) / np.float32(PCM_FULL_SCALE)
        case _:
            return levels(law)[np.frombuffer(octets, np.uint8)]


def shield(octets: bytes, use_sub: bool) -> bytes:
    """Double every 0x10, or send pairs as <DLE><SUB>. Spec: ITU-T V.253 (LINE_HARDWARE.md 1.8)."""
    if not use_sub:
        return octets.replace(DLE, b"\x10\x10")
    return DLE_RUN.sub(lambda run: b"\x10\x1a" * (len(run[0]) // 2) + b"\x10\x10" * (len(run[0]) % 2), octets)
