"""Ways to cut doubtful octets into parameters, best first: which codes, which lengths, from where to where."""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from appliance.dsp.level import Sound
from appliance.line.callerid.evidence import ALPHABETS
from appliance.line.callerid.tlv import Content, Form, Table

KEPT = 4
"""Cuts kept for every place where a parameter may end. Why: ours; the check may yet prefer the second."""

TOO_DOUBTFUL = -9.0
"""A code or length that speaks so much against itself is not followed, nats. Why: one sure bit of it may be wrong
(12 less 7 ln 2), two may not."""

HOPELESS = -4.0
"""A cut that is worth less is given up, nats. Why: a true one gains 3 to 5 with each octet, also at 2 dB."""

BEHIND = 16.0
"""A cut worth so much less than another that ends no later is given up, nats. Why: as HOPELESS."""

COMMON_SHARE = 0.9
"""Share of the common codes among all parameters. Why: ours; rare ones must not win by a doubtful bit."""

USUAL_SHARE = 0.95
"""Share of the usual lengths. Why: a number cut short by a doubtful length must not win; an extension's may."""

_ENDS_OR_NOT = math.log(2)


@dataclass(frozen=True)
class Segment:
    """One parameter: its code at `place`, then its length (twice where `doubled`), then its content."""

    place: int
    code: int
    length: int
    content: Content
    doubled: bool

    @property
    def begins(self) -> int:
        """Place of the content's first octet."""
        return self.place + (3 if self.doubled else 2)


@dataclass(frozen=True)
class Layout:
    """A row of parameters up to `end`. `worth`: what the octets say for it less `cost`, that of assuming it; nats."""

    worth: float
    cost: float
    end: int
    segments: tuple[Segment, ...] = ()

    @property
    def doubled(self) -> int:
        """How many octets stuffing adds."""
        return sum(segment.doubled for segment in self.segments)


class Layouts:
    """All cuts of one reading by one table. `stuffed`: the octet that is sent twice inside content, if any."""

    def __init__(self, view: Sound, table: Table, stuffed: int | None = None) -> None:
        self._view = view
        self._table = table
        self._stuffed = stuffed
        self._costs = {code: _costs_of(table, form) for code, form in table.items()}
        kinds = {form.content for form in table.values()}
        self._sums = {kind: running_worth(view, ALPHABETS[kind][0]) for kind in kinds if kind is not Content.MOMENT}
        self._moments: list[float] = moment_worth(view).tolist()

    def openings(self) -> Sound:
        """For every place what code and length of a parameter that begins there are worth; shape (n - 1,)."""
        best = np.full(max(0, len(self._view) - 1), -np.inf)
        for code, form in self._table.items():
            lengths = slice(form.shortest, form.longest + 1)
            worth = (self._view[1:, lengths] - np.array(self._costs[code][lengths])).max(axis=1)
            np.maximum(best, self._view[:-1, code] + worth, out=best)
        return best

    def cut(self, first: int, last: int) -> Iterator[Layout]:
        """Every kept row of parameters that begins at `first` and ends by `last`, in the order of their ends."""
        rows = self._view[:last].tolist()  # Why a list: single numbers of an array cost five times as much
        waiting: dict[int, list[Layout]] = {first: [Layout(0.0, 0.0, first)]}
        best = 0.0
        while waiting:
            kept = heapq.nlargest(KEPT, waiting.pop(min(waiting)), key=lambda layout: layout.worth)
            best = max(best, kept[0].worth)
            for layout in kept:
                if layout.worth < best - BEHIND:
                    break
                if layout.segments:
                    yield layout
                for longer in self._longer(layout, rows):
                    waiting.setdefault(longer.end, []).append(longer)

    def _longer(self, layout: Layout, rows: list[list[float]]) -> Iterator[Layout]:
        place = layout.end
        if place + 2 > len(rows):
            return
        used = {segment.code for segment in layout.segments}
        for code, form in self._table.items():
            said = rows[place][code]
            if said > TOO_DOUBTFUL and code not in used:
                yield from self._lengths(layout, (code, form), layout.worth + said, rows)

    def _lengths(
        self, layout: Layout, parameter: tuple[int, Form], worth: float, rows: list[list[float]]
    ) -> Iterator[Layout]:
        code, form = parameter
        place = layout.end
        for length in range(form.shortest, min(form.longest, len(rows) - place - 2) + 1):
            said = rows[place + 1][length]
            doubled = length == self._stuffed
            if doubled:
                said += rows[place + 2][length]
            if said <= TOO_DOUBTFUL:
                continue
            segment = Segment(place, code, length, form.content, doubled)
            end = segment.begins + length
            cost = self._costs[code][length]
            total = worth + said - cost + self._content_worth(segment) if end <= len(rows) else HOPELESS
            if total > HOPELESS:
                yield Layout(total, layout.cost + cost, end, (*layout.segments, segment))

    def _content_worth(self, segment: Segment) -> float:
        if segment.content is Content.MOMENT:
            return self._moments[segment.begins]
        sums = self._sums[segment.content]
        return sums[segment.begins + segment.length] - sums[segment.begins]


def _costs_of(table: Table, form: Form) -> list[float]:
    """What it costs to assume this parameter with each length up to the longest, nats."""
    alike = sum(other.common is form.common for other in table.values())
    share = COMMON_SHARE if form.common else 1 - COMMON_SHARE
    code = math.log(alike / share) + _ENDS_OR_NOT
    return [code + length_cost(form, length) for length in range(form.longest + 1)]


def length_cost(form: Form, length: int) -> float:
    """What it costs to assume that the parameter has this length, nats."""
    usual = form.usual
    if length in usual:
        return math.log(len(usual) / USUAL_SHARE)
    return math.log((form.longest - form.shortest + 1) / (1 - USUAL_SHARE))


def running_worth(view: Sound, alphabet: Sound) -> list[float]:
    """Sum of the likeliest letter's worth over all octets before each place, n + 1 of them."""
    best = (view + alphabet[: view.shape[1]]).max(axis=1)
    return [0.0, *np.cumsum(best).tolist()]


def moment_worth(view: Sound) -> Sound:
    """For every place the worth of a moment that begins there; shape (n,), where it does not fit -inf."""
    rows = ALPHABETS[Content.MOMENT]
    worth = np.full(len(view), -np.inf)
    fits = len(view) - len(rows) + 1
    if fits > 0:
        worth[:fits] = 0.0
        for offset, row in enumerate(rows):
            worth[:fits] += (view[offset : offset + fits] + row[: view.shape[1]]).max(axis=1)
    return worth
