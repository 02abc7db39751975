"""The table at a demo's end: for each call what it should have done, and what it did."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from appliance.alert.patterns import PATTERNS, Pattern
from appliance.daemon.demo_report import Verdict
from appliance.daemon.demo_words import COLUMNS, OUTCOMES, PROMPTS, WORDS
from appliance.events import Outcome, Prompt

WIDEST = 200
"""Columns of a table that goes to a file or a pipe. Why: wide enough for one row of the longest call."""

LONG = 2
"""So many cells at the end of a row stand below it where the terminal is narrow: path and lamps."""

INDENT = "      "


def table(verdicts: Sequence[Verdict], language: str = "en", columns: int = WIDEST) -> list[str]:
    """The lines of the table. Where the terminal has fewer `columns` than needed, path and lamps stand below a row."""
    rows = [COLUMNS[language]]
    for verdict in verdicts:
        rows += [_wanted(verdict, language), _seen(verdict, language)]
    lines = _aligned(rows)
    if max(map(wide, lines)) > columns:
        short = _aligned([row[:-LONG] for row in rows])
        lines = short[:1]
        for line, row in zip(short[1:], rows[1:], strict=True):
            lines += [line, *(INDENT + cell for cell in row[-LONG:] if cell)]
    lines.insert(1, "-" * min(max(map(wide, lines)), columns))
    for verdict in verdicts:
        lines += [f"  {verdict.scripted.id}: {complaint}" for complaint in verdict.complaints]
    good = sum(verdict.agrees for verdict in verdicts)
    return [*lines, "", WORDS[language]["score"].format(good=good, all=len(verdicts))]


def _wanted(verdict: Verdict, language: str) -> tuple[str, ...]:
    """The row of what should have been."""
    call, words = verdict.scripted, WORDS[language]
    expect = call.expect
    if expect.any_announcement:
        said = words["any"]
    else:
        said = _prompts([expect.announcement] if expect.announcement else [], language)
    length = words["none"]
    if expect.recording_s is not None:
        least, most = expect.recording_s
        length = words["seconds"].format(seconds=f"{least:g}-{most:g}")
    return (
        call.title_ja if language == "ja" else call.id,
        words["should"],
        words["any"] if expect.caller == "any" else expect.caller,
        OUTCOMES[language][expect.outcome],
        said,
        length,
        "",
        " > ".join(expect.states),
        _lamps(expect.lamps, language),
    )


def _seen(verdict: Verdict, language: str) -> tuple[str, ...]:
    """The row of what was."""
    seen, words = verdict.seen, WORDS[language]
    return (
        "",
        words["did"],
        seen.caller,
        OUTCOMES[language][Outcome(seen.outcome)] if seen.outcome in set(Outcome) else words["none"],
        _prompts(verdict.heard, language),
        words["none"] if seen.recording_s is None else words["seconds"].format(seconds=f"{seen.recording_s:.1f}"),
        "ok" if verdict.agrees else words["wrong"],
        " > ".join(seen.states),
        _lamps(seen.lamps, language),
    )


def _prompts(prompts: Sequence[Prompt], language: str) -> str:
    return ", ".join(PROMPTS[language][prompt] for prompt in prompts) or WORDS[language]["none"]


def _lamps(lamps: Sequence[str], language: str) -> str:
    if language != "ja":
        return " > ".join(lamps)
    return " > ".join(PATTERNS[Pattern(lamp)].name_ja if lamp in set(Pattern) else lamp for lamp in lamps)


def _aligned(rows: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(wide(row[i]) for row in rows) for i in range(len(rows[0]))]
    return ["  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def wide(text: str) -> int:
    """How many columns of a terminal `text` takes; Japanese characters take two. Spec: Unicode UAX #11."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def pad(text: str, width: int) -> str:
    return text + " " * (width - wide(text))
