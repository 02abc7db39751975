"""What to do with a caller: lists first, then who is turned away at any hour, then hours, then the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from appliance.desk.contacts import KNOWN, REFUSED, Contact
from appliance.events import Absence, CallerIdentity, Decision
from appliance.settings import PolicySettings

TURNED_AWAY = frozenset({Decision.REFUSE, Decision.ASK_REDIAL})
"""Decisions that closing time does not soften: who is refused by day leaves no message by night."""


class Reason(StrEnum):
    """Why; also the name of the setting in [policy] that said what to do."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"
    PAY_PHONE = "pay_phone"
    UNAVAILABLE = "unavailable"
    REFUSED = "refused"
    CLOSED = "closed"


BY_ABSENCE: Mapping[Absence, Reason] = {
    Absence.WITHHELD: Reason.WITHHELD,
    Absence.PAY_PHONE: Reason.PAY_PHONE,
    Absence.UNAVAILABLE: Reason.UNAVAILABLE,
    Absence.CONFLICT: Reason.UNAVAILABLE,
}
"""A service conflict, too, is nobody's choice: the network could not carry the number."""

WHO: Mapping[str, Mapping[Reason, str]] = {
    "ja": {
        Reason.KNOWN: "登録済みのお客様",
        Reason.UNKNOWN: "登録のない番号",
        Reason.WITHHELD: "非通知",
        Reason.PAY_PHONE: "公衆電話",
        Reason.UNAVAILABLE: "番号を表示できない電話",
        Reason.REFUSED: "お断りする番号",
        Reason.CLOSED: "営業時間外",
    },
    "en": {
        Reason.KNOWN: "a known customer",
        Reason.UNKNOWN: "a number that is in no list",
        Reason.WITHHELD: "a withheld number",
        Reason.PAY_PHONE: "a pay phone",
        Reason.UNAVAILABLE: "a number that could not be shown",
        Reason.REFUSED: "a number on the list of refused numbers",
        Reason.CLOSED: "outside opening hours",
    },
}

WHAT: Mapping[str, Mapping[Decision, str]] = {
    "ja": {
        Decision.PASS: "そのまま鳴らします",
        Decision.ANNOUNCE: "録音のお知らせを流します",
        Decision.SKIP: "録音のお知らせを省きます",
        Decision.ASK_REDIAL: "番号を通知してかけ直していただくようお願いします",
        Decision.REFUSE: "お断りします",
        Decision.MESSAGE: "伝言をお預かりします",
    },
    "en": {
        Decision.PASS: "let it ring",
        Decision.ANNOUNCE: "say that the call is recorded",
        Decision.SKIP: "leave the notice out",
        Decision.ASK_REDIAL: "ask to redial with the number shown",
        Decision.REFUSE: "refuse the call",
        Decision.MESSAGE: "take a message",
    },
}


@dataclass(frozen=True)
class Verdict:
    """What to do, and why."""

    decision: Decision
    reason: Reason

    def why(self, language: str = "ja") -> str:
        """One sentence for the journal and the page; English for a language that we do not speak."""
        spoken = language if language in WHO else "en"
        who, what = WHO[spoken][self.reason], WHAT[spoken][self.decision]
        return f"{who}のため、{what}。" if spoken == "ja" else f"{who[0].upper()}{who[1:]}: {what}."


def decide(identity: CallerIdentity, contact: Contact | None, policy: PolicySettings, open_now: bool) -> Verdict:
    """The verdict on a caller; `contact` is their entry in the shop's book, if any.

    Raises: ValueError for a setting that is no `Decision` (the settings are checked where they are read).
    """
    listing = contact.listing if contact else ""
    if listing in (REFUSED, KNOWN):
        return _verdict(Reason.REFUSED if listing == REFUSED else Reason.KNOWN, policy)
    verdict = _verdict(BY_ABSENCE[identity.absence] if identity.absence else Reason.UNKNOWN, policy)
    if open_now or verdict.decision in TURNED_AWAY:
        return verdict
    return _verdict(Reason.CLOSED, policy)


def _verdict(reason: Reason, policy: PolicySettings) -> Verdict:
    return Verdict(Decision(getattr(policy, reason.value)), reason)
