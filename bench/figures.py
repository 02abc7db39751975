"""Figures as rows of one table: what was wanted, what was measured, and the verdict."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

TITLES = ("figure", "wanted", "measured", "verdict")


@dataclass(frozen=True)
class Figure:
    """One measurement. `name`: how the command line calls it."""

    name: str
    what: str
    wanted: str
    measured: str
    ok: bool

    def row(self) -> tuple[str, str, str, str]:
        return self.what, self.wanted, self.measured, "ok" if self.ok else "MISSED"


@dataclass(frozen=True)
class Limit:
    """The most that is good enough."""

    most: float
    unit: str

    def figure(self, name: str, what: str, value: float, more: str) -> Figure:
        """The row of a measured `value`. `more`: what else is worth telling."""
        measured = f"{value:.1f} {self.unit} ({more})"
        return Figure(name, what, f"≤ {self.most:g} {self.unit}", measured, value <= self.most)


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all `values` do not exceed (nearest rank: it did occur)."""
    ordered = sorted(values)
    rank = max(1, -int(-share * len(ordered) // 1))
    return ordered[rank - 1]


def spread(values: Sequence[float], unit: str = "ms") -> str:
    """Median, worst and number of `values`."""
    return f"p50 {percentile(values, 0.5):.1f}, worst {max(values):.1f} {unit}, {len(values)} times"


def table(figures: Sequence[Figure]) -> list[str]:
    """The figures as lines of text."""
    rows = [TITLES, *(figure.row() for figure in figures)]
    widths = [max(_width(row[column]) for row in rows) for column in range(len(TITLES))]
    rule = "  ".join("-" * width for width in widths)
    lines = [
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)) for row in rows
    ]
    return [lines[0].rstrip(), rule, *(line.rstrip() for line in lines[1:])]


def _width(text: str) -> int:
    """Columns of a terminal that `text` takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)
