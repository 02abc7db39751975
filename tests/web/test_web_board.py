"""The live board: what staff read in each state, and what they must never read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from web_house import CALL, NOON, House

from appliance.call.states import PHASES, State
from web.news import NO_CALL, SHOWN_AS

JSON = {"Accept": "application/json", "Sec-Fetch-Site": "same-origin"}


def test_empty_board_teaches(house: House) -> None:
    page = house.get("/")
    assert "電話はかかってきていません" in page
    assert "このお店の番号にかけてください" in page
    assert "さくら電器" in page
    assert "回線 正常" in page
    assert "待機中" in page


def test_ring_shows_who_calls(house: House) -> None:
    house.ring()
    house.lamp("ringing")
    page = house.get("/")
    for words in ("着信中", "山本 太郎", "ヤマモト商事", "03-1234-5678", "今日 4回目", "店長が対応", "登録のある方"):
        assert words in page


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"absence": "P"}, "非通知"),
        ({"absence": "C"}, "公衆電話"),
        ({"absence": "O"}, "表示圏外"),
        ({"absence": "S"}, "番号を知らせられない電話"),
        ({"absence": None}, "番号の知らせがありません"),
        ({"identified": False}, "番号を確かめています"),
        ({"direction": "out", "state": "talking"}, "こちらからかけた電話"),
    ],
)
def test_a_missing_number_is_explained(house: House, payload: dict[str, Any], words: str) -> None:
    house.ring(number="", name="", company="", listing="", **payload)
    assert f'size-large">{words}' in house.get("/")


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"waiting_number": "09012345678"}, "割り込みの電話: 090-1234-5678"),
        ({"waiting_number": "09012345678", "waiting_name": "鈴木"}, "割り込みの電話: 鈴木"),
        ({"waiting_absence": "P"}, "割り込みの電話: 非通知"),
        ({}, "割り込みの電話:<"),
    ],
)
def test_staff_see_who_knocks(house: House, payload: dict[str, Any], words: str) -> None:
    house.ring(state="talking", recording=True)
    assert "割り込み" not in house.get("/")
    house.ring(state="talking", recording=True, waiting=True, **payload)
    assert words in house.get("/")


@pytest.mark.parametrize(
    ("decision", "words"),
    [("refuse", "箱がお断りします"), ("message", "箱が伝言をうかがいます"), ("ask_redial", "かけ直しをお願いします")],
)
def test_staff_know_when_not_to_pick_up(house: House, decision: str, words: str) -> None:
    house.ring(decision=decision)
    page = house.get("/")
    assert words in page
    assert "取らなくて大丈夫です" in page


def test_every_state_of_the_machine_has_a_card_or_none() -> None:
    assert set(State) == set(SHOWN_AS) | (set(NO_CALL) - {""})


@pytest.mark.parametrize("state", sorted(set(State) - {State.IDLE, State.FAULT}))
def test_every_state_can_be_shown(house: House, state: str) -> None:
    house.ring(state=state)
    for language in ("ja", "en"):
        page = house.client.get(f"/?lang={language}")
        assert page.status_code == 200
        assert 'class="card call' in page.text


@pytest.mark.parametrize("state", PHASES["Staff talk"])
def test_help_is_the_largest_button_while_staff_talk(house: House, state: str) -> None:
    house.ring(state=state, recording=True)
    page = house.get("/")
    assert 'value="sos" class="first sos"' in page
    assert 'value="mark"' in page
    assert "録音</p>" in page


def test_a_call_in_a_state_of_tomorrow_is_not_hidden(house: House) -> None:
    house.ring(state="being_translated")
    assert "電話中" in house.get("/")
    assert "山本 太郎" in house.get("/")


def test_the_next_caller_never_carries_the_name_of_the_one_before(house: House) -> None:
    house.ring()
    assert "山本" in house.get("/now")
    house.hang_up()
    assert "山本" not in house.get("/now")
    house.ring(call_id="x-2", number="", name="", company="", note="", listing="", absence="P", calls_today=0)
    assert "山本" not in house.get("/now")
    assert "店長" not in house.get("/now")


def test_alarm_asks_for_acknowledgement(house: House) -> None:
    house.ring(state="talking", recording=True)
    house.lamp("alarm", buzzer=True)
    page = house.get("/")
    assert "助けを呼んでいます" in page
    assert 'value="acknowledge" class="first acknowledge"' in page
    assert "ブザーが鳴っています" in page
    assert 'value="sos"' not in page


def test_dead_line_process_is_said_in_words_with_the_time_of_the_last_news(house: House) -> None:
    house.ring(state="talking")
    house.say("line/alive", alive=False)
    house.clock[0] = NOON + timedelta(minutes=5)
    page = house.get("/")
    assert "電話を見る部分が止まっています" in page
    assert "14:32:05" in page
    assert "山本" not in page
    assert "待機中" not in page
    assert "回線 正常" not in page
    assert "声で呼んでください" in page


def test_after_the_line_process_came_back_the_old_call_stays_away(house: House) -> None:
    house.ring(state="talking")
    house.say("line/alive", alive=False)
    house.say("line/alive", alive=True)
    page = house.get("/")
    assert "山本" not in page
    assert "電話はかかってきていません" in page


def test_lost_bus_is_said_in_words(house: House) -> None:
    house.ring()
    house.bus.close()
    house.live.turn()
    page = house.get("/")
    assert "この画面は、いま正しくありません" in page
    assert "山本" not in page


def test_a_line_process_that_never_spoke_is_not_called_ready(house: House) -> None:
    house.line.close()
    house.live.turn()
    assert "待機中" not in house.get("/")


def test_lost_line_says_what_to_do(house: House) -> None:
    house.say("line/state", state="lost", device="", profile="", notes=[], why="the modem does not answer")
    page = house.get("/")
    assert "電話回線につながっていません" in page
    assert "ケーブル" in page
    assert "the modem does not answer" in page
    assert "電話はかかってきていません" not in page


def test_faults_and_dead_helpers_are_listed_and_the_board_goes_on(house: House) -> None:
    house.say("fault/state", faults=[{"what": "disk", "why": "12 MB left", "since": ""}])
    house.say("clerk/alive", alive=False)
    page = house.get("/")
    assert "12 MB left" in page
    assert "記録を片付ける部分が止まっています" in page
    assert "電話はかかってきていません" in page


def test_recent_calls_are_drawn_again_when_a_call_ends(house: House) -> None:
    assert "まだ電話はありません" in house.get("/now")
    house.ring()
    house.record()
    house.hang_up()
    page = house.get("/")
    assert "03-1234-5678" in page
    assert "14:32" in page


def test_midnight_puts_the_date_before_yesterdays_calls(house: House) -> None:
    house.record()
    house.say("call/event", type="CallEnded", at=1, call_id="x", outcome="talked")
    assert "11/24 14:32" not in house.get("/")
    house.clock[0] = NOON + timedelta(days=1)
    house.live.turn()
    assert "11/24 14:32" in house.get("/")


@pytest.mark.parametrize("button", ["sos", "mark", "acknowledge"])
def test_buttons_reach_the_line_process(house: House, button: str) -> None:
    answer = house.client.post("/request/button", data={"button": button}, headers=JSON)
    assert answer.status_code == 200
    assert answer.json == {"heard": True, "words": answer.json["words"]}
    (message,) = house.line.received()
    assert message.topic == "request/button"
    assert message.payload == {"button": button, "by": "page"}


def test_a_button_without_script_goes_back_to_the_board(house: House) -> None:
    answer = house.client.post("/request/button", data={"button": "sos"}, headers={"Origin": "http://localhost"})
    assert answer.status_code == 303
    assert answer.location == "/"


def test_a_button_that_nobody_hears_says_so(house: House) -> None:
    house.say("line/alive", alive=False)
    answer = house.client.post("/request/button", data={"button": "sos"}, headers=JSON)
    assert answer.status_code == 503
    assert "声で呼んで" in answer.json["words"]
    assert house.line.received() == []
    plain = house.client.post("/request/button", data={"button": "sos"}, headers={"Origin": "http://localhost"})
    assert plain.status_code == 503
    assert "声で呼んで" in plain.text


@pytest.mark.parametrize("button", ["", "hang_up", "SOS", "🔥"])
def test_no_such_button(house: House, button: str) -> None:
    assert house.client.post("/request/button", data={"button": button}, headers=JSON).status_code == 400
    assert house.line.received() == []


def test_english_board(house: House) -> None:
    house.ring()
    client = house.client
    page = client.get("/?lang=en").text
    assert "Ringing" in page
    assert "Call 4 today" in page
    assert "着信中" not in page
    assert "Ringing" in client.get("/").text, "the choice is remembered"
    assert "着信中" in client.get("/?lang=ja").text


def test_call_payload_of_these_tests_is_what_the_bus_documents() -> None:
    from appliance.bus.topics import complaints

    assert complaints("call/state", CALL, True) == []
