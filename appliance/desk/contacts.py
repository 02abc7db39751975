"""The shop's book of people, and one form for every way to write a telephone number."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

KNOWN = "known"
REFUSED = "refused"
LISTINGS = (KNOWN, REFUSED, "")

LONGEST_DIGITS = 32
"""Longer than any number the line sends (30 digits, NTT parameter 0x02); the rest of a longer text is cut."""


@dataclass(frozen=True)
class Contact:
    """One entry of the book. `number` as `lookup_key` gives it; `listing` one of `LISTINGS`."""

    number: str
    name: str = ""
    company: str = ""
    listing: str = ""
    note: str = ""


@lru_cache(maxsize=1024)
def lookup_key(number: str, country: str = "JP") -> str:
    """The one form under which a number is stored and sought: E.164, or bare digits where it has none; "" for none.

    "0312345678", "03-1234-5678", "+81 3 1234 5678" and "０３(1234)5678" are the same. Raises nothing, whatever comes.
    """
    parsed = _parse(number, country)
    if parsed is None:
        return _digits(number)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


@lru_cache(maxsize=1024)
def pretty_number(number: str, country: str = "JP") -> str:
    """A number as people of `country` write it: "03-1234-5678", from abroad "+1 212-555-0100"; else its bare digits."""
    parsed = _parse(number, country)
    if parsed is None:
        return _digits(number)
    home = parsed.country_code == phonenumbers.country_code_for_region(country.upper())
    return phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)


def _plain(number: str) -> str:
    return unicodedata.normalize("NFKC", number[: 4 * LONGEST_DIGITS]).strip()


def _digits(number: str) -> str:
    plain = _plain(number)
    digits = "".join(character for character in plain if character in "0123456789*#")[:LONGEST_DIGITS]
    return f"+{digits}" if digits and plain.startswith("+") else digits


def _parse(number: str, country: str) -> PhoneNumber | None:
    """The number where it can be a whole one; short codes (110), garbage and numbers too long are none."""
    digits = _digits(number)
    try:
        parsed = phonenumbers.parse(digits, country.upper())
    except NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None
