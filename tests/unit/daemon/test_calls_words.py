"""What `denwaban calls show` says of an event: words, nothing empty, and nothing lost that nobody foresaw."""

from __future__ import annotations

from typing import Any

import pytest

from appliance.daemon.calls_words import details

NOBODY = {"number": "", "absence": None, "name": "", "name_absence": None, "dialled": "", "datetime": ""}


def gap(samples: int, kind: str = "gap", why: str = "") -> dict[str, Any]:
    return {"kind": kind, "at": 0, "samples": samples, "why": why}


@pytest.mark.parametrize(
    ("kind", "payload", "words"),
    [
        ("CallerIdentified", {"identity": {**NOBODY, "number": "0312345678"}}, "caller 0312345678"),
        ("CallerIdentified", {"identity": {**NOBODY, "absence": "P"}}, "caller withheld 非通知"),
        ("CallerIdentified", {"identity": NOBODY}, "caller no number sent"),
        (
            "CallerIdentified",
            {"identity": {**NOBODY, "number": "2125550100", "name": "SMITH", "name_absence": "O"}},
            "caller 2125550100, name SMITH, name absence O",
        ),
        ("CallStarted", {"call_id": "x", "direction": "in"}, "incoming"),
        ("CallStarted", {"call_id": "x", "direction": "out"}, "outgoing"),
        ("CallStateChanged", {"call_id": "x", "state": "talking", "was": "summoning"}, "→ talking"),
        ("Decided", {"decision": "skip", "why": "in the book"}, "skip: in the book"),
        ("Decided", {"decision": "skip", "why": ""}, "skip"),
        ("PromptEnded", {"prompt": "please_wait", "complete": True}, "prompt please_wait"),
        ("PromptEnded", {"prompt": "please_wait", "complete": False}, "prompt please_wait, cut short"),
        ("RecordingStopped", {"samples": 16000, "drift_samples": 0, "marks": []}, "2.0 s"),
        (
            "RecordingStopped",
            {"samples": 16000, "drift_samples": 0, "marks": [gap(800), gap(1600), gap(1600)]},
            "2.0 s, marks: 3 gaps, 0.5 s",
        ),
        (
            "RecordingStopped",
            {"samples": 16000, "drift_samples": -7, "marks": [gap(800), gap(8000, "lost", "overrun")]},
            "2.0 s, the line's clock was off by 7 samples, marks: 1 gap, 0.1 s; 1 stretch lost, 1.0 s (overrun)",
        ),
        (
            "RecordingStopped",
            {"samples": 16000, "drift_samples": 0, "marks": [gap(3600, "tail", "busy_tone")]},
            "2.0 s, marks: after the talk 0.5 s (busy tone)",
        ),
        ("FarEndCleared", {"by": "busy_tone", "since": 7}, "by busy tone"),
        (
            "CallWaitingHeard",
            {"identity": {"number": "09012345678", "absence": None, "name": ""}},
            "caller 09012345678",
        ),
        (
            "CallWaitingHeard",
            {"identity": {"number": "", "absence": None, "name": ""}},
            "a second caller",
        ),
        ("CallWaitingHeard", {}, "a second caller"),
        (
            "AlertRaised",
            {"level": "alarm", "kind": "sos", "why": "SOS was pressed", "call_id": "x"},
            "alarm: SOS was pressed",
        ),
        ("SoundLost", {"samples": 400, "why": ""}, "0.05 s"),
        ("Rang", {}, ""),
        ("CallEnded", {"call_id": "x", "outcome": "talked"}, "talked"),
    ],
)
def test_events_in_words(kind: str, payload: dict[str, Any], words: str) -> None:
    assert details(kind, payload) == words


def test_what_nobody_foresaw_is_told_as_it_is() -> None:
    payload = {"call_id": "x", "new_thing": {"deep": [1, None, {"a": ""}], "empty": {}}, "sure": False, "none": None}
    assert details("Unheard", payload) == "new thing (deep 1), sure no"


@pytest.mark.parametrize("payload", [{}, {"identity": "0312"}, {"identity": {"name": "x"}}, {"identity": None}])
def test_an_event_of_another_version_is_still_told(payload: dict[str, Any]) -> None:
    assert "Traceback" not in details("CallerIdentified", payload)
    assert ("0312" in details("CallerIdentified", payload)) == (payload.get("identity") == "0312")
