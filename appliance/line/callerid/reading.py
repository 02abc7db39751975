"""One reading of a burst -> the message it holds, if any: read by sign where the bits are sure, corrected where not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.dsp.soft import SoftOctets
from appliance.events import CallerIdentity
from appliance.line.callerid import bellcore, etsi, jclip
from appliance.line.callerid.correction import Found, best_message
from appliance.line.callerid.evidence import Evidence
from appliance.line.callerid.message import CallerIdMessage, Standard
from appliance.line.callerid.plan import Plan
from appliance.line.callerid.plans_bellcore import mdmf_plans, sdmf_plans
from appliance.line.callerid.plans_jclip import jclip_plans
from appliance.line.callerid.tlv import Table, well_formed
from appliance.units import RATE_HZ, SampleIndex

SURE = 0.05
"""Bits expected to be wrong in a message that may be read by sign, whatever it contains. Why: two wrong ones in one of
800 such messages, and the checksum misses one pair in 16."""

LEGIBLE = 0.5
"""Bits expected to be wrong in an octet that is no mere noise. Why: noise has one and more."""

MOST_SPOILT = 2
"""Bits that something else spoilt in a message that a checksum is to mend. Why: bits at the edge of a gap or of a click
are wrong together, and eight bits of sum cannot tell which of several it was."""

AT_ONCE = 3 * RATE_HZ / 1200
"""Samples that the pace of octets may vary by: three bits of mark."""

OCTET_SAMPLES = 10 * RATE_HZ / 1200
"""Start bit, eight bits, one stop bit at 1200 bit/s. Spec: CALLER_ID.md 2.1."""


_FRAME_FIRST = jclip.WITH_PARITY[jclip.DLE]
_FIRST_OCTETS = frozenset({_FRAME_FIRST}) | bellcore.MDMF_TYPES | bellcore.SDMF_TYPES


@dataclass(frozen=True)
class Languages:
    """Which standards a line may speak. `v23`: the burst's tones are those of Japan and Europe, not North America's."""

    jclip: bool = True
    bellcore: bool = True
    etsi: bool = True
    v23: bool = True


@dataclass(frozen=True)
class Verdict:
    """A message with a right check; `message` is None where it tells of no caller."""

    message: CallerIdMessage | None


def read(octets: SoftOctets, languages: Languages) -> Verdict | None:
    """What this reading says; None where no message can be made out beyond doubt."""
    evidence = Evidence(octets)
    found = next(_whole(evidence, octets.hard(), languages), None) or _corrected(octets, evidence, languages)
    return None if found is None else _verdict(octets, found, languages)


def _whole(evidence: Evidence, hard: bytes, languages: Languages) -> Iterator[Found]:
    """Messages that need no correction."""
    for first, octet in enumerate(hard):
        if octet not in _FIRST_OCTETS:
            continue
        size = _size_of(hard[first:], languages, strict=False)
        if size and evidence.wrong_bits(first, first + size) < SURE:
            yield Found(hard[first : first + size], first, first + size, 0)


def _corrected(octets: SoftOctets, evidence: Evidence, languages: Languages) -> Found | None:
    """The likeliest message, if it is beyond doubt."""
    found = best_message(evidence, list(_plans(evidence, languages)))
    if found is None or not found.mended:
        return found
    summed = found.octets[0] != _FRAME_FIRST
    spoilt = summed and octets.spoilt[found.first : found.end].sum() > MOST_SPOILT
    broken_off = summed and _goes_on(octets, evidence, found.end)
    return None if spoilt or broken_off or not _size_of(found.octets, languages, strict=True) else found


def _size_of(octets: bytes, languages: Languages, strict: bool) -> int:
    """Octets of the well-formed message with which `octets` begin; 0 where none does."""
    if languages.jclip and octets[0] == _FRAME_FIRST:
        frame = jclip.frame_at(octets)
        return frame.size if frame and (not strict or well_formed(frame.parameters, jclip.TABLE, strict)) else 0
    packet = bellcore.packet_at(octets)
    if packet is None or not packet.whole or not _spoken(packet.kind, languages):
        return 0
    table = _table(languages)
    known = {parameter.code for parameter in packet.parameters} & table.keys()
    partly_unknown = len(known) < len(packet.parameters) and not known & {0x02, 0x03, 0x04}
    return packet.size if well_formed(packet.parameters, table, strict) and not partly_unknown else 0


def _goes_on(octets: SoftOctets, evidence: Evidence, end: int) -> bool:
    """More octets follow at the same pace. Why: a message that a doubtful length ends too early is none."""
    if end >= len(octets) or end < 2:
        return False
    pace, gap = octets.starts[end - 1] - octets.starts[end - 2], octets.starts[end] - octets.starts[end - 1]
    return bool(gap < pace + AT_ONCE and octets.stops[end] > 0 and evidence.wrong_bits(end, end + 1) < LEGIBLE)


def _plans(evidence: Evidence, languages: Languages) -> Iterator[Plan]:
    if languages.jclip and languages.v23:
        yield from jclip_plans(evidence)
    if languages.bellcore:
        yield from sdmf_plans(evidence)
    if _table(languages):
        yield from mdmf_plans(evidence, _table(languages))


def _spoken(kind: int, languages: Languages) -> bool:
    """The type of message belongs to a standard that is listened for."""
    return languages.bellcore or (languages.etsi and kind in bellcore.MDMF_TYPES)


def _table(languages: Languages) -> Table:
    """The codes of MDMF."""
    return (bellcore.TABLE if languages.bellcore else {}) | (etsi.TABLE if languages.etsi else {})


def _verdict(octets: SoftOctets, found: Found, languages: Languages) -> Verdict:
    standard, identity = _understood(found.octets, languages)
    if identity is None:
        return Verdict(None)
    at = SampleIndex(round(float(octets.starts[found.first])))
    end = SampleIndex(round(float(octets.starts[found.end - 1]) + OCTET_SAMPLES))
    return Verdict(CallerIdMessage(at, end, standard, identity, found.mended))


def _understood(message: bytes, languages: Languages) -> tuple[Standard, CallerIdentity | None]:
    frame = jclip.frame_at(message)
    if frame is not None:
        return Standard.JCLIP, jclip.identity_of(frame.parameters)
    packet = bellcore.packet_at(message)
    if packet is None:
        return Standard.MDMF, None
    if packet.kind in bellcore.SDMF_TYPES:
        return Standard.SDMF, bellcore.identity_of(packet)
    european = not languages.bellcore or (languages.etsi and _is_european(packet, languages.v23))
    return Standard.MDMF, etsi.identity_of(packet) if european else bellcore.identity_of(packet)


def _is_european(packet: bellcore.Packet, v23: bool) -> bool:
    """Which table to go by. Why the number or its absence: Singapore has Bellcore's codes on V.23, where a lone 03 is
    the caller's number; beside those, 03 is the dialled one in Europe."""
    codes = {parameter.code for parameter in packet.parameters}
    return etsi.speaks(packet) or (v23 and bool(codes & {0x02, 0x04}))
