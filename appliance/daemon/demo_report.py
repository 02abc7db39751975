"""What each scripted call should have become, what it became, and whether the two agree."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from appliance.events import Prompt
from appliance.exchange.ears import Likeness, Pcm, find_prompt
from appliance.exchange.script import Expectation, ScriptedCall


@dataclass(frozen=True)
class Seen:
    """What became of one call: as the box recorded it, as the caller heard it, as the panel showed it."""

    caller: str
    outcome: str
    recording_s: float | None  # None: no recording
    caller_heard: Pcm
    lamps: tuple[str, ...]
    states: tuple[str, ...]
    trouble: tuple[str, ...] = ()  # steps that never came, calls that were not recorded once


@dataclass(frozen=True)
class Verdict:
    """One row of the table. `complaints` is empty where all agrees."""

    scripted: ScriptedCall
    seen: Seen
    heard: tuple[Prompt, ...]
    complaints: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.complaints


PromptSound = Callable[[Prompt], Pcm]


def prompts_heard(heard: Pcm, sound_of: PromptSound) -> tuple[Prompt, ...]:
    """The prompts that are in what a caller heard, to their ends, in the order of their beginning."""
    found: list[tuple[int, Prompt]] = []
    for prompt in Prompt:
        wanted = sound_of(prompt)
        likeness: Likeness = find_prompt(wanted, heard)
        if likeness.heard:
            found.append((likeness.at, prompt))
    return tuple(prompt for _, prompt in sorted(found))


def judge(scripted: ScriptedCall, seen: Seen, sound_of: PromptSound) -> Verdict:
    """Hold what was seen against what the script expects."""
    heard = prompts_heard(seen.caller_heard, sound_of)
    return Verdict(scripted, seen, heard, (*_complaints(scripted.expect, seen, heard), *seen.trouble))


def _complaints(expect: Expectation, seen: Seen, heard: tuple[Prompt, ...]) -> Iterable[str]:
    if seen.outcome != expect.outcome:
        yield f"outcome: wanted {expect.outcome}, got {seen.outcome}"
    if expect.caller not in ("any", seen.caller):
        yield f"caller: wanted {expect.caller}, got {seen.caller}"
    if not expect.any_announcement:
        if expect.announcement is None and heard:
            yield f"announcement: wanted none, the caller heard {', '.join(heard)}"
        if expect.announcement is not None and expect.announcement not in heard:
            yield f"announcement: the caller did not hear {expect.announcement}"
    yield from _recording(expect, seen.recording_s)
    if not in_order(expect.lamps, seen.lamps):
        yield f"lamp: wanted {' > '.join(expect.lamps)} in this order, got {' > '.join(seen.lamps)}"
    if not in_order(expect.states, seen.states):
        yield f"path: wanted {' > '.join(expect.states)} in this order, got {' > '.join(seen.states)}"


def _recording(expect: Expectation, seconds: float | None) -> Iterable[str]:
    if expect.recording_s is None:
        if seconds is not None:
            yield f"recording: wanted none, got {seconds:.1f} s"
        return
    least, most = expect.recording_s
    if seconds is None:
        yield "recording: there is none"
    elif not least <= seconds <= most:
        yield f"recording: wanted {least:g}-{most:g} s, got {seconds:.1f} s"


def in_order(wanted: Sequence[str], seen: Sequence[str]) -> bool:
    """Whether all of `wanted` stand in `seen` in their order; others may stand between."""
    rest = iter(seen)
    return all(any(one == other for other in rest) for one in wanted)


# ---- the table -----------------------------------------------------------------------------------------------------

COLUMNS = ("call", "caller", "outcome", "announcement heard", "recording", "lamp", "")


def table(verdicts: Sequence[Verdict]) -> list[str]:
    """The lines of a table for a terminal: what was seen, and where it differs, what was wanted."""
    rows = [COLUMNS, *(_row(verdict) for verdict in verdicts)]
    widths = [max(wide(row[i]) for row in rows) for i in range(len(COLUMNS))]
    lines = ["  ".join(pad(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "-" * min(sum(widths) + 2 * len(widths), 150))
    for verdict in verdicts:
        lines += [f"  {verdict.scripted.id}: {complaint}" for complaint in verdict.complaints]
    good = sum(verdict.agrees for verdict in verdicts)
    lines.append("")
    lines.append(f"{good} of {len(verdicts)} calls went as they should")
    return lines


def _row(verdict: Verdict) -> tuple[str, ...]:
    seen = verdict.seen
    recording = "none" if seen.recording_s is None else f"{seen.recording_s:.1f} s"
    return (
        verdict.scripted.id,
        seen.caller,
        seen.outcome,
        ", ".join(verdict.heard) or "none",
        recording,
        " > ".join(seen.lamps),
        "ok" if verdict.agrees else "WRONG",
    )


def wide(text: str) -> int:
    """How many columns of a terminal `text` takes; Japanese characters take two. Spec: Unicode UAX #11."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def pad(text: str, width: int) -> str:
    return text + " " * (width - wide(text))


def silence() -> Pcm:
    """What a caller heard who heard nothing."""
    return np.zeros(0, np.int16)
