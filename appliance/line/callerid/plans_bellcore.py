"""SDMF and MDMF messages that may stand in a reading. Spec: CALLER_ID.md 2.2."""

from __future__ import annotations

import heapq
import math

import numpy as np

from appliance.dsp.level import Sound
from appliance.line.callerid import bellcore
from appliance.line.callerid.evidence import ALPHABETS, Evidence
from appliance.line.callerid.layout import Layouts, length_cost, moment_worth
from appliance.line.callerid.plan import CHECKSUM, PLANS, Plan, PlanDraft
from appliance.line.callerid.tlv import Content, Table

STARTS = 3
"""Places tried as the beginning of a message in one reading."""

OPENING_WORTH = 1.0
"""The least that type, first code and first length must be worth together, nats. Why: 11 and more when sure, and the
check leaves 10 for wrong bits; noise is dismissed here, and speech."""

SDMF_WORTH = 8.0
"""The same for a type and a moment: 49 less 13 for all moments there are."""

CALL_SHARE, OTHER_SHARE = 0.97, 0.01
"""How likely each type is beforehand. Why others at all: one doubtful bit must not make a call of a waiting message."""

LONGEST_BODY = 0xFF
_SDMF_NUMBER_DIGITS = 20
_HEAD = 2  # TYPE, LEN


def mdmf_plans(evidence: Evidence, table: Table) -> list[Plan]:
    """Every MDMF message worth a trial, in no order."""
    view = evidence.nats
    if len(view) < _HEAD + 4:
        return []
    layouts = Layouts(view, table)
    kinds = _types(bellcore.MDMF_CALL, bellcore.MDMF_TYPES)
    said = (view + kinds).max(axis=1)[: -_HEAD - 1] + layouts.openings()[_HEAD:]
    return [plan for start in _best_places(said, OPENING_WORTH) for plan in _mdmf_at(view, layouts, start)]


def _mdmf_at(view: Sound, layouts: Layouts, start: int) -> list[Plan]:
    first = start + _HEAD
    found = []
    for layout in layouts.cut(first, min(len(view) - 1, first + LONGEST_BODY)):
        found.append((layout.worth + float(view[start + 1, layout.end - first]), layout))
    plans = []
    for _, layout in heapq.nlargest(PLANS, found, key=lambda one: one[0]):
        draft = PlanDraft(view, start)
        draft.one_of(_types(bellcore.MDMF_CALL, bellcore.MDMF_TYPES))
        draft.exactly(layout.end - first)
        for segment in layout.segments:
            draft.parameter(segment)
        plans.append(Plan(start, draft.rows(), _AS_IT_IS, CHECKSUM, layout.cost))
    return plans


def sdmf_plans(evidence: Evidence) -> list[Plan]:
    """Every SDMF message worth a trial, in no order."""
    view = evidence.nats
    if len(view) < _HEAD + bellcore.MOMENT_OCTETS:
        return []
    kinds = _types(bellcore.SDMF_CALL, bellcore.SDMF_TYPES)
    said = (view + kinds).max(axis=1)[:-_HEAD] + moment_worth(view)[_HEAD:]
    return [plan for start in _best_places(said, SDMF_WORTH) for plan in _sdmf_at(view, start)]


def _sdmf_at(view: Sound, start: int) -> list[Plan]:
    numbers = start + _HEAD + bellcore.MOMENT_OCTETS
    plans = []
    for digits in range(1, min(_SDMF_NUMBER_DIGITS, len(view) - 1 - numbers) + 1):
        draft = PlanDraft(view, start)
        draft.one_of(_types(bellcore.SDMF_CALL, bellcore.SDMF_TYPES))
        draft.exactly(bellcore.MOMENT_OCTETS + digits)
        for row in ALPHABETS[Content.MOMENT]:
            draft.one_of(row)
        for _ in range(digits):
            draft.one_of(ALPHABETS[Content.LETTER if digits == 1 else Content.DIGITS][0])
        plans.append(
            Plan(start, draft.rows(), _AS_IT_IS, CHECKSUM, length_cost(bellcore.TABLE[bellcore.NUMBER], digits))
        )
    return heapq.nlargest(PLANS, plans, key=lambda plan: plan.worth)


def _types(call: int, types: frozenset[int]) -> Sound:
    """Logarithm of how likely each value of TYPE is."""
    logs = np.full(256, -np.inf)
    logs[list(types)] = math.log(OTHER_SHARE)
    logs[call] = math.log(CALL_SHARE)
    return logs


def _best_places(said: Sound, least: float) -> list[int]:
    """Where a message may begin, best first."""
    order = np.argsort(-said)[:STARTS]
    return [int(place) for place in order if said[place] > least]


_AS_IT_IS = np.arange(256)
