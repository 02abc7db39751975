"""Caller identity on the idle line: what a receiver makes of captured sound, as far as it can be believed.

Spec: CALLER_ID.md 1.3, 2, 3.
"""

from __future__ import annotations

from typing import Protocol

from appliance.dsp.level import Sound, from_pcm
from appliance.events import SoundBlock
from appliance.line.adapter.news import LineNews
from appliance.line.cadence import ring_is_recent
from appliance.line.callerid.message import CallerIdMessage, Standard
from appliance.units import BLOCK_SAMPLES, SampleIndex, samples

DIGITS_WITHIN_MS = 6_000
"""DTMF is caller identity only so soon after a ring or a reversal. Spec: CALLER_ID.md 3, gate against false starts."""


class IdentityListener(Protocol):
    """What hears caller identity in sound: `line.callerid.receiver.CallerIdReceiver`."""

    def hear(self, at: SampleIndex, sound: Sound) -> list[CallerIdMessage]: ...

    def flush(self) -> list[CallerIdMessage]: ...

    def reset(self) -> None: ...


class IdentityEar:
    """Hears the line while no call of ours is on it."""

    def __init__(self, listener: IdentityListener, news: LineNews) -> None:
        self.reversed_at: SampleIndex | None = None  # when the pair was reversed last
        self._listener = listener
        self._news = news
        self._heard_to: SampleIndex | None = None

    def hear(self, block: SoundBlock) -> list[CallerIdMessage]:
        """Messages that `block` completes. While staff talk nobody's number is listened for."""
        if self._news.lifted and not ring_is_recent(self._news.cadence, block.at, DIGITS_WITHIN_MS):
            return []
        found: list[CallerIdMessage] = []
        if self._heard_to is not None and self._is_torn(block.at - self._heard_to, block.at):
            found = self.flush()
            self.reset()
        at = block.at if self._heard_to is None else self._heard_to
        self._heard_to = SampleIndex(at + len(block))
        return found + self._believed(self._listener.hear(at, from_pcm(block.pcm)))

    def flush(self) -> list[CallerIdMessage]:
        """Messages that the end of the sound completes."""
        return self._believed(self._listener.flush())

    def reset(self) -> None:
        """What comes now has nothing to do with what was heard."""
        self._listener.reset()
        self._heard_to = None

    def _is_torn(self, gap: int, at: SampleIndex) -> bool:
        """Sound is missing. To set a slow card's clock right by less than a block tears no message that is due."""
        due = abs(gap) < BLOCK_SAMPLES and ring_is_recent(self._news.cadence, at, DIGITS_WITHIN_MS)
        return gap != 0 and not due

    def _believed(self, messages: list[CallerIdMessage]) -> list[CallerIdMessage]:
        return [message for message in messages if self._believes(message)]

    def _believes(self, message: CallerIdMessage) -> bool:
        """DTMF that staff or a caller press is no identity: a ring or a reversal must have announced it."""
        if message.standard is not Standard.DTMF:
            return True
        if self._news.lifted:
            return False
        reversed_lately = self.reversed_at is not None and message.at - self.reversed_at < samples(DIGITS_WITHIN_MS)
        return reversed_lately or ring_is_recent(self._news.cadence, message.at, DIGITS_WITHIN_MS)
