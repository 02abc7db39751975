"""Streams: what is sent, to how many, and what happens when one is slow, gone, or one too many."""

from __future__ import annotations

import json
import statistics
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from web_house import CALL, NOON, House

from appliance.events import Message
from web.listening import KEPT, PAUSE_S, ListeningLog
from web.live import LiveBoard
from web.streams import STREAMS_LIMIT, StreamDoor, stream


def events(chunks: Iterator[Any]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """The events of a stream: id, name, payload."""
    for chunk in chunks:
        text = chunk.decode() if isinstance(chunk, bytes) else chunk
        lines = dict(line.split(": ", 1) for line in text.strip().split("\n"))
        if "data" in lines:
            yield int(lines["id"]), lines["event"], json.loads(lines["data"])


def test_a_stream_begins_with_retry_and_the_whole_board(house: House) -> None:
    house.ring()
    answer = house.client.get("/live?lang=en", buffered=False)
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["Cache-Control"] == "no-store"
    chunks = iter(answer.response)
    assert next(chunks) == b"retry: 2000\n\n"
    number, name, news = next(events(chunks))
    assert name == "board"
    assert number == house.live.snapshot().version
    assert set(news["parts"]) == {"head", "main", "recent"}
    assert "山本 太郎" in news["parts"]["main"]
    assert "Ringing" in news["parts"]["main"]
    assert news["now"] == "2026-11-24T14:32:05+09:00"
    house.hang_up()
    later, name, news = next(events(chunks))
    assert later > number
    assert "山本" not in news["parts"]["main"]
    answer.close()


def test_a_slow_browser_skips_to_the_newest(house: House) -> None:
    told = events(stream(house.live, lambda snapshot: {"state": snapshot.call.state if snapshot.call else ""}))
    next(told)
    for state in ("letting_ring", "joining", "talking"):
        house.ring(state=state)
    assert next(told)[2]["state"] == "talking"


def test_heartbeat_after_silence(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.streams.HEARTBEAT_S", 0.01)
    told = events(stream(house.live, lambda _: {}))
    assert next(told)[1] == "board"
    assert next(told)[1] == "heartbeat"


def test_no_news_wakes_nobody(house: House) -> None:
    house.say("panel/state", pattern="ready", since=NOON.isoformat(), buzzer=False)
    version = house.live.snapshot().version
    house.clock[0] = NOON + timedelta(seconds=30)
    house.say("line/alive", alive=True)
    house.say("clerk/other", x=1)
    assert house.live.snapshot().version == version
    assert house.live.snapshot().last_news == house.clock[0]


def test_the_house_is_full_and_places_come_back(house: House) -> None:
    door = StreamDoor(2)
    first, second = door.enter(house.live, lambda _: {}), door.enter(house.live, lambda _: {})
    assert first is not None
    assert second is not None
    assert door.enter(house.live, lambda _: {}) is None
    first.close()
    first.close()
    assert door.enter(house.live, lambda _: {}) is not None
    assert door.enter(house.live, lambda _: {}) is None


def test_one_stream_too_many_is_told_when_to_come_back(house: House) -> None:
    answers = [house.client.get("/live", buffered=False) for _ in range(STREAMS_LIMIT)]
    refused = house.client.get("/live")
    assert refused.status_code == 503
    assert refused.headers["Retry-After"] == "30"
    for answer in answers:
        answer.close()
    answer = house.client.get("/live", buffered=False)
    assert answer.status_code == 200
    answer.close()


def test_asking_for_the_head_of_a_stream_keeps_no_place(house: House) -> None:
    for _ in range(STREAMS_LIMIT + 2):
        assert house.client.head("/live").status_code == 200


def test_streams_end_with_the_board(house: House) -> None:
    told = stream(house.live, lambda _: {})
    next(told), next(told)
    ending = threading.Timer(0.05, house.live.close)
    ending.start()
    assert list(told) == []
    ending.join()


def test_a_ring_reaches_twenty_streams_soon(house: House) -> None:
    """Ring to card in 300 ms at most, the way through the server apart: here the share of the board itself."""
    stop, delays, ready = threading.Event(), [], threading.Barrier(21)

    def watch() -> None:
        answer = house.client.get("/live", buffered=False)
        told = events(iter(answer.response))
        next(told)
        ready.wait()
        for _ in range(10):
            _, _, news = next(told)
            delays.append(time.monotonic() - float(news["parts"]["main"].split("sent ")[1].split("<")[0]))
        answer.close()

    watchers = [threading.Thread(target=watch) for _ in range(20)]
    pump = threading.Thread(target=house.live.run, args=(stop, lambda _: time.sleep(0.005), lambda: None))
    for thread in (pump, *watchers):
        thread.start()
    ready.wait()
    for number in range(10):
        said = {**CALL, "call_id": f"c{number}", "note": f"sent {time.monotonic()}"}
        house.line.publish(Message("call/state", said, retain=True))
        while len(delays) < 20 * (number + 1):
            time.sleep(0.005)
    stop.set()
    for thread in (pump, *watchers):
        thread.join()
    assert statistics.quantiles(delays, n=20)[-1] < 0.3


def test_one_line_of_audit_a_listening() -> None:
    now = [0.0]
    log = ListeningLog(lambda: now[0])
    assert log.begins("page", "play", "a")
    now[0] += PAUSE_S
    assert not log.begins("page", "play", "a")
    assert log.begins("page", "download", "a")
    assert log.begins("page", "play", "b")
    now[0] += PAUSE_S + 1
    assert log.begins("page", "play", "a")
    for number in range(KEPT + 5):
        log.begins("page", "play", f"c{number}")
    assert log.begins("page", "play", "a"), "what was forgotten is written again, never left out"


def test_a_button_is_not_passed_to_a_board_without_line() -> None:
    class Deaf:
        def publish(self, message: Message) -> None:
            raise AssertionError(message)

        def received(self) -> list[Message]:
            return []

        def connected(self) -> bool:
            return False

    from appliance.events import Button

    live = LiveBoard(Deaf(), lambda: NOON)
    live.turn()
    assert not live.press(Button.SOS)
    assert live.snapshot().lost == "bus"
