"""Bellcore's messages, SDMF and MDMF, and the codes of North America and Singapore (ACLIP).

TYPE, LEN, body, CHECKSUM; all octets together are 0 modulo 256. Spec: CALLER_ID.md 2.2 (GR-30-CORE).
"""

from __future__ import annotations

from dataclasses import dataclass

from appliance.events import CallerIdentity
from appliance.line.callerid.tlv import Content, Form, Parameter, Role, fold, says_nothing, walk

SDMF_CALL, SDMF_WAITING, MDMF_CALL, MDMF_WAITING, CHARGE, TEXT_MESSAGE = 0x04, 0x06, 0x80, 0x82, 0x86, 0x89
SDMF_TYPES = frozenset({SDMF_CALL, SDMF_WAITING})
MDMF_TYPES = frozenset({MDMF_CALL, MDMF_WAITING, CHARGE, TEXT_MESSAGE})
"""Spec: CALLER_ID.md 2.2. Only the two CALL types tell of a caller."""

MOMENT, NUMBER = 0x01, 0x02
MOMENT_OCTETS = 8

TABLE = {
    0x01: Form(Role.MOMENT, Content.MOMENT, 8, 8, common=True),
    0x02: Form(Role.NUMBER, Content.DIGITS, 1, 20, common=True),
    0x03: Form(Role.OTHER_NUMBER, Content.DIGITS, 1, 20),  # dialable number
    0x04: Form(Role.ABSENCE, Content.LETTER, 1, 1, common=True),
    0x05: Form(Role.PASSED_OVER, Content.SMALL, 1, 1),  # redirection
    0x06: Form(Role.PASSED_OVER, Content.TEXT, 1, 1),  # L: long distance
    0x07: Form(Role.NAME, Content.TEXT, 1, 20, common=True),
    0x08: Form(Role.NAME_ABSENCE, Content.LETTER, 1, 1, common=True),
    0x09: Form(Role.PASSED_OVER, Content.TEXT, 1, 1),  # alternate route
    0x0B: Form(Role.PASSED_OVER, Content.ANY, 1, 1),  # message lamp
}
"""Spec: CALLER_ID.md 2.2, middle column; names have 15 letters, some networks allow 20."""


@dataclass(frozen=True)
class Packet:
    """One message whose checksum is right: its type and its parameters (an SDMF body is made into two)."""

    kind: int
    parameters: list[Parameter]
    whole: bool  # the parameters fill the body to its end
    size: int  # on the wire, octets


def packet_at(octets: bytes) -> Packet | None:
    """The message with which `octets` begin, if it is of a known type and its checksum is right; the rest is left."""
    if len(octets) < 3 or len(octets) < octets[1] + 3:
        return None
    size = octets[1] + 3
    kind, body = octets[0], octets[2 : size - 1]
    if kind not in SDMF_TYPES | MDMF_TYPES or sum(octets[:size]) % 256:
        return None
    if kind in MDMF_TYPES:
        parameters, whole = walk(body)
        return Packet(kind, parameters, whole, size)
    parameters = [Parameter(MOMENT, body[:MOMENT_OCTETS]), Parameter(NUMBER, body[MOMENT_OCTETS:])]
    return Packet(kind, parameters, len(body) > MOMENT_OCTETS, size)


def identity_of(packet: Packet) -> CallerIdentity | None:
    """Who is calling; None for a message about anything else."""
    if packet.kind not in (SDMF_CALL, MDMF_CALL):
        return None
    identity = fold(packet.parameters, TABLE)
    return None if says_nothing(identity) else identity
