"""Draws the call machine from its tables: `python -m appliance.call.draw > docs/call-machine.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from appliance.call.machine import CallConfig, full_table
from appliance.call.signals import Signal
from appliance.call.states import IN_CALL, MEANING, PHASES, RECORDING, State
from appliance.call.tables import ROWS, VARIANTS, Row
from appliance.call.timers import FIXED, SETTABLE
from appliance.events import BeginCall, Command, EndCall, Play, StartTimer, StopTimer, Summon

Edge = tuple[State, Signal, Row, str]

OPENING = """\
# The call machine

Drawn from `appliance/call/tables.py` by `python -m appliance.call.draw > docs/call-machine.md`; do not edit by hand.

A fact becomes a *signal*; state and signal find a row; the row names the next state and the commands. No row: the
signal is either listed as meaning nothing there (`appliance/call/ignored.py`), or it is a contradiction
(`IllegalEvent`) and nothing changes.

`line_lost` leads from every state to `fault`, ends the call and takes the box off the line; it is not drawn. The limits
that only guard against a device that does not answer (`seize_limit`, `prompt_limit`, `release_limit`) are listed, not
drawn.
A signal that ends in `_in_speech` is the same one while somebody on the line speaks.
"""

GUARDS = frozenset({Signal.SEIZE_LIMIT, Signal.PROMPT_LIMIT, Signal.PROMPT_LIMIT_IN_SPEECH, Signal.RELEASE_LIMIT})
"""Signals left out of the pictures, not of the list of rows."""


def _edges() -> Iterator[Edge]:
    for state, rows in ROWS.items():
        yield from ((state, signal, row, "") for signal, row in rows.items())
    for variant, states in VARIANTS.items():
        for state, rows in states.items():
            yield from ((state, signal, row, variant) for signal, row in rows.items())


def _phase(state: State) -> str:
    return next(name for name, states in PHASES.items() if state in states)


def _mermaid(lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", "stateDiagram-v2", *(f"    {line}" for line in lines), "```", ""])


def _overview() -> str:
    names = {phase: phase.lower().replace(" ", "_") for phase in PHASES}
    pairs = dict.fromkeys((_phase(state), _phase(row.next_state)) for state, _, row, _ in _edges())
    lines = [f'state "{phase}" as {name}' for phase, name in names.items()]
    lines += ["[*] --> waiting"]
    lines += [f"{names[here]} --> {names[there]}" for here, there in pairs if here != there]
    return _mermaid(lines)


def _picture(states: tuple[State, ...]) -> str:
    labels: dict[tuple[State, State], list[str]] = {}
    for state, signal, row, variant in _edges():
        if state in states and signal not in GUARDS:
            label = f"{signal.value} ({variant})" if variant else signal.value
            labels.setdefault((state, row.next_state), []).append(label)
    return _mermaid(f"{here} --> {there}: {', '.join(names)}" for (here, there), names in labels.items())


def _told(command: Command) -> str:
    match command:
        case Play(prompt=prompt):
            return f"Play {prompt.value}"
        case BeginCall(direction=direction):
            return f"BeginCall {direction}"
        case EndCall(outcome=outcome):
            return f"EndCall {outcome.value}"
        case StartTimer(timer=timer) | StopTimer(timer=timer):
            return f"{type(command).__name__} {timer}"
        case Summon(needed=needed):
            return f"Summon {'on' if needed else 'off'}"
    return type(command).__name__


def _phase_rows(states: tuple[State, ...]) -> Iterator[str]:
    tables = {name: full_table(CallConfig(mode=name)) for name in ("box_first", "staff_first", "tap_only")}
    tables["record_outgoing"] = tables["staff_first"]
    tables["leave_outgoing"] = full_table(CallConfig(record_outgoing=False))
    yield "| state | signal | next | commands |"
    yield "|---|---|---|---|"
    for state, signal, row, variant in sorted(_edges(), key=lambda edge: list(State).index(edge[0])):
        if state in states:
            commands = tables[variant or "staff_first"][state, signal].commands
            when = f"{signal.value} ({variant})" if variant else signal.value
            yield f"| {state} | {when} | {row.next_state} | {', '.join(map(_told, commands)) or '-'} |"
    yield ""


def _meanings(states: tuple[State, ...]) -> Iterator[str]:
    yield "| state | means | in a call | recording |"
    yield "|---|---|---|---|"
    for state in states:
        marks = " | ".join("yes" if state in group else "" for group in (IN_CALL, RECORDING))
        yield f"| {state} | {MEANING[state]} | {marks} |"
    yield ""


def _timers() -> Iterator[str]:
    yield "| timer | length | why |"
    yield "|---|---|---|"
    yield from (f"| {timer} | {duration.ms / 1000:g} s | {duration.source} |" for timer, duration in FIXED.items())
    yield from (f"| {timer} | set by the owner | {source} |" for timer, source in SETTABLE.items())
    yield ""


def document() -> str:
    """The whole page, Markdown with Mermaid pictures."""
    parts = [OPENING, "## The whole", "", _overview()]
    for phase, states in PHASES.items():
        parts += [f"## {phase}", "", *_meanings(states), _picture(states), *_phase_rows(states)]
    parts += ["## Timers", "", *_timers()]
    return "\n".join(parts).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(document())
