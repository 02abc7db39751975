"""What can be written of a call: one dataclass a deed, with a JSON form for the spill file. Instants carry a zone."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, get_type_hints

from appliance.errors import HouseError
from appliance.events import CallerIdentity, Decision, Outcome


@dataclass(frozen=True)
class Deed:
    """Something to be written about the call `call_id`."""

    call_id: str


@dataclass(frozen=True)
class OpenCall(Deed):
    """A call has begun. `clock_unsure`: the clock had not been set yet."""

    started_at: datetime
    direction: str = "in"
    clock_unsure: bool = False


@dataclass(frozen=True)
class SetIdentity(Deed):
    """Who is calling. `number_key`: as `desk.contacts.lookup_key` gives it; the contact is found by it."""

    identity: CallerIdentity
    number_key: str = ""


@dataclass(frozen=True)
class SetDecision(Deed):
    decision: Decision
    why: str = ""


@dataclass(frozen=True)
class SetState(Deed):
    state: str


@dataclass(frozen=True)
class SetAnswered(Deed):
    at: datetime


@dataclass(frozen=True)
class SetRecording(Deed):
    """A recording has begun at position 0 = `at`. `file`: relative to the data directory."""

    file: str
    at: datetime


@dataclass(frozen=True)
class CloseRecording(Deed):
    """The recording is finished and has this many samples, the first `talk_samples` of them talk (None: all)."""

    samples: int
    talk_samples: int | None = None


@dataclass(frozen=True)
class AddEvent(Deed):
    """Something happened; `payload` is JSON-able."""

    at: datetime
    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    offset_samples: int | None = None


@dataclass(frozen=True)
class EndCall(Deed):
    at: datetime
    outcome: Outcome


DEEDS: Mapping[str, type[Deed]] = {
    kind.__name__: kind
    for kind in (
        OpenCall,
        SetIdentity,
        SetDecision,
        SetState,
        SetAnswered,
        SetRecording,
        CloseRecording,
        AddEvent,
        EndCall,
    )
}


def encode(deed: Deed) -> dict[str, Any]:
    """The deed as JSON-able values."""
    plain: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(deed), default=_plain))
    return {"deed": type(deed).__name__, **plain}


def decode(values: Mapping[str, Any]) -> Deed:
    """The deed that `encode` told. Raises HouseError for anything else."""
    try:
        kind = DEEDS[values["deed"]]
        hints = get_type_hints(kind)
        fields = {name: _typed(hints[name], value) for name, value in values.items() if name != "deed"}
        return kind(**fields)
    except (KeyError, TypeError, ValueError) as error:
        raise HouseError(f"not a deed: {error!r}") from error


def _plain(value: object) -> str:
    """The text for what JSON has no form for: a fact is worth more than its exact type."""
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _typed(hint: Any, value: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    if hint is CallerIdentity:
        hints = get_type_hints(CallerIdentity)
        return CallerIdentity(**{name: _optional(hints[name], part) for name, part in value.items()})
    return value


def _optional(hint: Any, value: Any) -> Any:
    """A field that may be None beside one other type."""
    if value is None:
        return None
    kinds = [kind for kind in getattr(hint, "__args__", (hint,)) if kind is not type(None)]
    return _typed(kinds[0], value)
