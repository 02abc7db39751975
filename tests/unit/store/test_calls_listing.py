"""`denwaban calls list|show`, as a person and as a program read it."""

import argparse
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.daemon.calls import add_arguments, align, clock, run, width
from appliance.desk.contacts import Contact
from appliance.errors import OperatorError
from appliance.events import Absence, CallerIdentity, Decision, Outcome
from appliance.settings import HoursSettings, PathSettings, Settings
from appliance.store.calls import Store
from appliance.store.deeds import (
    AddEvent,
    CloseRecording,
    EndCall,
    OpenCall,
    SetDecision,
    SetIdentity,
    SetRecording,
    SetState,
)

T0 = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # half past midnight of the 24th in Tokyo


@pytest.fixture
def book(store: Store) -> Store:
    store.put_contact(Contact("+81312345678", "山田太郎", "山田商店", "known", "常連"), T0)
    store.write(
        OpenCall("c1", T0 - timedelta(days=1)),
        SetIdentity("c1", CallerIdentity(absence=Absence.WITHHELD, name="\x1b[31mx")),
        EndCall("c1", T0, Outcome.ABANDONED),
    )
    store.write(
        OpenCall("c2", T0),
        SetIdentity("c2", CallerIdentity("0312345678"), "+81312345678"),
        SetDecision("c2", Decision.SKIP, "in the book"),
        SetRecording("c2", "recordings/c2.wav", T0),
        AddEvent("c2", T0 + timedelta(seconds=2), "PromptEnded", {"prompt": "please_wait"}, 16000),
        CloseRecording("c2", 8000 * 65),
        EndCall("c2", T0 + timedelta(seconds=70), Outcome.TALKED),
    )
    store.write(OpenCall("c3", T0, "out"), SetState("c3", "ringing"))
    return store


def ask(data: Path, *words: str) -> str:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    settings = Settings(paths=PathSettings(data=data), hours=HoursSettings(timezone="Asia/Tokyo"))
    said: list[str] = []
    assert run(parser.parse_args(words), settings, said.append) == 0
    return "\n".join(said)


def test_the_list_is_for_people(data: Path, book: Store) -> None:
    lines = ask(data, "list").splitlines()
    assert [line.split()[0] for line in lines] == ["ID", "c3", "c2", "c1"]
    assert "2026-11-24 00:30:00  in   03-1234-5678 山田太郎 (山田商店)" in lines[2]
    assert lines[2].endswith("01:05")
    assert "talked" in lines[2]
    assert "in progress: ringing" in lines[1]
    assert "withheld 非通知" in lines[3]
    assert "\x1b" not in lines[3]


def test_the_length_is_that_of_the_talk(data: Path, book: Store) -> None:
    book.write(
        OpenCall("c4", T0),
        SetRecording("c4", "recordings/c4.wav", T0),
        CloseRecording("c4", 8000 * 65, 8000 * 60 + 4000),
        EndCall("c4", T0 + timedelta(seconds=70), Outcome.TALKED),
    )
    assert ask(data, "list").splitlines()[1].endswith("01:00")
    assert "after it   4.5 s of tones, kept in the recording" in ask(data, "show", "c4")
    told = json.loads(ask(data, "show", "c4", "--json"))
    assert (told["seconds"], told["talk_seconds"], told["talk_samples"]) == (65.0, 60.5, 484_000)
    whole = json.loads(ask(data, "show", "c2", "--json"))
    assert (whole["seconds"], whole["talk_seconds"], whole["talk_samples"]) == (65.0, 65.0, None)
    assert "after it" not in ask(data, "show", "c2")


def test_columns_are_even_with_wide_characters() -> None:
    assert width("電話a") == 5
    assert width("ﾊﾞ") == 2
    lines = align([("電話", "x"), ("ab", "y")])
    assert lines == ["電話  x", "ab    y"]
    assert align([]) == []
    assert (clock(65), clock(3600)) == ("01:05", "1:00:00")


def test_calls_are_found_by_number_and_day(data: Path, book: Store) -> None:
    def found(*words: str) -> list[str]:
        return [call["id"] for call in json.loads(ask(data, "list", "--json", *words))]

    assert found("--number", "03-1234-5678") == ["c2"]
    assert found("--number", "+81 3 1234 5678") == ["c2"]
    assert found("--number", "1234") == ["c2"]
    assert found("--date", "2026-11-24") == ["c3", "c2"]
    assert found("--date", "2026-11-23") == ["c1"]
    assert found("--limit", "1") == ["c3"]
    assert ask(data, "list", "--date", "2001-01-01") == "no calls"


def test_one_call_is_told_whole(data: Path, book: Store) -> None:
    told = ask(data, "show", "c2")
    assert str(data / "recordings/c2.wav") in told
    assert "known caller: no announcement (in the book)" in told
    assert "00:30:02  00:02  PromptEnded  prompt please_wait" in told
    plain = json.loads(ask(data, "show", "c2", "--json"))
    assert (plain["samples"], plain["seconds"], plain["name"]) == (520000, 65.0, "山田太郎")
    assert plain["events"][0]["payload"] == {"prompt": "please_wait"}
    assert plain["started"] == "2026-11-24T00:30:00.000+09:00"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["show", "c9"], "no call 'c9'"),
        (["list", "--date", "24.11."], "write a day as 2026-11-24"),
        (["list", "--number", "x"], "has no digits"),
    ],
)
def test_mistakes_are_told_in_plain_words(data: Path, book: Store, words: list[str], why: str) -> None:
    with pytest.raises(OperatorError, match=why):
        ask(data, *words)


def test_a_box_without_calls_says_so(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="no data directory"):
        ask(tmp_path / "none", "list")
    with pytest.raises(OperatorError, match="no call has been taken yet"):
        ask(tmp_path, "list")
    (tmp_path / "denwaban.db").write_bytes(b"broken" * 1000)
    with pytest.raises(OperatorError, match="cannot be read"):
        ask(tmp_path, "list")
