"""How a modem writes sound down: its list of codecs read, ours chosen, samples converted.

Spec: ITU-T V.253 +VSM, G.711; LINE_HARDWARE.md 1.6.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

from appliance.units import RATE_HZ

WIRE_BITS_PER_OCTET = 10
"""Start, eight bits, stop. Spec: LINE_HARDWARE.md 1.7."""


class Form(Enum):
    """How one sample is written."""

    LINEAR16 = "16-bit linear"
    MU_LAW = "mu-law"
    A_LAW = "A-law"
    UNSIGNED8 = "8-bit unsigned"
    SIGNED8 = "8-bit signed"


PREFERENCE = (Form.LINEAR16, Form.MU_LAW, Form.A_LAW, Form.UNSIGNED8, Form.SIGNED8)
"""Best first. Why: 8-bit linear has only some 48 dB of signal to noise (LINE_HARDWARE.md 1.6)."""

_BY_NUMBER = {0: Form.SIGNED8, 1: Form.UNSIGNED8, 4: Form.MU_LAW, 5: Form.A_LAW}
"""Spec: V.253 table of compression methods; 128 and up are the vendor's, told by their names."""


@dataclass(frozen=True)
class Codec:
    """One line of +VSM=?."""

    number: int
    form: Form
    name: str = ""

    @property
    def octets_per_sample(self) -> int:
        return 2 if self.form is Form.LINEAR16 else 1


_LINE = re.compile(r'\s*(?:\+VSM:\s*)?(\d{1,3})\s*,\s*"([^"]*)"\s*(.*)')
_GROUP = re.compile(r"\(([^)]*)\)")


def parse_codecs(lines: tuple[str, ...]) -> list[Codec]:
    """The codecs of a +VSM=? answer that we can use at 8 kHz; unknown or damaged lines are passed over."""
    codecs = []
    for line in lines:
        found = _LINE.fullmatch(line)
        if found is None:
            continue
        number, name, rest = int(found[1]), found[2], found[3]
        form = _form_of(number, name, rest)
        if form is not None and _offers_rate(rest):
            codecs.append(Codec(number, form, name))
    return codecs


def _form_of(number: int, name: str, rest: str) -> Form | None:
    letters = re.sub(r"[^A-Z0-9]", "", name.upper())
    bits_field = re.match(r",\s*(\d{1,2})\s*(?:,|$)", rest)
    bits = int(bits_field[1]) if bits_field else 16 if "16" in letters else 8
    if "ADPCM" in letters:
        return None
    if "ULAW" in letters or letters.startswith("G711U") or "MULAW" in letters:
        return Form.MU_LAW
    if "ALAW" in letters or letters.startswith("G711A"):
        return Form.A_LAW
    if "UNSIGNED" in letters:
        return Form.UNSIGNED8 if bits == 8 else None
    if "SIGNED" in letters or "LINEAR" in letters or "PCM" in letters:
        if bits == 16:
            return Form.LINEAR16
        if bits == 8:
            return Form.SIGNED8 if "SIGNED" in letters else Form.UNSIGNED8
        return None
    return _BY_NUMBER.get(number)


def _offers_rate(rest: str) -> bool:
    """Whether 8000 Hz is in the list of rates; an answer without a list says nothing against it."""
    rates = [text for text in _GROUP.findall(rest) if re.search(r"\d{4}", text)]
    if not rates:
        return True
    for item in rates[0].split(","):
        low, _, high = item.strip().partition("-")
        if low.isdigit() and int(low) <= RATE_HZ <= int(high if high.isdigit() else low):
            return True
    return False


def choose(codecs: list[Codec], baud: int) -> Codec | None:
    """The best codec whose octets fit through the port at `baud` bits a second; None where there is none."""
    for form in PREFERENCE:
        for codec in codecs:
            if codec.form is form and codec.octets_per_sample * RATE_HZ * WIRE_BITS_PER_OCTET <= baud:
                return codec
    return None


def to_pcm(form: Form, octets: bytes) -> bytes:
    """Octets of the modem -> int16 little-endian."""
    if form is Form.LINEAR16:
        return octets
    return _decode_table(form)[np.frombuffer(octets, np.uint8)].tobytes()


def from_pcm(form: Form, pcm: bytes) -> bytes:
    """int16 little-endian -> octets of the modem, to the nearest value."""
    if form is Form.LINEAR16:
        return pcm
    return _encode_table(form)[np.frombuffer(pcm, "<i2").view(np.uint16)].tobytes()


@cache
def _decode_table(form: Form) -> NDArray[np.int16]:
    codes = np.arange(256)
    if form is Form.MU_LAW:
        return _mu_law(codes)
    if form is Form.A_LAW:
        return _a_law(codes)
    values = codes - 128 if form is Form.UNSIGNED8 else codes.astype(np.uint8).view(np.int8).astype(np.int64)
    return (values << 8).astype("<i2")


def _mu_law(codes: NDArray[np.int64]) -> NDArray[np.int16]:
    """Spec: G.711 table 2a; 14-bit values scaled to 16."""
    bits = ~codes & 0xFF
    size = ((((bits & 0x0F) << 3) + 0x84) << ((bits & 0x70) >> 4)) - 0x84
    return np.where(bits & 0x80, -size, size).astype("<i2")


def _a_law(codes: NDArray[np.int64]) -> NDArray[np.int16]:
    """Spec: G.711 table 1a, even bits inverted; 13-bit values scaled to 16."""
    bits = codes ^ 0x55
    segment = (bits & 0x70) >> 4
    step = ((bits & 0x0F) << 4) + 8
    size = np.where(segment == 0, step, (step + 0x100) << np.maximum(segment - 1, 0))
    return np.where(bits & 0x80, size, -size).astype("<i2")


@cache
def _encode_table(form: Form) -> NDArray[np.uint8]:
    """The code of every 16-bit value, taken as unsigned index. Why: one look-up a sample."""
    values = _decode_table(form).astype(np.int64)
    order = np.argsort(values, kind="stable")
    ladder = values[order]
    middles = (ladder[1:] + ladder[:-1]) / 2
    samples = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64)
    return order[np.searchsorted(middles, samples)].astype(np.uint8)
