"""The likeliest message that a reading can hold: candidates by likelihood, judged by check, structure and rivals.

Why this and not flipping single bits: layout, alphabets and check together say more than the bits' signs. Every
candidate is a whole message with the right check; the best one counts only if it leaves all others far behind and
if chance could not have made it. Spec: CALLER_ID.md 1.3 (parity, CRC), 2.2 (checksum).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from appliance.dsp.level import Sound
from appliance.line.callerid.evidence import Evidence
from appliance.line.callerid.plan import PLANS, Effects, Plan

MARGIN = 7.0
"""How far the best message must be ahead of all others together, nats. Why: one wrong in e^7 = 1100 of those that
are just accepted; most are far ahead."""

LEAST_WORTH = 20.0
"""What a message must be worth against octets of pure chance, nats. Why: one reading of noise in e^20 = 5e8."""

GAP = 14.0
"""A value so much less likely than the best of its octet is not tried, nats. Why: one sure bit may be wrong."""

VALUES = 8
"""Values tried for one octet. Why: where even eight are likely, nothing can be made out."""

BEAM = 512
"""Candidates kept of one layout. Why: 1024 found nothing more at 2 to 9 dB a bit."""

SPREAD = 20.0
"""Candidates so much less likely than the best are dropped, nats, before the check has spoken for or against them."""


@dataclass(frozen=True)
class Found:
    """A message: its octets as they must have been sent, `first` to `end` in the reading, and how many bits differ.

    `ahead`: of all other messages together, nats."""

    octets: bytes
    first: int
    end: int
    mended: int
    ahead: float = math.inf


@dataclass
class _Candidates:
    """Messages of one plan with the right check. `picks`: shape (n, m), the value of each octet but the check's."""

    plan: Plan
    worth: Sound
    picks: NDArray[np.int64]
    closing: list[Effects]

    def octets(self, index: int) -> bytes:
        return bytes(self.plan.wire[self.picks[index]].tolist()) + bytes(int(part[index]) for part in self.closing)


def best_message(evidence: Evidence, plans: list[Plan]) -> Found | None:
    """The one message that all `plans` together leave beyond doubt, if there is one."""
    likely = sorted(plans, key=lambda plan: plan.worth, reverse=True)[:PLANS]
    trials = [_candidates(evidence, plan) for plan in likely if plan.worth > likely[0].worth - SPREAD]
    if not trials:
        return None
    best = max(trials, key=lambda trial: float(trial.worth.max()))
    index = int(best.worth.argmax())
    worth = float(best.worth[index])
    rivals = np.concatenate([np.delete(best.worth, index), *[trial.worth for trial in trials if trial is not best]])
    ahead = worth - float(np.logaddexp.reduce(rivals)) if len(rivals) else math.inf
    found = _found(evidence, best.plan.start, best.octets(index), ahead)
    stops = float(evidence.stops[found.first : found.end].sum())
    sure_enough = (
        ahead >= MARGIN and worth + stops >= LEAST_WORTH and _price(evidence, found) <= best.plan.check.dearest
    )
    return found if sure_enough else None


def _found(evidence: Evidence, first: int, octets: bytes, ahead: float) -> Found:
    hard = np.packbits(evidence.odds[first : first + len(octets)] > 0, axis=1, bitorder="little").tobytes()
    mended = sum((ours ^ theirs).bit_count() for ours, theirs in zip(octets, hard, strict=True))
    return Found(octets, first, first + len(octets), mended, ahead)


def _price(evidence: Evidence, found: Found) -> float:
    """What all bits taken against their sign cost, nats."""
    chosen = evidence.nats[np.arange(found.first, found.end), list(found.octets)]
    return float((evidence.surest[found.first : found.end] - chosen).sum())


def _candidates(evidence: Evidence, plan: Plan) -> _Candidates:
    """The likeliest messages of one layout, each closed by the check that follows from it."""
    effects = [effect[plan.wire] for effect in plan.check.effects(len(plan.rows))]
    best = plan.rows.argmax(axis=1)
    tops = plan.rows.max(axis=1)
    gaps = tops[:, np.newaxis] - plan.rows
    gaps[np.arange(len(best)), best] = np.inf
    picks = best[np.newaxis]
    residues = plan.check.of(np.array([effect[pick] for effect, pick in zip(effects, best, strict=True)]))
    worth = np.array([plan.worth])
    closest = gaps.min(axis=1)
    for place in np.argsort(closest)[: int((closest < GAP).sum())]:
        others = np.argsort(gaps[place])[: VALUES - 1]
        others = others[gaps[place, others] < GAP]
        values = np.concatenate([best[place : place + 1], others])
        losses = np.concatenate([[0.0], gaps[place, others]])
        worths = (worth - losses[:, np.newaxis]).ravel()
        kept = _likeliest(worths)
        changed = plan.check.changed(residues, int(effects[place][best[place]]), effects[place][values])
        picks = np.where(
            np.arange(len(best)) == place, values[kept // len(worth), np.newaxis], picks[kept % len(worth)]
        )
        residues, worth = changed.ravel()[kept], worths[kept]
    closing = plan.check.closing(residues)
    for offset, octets in enumerate(closing):
        worth = worth + evidence.nats[plan.start + len(best) + offset, octets]
    return _Candidates(plan, worth, picks, closing)


def _likeliest(worth: Sound) -> NDArray[np.intp]:
    """Places of those worth keeping."""
    kept = np.nonzero(worth > worth.max() - SPREAD)[0]
    if len(kept) > BEAM:
        kept = kept[np.argpartition(-worth[kept], BEAM)[:BEAM]]
    return kept
