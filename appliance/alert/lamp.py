"""Folds what happens into the one pattern that lamps and buzzer show."""

from __future__ import annotations

from appliance import events as ev
from appliance.alert.patterns import PRIORITY, Pattern, frame
from appliance.units import Milliseconds, SampleIndex, later

WARNING_MS = Milliseconds(60_000)
"""A warning ends by itself. Why: time enough for a colleague at the other end of the shop to look up and come over."""

RINGING_STATES = frozenset(
    {
        "car",
        "car_lifted",
        "car_doubtful",
        "identified",
        "ringing",
        "deciding",
        "deciding_long",
        "letting_ring",
        "ringing_silent",
        "ringing_out",
        "ringing_long",
        "ringing_long_silent",
        "ringing_lifted",
        "answering",
        "answering_for_message",
        "answering_to_refuse",
        "answering_to_ask",
        "joining_undecided",
        "joining",
        "joining_silently",
    }
)
"""States in which it rings, or did until a moment ago. Spec: call.states (an upper floor, hence by name)."""

SUMMONING_STATES = frozenset(("summoning", "listening", "hearing_out"))
"""States of the call in which a caller waits for staff. Spec: call.states."""

OVER_STATES = frozenset(("idle", "fault", "lifted"))
"""States without any call. Spec: call.states."""

CARE = frozenset(("disk_low", "panel", "time", "update", "web", "clerk", "bus", "number_display"))
"""Faults under which calls are still taken and recorded in full: amber, not red."""


class LampState:
    """Takes every fact, shows the gravest pattern that holds. Until the line was found ready or lost: `STARTING`."""

    def __init__(self) -> None:
        self._on: set[Pattern] = {Pattern.STARTING}
        self._faults: set[str] = set()
        self._warning_ends = SampleIndex(0)
        self._silenced = False
        self.pattern = Pattern.STARTING
        self.since = SampleIndex(0)
        """When the pattern shown began."""

    def take(self, fact: ev.Fact) -> None:
        """Fold one fact in; facts that say nothing to a lamp change nothing."""
        self.tick(fact.at)
        match fact:
            case ev.CallStateChanged(at=at, state=state):
                self._enter(at, state)
            case ev.RecordingStarted(at=at):
                self._set(Pattern.RECORDING, True, at)
                self._fault("recording", False, at)
            case ev.RecordingStopped(at=at):
                self._set(Pattern.RECORDING, False, at)
            case ev.AlertRaised():
                self._alert(fact)
            case ev.AlertAcknowledged(at=at) | ev.ButtonPressed(at=at, button=ev.Button.ACKNOWLEDGE):
                self._acknowledge(at)
            case _:
                self._take_of_house(fact)

    def summon(self, at: SampleIndex, needed: bool) -> None:
        """Staff are needed at the telephone, or no longer."""
        self.tick(at)
        self._set(Pattern.NEEDS_STAFF, needed, at)

    def tick(self, now: SampleIndex) -> None:
        """Let end what ends by itself."""
        if Pattern.WARNING in self._on and now >= self._warning_ends:
            self._set(Pattern.WARNING, False, now)

    def frame(self, now: SampleIndex, quiet: bool) -> ev.LampFrame:
        """What the panel shows at `now`; `quiet`: the shop's quiet hours."""
        self.tick(now)
        return frame(self.pattern, self.since, now, quiet, self._silenced)

    def _take_of_house(self, fact: ev.Fact) -> None:
        """Fold in what is said of the box itself."""
        match fact:
            case ev.LineReady(at=at):
                self._set(Pattern.STARTING, False, at)
                self._fault("line", False, at)
            case ev.LineLost(at=at):
                self._set(Pattern.STARTING, False, at)
                self._fault("line", True, at)
            case ev.RecordingFailed(at=at):
                self._fault("recording", True, at)
            case ev.DiskLow(at=at):
                self._fault("disk_low", True, at)
            case ev.FaultRaised(at=at, what=what):
                self._fault(what, True, at)
            case ev.FaultCleared(at=at, what=what):
                self._fault(what, False, at)

    def _enter(self, at: SampleIndex, state: str) -> None:
        self._set(Pattern.RINGING, state in RINGING_STATES, at)
        if state in SUMMONING_STATES:
            self._set(Pattern.NEEDS_STAFF, True, at)
        elif state in OVER_STATES:
            self._set(Pattern.NEEDS_STAFF, False, at)
            self._set(Pattern.RECORDING, False, at)

    def _alert(self, alert: ev.AlertRaised) -> None:
        if alert.kind == "needs_staff":
            self._set(Pattern.NEEDS_STAFF, True, alert.at)
        elif alert.level is ev.Level.ALARM:
            self._set(Pattern.ALARM, True, alert.at)
        elif alert.level is ev.Level.WARNING:
            self._warning_ends = later(alert.at, WARNING_MS)
            self._set(Pattern.WARNING, False, alert.at)  # a second one beeps again
            self._set(Pattern.WARNING, True, alert.at)

    def _acknowledge(self, at: SampleIndex) -> None:
        """Alarm and warning are seen: they end. What goes on (a caller waits, a fault) goes on without a sound."""
        self._set(Pattern.ALARM, False, at)
        self._set(Pattern.WARNING, False, at)
        self._silenced = True

    def _fault(self, what: str, holds: bool, at: SampleIndex) -> None:
        if holds:
            self._faults.add(what)
        else:
            self._faults -= {what, "disk_low"} if what == "disk" else {what}
        self._set(Pattern.FAULT, bool(self._faults - CARE), at)
        self._set(Pattern.SERVICE, bool(self._faults & CARE), at)

    def _set(self, pattern: Pattern, holds: bool, at: SampleIndex) -> None:
        if holds == (pattern in self._on):
            return
        (self._on.add if holds else self._on.discard)(pattern)
        gravest = max(self._on | {Pattern.READY}, key=PRIORITY.index)
        if gravest is not self.pattern:
            self.pattern, self.since, self._silenced = gravest, at, False
