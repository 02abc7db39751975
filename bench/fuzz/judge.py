"""Was a reported message sent? Judged by the twin's arithmetic on the octets that were on the line, not by our parsers.

A message counts as sent where the octets have, at any place, a frame whose check is right and whose content holds the
reported number, dialled number and date. Random octets that happen to be such a frame count as sent: nobody can tell.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from appliance.exchange.caller_id_frames import DLE, ETX, MDMF_CALL, SDMF_CALL, SOH, crc16
from appliance.line.callerid.message import CallerIdMessage, Standard

Bits = NDArray[np.uint8]
"""What was on the line, 1 is mark; shape (n,)."""

OCTET_BITS = 10
"""Start, eight, stop."""

_SEPARATORS = re.compile(rb"[-(). ]")
_TYPES = {Standard.MDMF: MDMF_CALL, Standard.SDMF: SDMF_CALL}


def sent_in_octets(message: CallerIdMessage, octets: bytes) -> bool:
    """Whether `octets` carry `message`."""
    find = _jclip_bodies(octets) if message.standard is Standard.JCLIP else _packet_bodies(octets, message.standard)
    return any(_holds(body, message) for body in find)


def sent_in_bits(message: CallerIdMessage, bits: Bits) -> bool:
    """Whether these bits carry `message` in any framing that a receiver may take."""
    return any(sent_in_octets(message, octets) for octets in framings(bits))


def sent_in_keys(message: CallerIdMessage, keys: str) -> bool:
    """Whether these keys carry `message`, sent by DTMF; without a number, whether they can say why."""
    identity = message.identity
    return message.standard is Standard.DTMF and (identity.number in keys if identity.number else len(keys) >= 2)


def framings(bits: Bits) -> Iterator[bytes]:
    """Every way to read the bits as octets: from each start edge on with its stop bits, and in slots of ten bits."""
    seen: set[int] = set()
    for edge in np.flatnonzero(np.diff(bits.astype(np.int8), prepend=1) < 0):
        if int(edge) not in seen:  # else it is the rest of a path that was given
            places = _octet_places(bits, int(edge))
            seen.update(places)
            yield bytes(_octet(bits, place) for place in places)
    for first in range(OCTET_BITS):
        yield bytes(_octet(bits, place) for place in range(first, len(bits) - OCTET_BITS + 2, OCTET_BITS))


def _octet_places(bits: Bits, place: int) -> list[int]:
    """The start bits of octets that follow each other from `place`, until a stop bit is missing or the bits end."""
    places: list[int] = []
    while place + OCTET_BITS - 1 <= len(bits):
        places.append(place)
        stop = place + OCTET_BITS - 1
        later = np.flatnonzero(bits[stop:] == 0)
        if not len(later) or later[0] == 0:
            break
        place = stop + int(later[0])
    return places


def _octet(bits: Bits, start: int) -> int:
    return int(np.packbits(bits[start + 1 : start + 9], bitorder="little")[0])


def _packet_bodies(octets: bytes, standard: Standard) -> Iterator[bytes]:
    kind = _TYPES.get(standard)
    for place in range(len(octets) - 2):
        end = place + octets[place + 1] + 3
        if octets[place] == kind and end <= len(octets) and sum(octets[place:end]) % 256 == 0:
            yield octets[place + 2 : end - 1]


def _jclip_bodies(octets: bytes) -> Iterator[bytes]:
    bare = bytes(octet & 0x7F for octet in octets)
    opening, closing = bytes([DLE, SOH]), bytes([DLE, ETX])
    for place in _places(bare, opening):
        for end in _places(bare[: -len(closing)], closing):
            after = end + len(closing)
            if end > place and crc16(octets[place + 2 : after]).to_bytes(2, "little") == octets[after : after + 2]:
                yield bare[place:after].replace(bytes([DLE, DLE]), bytes([DLE]))


def _places(octets: bytes, wanted: bytes) -> Iterable[int]:
    place = octets.find(wanted)
    while place >= 0:
        yield place
        place = octets.find(wanted, place + 1)


def _holds(body: bytes, message: CallerIdMessage) -> bool:
    identity = message.identity
    plain = _SEPARATORS.sub(b"", body)
    return all(text.encode() in plain for text in (identity.number, identity.dialled, identity.datetime))
