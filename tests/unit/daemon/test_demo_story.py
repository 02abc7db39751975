"""The demo's story: both languages say the same things, and a call is told in a handful of lines."""

from __future__ import annotations

import re
from typing import Any

import pytest

from appliance.daemon.demo_story import Storyteller
from appliance.daemon.demo_words import COLUMNS, OUTCOMES, PROMPTS, STATES, WORDS, terminal_language
from appliance.events import Message, Outcome, Prompt


def told(language: str, *messages: Message) -> list[str]:
    lines: list[str] = []
    story = Storyteller(lines.append, language, "JP")
    for message in messages:
        story.take(message)
    return [line.strip() for line in lines]


def event(kind: str, **fields: Any) -> Message:
    return Message("call/event", {"type": kind, **fields})


CALL: tuple[Message, ...] = (
    Message("call/state", {"state": "car", "call_id": ""}),
    Message("call/state", {"call_id": "a", "identified": True, "number": "0312345678", "name": "山本 太郎"}),
    Message("panel/state", {"pattern": "ringing", "ja": "着信中", "en": "Ringing"}),
    event("Decided", decision="skip", why="登録済み"),
    event("CallStateChanged", state="deciding"),
    event("CallStateChanged", state="letting_ring"),
    event("CallStateChanged", state="ringing_silent"),
    event("ExtensionLifted"),
    event("CallStateChanged", state="talking"),
    event("FarEndCleared", by="busy_tone"),
    event("RecordingStopped", samples=20_000),
    event("CallEnded", outcome="talked"),
)


def test_a_call_is_told_in_the_words_of_the_terminal() -> None:
    assert told("en", *CALL) == [
        "call from 山本 太郎 03-1234-5678",
        "lamp: Ringing",
        "the box decides: leave the notice out",
        "the shop's telephone rings",
        "staff lift the telephone",
        "caller and staff talk; the box is silent and records",
        "the caller has hung up",
        "recorded: 2.5 s",
        "ended: talked",
    ]
    assert told("ja", *CALL)[-2:] == ["録音しました: 2.5 秒", "終わり: 通話"]
    assert len(told("ja", *CALL)) == len(told("en", *CALL))


def test_a_missing_number_is_told_in_words() -> None:
    state = Message("call/state", {"call_id": "a", "identified": True, "number": "", "absence": "P"})
    assert told("en", state, state) == ["call from Number withheld"]
    assert told("ja", state) == ["着信: 非通知"]


def test_news_of_another_version_is_passed_over() -> None:
    strange = (event("CallStateChanged", state="dreaming"), event("Unheard"), Message("line/state", {"state": "x"}))
    assert told("en", *strange, event("CallEnded", outcome="new_thing")) == ["ended: new thing"]


def test_both_languages_say_the_same() -> None:
    assert WORDS["ja"].keys() == WORDS["en"].keys()
    for key, words in WORDS["en"].items():
        assert set(re.findall(r"{\w+}", words)) == set(re.findall(r"{\w+}", WORDS["ja"][key])), key
    assert STATES["ja"].keys() == STATES["en"].keys()
    assert set(OUTCOMES["ja"]) == set(Outcome)
    assert set(PROMPTS["ja"]) == set(Prompt)
    assert len(COLUMNS["ja"]) == len(COLUMNS["en"])


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANG": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ja_JP.UTF-8"}, "ja"),
        ({"LANG": "ja_JP.UTF-8", "LC_ALL": ""}, "ja"),
        ({}, "en"),
    ],
)
def test_the_terminals_language(monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str) -> None:
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert terminal_language() == language
