"""Times and lengths in the words of a language."""

from __future__ import annotations

from datetime import datetime

from web.texts import Texts


def clock(moment: datetime) -> str:
    """14:32"""
    return moment.strftime("%H:%M")


def exact(moment: datetime) -> str:
    """14:32:05"""
    return moment.strftime("%H:%M:%S")


def day(moment: datetime, texts: Texts) -> str:
    """The date with its weekday."""
    weekday = texts("time.weekdays").split()[moment.weekday()]
    month, number = (f"{moment.month:02}", f"{moment.day:02}") if texts.language == "en" else (moment.month, moment.day)
    return texts("time.date", year=moment.year, month=month, day=number, weekday=weekday)


def short_moment(moment: datetime, now: datetime, texts: Texts) -> str:
    """The time of day, with the date before it where that is not today."""
    if moment.date() == now.date():
        return clock(moment)
    return f"{texts('time.short_date', month=moment.month, day=moment.day)} {clock(moment)}"


def length(seconds: float, texts: Texts) -> str:
    """2分05秒 and the like."""
    whole = max(0, int(seconds))
    if whole < 60:
        return texts("time.seconds", s=whole)
    if whole < 3600:
        return texts("time.minutes", m=whole // 60, s=f"{whole % 60:02}")
    return texts("time.hours", h=whole // 3600, m=f"{whole % 3600 // 60:02}")


def offset(seconds: float) -> str:
    """mm:ss into a call, minutes running on past sixty as a court quotes them."""
    whole = max(0, int(seconds))
    return f"{whole // 60:02}:{whole % 60:02}"
