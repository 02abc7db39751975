"""The page in a real browser: what staff see is what the box said."""

from __future__ import annotations

import time

import pytest
from web_browser import Screen
from web_house import CALL, House

from appliance.events import Message

pytestmark = pytest.mark.browser


def test_a_ring_becomes_a_card_and_goes_with_the_call(house: House, screen: Screen) -> None:
    screen.resize(1280, 800)
    screen.open()
    screen.wait_text("電話はかかってきていません")
    house.ring()
    house.lamp("ringing")
    screen.wait_text("山本 太郎")
    screen.wait(lambda: screen.run("return document.querySelector('[data-pattern=ringing]') !== null"))
    lit = "return getComputedStyle(document.querySelector('.amber .light')).animationName"
    assert screen.run(lit) == "ringing-amber"
    house.hang_up()
    house.lamp("ready")
    screen.wait_text("電話はかかってきていません")
    assert "山本" not in screen.text()
    assert screen.run(lit) == "none"


def test_the_call_clock_counts(house: House, screen: Screen) -> None:
    screen.open()
    house.ring(state="talking", recording=True)
    screen.wait_text("通話中")
    screen.wait(lambda: screen.run("return document.querySelector('[data-since]').textContent") == "0:00")
    assert "● 録音" in screen.text().replace("\n", " ")


def test_sos_reaches_the_line_process_without_leaving_the_page(house: House, screen: Screen) -> None:
    screen.open()
    house.ring(state="talking", recording=True)
    screen.wait_text("山本")
    screen.run("document.querySelector('button[value=sos]').click()")
    screen.wait_text("助けを呼びました")
    assert Message("request/button", {"button": "sos", "by": "page"}) in house.line.received()
    house.lamp("alarm", buzzer=True)
    screen.wait_text("助けを呼んでいます")


def test_a_lost_bus_is_said_in_words(house: House, screen: Screen) -> None:
    screen.open()
    house.ring(state="talking")
    screen.wait_text("山本")
    house.bus.close()
    screen.wait_text("この画面は、いま正しくありません")
    assert "山本" not in screen.text()


def test_a_hostile_name_stays_text(house: House, screen: Screen) -> None:
    screen.open()
    name = '<img src=x onerror="window.owned=1"><script>window.owned=1</script>'
    house.ring(name=name, company="</section><h1>x", note="'\"&<b>")
    screen.wait_text("<script>window.owned=1</script>")
    assert screen.run("return window.owned") is None
    assert screen.run("return document.querySelectorAll('.call img, .call b:not(.note b), .call script').length") == 0


def test_the_page_says_when_the_box_is_gone(house: House, screen: Screen) -> None:
    screen.open()
    house.ring()
    screen.wait_text("山本")
    house.live.close()  # every stream ends, and no new one begins
    screen.run("window.fetch = () => Promise.reject(new Error('gone'))")
    screen.wait_text("この画面は止まっています")
    assert "山本" not in screen.text()
    assert "最後の知らせ 14:32:05" in screen.text().replace("\n", " ")


def test_a_full_house_still_learns_of_a_ring(house: House, screen: Screen) -> None:
    """Where the stream has no place left the page asks instead."""
    held = [house.app.extensions["denwaban"].door.enter(house.live, lambda _: {}) for _ in range(24)]
    screen.open()
    house.ring()
    screen.wait_text("山本")
    for stream in held:
        stream.close()


def test_recording_plays_and_seeks(house: House, screen: Screen) -> None:
    call = house.record(seconds=20)
    screen.open(f"/calls/{call}")
    screen.run("document.getElementById('sound').play()")
    screen.wait(lambda: float(screen.run("return document.getElementById('sound').currentTime")) > 0.3)
    assert abs(float(screen.run("return document.getElementById('sound').duration")) - 20) < 0.01
    screen.run("document.getElementById('sound').currentTime = 15")
    screen.wait(lambda: float(screen.run("return document.getElementById('sound').currentTime")) > 15.2)
    assert [entry.what for entry in house.store.audited(call)] == ["play"]


def test_the_player_stops_where_the_talk_ends_and_goes_on_when_asked(house: House, screen: Screen) -> None:
    call = house.record(seconds=4.0, talk=1.5)
    screen.open(f"/calls/{call}")
    sound = "document.getElementById('sound')"
    screen.run(f"{sound}.currentTime = 1.0; {sound}.play()")
    screen.wait(lambda: screen.run(f"return {sound}.paused && {sound}.currentTime === 1.5"))
    screen.run(f"{sound}.play()")
    screen.wait(lambda: float(str(screen.run(f"return {sound}.currentTime"))) > 2.0)
    screen.run("document.querySelector('[data-seek=\"1.5\"]').click()")
    screen.wait(lambda: 1.6 < float(str(screen.run(f"return {sound}.currentTime"))) < 4.0)
    assert screen.run(f"return {sound}.paused") is False


def test_a_growing_recording_plays_what_is_there(house: House, screen: Screen) -> None:
    call = house.record(seconds=3, finished=False)
    screen.open(f"/calls/{call}")
    screen.wait_text("ここまでの分を聞けます")
    screen.run("document.getElementById('sound').play()")
    screen.wait(lambda: float(screen.run("return document.getElementById('sound').currentTime")) > 0.3)
    assert abs(float(screen.run("return document.getElementById('sound').duration")) - 3) < 0.01


def test_a_mark_in_the_story_plays_from_there(house: House, screen: Screen) -> None:
    call = house.record(seconds=5)
    screen.open(f"/calls/{call}")
    screen.run("document.querySelector('[data-seek]').click()")
    screen.wait(lambda: float(screen.run("return document.getElementById('sound').currentTime")) > 0.2)


def test_the_list_leads_to_the_call(house: House, screen: Screen) -> None:
    call = house.record()
    screen.open("/calls")
    screen.wait_text("03-1234-5678")
    screen.run("document.querySelector('.calls a').click()")
    screen.wait(lambda: screen.driver.current_url.endswith(f"/calls/{call}"))


def test_nothing_inline_and_nothing_from_outside(house: House, screen: Screen) -> None:
    """The strict policy breaks nothing of ours: no violation on any page."""
    call = house.record()
    house.ring(state="talking", recording=True)
    for path in ("/", "/calls", f"/calls/{call}", "/nowhere"):
        screen.open(path)
        time.sleep(0.3)
        serious = [entry for entry in screen.driver.get_log("browser") if "Content Security Policy" in entry["message"]]
        assert serious == []
    assert CALL["call_id"] == call
