"""Events on the wire: every fact comes back as it went, strangers' fields are passed over, wrong types are not."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from appliance.bus.codec import EVENT_TYPES, PayloadError, decode, encode
from appliance.errors import HouseError
from appliance.events import (
    Absence,
    AlertRaised,
    CallEnded,
    CallerIdentified,
    CallerIdentity,
    ClearedBy,
    Decided,
    Decision,
    Fact,
    FarEndCleared,
    Level,
    LineReady,
    Outcome,
    Prompt,
    PromptEnded,
    SoundBlock,
)
from appliance.units import SampleIndex

AT = SampleIndex(123_456)

SAMPLES: list[Fact] = [
    LineReady(AT, "USR 5637", "usr5637", ("no loop", "no reversal")),
    CallerIdentified(AT, CallerIdentity(absence=Absence.PAY_PHONE, name="山田\n太郎")),
    CallerIdentified(AT, CallerIdentity("0312345678", name_absence=Absence.WITHHELD)),
    PromptEnded(AT, Prompt.PLEASE_WAIT, False),
    FarEndCleared(AT, ClearedBy.BUSY_TONE),
    Decided(AT, Decision.SKIP, "known"),
    AlertRaised(AT, Level.ALARM, "sos", "…"),
    CallEnded(AT, "c1", Outcome.TALKED),
]


def an_event(kind: type[Fact]) -> Fact:
    """Some event of that kind, made from the types of its fields."""
    by_type: dict[str, Any] = {
        "str": "x",
        "int": 7,
        "bool": True,
        "tuple[str, ...]": ("a",),
        "SampleIndex": AT,
        "SampleIndex | None": SampleIndex(7),
        "CallerIdentity": CallerIdentity("110"),
        "Prompt": Prompt.REFUSED,
        "ClearedBy": ClearedBy.LOOP,
        "Decision": Decision.PASS,
        "Level": Level.NOTICE,
        "Outcome": Outcome.FAX,
        "Button": "mark",
    }
    return kind(**{entry.name: by_type[str(entry.type)] for entry in dataclasses.fields(kind)})


@pytest.mark.parametrize("name", EVENT_TYPES)
def test_every_fact_of_the_house_goes_and_comes_back(name: str) -> None:
    event = an_event(EVENT_TYPES[name])
    assert decode(json.loads(json.dumps(encode(event)))) == event


@pytest.mark.parametrize("event", SAMPLES, ids=lambda event: type(event).__name__)
def test_what_comes_back_has_the_same_types(event: Fact) -> None:
    back = decode(json.loads(json.dumps(encode(event))))
    assert back == event
    assert repr(back) == repr(event)


def test_the_civil_time_goes_along() -> None:
    payload = encode(SAMPLES[0], datetime(2026, 11, 24, 14, 32, tzinfo=UTC))
    assert payload["time"] == "2026-11-24T14:32:00.000+00:00"
    assert payload["type"] == "LineReady"
    assert decode(payload) == SAMPLES[0]


def test_fields_of_a_newer_house_are_passed_over() -> None:
    payload = encode(SAMPLES[1]) | {"mood": "good"}
    payload["identity"]["carrier"] = "x"
    assert decode(payload) == SAMPLES[1]


def test_missing_fields_take_their_defaults_or_are_missed() -> None:
    assert decode({"type": "Decided", "at": 1, "decision": "pass"}) == Decided(SampleIndex(1), Decision.PASS)
    with pytest.raises(PayloadError, match=r"Decided\.decision is missing"):
        decode({"type": "Decided", "at": 1})


@pytest.mark.parametrize(
    "change",
    [
        {"type": "Nonsense"},
        {"type": None},
        {"type": ["LineReady"]},
        {"type": "Fact"},
        {"at": "1"},
        {"at": 1.5},
        {"at": True},
        {"at": None},
        {"device": 3},
        {"notes": "abc"},
        {"notes": [1]},
        {"notes": None},
    ],
)
def test_wrong_types_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(PayloadError):
        decode(encode(SAMPLES[0]) | change)


@pytest.mark.parametrize("identity", [None, "110", {"absence": "X"}, {"absence": 1}, {"number": None}, []])
def test_wrong_identities_are_refused(identity: Any) -> None:
    with pytest.raises(PayloadError):
        decode({"type": "CallerIdentified", "at": 1, "identity": identity})


def test_what_is_no_event_is_a_fault_of_the_house() -> None:
    with pytest.raises(HouseError):
        encode({"type": "x"})
    with pytest.raises(HouseError):
        encode(SoundBlock(AT, b"\0\0"))
    with pytest.raises(HouseError):
        encode(dataclasses.make_dataclass("Odd", [("path", Path)])(Path("/")))
