"""ナンバー・ディスプレイ, the Japanese frame. Spec: CALLER_ID.md 1.3 (octets, frame, golden frames), 1.4 (parameters).

DLE SOH HEADER DLE STX  TYPE LEN  parameters  DLE ETX  CRC CRC
"""

from __future__ import annotations

from dataclasses import dataclass

from appliance.events import CallerIdentity
from appliance.line.callerid.tlv import Content, Form, Parameter, Role, fold, says_nothing, walk

STX, ETX, DLE = 0x02, 0x03, 0x10
OPENING = bytes([DLE, 0x01, 0x07, DLE, STX, 0x40])
"""DLE SOH HEADER DLE STX TYPE, 7 bits each. Spec: CALLER_ID.md 1.3."""
CLOSING = bytes([DLE, ETX])
CRC_FROM = 2
"""The CRC covers all but the first DLE SOH. Spec: CALLER_ID.md 1.3."""
CRC_OCTETS = 2
LONGEST = 0x7F
"""What LEN can say in 7 bits."""

TABLE = {
    0x01: Form(Role.MOMENT, Content.MOMENT, 8, 8),
    0x02: Form(Role.NUMBER, Content.DIGITS, 1, 30, common=True),
    0x04: Form(Role.ABSENCE, Content.LETTER, 1, 1, common=True),
    0x07: Form(Role.NAME, Content.TEXT, 1, 20),
    0x08: Form(Role.NAME_ABSENCE, Content.LETTER, 1, 1),
    0x09: Form(Role.DIALLED, Content.DIGITS, 1, 30, common=True),
    0x0B: Form(Role.PASSED_OVER, Content.DIGITS, 2, 31),  # redirecting number
    0x21: Form(Role.PASSED_OVER, Content.SMALL, 3, 3),  # type and plan of the caller's number
    0x22: Form(Role.PASSED_OVER, Content.SMALL, 3, 3),  # and of the dialled one
    0x24: Form(Role.PASSED_OVER, Content.TEXT, 1, 30),  # public message
}
"""Spec: CALLER_ID.md 1.4."""

_POLYNOMIAL = 0x8408
"""x^16 + x^12 + x^5 + 1 reflected. Spec: CALLER_ID.md 1.3, CRC-16/KERMIT."""


def _shifted(register: int) -> int:
    for _ in range(8):
        register = (register >> 1) ^ _POLYNOMIAL if register & 1 else register >> 1
    return register


CRC_TABLE = tuple(_shifted(octet) for octet in range(256))
WITH_PARITY = tuple(octet | (octet.bit_count() & 1) << 7 for octet in range(128))
"""7 bits as they stand on the wire: bit 8 makes the number of ones even."""


def crc16(octets: bytes) -> int:
    """CRC-16/KERMIT. Spec: CALLER_ID.md 1.3; of "123456789" it is 0x2189."""
    register = 0
    for octet in octets:
        register = (register >> 8) ^ CRC_TABLE[(register ^ octet) & 0xFF]
    return register


@dataclass(frozen=True)
class Frame:
    """One frame: the parameters that fill it, and its length on the wire in octets."""

    parameters: list[Parameter]
    size: int


def frame_at(octets: bytes) -> Frame | None:
    """The frame with which `octets` begin, if parity, length, CRC and structure are right; the rest is left."""
    bare = bytes(octet & 0x7F for octet in octets)
    if not bare.startswith(OPENING):
        return None
    first = len(OPENING) + 1
    return _frame_of(octets, bare, first) or (
        _frame_of(octets, bare, first + 1) if bare[first - 1 : first + 1] == bytes([DLE, DLE]) else None
    )


def _frame_of(octets: bytes, bare: bytes, first: int) -> Frame | None:
    """The frame whose content begins at `first`. Why two places: nobody agrees whether LEN is stuffed (1.3)."""
    content, closing = _unstuffed(bare, first)
    size = closing + len(CLOSING) + CRC_OCTETS
    if closing < 0 or len(octets) < size or bare[first - 1] not in (len(content), closing - first):
        return None
    if any(octet.bit_count() & 1 for octet in octets[: size - CRC_OCTETS]) or crc16(octets[CRC_FROM:size]):
        return None
    parameters, whole = walk(content)
    return Frame(parameters, size) if whole else None


def identity_of(parameters: list[Parameter]) -> CallerIdentity | None:
    """Who is calling, if they say anything about it."""
    identity = fold(parameters, TABLE)
    return None if says_nothing(identity) else identity


def checked_parameters(frame: bytes) -> list[Parameter]:
    """Parameters of a frame whose check a modem has done; a modem may have kept the CRC to itself."""
    bare = bytes(octet & 0x7F for octet in frame)
    place = bare.find(bytes([DLE, STX]))
    if place < 0:
        return []
    content, _ = _unstuffed(bare, place + 4)  # behind TYPE and LEN
    return walk(content)[0]


def _unstuffed(bare: bytes, first: int) -> tuple[bytes, int]:
    """Content from `first` with its doubled DLEs made one, and where DLE ETX stands; -1 when it does not come."""
    content, place = bytearray(), first
    while place + 1 < len(bare):
        if bare[place] == DLE:
            if bare[place + 1] == ETX:
                return bytes(content), place
            if bare[place + 1] != DLE:
                return bytes(content), -1
            place += 1
        content.append(bare[place])
        place += 1
    return bytes(content + bare[place:]), -1
