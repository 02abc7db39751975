"""Japanese frames that may stand in a reading. Spec: CALLER_ID.md 1.3, 1.4."""

from __future__ import annotations

import heapq

import numpy as np

from appliance.dsp.level import Sound
from appliance.line.callerid.evidence import Evidence
from appliance.line.callerid.jclip import CLOSING, CRC_OCTETS, DLE, LONGEST, OPENING, TABLE, WITH_PARITY
from appliance.line.callerid.layout import Layout, Layouts
from appliance.line.callerid.plan import CRC, PLANS, Plan, PlanDraft

OPENING_WORTH = 6.0
"""The least that six known octets must say together, nats. Why: 33 when sure; two sure bits may be wrong (8 left), and
chance gives so much to one place in e^6 x 2^(wrong bits) only."""

_WIRE = np.array(WITH_PARITY)
_SHORTEST = 3
"""Octets of the shortest content: one parameter of one letter."""


def jclip_plans(evidence: Evidence) -> list[Plan]:
    """Every frame worth a trial, in no order."""
    view = evidence.nats[:, _WIRE]  # by 7-bit value: a wrong parity is not even a candidate
    places = len(view) - len(OPENING) - 1 - _SHORTEST - len(CLOSING) - CRC_OCTETS + 1
    if places <= 0:
        return []
    opening = np.zeros(places)
    for offset, octet in enumerate(OPENING):
        opening += view[offset : offset + places, octet]
    start = int(opening.argmax())
    return _plans_at(view, start) if opening[start] > OPENING_WORTH else []


def _plans_at(view: Sound, start: int) -> list[Plan]:
    """Frames that begin at `start`, with LEN plain and, if it may be a doubled DLE, with it doubled."""
    layouts = Layouts(view, TABLE, stuffed=DLE)
    found = []
    for length_octets in (1, 2):
        first = start + len(OPENING) + length_octets
        last = min(len(view) - len(CLOSING) - CRC_OCTETS, first + LONGEST)
        for layout in layouts.cut(first, last):
            for count in _lengths(layout, first, length_octets):
                said = view[first - length_octets : first, count].sum()
                closing = view[layout.end, CLOSING[0]] + view[layout.end + 1, CLOSING[1]]
                found.append((layout.worth + float(said + closing), [count] * length_octets, layout))
    best = heapq.nlargest(PLANS, found, key=lambda one: one[0])
    return [_framed(view, start, length, layout) for _, length, layout in best]


def _lengths(layout: Layout, first: int, length_octets: int) -> set[int]:
    """Every LEN that the published readings allow: it counts stuffed octets or not; only a DLE is ever doubled."""
    stuffed = layout.end - first
    return {count for count in (stuffed, stuffed - layout.doubled) if length_octets == 1 or count == DLE}


def _framed(view: Sound, start: int, length: list[int], layout: Layout) -> Plan:
    draft = PlanDraft(view, start)
    draft.exactly(*OPENING, *length)
    for segment in layout.segments:
        draft.parameter(segment)
    draft.exactly(*CLOSING)
    return Plan(start, draft.rows(), _WIRE, CRC, layout.cost)
