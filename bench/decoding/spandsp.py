"""libspandsp as a peer, through ctypes: caller ID by FSK both ways, DTMF digits. Debian: apt install libspandsp2."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from appliance.dsp.level import Sound
from appliance.errors import OperatorError
from appliance.events import Absence, CallerIdentity
from bench.decoding.sounds import pcm

LIBRARY = "libspandsp.so.2"

STANDARDS = {"class": 1, "clip": 2, "jclip": 4}
"""Our names of ADSI_STANDARD_*. Spec: spandsp/adsi.h of 0.0.6."""

BLOCK = 160
"""Samples a call. Why: 20 ms is what telephone software gives it."""

_MESSAGE = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint8), ctypes.c_int)
_DIGITS = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int)

_FIELDS = {
    "class": {1: "datetime", 2: "number", 4: "absence", 7: "name", 8: "name_absence"},
    "clip": {1: "datetime", 2: "number", 4: "absence", 7: "name", 8: "name_absence"},
    "jclip": {2: "number", 4: "absence", 7: "name", 8: "name_absence", 9: "dialled"},
}
"""Field codes. Spec: CALLER_ID.md 1.4 and 2.2."""


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL:
    """The library. Raises OSError where it is not installed."""
    library = ctypes.CDLL(LIBRARY)
    for made in ("adsi_rx_init", "adsi_tx_init", "dtmf_rx_init"):
        getattr(library, made).restype = ctypes.c_void_p
    return library


def installed() -> bool:
    try:
        library()
    except OSError:
        return False
    return True


def _amplitudes(sound: Sound) -> Iterator[tuple[Any, int]]:
    octets = pcm(sound)
    for first in range(0, len(octets), 2 * BLOCK):
        block = octets[first : first + 2 * BLOCK]
        yield block, len(block) // 2


class SpandspCallerId:
    """adsi_rx: hears one standard, which it must be told."""

    def __init__(self, standard: str) -> None:
        self._library = library()
        self._fields = _FIELDS[standard]
        self._told: list[bytes] = []
        self._callback = _MESSAGE(lambda _, octets, count: self._told.append(bytes(octets[:count])))
        self._state = ctypes.c_void_p(
            self._library.adsi_rx_init(None, STANDARDS[standard], self._callback, ctypes.c_void_p())
        )

    def hear(self, sound: Sound) -> list[CallerIdentity]:
        """The messages whose check it found good."""
        for block, count in _amplitudes(sound):
            self._library.adsi_rx(self._state, block, count)
        told, self._told = self._told, []
        return [self._read(message) for message in told]

    def close(self) -> None:
        self._library.adsi_rx_free(self._state)

    def _read(self, message: bytes) -> CallerIdentity:
        """By adsi_next_field, as programs that use it do."""
        texts: dict[str, Any] = {}
        octets = (ctypes.c_uint8 * len(message)).from_buffer_copy(message)
        kind, length = ctypes.c_uint8(), ctypes.c_int()
        body = ctypes.POINTER(ctypes.c_uint8)()
        at = -1
        while True:
            at = self._library.adsi_next_field(
                self._state, octets, len(message), at, ctypes.byref(kind), ctypes.byref(body), ctypes.byref(length)
            )
            if at <= 0:
                break
            name = self._fields.get(kind.value)
            if name and body:
                texts[name] = bytes(body[: length.value]).decode("ascii", "replace")
        for name in ("absence", "name_absence"):
            if name in texts:
                texts[name] = Absence(texts[name]) if texts[name] in list(Absence) else None
        return CallerIdentity(**texts)


class SpandspDtmf:
    """dtmf_rx with its own defaults."""

    def __init__(self) -> None:
        self._library = library()
        self._told: list[str] = []
        self._callback = _DIGITS(lambda _, digits, count: self._told.append(digits[:count].decode("ascii")))
        self._state = ctypes.c_void_p(self._library.dtmf_rx_init(None, self._callback, None))

    def hear(self, sound: Sound) -> str:
        """The digits it heard."""
        for block, count in _amplitudes(sound):
            self._library.dtmf_rx(self._state, block, count)
        told, self._told = self._told, []
        return "".join(told)

    def close(self) -> None:
        self._library.dtmf_rx_free(self._state)


def transmit(standard: str, message: bytes) -> Sound:
    """A message by spandsp's own transmitter, framing as it chooses, at its level (16-bit steps).

    `message`: type, length and parameters, as it wants them: it adds checksum or data-link frame itself.
    Raises OperatorError where it refuses.
    """
    spandsp = library()
    state = ctypes.c_void_p(spandsp.adsi_tx_init(None, STANDARDS[standard]))
    try:
        if spandsp.adsi_tx_put_message(state, message, len(message)) <= 0:
            raise OperatorError(f"spandsp does not take this {standard} message of {len(message)} octets")
        blocks = []
        buffer = (ctypes.c_int16 * BLOCK)()
        while count := spandsp.adsi_tx(state, buffer, BLOCK):
            blocks.append(np.frombuffer(bytes(buffer), "<i2", count).astype(float))
    finally:
        spandsp.adsi_tx_free(state)
    return np.concatenate(blocks)
