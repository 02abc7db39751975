"""List, one call, and its sound: ranges, growing files, the audit, and hostile addresses."""

from __future__ import annotations

from datetime import timedelta

import pytest
from web_house import CALL, NOON, House

from appliance.events import Absence, CallerIdentity
from appliance.store.deeds import AddEvent, OpenCall, SetRecording
from appliance.store.wav import HEADER_BYTES, header, is_ours
from web.calls import PAGE

ID = CALL["call_id"]


def test_empty_list_teaches(house: House) -> None:
    assert "お店の番号に電話をかけると" in house.get("/calls")
    assert "Call the shop" in house.get("/calls?lang=en")


def test_list_is_newest_first(house: House) -> None:
    house.record("old", NOON - timedelta(hours=2), identity=CallerIdentity("09011112222"))
    house.record("new", NOON, identity=CallerIdentity("", Absence.WITHHELD))
    page = house.get("/calls")
    assert page.index("非通知") < page.index("090-1111-2222")


def test_number_filter_in_the_address_bar(house: House) -> None:
    house.record("a", NOON, identity=CallerIdentity("09011112222"))
    house.record("b", NOON, identity=CallerIdentity("0312345678"))
    page = house.get("/calls?number=090-1111")
    assert "090-1111-2222" in page
    assert "03-1234-5678" not in page
    assert 'value="090-1111"' in page
    assert "この条件に合う電話はありません" in house.get("/calls?number=0999")


def test_days_are_days_of_the_shop(house: House) -> None:
    house.record("late", NOON.replace(hour=0, minute=30), identity=CallerIdentity("09011112222"))
    assert "090-1111-2222" in house.get("/calls?from=2026-11-24&to=2026-11-24")
    assert "090-1111-2222" not in house.get("/calls?to=2026-11-23")
    assert "090-1111-2222" not in house.get("/calls?from=2026-11-25")


def test_paging_keeps_the_filter(house: House) -> None:
    house.store.write(*(OpenCall(f"c{n:03}", NOON + timedelta(seconds=n)) for n in range(PAGE + 3)))
    first = house.client.get("/calls?from=2026-11-24").text
    assert first.count('class="when"') == PAGE
    link = first.split('href="/calls?from=2026-11-24&amp;before=')[1].split('"')[0]
    second = house.get(f"/calls?from=2026-11-24&before={link}")
    assert second.count('class="when"') == 3
    assert "いちばん新しい電話" in second


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=yesterday", "2026-11-24 のように"),
        ("from=9999-12-31&to=9999-12-31", "2026-11-24 のように"),
        ("from=0001-01-01", "2026-11-24 のように"),
        ("number=<script>", "数字で"),
        ("number=" + "9" * 50, "数字で"),
        ("from=2026-11-25&to=2026-11-24", "入れ替えて"),
    ],
)
def test_a_filter_that_cannot_be_read_says_how_to_write_it(house: House, query: str, words: str) -> None:
    answer = house.client.get(f"/calls?{query}")
    assert answer.status_code == 200
    assert words in answer.text
    assert "<script>" not in answer.text


def test_one_call_tells_facts_and_story(house: House) -> None:
    house.record()
    page = house.get(f"/calls/{ID}")
    for words in (
        "03-1234-5678",
        "2026年11月24日(火) 14:32:05",
        "録音のお知らせを流す",
        "受話器が上がりました",
        "00:07",
    ):
        assert words in page
    assert "picked up" in house.get(f"/calls/{ID}?lang=en")


def test_the_talk_is_told_without_the_tones_after_it(house: House) -> None:
    house.record(seconds=12.0, talk=7.5)
    page = house.get(f"/calls/{ID}")
    assert 'data-talk-end="7.5"' in page  # the player stops there
    assert 'data-seek="7.5"' in page  # and goes on from there when it is asked to
    assert "録音の長さ 7秒" in page
    assert "相手が切ってからの音 4秒" in page
    assert '<td class="length">14秒</td>' in house.get("/calls")
    assert house.client.get(f"/calls/{ID}/sound").data[44:] == (bytes(range(256)) * 751)[: 12 * 16000]


def test_a_recording_that_ends_with_the_talk_says_nothing_of_a_tail(house: House) -> None:
    house.record(seconds=3.0)
    page = house.get(f"/calls/{ID}")
    assert "data-talk-end" not in page
    assert "相手が切ってからの音" not in page


@pytest.mark.parametrize(
    ("identity", "words"),
    [
        ({"number": "09012345678", "absence": None}, "割り込みの電話<small>090-1234-5678</small>"),
        ({"number": "", "absence": "P"}, "割り込みの電話<small>非通知</small>"),
        ({"number": "", "absence": None, "name": ""}, "割り込みの電話</span>"),
    ],
)
def test_the_story_tells_who_knocked(house: House, identity: dict[str, object], words: str) -> None:
    house.record()
    house.store.write(AddEvent(ID, NOON, "CallWaitingHeard", {"identity": identity}, 8000))
    assert words in house.get(f"/calls/{ID}")


def test_a_call_without_recording_says_so(house: House) -> None:
    house.record(seconds=0)
    assert "この電話の録音はありません" in house.get(f"/calls/{ID}")
    assert house.client.get(f"/calls/{ID}/sound").status_code == 404


