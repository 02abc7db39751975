"""Watches a demo over the bus: which lamp, which state, which call, sorted by the scripted call they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from appliance.daemon.demo_report import Seen, Verdict, judge, silence
from appliance.daemon.demo_shop import DemoShop
from appliance.desk.popup import missing_number
from appliance.events import CallerIdentity, Message
from appliance.exchange.script import ScriptedCall
from appliance.exchange.script_runner import CallResult, ScriptRunner
from appliance.store.rows import CallQuery, CallRecord

NEEDS_STAFF = "needs_staff"


@dataclass
class _Slice:
    """What was seen since a scripted call began."""

    scripted: ScriptedCall
    lamps: list[str]
    states: list[str] = field(default_factory=list)


class DemoWatch:
    """Takes every message; judges each call when the next begins or the script has ended."""

    def __init__(self, shop: DemoShop) -> None:
        self._shop = shop
        self.verdicts: list[Verdict] = []
        self._latest: dict[str, Mapping[str, Any]] = {}
        self._lamp = ""
        self._slice: _Slice | None = None
        self._seq = max((call.seq for call in shop.store.calls(CallQuery(limit=1))), default=0)

    def take(self, message: Message) -> None:
        """Keep what one message of the bus says."""
        self._latest[message.topic] = message.payload
        if message.topic == "panel/state":
            self._lamp = str(message.payload.get("pattern"))
            if self._slice is not None:
                self._slice.lamps.append(self._lamp)
        if self._slice is not None and message.payload.get("type") == "CallStateChanged":
            self._slice.states.append(str(message.payload.get("state")))

    def summoned(self) -> bool:
        """Whether lamp and buzzer call for staff."""
        return self._lamp == NEEDS_STAFF

    def ready(self) -> bool:
        """Whether the box can take the next call."""
        line, call = self._latest.get("line/state", {}), self._latest.get("call/state", {})
        return line.get("state") == "ready" and call.get("state") == "idle"

    def follow(self, runner: ScriptRunner) -> None:
        """See whether another scripted call has begun."""
        present = runner.present
        if present is None or (self._slice is not None and self._slice.scripted is present):
            return
        self.finish(runner)
        self._slice = _Slice(present, [self._lamp])

    def finish(self, runner: ScriptRunner) -> None:
        """Judge the call that was under way."""
        if self._slice is None:
            return
        ended, self._slice = self._slice, None
        result = next((one for one in runner.results if one.scripted is ended.scripted), None)
        self.verdicts.append(judge(ended.scripted, self._seen(ended, result), self._shop.prompt))

    def _seen(self, ended: _Slice, result: CallResult | None) -> Seen:
        fresh = [call for call in reversed(self._shop.store.calls(CallQuery(limit=20))) if call.seq > self._seq]
        trouble: list[str] = []
        if result is None:
            trouble.append("the script did not get to its end")
        else:
            trouble += [f"never happened: {step}" for step in result.unfinished]
            trouble += ["it took too long"] if result.stuck else []
        if len(fresh) != 1:
            trouble.append(f"the box wrote down {len(fresh)} calls, not 1")
        call = fresh[0] if fresh else None
        self._seq = fresh[-1].seq if fresh else self._seq
        return Seen(
            caller=_caller(call, self._shop.settings.web.language) if call else "nobody",
            outcome=str(call.outcome or "none") if call else "none",
            recording_s=call.recording_s if call else None,
            caller_heard=result.caller_heard if result else silence(),
            lamps=tuple(ended.lamps),
            states=tuple(ended.states),
            trouble=tuple(trouble),
        )


def _caller(call: CallRecord, language: str) -> str:
    """Who it was, as staff see it."""
    identity = CallerIdentity(number=call.number, absence=call.absence)
    return call.name or call.number or missing_number(identity, language)
