"""One number, however it is written; and nothing that comes over a line breaks the desk."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.desk.contacts import LONGEST_DIGITS, lookup_key, pretty_number


@pytest.mark.parametrize(
    "written",
    ["0312345678", "03-1234-5678", "+81312345678", "+81 3 1234 5678", "０３（１２３４）５６７８", " 03 1234 5678 "],
)
def test_all_ways_to_write_a_number_are_one(written: str) -> None:
    assert lookup_key(written) == "+81312345678"
    assert pretty_number(written) == "03-1234-5678"


@pytest.mark.parametrize(
    ("number", "country", "key", "pretty"),
    [
        ("09012345678", "JP", "+819012345678", "090-1234-5678"),
        ("0120123456", "JP", "+81120123456", "0120-123-456"),
        ("0466123456", "JP", "+81466123456", "0466-12-3456"),
        ("+12125550100", "JP", "+12125550100", "+1 212-555-0100"),
        ("2125550100", "US", "+12125550100", "(212) 555-0100"),
        ("2125550100", "us", "+12125550100", "(212) 555-0100"),
        ("110", "JP", "110", "110"),
        ("*21#", "JP", "*21#", "*21#"),
        ("", "JP", "", ""),
        ("非通知", "JP", "", ""),
        ("P", "JP", "", ""),
        ("0312345678", "XX", "0312345678", "0312345678"),
    ],
)
def test_known_cases(number: str, country: str, key: str, pretty: str) -> None:
    assert lookup_key(number, country) == key
    assert pretty_number(number, country) == pretty


def test_a_flood_of_digits_is_cut() -> None:
    assert len(lookup_key("9" * 10_000)) == LONGEST_DIGITS


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=60) | st.text("+0123456789-() ;=ext,", max_size=40))
def test_garbage_never_raises_and_stays_plain(text: str) -> None:
    for form in (lookup_key(text), pretty_number(text)):
        assert form.isascii()
        assert len(form) <= 2 * LONGEST_DIGITS
    assert lookup_key(lookup_key(text)) == lookup_key(text)
