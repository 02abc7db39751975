"""What stands largest on the card of a call: the name, else the number, else why there is none."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.desk.contacts import pretty_number
from appliance.events import Decision
from web.news import CallNews

LONG = 12
VERY_LONG = 24
"""Characters from which a name is set smaller. Why: what fits one and two lines of the card at 1280 pixels."""

DECIDED = {
    Decision.ANNOUNCE: "todo.ringing_announce",
    Decision.SKIP: "todo.ringing_skip",
    Decision.REFUSE: "todo.ringing_refuse",
    Decision.ASK_REDIAL: "todo.ringing_ask_redial",
    Decision.MESSAGE: "todo.ringing_message",
}
"""What staff should do while it rings, once the box has decided. A passed call reads as one without decision."""


@dataclass(frozen=True)
class Face:
    """Texts ready to show; `missing` and `todo` are keys of the page's texts."""

    name: str
    company: str
    number: str
    missing: str
    todo: str
    size: str
    waiting: str = ""  # who knocks, where somebody does and it is known


def face_of(call: CallNews, country: str) -> Face:
    """The face of `call`; `country` (ISO 3166, two letters) rules how its number is grouped."""
    number = pretty_number(call.number, country) if call.number else ""
    name, company = (call.name, call.company) if call.name else (call.company, "")
    knocks = call.waiting_name or (pretty_number(call.waiting_number, country) if call.waiting_number else "")
    return Face(name, company, number, _missing(call), _todo(call), _size(name or number), knocks)


def _missing(call: CallNews) -> str:
    if call.absence:
        return f"absence.{call.absence}"
    if call.direction == "out":
        return "caller.outgoing"
    return "caller.unknown" if call.identified and call.state != "car" else "caller.reading"


def _todo(call: CallNews) -> str:
    if call.state == "ringing" and call.decision:
        return DECIDED.get(Decision(call.decision), "todo.ringing")
    return f"todo.{call.state}"


def _size(text: str) -> str:
    if len(text) > VERY_LONG:
        return "small"
    return "middle" if len(text) > LONG else "large"
