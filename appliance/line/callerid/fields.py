"""Contents of single fields, all untrusted: numbers, names, moments, reasons for absence.

Spec: CALLER_ID.md 1.4, 2.2 (what the fields hold); LINE_HARDWARE.md 1.4 (how modems print them).
"""

from __future__ import annotations

import re

from appliance.events import Absence

NUMBER_DIGITS = 32
"""Spec: NTT allows 30 (CALLER_ID.md 1.4), E.164 15; a prefix of two on top."""

NAME_LETTERS = 40
"""Spec: MDMF names have 15 letters (CALLER_ID.md 2.2); Japanese ones were at most 20."""

_ABSENCE_WORDS = {
    "PRIVATE": Absence.WITHHELD,
    "ANONYMOUS": Absence.WITHHELD,
    "WITHHELD": Absence.WITHHELD,
    "OUT OF AREA": Absence.UNAVAILABLE,
    "OUT-OF-AREA": Absence.UNAVAILABLE,
    "UNAVAILABLE": Absence.UNAVAILABLE,
    "UNKNOWN": Absence.UNAVAILABLE,
    "COIN": Absence.PAY_PHONE,
    "PAYPHONE": Absence.PAY_PHONE,
    "PAY PHONE": Absence.PAY_PHONE,
} | {letter.value: letter for letter in Absence}

_INTERNATIONAL = b"I"
"""Letter of Taiwan and Kuwait. Spec: CALLER_ID.md 2.2; the number exists but does not reach us: unavailable."""

_NUMBER = re.compile(rf"(?=.{{1,{NUMBER_DIGITS}}}\Z)\+?[0-9*#]+")
_SEPARATORS = re.compile(r"[-(). ]")
_FOUR_DIGITS = re.compile(r"[0-9]{4}")


def absence_of(value: bytes) -> Absence | None:
    """The reason for which no number is given, if `value` is one."""
    return _ABSENCE_WORDS.get(value.decode("ascii", "replace").strip().upper())


def letter_of(value: bytes) -> Absence | None:
    """The same where `value` is the content of a parameter for reasons: `I` is one there."""
    return Absence.UNAVAILABLE if value.strip() == _INTERNATIONAL else absence_of(value)


def clean_number(value: bytes) -> str:
    """The digits of a number; empty when anything else, or too much, is in it. Why: better none than a wrong one."""
    text = _SEPARATORS.sub("", value.decode("ascii", "replace").strip().strip("\0"))
    return text if _NUMBER.fullmatch(text) else ""


def clean_text(value: bytes) -> str:
    """Readable text: what is not UTF-8 or not printable is left out."""
    return _readable(value.decode("utf-8", "ignore"))


def clean_name(value: bytes) -> str:
    """A name as exchanges send it: ASCII or Shift_JIS; UTF-8 is taken where it is that beyond doubt."""
    for encoding in ("ascii", "utf-8", "shift_jis"):
        try:
            return _readable(value.decode(encoding))
        except UnicodeDecodeError:
            continue
    return clean_text(value)


def clean_moment(value: bytes) -> str:
    """MMDDhhmm, or empty when it is anything else."""
    date, time = four_digits(value[:4]), four_digits(value[4:8])
    return date + time if date and time else ""


def possible_moment(text: str) -> bool:
    """MMDDhhmm that a calendar and a clock can show."""
    month, day, hour, minute = (int(text[place : place + 2]) for place in range(0, 8, 2))
    return 1 <= month <= 12 and 1 <= day <= 31 and hour < 24 and minute < 60


def four_digits(value: bytes) -> str:
    """`MMDD`, `hhmm`, also written with slash or colon; empty when it is anything else."""
    text = value.decode("ascii", "replace").replace(":", "").replace("/", "").strip()
    return text if _FOUR_DIGITS.fullmatch(text) else ""


def _readable(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:NAME_LETTERS]
