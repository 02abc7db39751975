"""Who may ask, what a hostile text can do, and that nothing a stranger sends is a 500."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as tuned
from hypothesis import strategies as st
from web_house import CALL, NOON, House

import web
from appliance.events import CallerIdentity, Message
from appliance.store.deeds import AddEvent
from web.guard import host_is_ours, own_names
from web.news import CallNews, LineNews, PanelNews, read_faults
from web.texts import LANGUAGES, catalogue

NASTY = '"><script>alert(1)</script><img src=x onerror=alert(1)>'


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.evil.example"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://evil.example"},
    ],
)
def test_a_button_from_elsewhere_is_refused(house: House, headers: dict[str, str]) -> None:
    answer = house.client.post("/request/button", data={"button": "sos"}, headers=headers)
    assert answer.status_code == 403
    assert house.line.received() == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", "", "[::1", "a b"])
def test_a_rebound_name_reads_nothing(house: House, host: str) -> None:
    answer = house.client.get("/calls", headers={"Host": host})
    assert answer.status_code in (400, 403)


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "192.168.1.20:8080", "[::1]:8080", "LOCALHOST"])
def test_our_own_addresses(host: str) -> None:
    assert host_is_ours(host, own_names("127.0.0.1"))


@pytest.mark.parametrize("path", ["/", "/calls", "/nowhere", "/health", "/now", "/static/board.js"])
def test_every_answer_carries_the_strict_policy(house: House, path: str) -> None:
    headers = house.client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"


def test_templates_have_nothing_inline_and_nothing_from_outside() -> None:
    for file in (Path(web.__file__).parent / "templates").rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\son\w+=|\sstyle=|<style|javascript:|https?://", text), file
        assert not re.search(r"<script(?![^>]*\ssrc=)", text), file


def test_a_hostile_caller_stays_text(house: House) -> None:
    nasty = {key: NASTY for key in ("name", "company", "note", "number", "call_id", "decision_why")}
    house.ring(**nasty, state="talking", recording=True)
    house.say("fault/state", faults=[{"what": NASTY, "why": NASTY}])
    house.say("line/state", state="lost", device=NASTY, why=NASTY, notes=[NASTY])
    house.record("x", NOON, identity=CallerIdentity("0312345678", None, NASTY))
    house.store.write(AddEvent("x", NOON, NASTY, {"why": NASTY, "state": NASTY}))
    for path in ("/", "/now", "/calls", "/calls/x", f"/calls?number={NASTY}", f"/?lang={NASTY}"):
        page = house.get(path)
        assert "<script>alert" not in page
        assert "<img src" not in page


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=300),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
TOPICS = (
    "line/state",
    "call/state",
    "call/event",
    "panel/state",
    "fault/state",
    "clerk/state",
    "line/alive",
    "x/alive",
)


@tuned(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(TOPICS), st.dictionaries(st.sampled_from([*CALL, "alive", "faults", "pattern"]), JUNK))
def test_any_payload_leaves_a_board_that_can_be_drawn(house: House, topic: str, payload: dict[str, Any]) -> None:
    house.say("line/alive", alive=True)
    house.bus.deliver(Message(topic, payload))
    house.live.turn()
    assert house.client.get("/").status_code == 200


@tuned(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from([*CALL, "faults", "pattern"]), JUNK))
def test_news_is_read_from_anything(payload: dict[str, Any]) -> None:
    CallNews.read(payload)
    LineNews.read(payload)
    PanelNews.read(payload)
    read_faults(payload)


QUERIES = st.dictionaries(
    st.sampled_from(
        ["from", "to", "number", "before", "lang", "samples", "_external", "_anchor", "endpoint", "call_id"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    max_size=4,
)


@tuned(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(["/", "/calls", "/calls/x", "/calls/x/sound", "/now", "/health"]), QUERIES)
def test_any_query_is_no_500(house: House, path: str, query: dict[str, str]) -> None:
    assert house.client.get(path, query_string=query).status_code < 500


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch", "options"])
@pytest.mark.parametrize("path", ["/", "/calls", "/request/button", "/live", "/health"])
def test_any_method_is_no_500(house: House, method: str, path: str) -> None:
    headers = {"Sec-Fetch-Site": "same-origin"}
    assert getattr(house.client, method)(path, headers=headers, data=b"\xff" * 50).status_code < 500


def test_a_body_too_large_is_refused(house: House) -> None:
    answer = house.client.post(
        "/request/button", data={"button": "x" * 99999}, headers={"Sec-Fetch-Site": "same-origin"}
    )
    assert answer.status_code == 413


def test_a_database_that_is_gone_is_said_in_words(house: House) -> None:
    (house.settings.paths.data / "denwaban.db").unlink()
    house.store.close()
    for path in ("/calls", "/health"):
        answer = house.client.get(path)
        assert answer.status_code == 503
        assert "いまは記録を開けません" in answer.text
    board = house.client.get("/")
    assert board.status_code == 200, "the board lives without the records"
    assert "回線 正常" in board.text


def test_health(house: House) -> None:
    assert house.client.get("/health").json == {
        "records": True,
        "bus": True,
        "line_process": True,
        "line": "ready",
        "faults": [],
        "free_mb": 0,
    }


# ---- the words -------------------------------------------------------------------------------------------------------


def test_both_languages_have_the_same_texts_and_names() -> None:
    ja, en = (catalogue(language) for language in LANGUAGES)
    assert set(ja) == set(en)
    names = re.compile(r"%\((\w+)\)s")
    for key in ja:
        assert set(names.findall(ja[key])) == set(names.findall(en[key])), key
    assert [key for key in ja if not ja[key]] == []
    assert [key for key in en if not en[key]] == ["caller.honorific"]


def test_every_text_that_is_asked_for_exists() -> None:
    room = Path(web.__file__).parent
    files = [*room.rglob("*.html"), *room.glob("*.py")]
    asked = {
        key for file in files for key in re.findall(r'[(\s]_?(?:texts)?\("([a-z_]+\.[a-z_A-Z]+)"', file.read_text())
    }
    assert len(asked) > 60
    asked = {key for key in asked if not key.endswith("_")}  # the rest of these is put on at run time
    assert asked - set(catalogue("ja")) == set()


def test_japanese_is_japanese() -> None:
    kana = re.compile(r"[ぁ-ゖァ-ヺ一-鿿]")
    foreign = [key for key, text in catalogue("ja").items() if not kana.search(text) and not key.startswith("time.")]
    assert foreign == ["page.other_language"]


def test_every_fact_outcome_decision_and_prompt_has_words() -> None:
    from appliance import events as ev
    from appliance.bus.codec import EVENT_TYPES
    from web.news import OTHER, PATTERNS, SHOWN_AS

    wanted = {f"event.{name}" for name in EVENT_TYPES}
    wanted |= {f"outcome.{outcome}" for outcome in ev.Outcome} | {f"decision.{decision}" for decision in ev.Decision}
    wanted |= {f"prompt.{prompt}" for prompt in ev.Prompt} | {f"absence.{absence}" for absence in ev.Absence}
    wanted |= {f"absence_why.{absence}" for absence in ev.Absence} | {f"pattern.{name}" for name in PATTERNS}
    for state in (*SHOWN_AS.values(), OTHER):
        wanted |= {f"state.{state}", f"todo.{state}"}
    for code in (400, 403, 404, 405, 413, 416, 500, 503):
        wanted |= {f"error.title_{code}", f"error.help_{code}"}
    assert wanted - set(catalogue("ja")) == set()
