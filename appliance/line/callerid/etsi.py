"""The European codes in MDMF: ETSI EN 300 659-3 and BT. Spec: CALLER_ID.md 2.2, right column."""

from __future__ import annotations

from dataclasses import replace

from appliance.events import Absence, CallerIdentity
from appliance.line.callerid.bellcore import MDMF_CALL, Packet
from appliance.line.callerid.tlv import Content, Form, Role, fold, says_nothing

TABLE = {
    0x01: Form(Role.MOMENT, Content.MOMENT, 8, 8, common=True),
    0x02: Form(Role.NUMBER, Content.DIGITS, 1, 20, common=True),
    0x03: Form(Role.DIALLED, Content.DIGITS, 1, 20),
    0x04: Form(Role.ABSENCE, Content.LETTER, 1, 1, common=True),
    0x07: Form(Role.NAME, Content.TEXT, 1, 20, common=True),
    0x08: Form(Role.NAME_ABSENCE, Content.LETTER, 1, 1, common=True),
    0x0B: Form(Role.PASSED_OVER, Content.ANY, 1, 1),  # message lamp
    0x0D: Form(Role.PASSED_OVER, Content.ANY, 1, 3),  # message id
    0x10: Form(Role.PASSED_OVER, Content.DIGITS, 1, 20),  # complementary number
    0x11: Form(Role.CALL_TYPE, Content.ANY, 1, 1, common=True),
    0x13: Form(Role.PASSED_OVER, Content.ANY, 1, 1),  # number of messages
    0x15: Form(Role.PASSED_OVER, Content.SMALL, 1, 1),  # forwarding
    0x16: Form(Role.CALLER_TYPE, Content.SMALL, 1, 1),
    0x1A: Form(Role.PASSED_OVER, Content.DIGITS, 1, 20),  # redirecting number
    0x20: Form(Role.PASSED_OVER, Content.TEXT, 1, 20),  # charge
    0x21: Form(Role.PASSED_OVER, Content.TEXT, 1, 20),  # additional charge
    0x23: Form(Role.PASSED_OVER, Content.TEXT, 1, 20),  # duration
    0x50: Form(Role.PASSED_OVER, Content.TEXT, 1, 40),  # display text
    0x55: Form(Role.PASSED_OVER, Content.ANY, 1, 20),  # service text
    0xE0: Form(Role.PASSED_OVER, Content.ANY, 1, 10),  # the network's own
}
"""Spec: CALLER_ID.md 2.2; lengths of codes from 0D on are ours, wide enough for the contents named there."""

ONLY_HERE = frozenset(code for code in TABLE if code > 0x0B)
"""Codes that Bellcore's table has not."""

MESSAGE_WAITING = 0x81
"""Call type of a message that no call follows. Spec: CALLER_ID.md 2.2, code 11."""
PAY_PHONE = 0x0F
"""Type of caller. Spec: CALLER_ID.md 2.2, code 16."""


def speaks(packet: Packet) -> bool:
    """The message has a code that only this table knows."""
    return any(parameter.code in ONLY_HERE for parameter in packet.parameters)


def identity_of(packet: Packet) -> CallerIdentity | None:
    """Who is calling; None for a message about anything else."""
    if packet.kind != MDMF_CALL or _octet(packet, Role.CALL_TYPE) == MESSAGE_WAITING:
        return None
    identity = fold(packet.parameters, TABLE)
    unexplained = not identity.number and identity.absence is None
    if unexplained and _octet(packet, Role.CALLER_TYPE) == PAY_PHONE:
        identity = replace(identity, absence=Absence.PAY_PHONE)
    return None if says_nothing(identity) else identity


def _octet(packet: Packet, role: Role) -> int | None:
    """The first octet of the parameter that plays `role`."""
    contents = (p.content for p in packet.parameters if p.code in TABLE and TABLE[p.code].role is role)
    return next((content[0] for content in contents if content), None)
