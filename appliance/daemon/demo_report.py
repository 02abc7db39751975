"""What each scripted call should have become, what it became, and whether the two agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from appliance.events import Prompt
from appliance.exchange.ears import Likeness, Pcm, find_prompt
from appliance.exchange.script import Expectation, ScriptedCall
from appliance.units import samples


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


TAIL = samples(500)
"""So much of a prompt is its end. Why: the last word or two; less is too little to be sure of."""

ASIDE = samples(50)
"""How far from its place the end of a prompt is looked for. Why: a modem that starved plays the rest a little later."""

PromptSound = Callable[[Prompt], Pcm]


def prompts_heard(heard: Pcm, sound_of: PromptSound) -> tuple[Prompt, ...]:
    """The prompts that are in what a caller heard, to their ends, in the order of their beginning."""
    found: list[tuple[int, Prompt]] = []
    for prompt in Prompt:
        wanted = sound_of(prompt)
        likeness: Likeness = find_prompt(wanted, heard)
        if likeness.heard and _ended(wanted, heard, likeness.at):
            found.append((likeness.at, prompt))
    return tuple(prompt for _, prompt in sorted(found))


def _ended(wanted: Pcm, heard: Pcm, at: int) -> bool:
    """Whether the end of a prompt that began at `at` was heard in its place too.

    Why: a prompt cut after half its length still has a likeness of 0.7 (`exchange.ears`).
    """
    end = at + len(wanted)
    return find_prompt(wanted[-TAIL:], heard[max(0, end - TAIL - ASIDE) : end + ASIDE]).heard


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


def silence() -> Pcm:
    """What a caller heard who heard nothing."""
    return np.zeros(0, np.int16)
