"""Hours as a shop writes them: "mon-fri 09:00-18:00, sat 10:00-15:00"; also "22:00-07:00", over midnight."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from appliance.errors import OperatorError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""As `datetime.weekday` counts them: Monday is 0."""

_KANJI = str.maketrans({kanji: f" {day} " for kanji, day in zip("月火水木金土日", DAYS, strict=True)})
_WIDE = str.maketrans({"~": "-", "〜": "-", "–": "-", "、": ",", ";": ","})
_SPAN = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_DAY_MINUTES = 24 * 60

EXAMPLE = '"mon-fri 09:00-18:00, sat 10:00-15:00"'


@dataclass(frozen=True)
class Span:
    """From `start` to `end`, minutes of the day, on days that begin it; `end` ≤ `start`: to the next day."""

    days: frozenset[int]
    start: int
    end: int

    def covers(self, weekday: int, minute: int) -> bool:
        """Is this minute of this day (0 = Monday) within? The end is not: at 18:00 a shop is closed."""
        if self.start < self.end:
            return weekday in self.days and self.start <= minute < self.end
        begun_today = weekday in self.days and minute >= self.start
        begun_yesterday = (weekday - 1) % 7 in self.days and minute < self.end
        return begun_today or begun_yesterday


@dataclass(frozen=True)
class WeekHours:
    """Spans of a week, on the clock of the wall. Without spans nothing is covered."""

    spans: tuple[Span, ...] = ()

    def covers(self, when: datetime) -> bool:
        """Is `when` (as the clock on the wall shows it) within these hours?"""
        return any(span.covers(when.weekday(), when.hour * 60 + when.minute) for span in self.spans)

    def is_open(self, when: datetime) -> bool:
        """As `covers`; a shop that gave no hours is always open."""
        return not self.spans or self.covers(when)


def parse_hours(text: str) -> WeekHours:
    """The hours in `text`: parts with commas between, each days (none: every day) and then spans.

    Raises: OperatorError that quotes the part, says what is wrong with it and shows how to write it.
    """
    plain = unicodedata.normalize("NFKC", text).lower().replace("曜日", "").replace("曜", "")
    plain = plain.translate(_WIDE).translate(_KANJI)
    plain = re.sub(r"\s*-\s*", "-", plain)
    spans: list[Span] = []
    for part in plain.split(","):
        if part.strip():
            spans.extend(_part(part.split()))
    return WeekHours(tuple(spans))


def _part(words: list[str]) -> list[Span]:
    whole = " ".join(words)
    days = frozenset[int]().union(*(_days(word, whole) for word in words if not _is_time(word)))
    times = [word for word in words if _is_time(word)]
    if not times:
        raise OperatorError(f'hours: "{whole}" has no times; write it like {EXAMPLE}')
    if words[-1] != times[-1] or words[-len(times) :] != times:
        raise OperatorError(
            f'hours: in "{whole}" the days come first; put a comma before the next days, as in {EXAMPLE}'
        )
    return [_span(word, days or frozenset(range(7)), whole) for word in times]


def _is_time(word: str) -> bool:
    return any(character.isdigit() for character in word)


def _days(word: str, whole: str) -> frozenset[int]:
    if word in ("daily", "everyday", "毎"):  # 毎日 arrives as 毎 + sun
        return frozenset(range(7))
    ends = word.split("-")
    numbers = [_day(end, whole) for end in ends]
    if len(numbers) > 2:
        raise OperatorError(f'hours: "{word}" has too many days in one range; write it like {EXAMPLE}')
    first, last = numbers[0], numbers[-1]
    return frozenset((first + step) % 7 for step in range((last - first) % 7 + 1))


def _day(word: str, whole: str) -> int:
    for number, day in enumerate(DAYS):
        if len(word) >= 3 and (word == day or _LONG[number].startswith(word)):
            return number
    raise OperatorError(f'hours: "{word}" in "{whole}" is not a day; the days are {", ".join(DAYS)}')


_LONG = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _span(word: str, days: frozenset[int], whole: str) -> Span:
    match = _SPAN.fullmatch(word)
    if match is None:
        raise OperatorError(f'hours: "{word}" in "{whole}" is not a time range; write it like "09:00-18:00"')
    hour, minute, end_hour, end_minute = map(int, match.groups())
    start, end = hour * 60 + minute, end_hour * 60 + end_minute
    if minute > 59 or end_minute > 59 or start >= _DAY_MINUTES or end > _DAY_MINUTES:
        raise OperatorError(f'hours: "{word}" in "{whole}" is not on the clock; times go from 00:00 to 24:00')
    if start == end:
        raise OperatorError(f'hours: "{word}" in "{whole}" begins when it ends; for the whole day write "00:00-24:00"')
    return Span(days, start, end)
