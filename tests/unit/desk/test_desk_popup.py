"""What staff see when it rings."""

from __future__ import annotations

import pytest

from appliance.desk.contacts import Contact
from appliance.desk.popup import History, missing_number, popup_of
from appliance.events import UNKNOWN_CALLER, Absence, CallerIdentity

NUMBER = CallerIdentity("0312345678", name="YAMAMOTO")


def test_a_customer_with_a_past() -> None:
    contact = Contact("+81312345678", "山本 太郎", "ヤマモト商事", "known", "店長が対応")
    popup = popup_of(NUMBER, contact, History(today=3, total=12, marked=2, last="2026-06-01T10:00:00+09:00"))
    assert (popup.title, popup.number, popup.missing) == ("山本 太郎", "03-1234-5678", "")
    assert (popup.company, popup.listing, popup.note) == ("ヤマモト商事", "known", "店長が対応")
    assert (popup.calls_today, popup.calls_before, popup.marked) == (3, 12, 2)
    assert popup.last == "2026-06-01T10:00:00+09:00"


def test_the_title_is_the_best_name_there_is() -> None:
    assert popup_of(NUMBER, Contact("", "", "ヤマモト商事")).title == "ヤマモト商事"
    assert popup_of(NUMBER).title == "YAMAMOTO"
    assert popup_of(CallerIdentity("0312345678")).title == "03-1234-5678"
    assert popup_of(UNKNOWN_CALLER).title == "番号なし"


@pytest.mark.parametrize(
    ("absence", "japanese", "english"),
    [
        (Absence.WITHHELD, "非通知", "Number withheld"),
        (Absence.PAY_PHONE, "公衆電話", "Pay phone"),
        (Absence.UNAVAILABLE, "表示圏外", "Number not available"),
        (Absence.CONFLICT, "サービス競合", "Number not carried (service conflict)"),
        (None, "番号なし", "No number received"),
    ],
)
def test_why_there_is_no_number(absence: Absence | None, japanese: str, english: str) -> None:
    identity = CallerIdentity(absence=absence)
    assert missing_number(identity, "ja") == popup_of(identity).title == popup_of(identity).missing == japanese
    assert missing_number(identity, "en") == missing_number(identity, "fr") == english
    assert popup_of(identity).number == ""


def test_a_caller_without_number_shows_nothing_of_anybody_else() -> None:
    popup = popup_of(CallerIdentity(absence=Absence.WITHHELD))
    assert (popup.company, popup.listing, popup.note, popup.calls_before) == ("", "", "", 0)
