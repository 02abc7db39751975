"""What an adapter does that no line does: it is wired or set wrongly. Told once, and again when it is mended."""

from __future__ import annotations

from appliance.events import Fact, FaultCleared, FaultRaised
from appliance.units import SampleIndex

RING, LOOP, HELD, SOUND = "ring_input", "loop_input", "line_held", "sound_input"
"""The keys of the faults. Stable: the page knows them."""

STUCK = "the ring input is on all the time: is it wired the wrong way round, or shorted?"
SHOWS_US = (
    "the loop input shows the current of our own hook relay: it must be in series with the telephones only; until then "
    "the box cannot tell when the phone is lifted while it holds the line"
)
LIES = (
    "it rings although the loop input says that a telephone is lifted: is it wired the wrong way round? Until then the "
    "box cannot tell when the phone is lifted"
)
HOLDS = (
    "dial or busy tone is on the line although no telephone is lifted: the hook relay is closed. Is it welded, or does "
    "its board close it with a low pin?"
)
MUTE = "the sound card hears nothing at all: is its input muted (alsamixer, F4)?"


class InputFaults:
    """Remembers what was told."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def told(self, what: str, why: str) -> bool:
        return self._told.get(what) == why

    def judge(self, now: SampleIndex, what: str, why: str, present: bool) -> list[Fact]:
        """The fault is there, or is not (any more): the news of it."""
        if present and not self.told(what, why):
            self._told[what] = why
            return [FaultRaised(now, what, why)]
        if not present and self.told(what, why):
            del self._told[what]
            return [FaultCleared(now, what)]
        return []
