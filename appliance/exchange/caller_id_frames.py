"""Caller-identity messages as the exchange sends them, octet by octet: JCLIP for Japan, MDMF and SDMF for the US."""

from __future__ import annotations

from appliance.errors import OperatorError
from appliance.events import CallerIdentity

SOH, STX, ETX, DLE = 0x01, 0x02, 0x03, 0x10
JCLIP_HEADER = 0x07
"""Spec: NTT ナンバー・ディスプレイ, header of the data-link frame."""
JCLIP_CALL = 0x40
"""Spec: NTT, service type 発信電話番号通知."""
MDMF_CALL, SDMF_CALL = 0x80, 0x04
"""Spec: Telcordia GR-30-CORE, message types."""
CRC_POLYNOMIAL = 0x8408
"""x^16+x^12+x^5+1 reflected, initial value 0. Spec: NTT; the same as CRC-16/KERMIT."""
MAX_LENGTH = 0xFF


def with_even_parity(octet: int) -> int:
    """7 bits with b8 set so that the number of ones is even."""
    octet &= 0x7F
    return octet | (0x80 if octet.bit_count() & 1 else 0)


def crc16(octets: bytes) -> int:
    """CRC-16/KERMIT; of "123456789" it is 0x2189."""
    register = 0
    for octet in octets:
        register ^= octet
        for _ in range(8):
            register = (register >> 1) ^ CRC_POLYNOMIAL if register & 1 else register >> 1
    return register


def _field(code: int, text: str) -> bytes:
    octets = text.encode("ascii", "strict") if text.isascii() else text.encode("shift_jis", "replace")
    return bytes([code, len(octets)]) + octets


def _stuffed(octets: bytes) -> bytes:
    return octets.replace(bytes([DLE]), bytes([DLE, DLE]))


def jclip_parameters(identity: CallerIdentity) -> bytes:
    """The parameters for an identity. Spec: NTT: 02 number, 04 reason for absence, 09 dialled number."""
    fields = b""
    if identity.number:
        fields += _field(0x02, identity.number)
    if identity.absence is not None:
        fields += _field(0x04, identity.absence.value)
    if identity.dialled:
        fields += _field(0x09, identity.dialled)
    return fields


def jclip(parameters: bytes, *, length_counts_stuffing: bool = False) -> bytes:
    """The frame on the wire, parity and CRC included.

    `length_counts_stuffing`: the two published readings disagree on LEN; False sends it plain and never doubled,
    True counts doubled octets and doubles a LEN of 0x10 as well. Spec: NTT ナンバー・ディスプレイ, data-link frame.
    Raises OperatorError when the parameters are too long for one frame.
    """
    stuffed = _stuffed(parameters)
    count = len(stuffed) if length_counts_stuffing else len(parameters)
    if count > MAX_LENGTH >> 1:
        raise OperatorError(f"{count} octets of caller identity do not fit one frame (127 at most)")
    length = _stuffed(bytes([count])) if length_counts_stuffing else bytes([count])
    body = bytes([JCLIP_HEADER, DLE, STX, JCLIP_CALL]) + length + stuffed + bytes([DLE, ETX])
    sent = bytes(with_even_parity(octet) for octet in body)
    opening = bytes(with_even_parity(octet) for octet in (DLE, SOH))
    return opening + sent + crc16(sent).to_bytes(2, "little")


def _with_checksum(message: bytes) -> bytes:
    """Two's complement of the sum, so that all octets add up to 0 modulo 256. Spec: Telcordia GR-30-CORE."""
    return message + bytes([-sum(message) & 0xFF])


def mdmf_parameters(identity: CallerIdentity) -> bytes:
    """The parameters for an identity. Spec: GR-30: 01 date, 02 number, 04 no number, 07 name, 08 no name."""
    fields = _field(0x01, identity.datetime) if identity.datetime else b""
    if identity.number:
        fields += _field(0x02, identity.number)
    if identity.absence is not None:
        fields += _field(0x04, identity.absence.value)
    if identity.name:
        fields += _field(0x07, identity.name)
    if identity.name_absence is not None:
        fields += _field(0x08, identity.name_absence.value)
    return fields


def mdmf(parameters: bytes) -> bytes:
    """A multiple-data message. Raises OperatorError when too long."""
    if len(parameters) > MAX_LENGTH:
        raise OperatorError(f"{len(parameters)} octets of caller identity do not fit one message (255 at most)")
    return _with_checksum(bytes([MDMF_CALL, len(parameters)]) + parameters)


def sdmf(identity: CallerIdentity) -> bytes:
    """A single-data message: MMDDhhmm, then the number or the letter that says why there is none."""
    who = identity.absence.value if identity.absence is not None else identity.number
    body = (identity.datetime + who).encode("ascii", "replace")
    return _with_checksum(bytes([SDMF_CALL, len(body)]) + body)
