"""The call in progress as others see it: folded from facts, told as one snapshot for the page and the bus."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from appliance.desk.contacts import Contact
from appliance.events import UNKNOWN_CALLER, CallerIdentity, CallWaitingHeard, Decided, Decision

IDLE_SNAPSHOT: dict[str, Any] = {"state": "idle", "call_id": ""}


@dataclass(frozen=True)
class CallStory:
    """What is known of one call. Times are civil times as ISO 8601 text."""

    call_id: str
    direction: str
    started: str
    state: str = "idle"
    since: str = ""
    identity: CallerIdentity = UNKNOWN_CALLER
    identified: bool = False
    contact: Contact | None = None
    calls_today: int = 0
    calls_before: int = 0
    decision: Decision | None = None
    decision_why: str = ""
    answered: bool = False
    recording: bool = False
    talk_ends: int | None = None  # place in the recording, samples; None: the far end has not hung up
    cleared_by: str = ""  # the sign of that
    waiting: CallerIdentity | None = None  # a second caller knocked
    waiting_name: str = ""

    def entered(self, state: str, since: str) -> CallStory:
        """The story after the machine entered `state` at civil time `since`."""
        return replace(self, state=state, since=since)

    def decided(self, fact: Decided) -> CallStory:
        return replace(self, decision=fact.decision, decision_why=fact.why)

    def knocked(self, fact: CallWaitingHeard, name: str) -> CallStory:
        """The story with a second caller, of that name in our book; who it is may be told after the knock."""
        same = fact.identity == UNKNOWN_CALLER and self.waiting is not None
        return self if same else replace(self, waiting=fact.identity, waiting_name=name or fact.identity.name)

    def snapshot(self) -> dict[str, Any]:
        """The payload of the topic call/state (`bus.topics`)."""
        contact, waiting = self.contact, self.waiting or UNKNOWN_CALLER
        return {
            "call_id": self.call_id,
            "state": self.state,
            "direction": self.direction,
            "started": self.started,
            "since": self.since,
            "identified": self.identified,
            "number": self.identity.number,
            "absence": self.identity.absence.value if self.identity.absence else None,
            "name": contact.name if contact else self.identity.name,
            "company": contact.company if contact else "",
            "listing": contact.listing if contact else "",
            "note": contact.note if contact else "",
            "calls_today": self.calls_today,
            "calls_before": self.calls_before,
            "decision": self.decision.value if self.decision else None,
            "decision_why": self.decision_why,
            "recording": self.recording,
            "waiting": self.waiting is not None,
            "waiting_number": waiting.number,
            "waiting_absence": waiting.absence.value if waiting.absence else None,
            "waiting_name": self.waiting_name,
        }
