"""The call in progress as others see it: folded from facts, told as one snapshot for the page and the bus."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from appliance.desk.contacts import Contact
from appliance.events import UNKNOWN_CALLER, CallerIdentity, Decided, Decision

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

    def entered(self, state: str, since: str) -> CallStory:
        """The story after the machine entered `state` at civil time `since`."""
        return replace(self, state=state, since=since)

    def decided(self, fact: Decided) -> CallStory:
        return replace(self, decision=fact.decision, decision_why=fact.why)

    def snapshot(self) -> dict[str, Any]:
        """The payload of the topic call/state (`bus.topics`)."""
        contact = self.contact
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
        }
