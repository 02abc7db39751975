"""Who is let through, announced to, asked or refused."""

from __future__ import annotations

import pytest

from appliance.call.policy import Reason, Verdict, decide
from appliance.desk.contacts import Contact
from appliance.events import UNKNOWN_CALLER, Absence, CallerIdentity, Decision
from appliance.settings import PolicySettings

NUMBER = CallerIdentity("0312345678")
KNOWN = Contact("+81312345678", "山本", listing="known")
REFUSED = Contact("+81312345678", "某", listing="refused")
NOTED = Contact("+81312345678", "鈴木")
POLICY = PolicySettings()


@pytest.mark.parametrize(
    ("identity", "contact", "open_now", "decision", "reason"),
    [
        (NUMBER, None, True, Decision.ANNOUNCE, Reason.UNKNOWN),
        (UNKNOWN_CALLER, None, True, Decision.ANNOUNCE, Reason.UNKNOWN),
        (NUMBER, NOTED, True, Decision.ANNOUNCE, Reason.UNKNOWN),
        (NUMBER, KNOWN, True, Decision.SKIP, Reason.KNOWN),
        (NUMBER, REFUSED, True, Decision.REFUSE, Reason.REFUSED),
        (NUMBER, None, False, Decision.MESSAGE, Reason.CLOSED),
        (NUMBER, NOTED, False, Decision.MESSAGE, Reason.CLOSED),
        (NUMBER, KNOWN, False, Decision.SKIP, Reason.KNOWN),
        (NUMBER, REFUSED, False, Decision.REFUSE, Reason.REFUSED),
    ],
)
def test_default_policy(
    identity: CallerIdentity, contact: Contact | None, open_now: bool, decision: Decision, reason: Reason
) -> None:
    assert decide(identity, contact, POLICY, open_now) == Verdict(decision, reason)


@pytest.mark.parametrize(
    ("absence", "reason"),
    [
        (Absence.WITHHELD, Reason.WITHHELD),
        (Absence.PAY_PHONE, Reason.PAY_PHONE),
        (Absence.UNAVAILABLE, Reason.UNAVAILABLE),
        (Absence.CONFLICT, Reason.UNAVAILABLE),
    ],
)
def test_each_absence_has_its_setting(absence: Absence, reason: Reason) -> None:
    policy = PolicySettings(withheld="ask_redial", pay_phone="pass", unavailable="message")
    expected = {"withheld": Decision.ASK_REDIAL, "pay_phone": Decision.PASS, "unavailable": Decision.MESSAGE}
    verdict = decide(CallerIdentity(absence=absence), None, policy, open_now=True)
    assert verdict == Verdict(expected[reason.value], reason)


def test_who_is_turned_away_by_day_leaves_no_message_by_night() -> None:
    withheld = CallerIdentity(absence=Absence.WITHHELD)
    for setting in ("refuse", "ask_redial"):
        verdict = decide(withheld, None, PolicySettings(withheld=setting), open_now=False)
        assert verdict.decision == setting
    assert decide(withheld, None, PolicySettings(withheld="pass"), open_now=False).decision is Decision.MESSAGE


def test_a_listed_number_wins_over_its_absence_of_other_marks() -> None:
    verdict = decide(NUMBER, REFUSED, PolicySettings(unknown="pass", refused="message"), open_now=True)
    assert verdict == Verdict(Decision.MESSAGE, Reason.REFUSED)


@pytest.mark.parametrize("language", ["ja", "en", "fr"])
def test_every_verdict_has_a_sentence(language: str) -> None:
    sentences = {Verdict(decision, reason).why(language) for decision in Decision for reason in Reason}
    assert len(sentences) == len(Decision) * len(Reason)
    assert Verdict(Decision.ASK_REDIAL, Reason.WITHHELD).why("ja").startswith("非通知のため、番号を通知して")
    assert Verdict(Decision.MESSAGE, Reason.CLOSED).why("fr") == "Outside opening hours: take a message."


def test_every_reason_is_a_setting() -> None:
    assert {reason.value for reason in Reason} == set(PolicySettings.__dataclass_fields__)
