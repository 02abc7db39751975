"""Every topic of the bus as data. `bus.document` prints docs/bus.md from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from paho.mqtt.client import topic_matches_sub

from appliance import events
from appliance.bus.codec import PayloadError, decode

VERSION = 1
"""Grows when a field changes its meaning or goes; new fields and topics leave it as it is."""

UNTOLD: tuple[type[events.Fact], ...] = (
    events.SilenceBegan,
    events.VoiceBegan,
    events.TimerFired,
    events.ButtonPressed,
)
"""Facts that stay in the house: the machine needs them, nobody reads them. A button is told by what it raises."""

ROOT = f"denwaban/v{VERSION}/"

PROCESSES = ("line", "web", "clerk")

KINDS: Mapping[str, tuple[type, ...]] = {
    "text": (str,),
    "number": (int,),
    "yes/no": (bool,),
    "list of text": (list,),
    "list": (list,),
    "text or null": (str, type(None)),
    "time": (str,),
}
"""What a field may be, and as what Python reads it. A time is ISO 8601 with its offset."""


@dataclass(frozen=True)
class Field:
    name: str
    kind: str  # a key of KINDS
    meaning: str
    optional: bool = False


@dataclass(frozen=True)
class Topic:
    """One topic below the root; `<process>` stands for any of PROCESSES."""

    name: str
    retained: bool
    publisher: str
    meaning: str
    fields: tuple[Field, ...]
    example: Mapping[str, Any]
    events: bool = False  # the payload is a fact of `appliance.events`, as `bus.codec` writes it

    @property
    def pattern(self) -> str:
        """The name as a subscription."""
        return self.name.replace("<process>", "+")


_EVENT = (
    Field("type", "text", "name of the event, see below"),
    Field("at", "number", "instant on the line clock, samples of 1/8000 s since the line process started"),
    Field("time", "time", "civil time", optional=True),
)

TOPICS = (
    Topic(
        "line/state",
        True,
        "line",
        "Whether calls can be taken.",
        (
            Field("state", "text", "`ready` or `lost`"),
            Field("device", "text", "what the modem calls itself", optional=True),
            Field("profile", "text", "chipset profile in use", optional=True),
            Field("notes", "list of text", "what this modem cannot do, in plain words", optional=True),
            Field("why", "text", "why it is lost; empty while ready", optional=True),
        ),
        {
            "state": "ready",
            "device": "USRobotics 5637",
            "profile": "usr5637",
            "notes": ["cannot tell when the phone is lifted"],
            "why": "",
        },
    ),
    Topic(
        "call/state",
        True,
        "line",
        "The call in progress; while there is none only `state` and an empty `call_id`.",
        (
            Field("call_id", "text", "key of the call; empty while idle"),
            Field(
                "state",
                "text",
                "state of the call machine (docs/call-machine.md); `idle`, `lifted` or `fault` where there is no call",
            ),
            Field("direction", "text", "`in` or `out`", optional=True),
            Field("started", "time", "when the call began", optional=True),
            Field("since", "time", "when this state began", optional=True),
            Field("identified", "yes/no", "the exchange has said who calls", optional=True),
            Field("number", "text", "caller's number as received; empty where there is none", optional=True),
            Field(
                "absence",
                "text or null",
                "why there is no number: P withheld, C pay phone, O unavailable, S conflict",
                optional=True,
            ),
            Field("name", "text", "name from the customer list, else from the line", optional=True),
            Field("company", "text", "from the customer list", optional=True),
            Field("listing", "text", "`known`, `refused` or empty", optional=True),
            Field("note", "text", "note on the customer", optional=True),
            Field("calls_today", "number", "calls from this number today, this one included", optional=True),
            Field("calls_before", "number", "calls from this number before today", optional=True),
            Field("decision", "text or null", "what is done with the call (docs/settings.md, policy)", optional=True),
            Field("decision_why", "text", "why, in a sentence", optional=True),
            Field("recording", "yes/no", "it is being recorded right now", optional=True),
            Field("waiting", "yes/no", "a second caller has knocked during the call", optional=True),
            Field("waiting_number", "text", "the second caller's number; empty where there is none", optional=True),
            Field("waiting_absence", "text or null", "why the second caller has no number", optional=True),
            Field("waiting_name", "text", "the second caller's name, as `name`", optional=True),
        ),
        {
            "call_id": "20261124-143205-1",
            "state": "talking",
            "direction": "in",
            "started": "2026-11-24T14:32:05+09:00",
            "since": "2026-11-24T14:32:17+09:00",
            "identified": True,
            "number": "0312345678",
            "absence": None,
            "name": "佐藤 花子",
            "company": "佐藤商店",
            "listing": "known",
            "note": "折り返し希望",
            "calls_today": 2,
            "calls_before": 14,
            "decision": "skip",
            "decision_why": "in the customer list",
            "recording": True,
            "waiting": True,
            "waiting_number": "09012345678",
            "waiting_absence": None,
            "waiting_name": "",
        },
    ),
    Topic(
        "call/event",
        False,
        "line",
        "What happened on the line, as it happened. What lasts is in the database before it is told here.",
        _EVENT,
        {
            "type": "CallerIdentified",
            "time": "2026-11-24T14:32:07.250+09:00",
            "at": 9874320,
            "identity": {
                "number": "0312345678",
                "absence": None,
                "name": "",
                "name_absence": None,
                "dialled": "",
                "datetime": "11241432",
            },
        },
        events=True,
    ),
    Topic(
        "panel/state",
        True,
        "line",
        "What the lamp shows.",
        (
            Field(
                "pattern",
                "text",
                "`starting`, `ready`, `service`, `ringing`, `recording`, `fault`, `warning`, `needs_staff` or `alarm`",
            ),
            Field("since", "time", "when it began"),
            Field("buzzer", "yes/no", "the pattern sounds the buzzer"),
            Field("ja", "text", "the pattern in Japanese words"),
            Field("en", "text", "the pattern in English words"),
        ),
        {
            "pattern": "recording",
            "since": "2026-11-24T14:32:17+09:00",
            "buzzer": False,
            "ja": "録音中",
            "en": "recording",
        },
    ),
    Topic(
        "alert/event",
        False,
        "line",
        "An alert was raised or acknowledged.",
        _EVENT,
        {
            "type": "AlertRaised",
            "time": "2026-11-24T14:33:40.000+09:00",
            "at": 10618320,
            "level": "alarm",
            "kind": "sos",
            "why": "SOS was pressed (panel)",
            "call_id": "20261124-143205-1",
        },
        events=True,
    ),
    Topic(
        "fault/state",
        True,
        "line",
        "Everything that is broken right now; an empty list is good news.",
        (Field("faults", "list", "objects with `what` (stable key), `why` (a sentence) and `since` (time)"),),
        {
            "faults": [
                {"what": "line", "why": "the modem does not answer", "since": "2026-11-24T14:40:00+09:00"},
            ]
        },
    ),
    Topic(
        "clerk/state",
        True,
        "clerk",
        "How the keeping of recordings stands.",
        (
            Field("free_mb", "number", "room left under paths.data, MB"),
            Field("sealed", "number", "recordings sealed since the clerk started", optional=True),
            Field("waiting", "number", "finished recordings that are not sealed yet", optional=True),
            Field("damaged", "number", "sealed recordings that no longer match their seal", optional=True),
            Field("since", "time", "when this was found", optional=True),
        ),
        {"free_mb": 18230, "sealed": 12, "waiting": 0, "damaged": 0, "since": "2026-11-24T14:30:00+09:00"},
    ),
    Topic(
        "<process>/alive",
        True,
        "each process; the broker, when one dies",
        "Life sign and last will.",
        (
            Field("alive", "yes/no", "the process is there"),
            Field("stopped", "yes/no", "it left by the front door", optional=True),
        ),
        {"alive": True},
    ),
    Topic(
        "request/button",
        False,
        "web, or anybody on this box",
        "A button pressed on the page. Dropped when it could not be sent within 30 seconds.",
        (
            Field("button", "text", "`acknowledge`, `sos` or `mark`"),
            Field("by", "text", "who: `page`", optional=True),
        ),
        {"button": "acknowledge", "by": "page"},
    ),
)


def topic_of(name: str) -> Topic | None:
    """The topic that `name` (below the root) is one of."""
    return next((topic for topic in TOPICS if topic_matches_sub(topic.pattern, name)), None)


def complaints(name: str, payload: Mapping[str, Any], retain: bool) -> list[str]:
    """What about a message contradicts the table; fields that the table does not know are no fault."""
    topic = topic_of(name)
    if topic is None:
        return [f"{name}: no such topic"]
    found = [] if topic.retained == retain else [f"{name}: {'must' if topic.retained else 'must not'} be retained"]
    if name == "call/state" and payload.get("call_id"):
        found += [f"{name}: {field.name} is missing" for field in topic.fields if field.name not in payload]
    for field in topic.fields:
        if field.name not in payload:
            found += [] if field.optional else [f"{name}: {field.name} is missing"]
        elif not is_kind(payload[field.name], field.kind):
            found.append(f"{name}: {field.name} is not {field.kind}")
    if topic.events:
        try:
            decode(payload)
        except PayloadError as error:
            found.append(f"{name}: {error}")
    return found


def is_kind(value: object, kind: str) -> bool:
    """Is `value` what `kind` (a key of KINDS) says?"""
    if isinstance(value, bool):
        return kind == "yes/no"
    if kind == "list of text" and isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, KINDS[kind])
