"""The ledger of the line process: what happened goes to the store and, once it is there, to the bus.

States (call, line, faults, lamp) are told at once: they are no facts that last, and staff wait for them.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import DBAPIError

from appliance import events as ev
from appliance.alert.patterns import PATTERNS, Pattern
from appliance.bus.codec import encode
from appliance.bus.topics import UNTOLD
from appliance.call.policy import decide
from appliance.call.story import IDLE_SNAPSHOT, CallStory
from appliance.daemon.troubles import Troubles
from appliance.desk.contacts import Contact, lookup_key
from appliance.edge.ports import Bus, Clock
from appliance.errors import HouseError
from appliance.settings import Settings
from appliance.store import deeds
from appliance.store.calls import Store
from appliance.store.recorder import RecordingDone
from appliance.store.rows import Seen
from appliance.store.timeline import Mark, MarkKind
from appliance.units import RATE_HZ, SampleIndex

log = logging.getLogger(__name__)


class Scribe(Protocol):
    """What the ledger asks of `store.scribe`."""

    def write(self, *deeds: deeds.Deed, then: Sequence[ev.Message] = ()) -> None: ...

    def faults(self, now: SampleIndex) -> list[ev.Fact]: ...

    def alive(self) -> bool: ...

    def close(self) -> None: ...


@dataclass(frozen=True)
class LedgerParts:
    clock: Clock
    store: Store
    scribe: Scribe
    bus: Bus
    settings: Settings
    is_open: Callable[[datetime], bool]
    """Whether the shop is open at a civil time."""
    clock_is_set: Callable[[], bool] = lambda: True
    """Whether the civil time can be trusted."""


class Ledger:
    """Keeps the story of the present call and writes down every fact."""

    def __init__(self, parts: LedgerParts) -> None:
        self._parts = parts
        self._story: CallStory | None = None
        self._before: ev.Fact | None = None  # a fact that came before its call was begun
        self._troubles = Troubles(parts.bus, lambda: self._iso(parts.clock.now()))
        self._state = "fault"
        self._told: dict[str, object] = {}
        self._anchor = (SampleIndex(0), parts.clock.civil())  # instant and civil time at which the present call began
        self.tell()

    @property
    def call_id(self) -> str:
        """The key of the present call; empty where there is none."""
        return self._story.call_id if self._story else ""

    # ---- facts -----------------------------------------------------------------------------------------------------

    def take(self, fact: ev.Fact, offset: int | None = None) -> None:
        """Write one fact down. `offset`: its place in the running recording, samples."""
        self._troubles.take(fact)
        self._line_state(fact)
        self._note_end(fact, offset)
        if isinstance(fact, UNTOLD):
            return
        if isinstance(fact, ev.CallStateChanged):
            self._state = fact.state
        if self._story is None:
            self._before = fact
            self._parts.scribe.write(then=[self._message(fact, self.moment(fact.at))])
            return
        self._write(self._story, fact, offset)

    def _write(self, story: CallStory, fact: ev.Fact, offset: int | None, *, publish: bool = True) -> None:
        at = self.moment(fact.at)
        written = [*self._deeds(story, fact, at), self._event(story, fact, at, offset)]
        self._parts.scribe.write(*written, then=[self._message(fact, at)] if publish else [])

    def _deeds(self, story: CallStory, fact: ev.Fact, at: datetime) -> list[deeds.Deed]:
        """What a fact changes in the record of the call; the story follows at once."""
        match fact:
            case ev.CallerIdentified(identity=identity):
                key = self._identify(story, identity, at)
                return [deeds.SetIdentity(story.call_id, identity, key)]
            case ev.Decided(decision=decision, why=why):
                self._story = story.decided(fact)
                return [deeds.SetDecision(story.call_id, decision, why)]
            case ev.CallStateChanged(state=state):
                self._story = story.entered(state, at.isoformat(timespec="milliseconds"))
                return [deeds.SetState(story.call_id, state)]
            case ev.LineSeized() | ev.ExtensionLifted() if not story.answered:
                self._story = replace(story, answered=True)
                return [deeds.SetAnswered(story.call_id, at)]
            case ev.CallWaitingHeard():
                self._retell(story.knocked(fact, self._name_of(fact.identity, at)))
            case ev.RecordingStarted(file=file):
                self._story = replace(story, recording=True, talk_ends=None, cleared_by="")
                return [deeds.SetRecording(story.call_id, file, at)]
        return []

    def _identify(self, story: CallStory, identity: ev.CallerIdentity, at: datetime) -> str:
        """Look the caller up; a sick database costs the name, never the call. The key that the number is kept under."""
        key = lookup_key(identity.number, self._parts.settings.line.country) if identity.number else ""
        contact, seen = self._look_up(key, at)
        self._retell(
            replace(
                story,
                identity=identity,
                identified=True,
                contact=contact,
                calls_today=seen.today + 1 if key else 0,
                calls_before=seen.total - seen.today,
            )
        )
        return key

    def _note_end(self, fact: ev.Fact, offset: int | None) -> None:
        """Keep where in the recording the talk ended; somebody who speaks after it goes on with it."""
        story = self._story
        if story is None or offset is None:
            return
        if isinstance(fact, ev.FarEndCleared) and fact.since is not None and story.talk_ends is None:
            place = max(0, offset - (fact.at - fact.since))
            self._story = replace(story, talk_ends=place, cleared_by=fact.by.value)
        elif isinstance(fact, ev.VoiceBegan):
            self._story = replace(story, talk_ends=None, cleared_by="")

    def _name_of(self, identity: ev.CallerIdentity, at: datetime) -> str:
        """The name that our book has for a number; empty where it has none."""
        key = lookup_key(identity.number, self._parts.settings.line.country) if identity.number else ""
        contact, _ = self._look_up(key, at)
        return contact.name if contact else ""

    def _look_up(self, key: str, at: datetime) -> tuple[Contact | None, Seen]:
        if not key:
            return None, Seen()
        try:
            midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
            return self._parts.store.contact_for(key), self._parts.store.seen(key, midnight)
        except DBAPIError as error:
            log.error("the caller could not be looked up: %s", error.orig)
            return None, Seen()

    # ---- the call --------------------------------------------------------------------------------------------------

    def begin(self, now: SampleIndex, direction: str) -> ev.CallStarted:
        """Open a call; a fact that began it (the caller's number, say) belongs to it."""
        self._anchor = (now, self.moment(now))
        at = self._anchor[1]
        call_id = f"{at:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        self._story = CallStory(call_id, direction, started=at.isoformat(timespec="milliseconds"))
        unsure = not self._parts.clock_is_set()
        self._parts.scribe.write(deeds.OpenCall(call_id, at, direction, clock_unsure=unsure))
        before, self._before = self._before, None
        if before is not None and before.at == now:
            self._write(self._story, before, None, publish=False)  # published when it came
        return ev.CallStarted(now, call_id, direction)

    def decide(self, now: SampleIndex) -> ev.Decided:
        """Ask the policy about the present caller."""
        parts, story = self._parts, self._story
        identity = story.identity if story else ev.UNKNOWN_CALLER
        verdict = decide(
            identity, story.contact if story else None, parts.settings.policy, parts.is_open(parts.clock.civil())
        )
        return ev.Decided(now, verdict.decision, verdict.why(parts.settings.web.language))

    def recorded(self, now: SampleIndex, done: RecordingDone) -> ev.RecordingStopped:
        """The recording of the present call is closed: written down and published with its marks."""
        at, call_id = self.moment(now), self.call_id
        fact = ev.RecordingStopped(now, call_id, done.samples)
        if self._story is None:
            return fact
        tail = _tail(self._story, done)
        self._story = replace(self._story, recording=False)
        told = (*done.marks, tail) if tail else done.marks
        marks = [{"kind": str(m.kind), "at": m.position, "samples": m.samples, "why": m.why} for m in told]
        payload = {"samples": done.samples, "drift_samples": done.drift_samples, "marks": marks}
        self._parts.scribe.write(
            deeds.CloseRecording(call_id, done.samples, tail.position if tail else None),
            deeds.AddEvent(call_id, at, "RecordingStopped", payload, done.samples),
            then=[self._message(fact, at)],
        )
        return fact

    def end(self, now: SampleIndex, outcome: ev.Outcome) -> ev.CallEnded:
        """Close the present call. The fact that comes back is to be taken, and so published."""
        fact = ev.CallEnded(now, self.call_id, outcome)
        if self._story is not None:
            at = self.moment(now)
            self._parts.scribe.write(deeds.EndCall(fact.call_id, at, outcome), self._event(self._story, fact, at, None))
        self._story = None
        return fact

    def leave(self, now: SampleIndex) -> None:
        """The process stops: a call in progress is interrupted, the page is told that nobody is on the line."""
        if self._story is not None:
            self.end(now, ev.Outcome.INTERRUPTED)
        self._state = "fault"
        self.tell()

    # ---- states, told at once --------------------------------------------------------------------------------------

    def tell(self) -> None:
        """Tell the present call, where it has changed; called when all that followed from a fact is done."""
        snapshot = self._story.snapshot() if self._story else {**IDLE_SNAPSHOT, "state": self._state}
        if snapshot != self._told:
            self._told = snapshot
            self._parts.bus.publish(ev.Message("call/state", snapshot, retain=True))

    def lit(self, now: SampleIndex, pattern: Pattern) -> None:
        """Tell what the lamp shows since `now`."""
        words = PATTERNS[pattern]
        payload = {
            "pattern": pattern.value,
            "since": self._iso(now),
            "buzzer": bool(words.sound.beats_ms),
            "ja": words.name_ja,
            "en": words.name_en,
        }
        self._parts.bus.publish(ev.Message("panel/state", payload, retain=True))

    def faults(self, now: SampleIndex) -> list[ev.Fact]:
        """What has become broken or whole since last asked: store, bus, other processes.

        Raises: HouseError where nobody writes facts down any more; the process ends and is started again.
        """
        if not self._parts.scribe.alive():
            raise HouseError("the scribe is dead")
        return [*self._parts.scribe.faults(now), *self._troubles.news(now)]

    def heard_of(self, process: str, payload: dict[str, object]) -> None:
        """A life sign of another process, or its last will."""
        self._troubles.heard_of(process, payload)

    def close(self) -> None:
        self._parts.scribe.close()

    def moment(self, at: SampleIndex) -> datetime:
        """The civil time of an instant. In a call it runs with the samples, however the clock on the wall is set."""
        if self._story is not None:
            began, civil = self._anchor
            return civil + timedelta(seconds=(at - began) / RATE_HZ)
        clock = self._parts.clock
        return clock.civil() - timedelta(seconds=(clock.now() - at) / RATE_HZ)

    # ---- forms -----------------------------------------------------------------------------------------------------

    def _retell(self, story: CallStory) -> None:
        self._story = story

    def _line_state(self, fact: ev.Fact) -> None:
        if isinstance(fact, ev.LineReady):
            payload = {
                "state": "ready",
                "device": fact.device,
                "profile": fact.profile,
                "notes": list(fact.notes),
                "why": "",
            }
        elif isinstance(fact, ev.LineLost):
            payload = {"state": "lost", "why": fact.why}
        else:
            return
        self._parts.bus.publish(ev.Message("line/state", payload, retain=True))

    def _message(self, fact: ev.Fact, at: datetime) -> ev.Message:
        alert = isinstance(fact, ev.AlertRaised | ev.AlertAcknowledged)
        return ev.Message("alert/event" if alert else "call/event", encode(fact, at))

    @staticmethod
    def _event(story: CallStory, fact: ev.Fact, at: datetime, offset: int | None) -> deeds.AddEvent:
        payload = {name: value for name, value in encode(fact).items() if name not in ("type", "at")}
        return deeds.AddEvent(story.call_id, at, type(fact).__name__, payload, offset)

    def _iso(self, at: SampleIndex) -> str:
        return self.moment(at).isoformat(timespec="milliseconds")


def _tail(story: CallStory, done: RecordingDone) -> Mark | None:
    """What of a finished recording came after the talk; None where the talk went on to its end."""
    if story.talk_ends is None or story.talk_ends >= done.samples:
        return None
    return Mark(MarkKind.TAIL, story.talk_ends, done.samples - story.talk_ends, story.cleared_by)
