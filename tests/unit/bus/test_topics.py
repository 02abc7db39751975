"""The table of topics: its examples are true, its page is current, and it finds what contradicts it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from appliance.alert.patterns import Pattern
from appliance.bus.codec import EVENT_TYPES
from appliance.bus.document import document
from appliance.bus.topics import KINDS, PROCESSES, TOPICS, UNTOLD, Topic, complaints, topic_of

PAGE = Path(__file__).parents[3] / "docs/bus.md"


def example_name(topic: Topic) -> str:
    return topic.name.replace("<process>", PROCESSES[0])


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_examples_obey_their_own_table(topic: Topic) -> None:
    assert complaints(example_name(topic), topic.example, topic.retained) == []
    assert topic_of(example_name(topic)) is topic
    assert {field.kind for field in topic.fields} <= set(KINDS)
    assert all(field.meaning for field in topic.fields)


@pytest.mark.parametrize("topic", [t for t in TOPICS if not t.events], ids=lambda topic: topic.name)
def test_examples_hold_no_field_that_is_not_explained(topic: Topic) -> None:
    assert set(topic.example) <= {field.name for field in topic.fields}


def test_the_page_is_current_and_complete() -> None:
    assert PAGE.read_text() == document(), "run `make docs`"
    told = [name for name, kind in EVENT_TYPES.items() if kind not in UNTOLD]
    for name in (*told, *(topic.name for topic in TOPICS)):
        assert f"`{name}`" in document()
    for kind in UNTOLD:
        assert f"`{kind.__name__}`" not in document()


def test_idle_needs_no_caller() -> None:
    assert complaints("call/state", {"state": "idle", "call_id": ""}, True) == []
    assert "call/state: number is missing" in complaints("call/state", {"state": "talking", "call_id": "1"}, True)


@pytest.mark.parametrize(
    ("name", "payload", "retain", "expected"),
    [
        ("line/mood", {}, True, "no such topic"),
        ("line/alive", {}, True, "alive is missing"),
        ("line/alive", {"alive": 1}, True, "alive is not yes/no"),
        ("clerk/alive", {"alive": True}, False, "must be retained"),
        ("request/button", {"button": "sos"}, True, "must not be retained"),
        ("request/button", {"button": None}, False, "button is not text"),
        ("clerk/state", {"free_mb": True}, True, "free_mb is not number"),
        ("line/state", {"state": "ready", "notes": [3]}, True, "notes is not list of text"),
        ("call/event", {"type": "Rang", "at": "1"}, False, "at is not number"),
        ("call/event", {"type": "Decided", "at": 1}, False, "Decided.decision is missing"),
    ],
)
def test_contradictions_are_found(name: str, payload: dict[str, Any], retain: bool, expected: str) -> None:
    assert any(expected in complaint for complaint in complaints(name, payload, retain))


def test_unknown_fields_are_no_fault() -> None:
    assert complaints("line/alive", {"alive": True, "pid": 3}, True) == []


def test_the_page_names_every_pattern_of_the_lamp() -> None:
    meaning = next(field.meaning for topic in TOPICS if topic.name == "panel/state" for field in topic.fields)
    assert all(f"`{pattern.value}`" in meaning for pattern in Pattern)
