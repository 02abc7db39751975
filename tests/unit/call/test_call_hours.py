"""Hours as shop owners write them."""

from __future__ import annotations

from datetime import datetime

import pytest

from appliance.call.hours import WeekHours, parse_hours
from appliance.errors import OperatorError


def at(day: str, time: str) -> datetime:
    """2026-06-01 is a Monday."""
    number = ("mon", "tue", "wed", "thu", "fri", "sat", "sun").index(day) + 1
    return datetime.fromisoformat(f"2026-06-0{number}T{time}:00+09:00")


@pytest.mark.parametrize(
    ("text", "day", "time", "expected"),
    [
        ("mon-fri 09:00-18:00, sat 10:00-15:00", "mon", "08:59", False),
        ("mon-fri 09:00-18:00, sat 10:00-15:00", "mon", "09:00", True),
        ("mon-fri 09:00-18:00, sat 10:00-15:00", "fri", "17:59", True),
        ("mon-fri 09:00-18:00, sat 10:00-15:00", "fri", "18:00", False),
        ("mon-fri 09:00-18:00, sat 10:00-15:00", "sat", "10:00", True),
        ("mon-fri 09:00-18:00, sat 10:00-15:00", "sun", "12:00", False),
        ("sat sun 10:00-15:00", "sun", "12:00", True),
        ("mon 09:00-12:00 13:00-18:00", "mon", "12:30", False),
        ("mon 09:00-12:00 13:00-18:00", "mon", "13:00", True),
        ("fri-mon 10:00-11:00", "sun", "10:30", True),
        ("fri-mon 10:00-11:00", "tue", "10:30", False),
        ("fri 20:00-02:00", "sat", "01:59", True),
        ("fri 20:00-02:00", "sat", "02:00", False),
        ("fri 20:00-02:00", "fri", "01:00", False),
        ("sun 22:00-02:00", "mon", "01:00", True),
        ("sun 22:00-00:00", "sun", "23:59", True),
        ("sun 22:00-00:00", "mon", "00:00", False),
        ("mon 00:00-24:00", "mon", "23:59", True),
        ("09:00-18:00", "sun", "12:00", True),
        ("daily 9:00 - 18:00", "sun", "12:00", True),
        ("Monday-Friday 9:00-18:00", "wed", "12:00", True),
        ("月-金 09:00〜18:00、土 10:00-15:00", "wed", "12:00", True),
        ("月曜日~金曜日 9:00~18:00", "sat", "12:00", False),
        ("毎日 9:00-18:00", "sat", "12:00", True),
        ("土日 10:00-15:00", "sat", "12:00", True),
        ("mon-fri 09:00-18:00", "mon", "12:00", True),
    ],
)
def test_open(text: str, day: str, time: str, expected: bool) -> None:
    assert parse_hours(text).is_open(at(day, time)) is expected


def test_no_hours_is_always_open_and_never_quiet() -> None:
    assert parse_hours("  ") == WeekHours()
    assert parse_hours("").is_open(at("sun", "03:00"))
    assert not parse_hours("").covers(at("sun", "03:00"))


@pytest.mark.parametrize(("time", "quiet"), [("21:59", False), ("22:00", True), ("03:00", True), ("07:00", False)])
def test_quiet_hours_go_over_midnight(time: str, quiet: bool) -> None:
    assert parse_hours("22:00-07:00").covers(at("wed", time)) is quiet


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("mon-fri", 'has no times; write it like "mon-fri 09:00-18:00'),
        ("mon-fir 09:00-18:00", '"fir" in "mon-fir 09:00-18:00" is not a day; the days are mon, tue'),
        ("m 09:00-18:00", "is not a day"),
        ("祝 09:00-18:00", "is not a day"),
        ("mon-wed-fri 09:00-18:00", "too many days"),
        ("mon 9-18", 'is not a time range; write it like "09:00-18:00"'),
        ("mon 09:00-18:00 tue 10:00-15:00", "put a comma before the next days"),
        ("mon 09:00-18:00 tue", "put a comma before the next days"),
        ("mon 09:70-18:00", "is not on the clock"),
        ("mon 25:00-26:00", "is not on the clock"),
        ("mon 24:00-08:00", "is not on the clock"),
        ("mon 09:00-09:00", "begins when it ends"),
    ],
)
def test_mistakes_are_told_in_plain_words(text: str, words: str) -> None:
    with pytest.raises(OperatorError) as complaint:
        parse_hours(text)
    assert words in str(complaint.value)