def test_a_deleted_recording_says_so(house: House) -> None:
    house.record()
    (house.settings.paths.data / f"recordings/{ID}.wav").unlink()
    assert "見つかりません" in house.get(f"/calls/{ID}")
    assert house.client.get(f"/calls/{ID}/download").status_code == 404


def test_finished_sound_is_the_file_octet_for_octet(house: House) -> None:
    house.record()
    file = (house.settings.paths.data / f"recordings/{ID}.wav").read_bytes()
    for way in ("sound", "download"):
        answer = house.client.get(f"/calls/{ID}/{way}")
        assert answer.status_code == 200
        assert answer.data == file
        assert answer.mimetype == "audio/wav"
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert answer.headers["Cache-Control"] == "no-store"
    assert "denwaban-20261124-143205.wav" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize("query", ["", "?samples=16000"])
@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-", 0, -1),
        ("bytes=0-0", 0, 0),
        ("bytes=40-59", 40, 59),
        ("bytes=-10", -10, -1),
        ("bytes=1000-9", None, 0),
    ],
)
def test_ranges(house: House, query: str, wanted: str, first: int | None, last: int) -> None:
    house.record()
    whole = house.client.get(f"/calls/{ID}/sound{query}").data
    answer = house.client.get(f"/calls/{ID}/sound{query}", headers={"Range": wanted})
    if first is None:
        assert answer.status_code in (200, 416)
        return
    assert answer.status_code == 206
    first, last = first % len(whole), last % len(whole)
    assert answer.data == whole[first : last + 1]
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{len(whole)}"


@pytest.mark.parametrize("finished", [True, False])
def test_a_range_beyond_the_end_is_refused(house: House, finished: bool) -> None:
    house.record(finished=finished)
    answer = house.client.get(f"/calls/{ID}/sound", headers={"Range": "bytes=99999999-"})
    assert answer.status_code == 416


def test_a_growing_recording_is_a_whole_wav_of_what_is_there(house: House) -> None:
    house.record(seconds=1, finished=False)
    path = house.settings.paths.data / f"recordings/{ID}.wav"
    path.write_bytes(header(0) + path.read_bytes()[HEADER_BYTES:])  # the header tells what it told at the last sync
    address = f"/calls/{ID}/sound?samples=8000"
    before = house.client.get(address).data
    assert before[:HEADER_BYTES] == header(8000)
    assert len(before) == HEADER_BYTES + 16000
    with path.open("ab") as wav:
        wav.write(b"\7\7" * 8000 + b"\7")
    assert house.client.get(address).data == before, "an address names one unchanging sound"
    later = house.client.get(f"/calls/{ID}/sound").data
    assert is_ours(later)
    assert len(later) == HEADER_BYTES + 32000
    assert house.client.get(f"/calls/{ID}/sound?samples=999999999").data == later
    part = house.client.get(address, headers={"Range": "bytes=40-50"})
    assert part.data == before[40:51]
    assert "samples=16000" in house.get(f"/calls/{ID}")


@pytest.mark.parametrize("asked", ["-1", "x", "1e3", "９", "9" * 40, ""])
def test_a_length_that_is_none(house: House, asked: str) -> None:
    house.record()
    assert house.client.get(f"/calls/{ID}/sound?samples={asked}").status_code == 400


def test_each_listening_is_in_the_audit_once(house: House) -> None:
    house.record()
    for wanted in ("bytes=0-", "bytes=100-200", "bytes=500-"):
        house.client.get(f"/calls/{ID}/sound", headers={"Range": wanted})
    house.client.head(f"/calls/{ID}/sound")
    house.client.get(f"/calls/{ID}/download")
    entries = house.store.audited(ID)
    assert [(entry.who, entry.what) for entry in entries] == [("page", "download"), ("page", "play")]


def test_looking_at_a_call_is_not_listening(house: House) -> None:
    house.record()
    house.get(f"/calls/{ID}")
    house.client.head(f"/calls/{ID}/sound")
    assert house.store.audited(ID) == []


@pytest.mark.parametrize(
    "file",
    ["../secret.wav", "/etc/passwd", "recordings/../../secret.wav", "link.wav", "recordings", "a\0b", "x" * 5000],
)
def test_a_tampered_record_never_leads_out_of_the_data_directory(house: House, file: str) -> None:
    data = house.settings.paths.data
    (data.parent / "secret.wav").write_bytes(header(8) + bytes(16))
    (data / "link.wav").symlink_to(data.parent / "secret.wav")
    house.store.write(OpenCall("evil", NOON), SetRecording("evil", file, NOON))
    assert house.client.get("/calls/evil/sound").status_code == 404
    assert house.client.get("/calls/evil").status_code == 200


def test_a_file_that_is_no_recording_is_not_played(house: House) -> None:
    house.record()
    (house.settings.paths.data / f"recordings/{ID}.wav").write_bytes(b"<html>" * 100)
    assert house.client.get(f"/calls/{ID}/sound").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/calls/../../etc/passwd",
        "/calls/..%2f..%2fetc%2fpasswd",
        "/calls/%00",
        "/calls/%ff%fe/sound",
        "/calls/' OR 1=1--",
        "/calls/" + "a" * 5000,
        "/static/../__init__.py",
        "/static/%2e%2e/__init__.py",
        "/static/..%5c__init__.py",
        "/nowhere",
    ],
)
def test_hostile_paths_are_plainly_not_there(house: House, path: str) -> None:
    answer = house.client.get(path)
    assert answer.status_code in (404, 308)
    assert "SQL" not in answer.text
