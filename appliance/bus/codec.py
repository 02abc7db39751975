"""Events as JSON objects and back: {"type": "CallEnded", "at": 8000, ...}."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from appliance import events
from appliance.errors import HouseError, OperatorError


class PayloadError(OperatorError):
    """A payload of the bus that is not what `docs/bus.md` says."""


def _event_types() -> dict[str, type[events.Fact]]:
    found = [thing for thing in vars(events).values() if isinstance(thing, type) and issubclass(thing, events.Fact)]
    return {kind.__name__: kind for kind in found if kind is not events.Fact}


EVENT_TYPES = _event_types()
"""Every fact by its name on the bus."""


def encode(event: object, time: datetime | None = None) -> dict[str, Any]:
    """`event` (a frozen dataclass) as a JSON-able object; `time`: the civil time of its `at`, written as ISO 8601."""
    if not dataclasses.is_dataclass(event) or isinstance(event, type):
        raise HouseError(f"not an event: {event!r}")
    payload = {"type": type(event).__name__}
    if time is not None:
        payload["time"] = time.isoformat(timespec="milliseconds")
    return payload | _plain_fields(event)


def _plain_fields(record: Any) -> dict[str, Any]:
    return {entry.name: _plain(getattr(record, entry.name)) for entry in dataclasses.fields(record)}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return _plain_fields(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if value is None or isinstance(value, str | int | float | bool):
        return value
    raise HouseError(f"{type(value).__name__} has no form on the bus")


def decode(payload: Mapping[str, Any]) -> events.Fact:
    """The fact that `payload` tells. Fields that we do not know are passed over. Raises `PayloadError`."""
    name = payload.get("type")
    kind = EVENT_TYPES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise PayloadError(f"no such event: {name!r}")
    fact = _record(kind, payload, kind.__name__)
    assert isinstance(fact, events.Fact)
    return fact


def _record(kind: type, payload: Mapping[str, Any], where: str) -> Any:
    values: dict[str, Any] = {}
    for entry in dataclasses.fields(kind):
        if entry.name in payload:
            values[entry.name] = _typed(_hints(kind)[entry.name], payload[entry.name], f"{where}.{entry.name}")
        elif entry.default is dataclasses.MISSING and entry.default_factory is dataclasses.MISSING:
            raise PayloadError(f"{where}.{entry.name} is missing")
    return kind(**values)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _typed(wanted: Any, value: Any, where: str) -> Any:
    """`value` as the type `wanted`. Raises `PayloadError`."""
    origin = get_origin(wanted)
    if origin in (Union, types.UnionType):
        return _optional(wanted, value, where)
    if origin is tuple:
        if not isinstance(value, list):
            raise PayloadError(f"{where} is not a list")
        return tuple(_typed(get_args(wanted)[0], item, where) for item in value)
    wanted = getattr(wanted, "__supertype__", wanted)  # SampleIndex and kin are NewTypes
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        if not isinstance(value, dict):
            raise PayloadError(f"{where} is not an object")
        return _record(wanted, value, where)
    if issubclass(wanted, Enum):
        return _member(wanted, value, where)
    # bool is an int to Python and never one to us
    if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
        raise PayloadError(f"{where} is not of type {wanted.__name__}")
    return value


def _optional(wanted: Any, value: Any, where: str) -> Any:
    kinds = [kind for kind in get_args(wanted) if kind is not type(None)]
    if value is None and len(kinds) < len(get_args(wanted)):
        return None
    return _typed(kinds[0], value, where)


def _member(kind: type[Enum], value: Any, where: str) -> Enum:
    if isinstance(value, str):
        for member in kind:
            if member.value == value:
                return member
    raise PayloadError(f"{where} is none of {', '.join(str(member.value) for member in kind)}")
