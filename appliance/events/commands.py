"""What the call machine wants done, what the panel shows, and what the bus carries."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from appliance.events.words import Outcome, Prompt
from appliance.units import Milliseconds


@dataclass(frozen=True)
class Command:
    pass


@dataclass(frozen=True)
class Seize(Command):
    """Go off-hook: answer, or join in parallel with the shop's telephone."""


@dataclass(frozen=True)
class Release(Command):
    """Go on-hook."""


@dataclass(frozen=True)
class Play(Command):
    prompt: Prompt


@dataclass(frozen=True)
class StopPlaying(Command):
    pass


@dataclass(frozen=True)
class Decide(Command):
    """Ask the policy now; the answer comes back as `Decided`."""


@dataclass(frozen=True)
class BeginCall(Command):
    direction: str = "in"


@dataclass(frozen=True)
class EndCall(Command):
    outcome: Outcome


@dataclass(frozen=True)
class StartRecording(Command):
    pass


@dataclass(frozen=True)
class StopRecording(Command):
    pass


@dataclass(frozen=True)
class StartTimer(Command):
    timer: str
    ms: Milliseconds


@dataclass(frozen=True)
class StopTimer(Command):
    timer: str


@dataclass(frozen=True)
class Summon(Command):
    """Staff are needed at the telephone (True), or no longer (False)."""

    needed: bool


@dataclass(frozen=True)
class LampFrame:
    """What the panel shows at one instant."""

    green: bool = False
    amber: bool = False
    red: bool = False
    buzzer: bool = False


@dataclass(frozen=True)
class Message:
    """One message of the bus: topic below the root, JSON-able payload."""

    topic: str
    payload: dict[str, Any] = field(default_factory=dict)
    retain: bool = False
