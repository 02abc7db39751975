"""What the popup says of a caller: made once, shown on the board, sent on the bus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.desk.contacts import Contact, pretty_number
from appliance.events import Absence, CallerIdentity

NO_NUMBER: Mapping[str, Mapping[Absence | None, str]] = {
    "ja": {
        Absence.WITHHELD: "非通知",
        Absence.PAY_PHONE: "公衆電話",
        Absence.UNAVAILABLE: "表示圏外",
        Absence.CONFLICT: "サービス競合",
        None: "番号なし",
    },
    "en": {
        Absence.WITHHELD: "Number withheld",
        Absence.PAY_PHONE: "Pay phone",
        Absence.UNAVAILABLE: "Number not available",
        Absence.CONFLICT: "Number not carried (service conflict)",
        None: "No number received",
    },
}
"""Why there is no number; under None: the line sent neither a number nor a reason."""


@dataclass(frozen=True)
class History:
    """Earlier calls of the same caller, this one not counted."""

    today: int = 0
    total: int = 0
    marked: int = 0  # calls with a mark or an alarm
    last: str = ""  # civil time of the last one, ISO 8601


@dataclass(frozen=True)
class Popup:
    """`title` is what is read from two metres; empty fields are not shown."""

    title: str
    number: str
    missing: str
    company: str
    listing: str
    note: str
    calls_today: int
    calls_before: int
    marked: int
    last: str


def missing_number(identity: CallerIdentity, language: str = "ja") -> str:
    """Why there is no number, in words; "" where there is one. English for a language that we do not speak."""
    if identity.number:
        return ""
    return NO_NUMBER.get(language, NO_NUMBER["en"])[identity.absence]


def popup_of(
    identity: CallerIdentity,
    contact: Contact | None = None,
    history: History | None = None,
    country: str = "JP",
    language: str = "ja",
) -> Popup:
    """The popup for a caller. The shop's own name for a person wins over the one that the line sent."""
    contact = contact or Contact(identity.number)
    history = history or History()
    number = pretty_number(identity.number, country)
    missing = missing_number(identity, language)
    return Popup(
        title=contact.name or contact.company or identity.name or number or missing,
        number=number,
        missing=missing,
        company=contact.company,
        listing=contact.listing,
        note=contact.note,
        calls_today=history.today,
        calls_before=history.total,
        marked=history.marked,
        last=history.last,
    )
