"""What the sound of the line proves about relay and card: a relay that stays closed, an input that is muted."""

from __future__ import annotations

from appliance.events import ClearedBy, FarEndCleared, SoundBlock
from appliance.line.ear import Ear
from appliance.units import SampleIndex, later, samples

TONES = (ClearedBy.DIAL_TONE, ClearedBy.BUSY_TONE)

LISTEN_MS = 60_000
"""How long the idle line is listened to for tones of the exchange. Why: dial tone comes at once, and lasts 10 to 20 s;
a caller who was let go hangs up within a minute, and then it is busy tone."""

SETTLE_MS = 500
"""After our relay opened. Why: the tone during which we let go may still ring out in the exchange's echo canceller."""

MUTE_MS = 5_000
"""A converter that gives one and the same value for so long in a call hears nothing. Why: the noise of any line, and of
any converter, moves the last bit within milliseconds."""


class OpenProof:
    """An idle line is silent. One that hums with dial or busy tone is held, by nobody but our own relay.

    Only where the loop input tells that no telephone is lifted.
    """

    def __init__(self, country: str) -> None:
        self._ear = Ear(country)
        self._from = self._until = SampleIndex(0)

    def opened(self, now: SampleIndex) -> None:
        """The relay is open, as far as we know."""
        self._from, self._until = later(now, SETTLE_MS), later(now, LISTEN_MS)
        self._ear.reset(self._from)

    def disproved(self, block: SoundBlock) -> bool:
        """`block` of the idle line shows that it is held."""
        if not self._from <= block.at < self._until:
            return False
        return any(isinstance(fact, FarEndCleared) and fact.by in TONES for fact in self._ear.hear(block))


class MuteProof:
    """Whether the card hears anything at all."""

    def __init__(self) -> None:
        self._same = 0  # samples in a row
        self._value = b""

    def muted(self, block: SoundBlock) -> bool:
        """Every sample has been the same for long."""
        value = block.pcm[:2]
        still = block.pcm == value * len(block)
        self._same = (self._same if value == self._value else 0) + len(block) if still else 0
        self._value = value
        return self._same >= samples(MUTE_MS)
