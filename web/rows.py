"""A call record and its events in words, ready for a template."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from appliance.desk.contacts import pretty_number
from appliance.store.rows import CallEvent, CallRecord
from appliance.units import RATE_HZ
from web.context import Context
from web.news import SHOWN_AS
from web.texts import Texts
from web.wording import day, exact, length, offset, short_moment

SHAPES = {
    "talked": "○",
    "message": "✉",
    "no_message": "–",
    "refused": "⊘",
    "asked_redial": "↻",
    "abandoned": "–",
    "missed": "△",
    "fax": "▤",
    "line_lost": "✕",
    "interrupted": "✕",
    "running": "…",
}
"""A shape beside each outcome's word, so that a list is read without colour."""


@dataclass(frozen=True)
class Row:
    """One call in words."""

    started: datetime
    short: str
    long: str
    who: str
    number: str
    missing: str
    length: str
    outcome: str
    shape: str


def row_of(call: CallRecord, context: Context, texts: Texts) -> Row:
    """`call` in the words of `texts`, times in the shop's zone."""
    started = context.local(call.started_at)
    number = pretty_number(call.number, context.settings.line.country) if call.number else ""
    missing = texts.word("absence", call.absence.value) if call.absence else texts("call.no_number")
    outcome = call.outcome.value if call.outcome else "running"
    seconds = (call.ended_at - call.started_at).total_seconds() - call.tail_s if call.ended_at else None
    return Row(
        started=started,
        short=short_moment(started, context.now(), texts),
        long=f"{day(started, texts)} {exact(started)}",
        who=_person(call, texts) or number or missing,
        number=number,
        missing=missing,
        length=length(seconds, texts) if seconds is not None else "",
        outcome=texts.word("outcome", outcome),
        shape=SHAPES.get(outcome, "·"),
    )


def _person(call: CallRecord, texts: Texts) -> str:
    if call.name:
        return f"{call.name} {texts('caller.honorific')}".strip()
    return call.contact.company if call.contact else ""


@dataclass(frozen=True)
class Happening:
    """One event of a call in words. `offset`: mm:ss since it began; `in_sound_s`: place in the recording, seconds."""

    offset: str
    words: str
    detail: str
    in_sound_s: float | None


UNTOLD = frozenset({"TimerFired", "LineSeized", "LineReleased", "VoiceBegan"})
"""Inner workings: kept in the records, left out of the story a person reads."""


def story_of(call: CallRecord, events: list[CallEvent], country: str, texts: Texts) -> list[Happening]:
    """The events of a call in words, in order; a change of state that reads like the one before is left out."""
    story = []
    state = ""
    for event in events:
        if event.kind in UNTOLD:
            continue
        detail = _detail(event, country, texts)
        if event.kind == "CallStateChanged":
            if detail == state:
                continue
            state = detail
        story.append(
            Happening(
                offset((event.at - call.started_at).total_seconds()),
                texts.word("event", event.kind),
                detail,
                event.offset_samples / RATE_HZ if event.offset_samples is not None else None,
            )
        )
    return story


WORDED = {
    "CallStateChanged": ("state", "state"),
    "CallEnded": ("outcome", "outcome"),
    "ButtonPressed": ("button", "button"),
    "PromptEnded": ("prompt", "prompt"),
    "Decided": ("decision", "decision"),
}
"""The field of each kind of event that has words of its own, and the group they are in."""

PLAIN = ("digit", "why")
"""Fields shown as they are."""


def _detail(event: CallEvent, country: str, texts: Texts) -> str:
    found = []
    if event.kind in WORDED:
        name, group = WORDED[event.kind]
        value = str(event.payload.get(name) or "")
        found.append(texts.word(group, SHOWN_AS.get(value, value) if group == "state" else value) if value else "")
    if event.kind == "CallerIdentified" or (event.kind == "CallWaitingHeard" and _tells(event.payload)):
        found.append(_identity(event.payload, country, texts))
    found.extend(str(event.payload.get(name) or "") for name in PLAIN)
    return " — ".join(part for part in found if part)


def _tells(details: Mapping[str, Any]) -> bool:
    """Whether the line said anything of the second caller."""
    identity = details.get("identity")
    return isinstance(identity, Mapping) and any(identity.values())


def _identity(details: Mapping[str, Any], country: str, texts: Texts) -> str:
    identity = details.get("identity", details)
    if not isinstance(identity, Mapping):
        return ""
    number, absence = str(identity.get("number") or ""), str(identity.get("absence") or "")
    if number:
        return pretty_number(number, country)
    return texts.word("absence", absence) if absence else texts("caller.unknown")
