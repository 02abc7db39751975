"""All that is said to the line: prompts and dialled digits, one at a time."""

from __future__ import annotations

from appliance.events import Fact, Prompt, PromptEnded, SoundBlock
from appliance.line.adapter.speaking import Speaking
from appliance.units import SampleIndex


class Mouth:
    """Says one thing at a time; what comes later replaces it."""

    def __init__(self) -> None:
        self.flush_wanted = False  # the card is to drop what it has not played
        self._speaking: Speaking | None = None
        self._next: Speaking | None = None  # begins once the card has dropped the last one
        self._not_before = SampleIndex(0)
        self._queued = 0  # samples, as the card last told

    @property
    def silent(self) -> bool:
        return self._speaking is None and self._next is None

    def say(self, now: SampleIndex, prompt: Prompt, pcm: bytes) -> list[Fact]:
        """Begin a prompt; the end of the one that it replaces."""
        facts = self.stop(now)
        self._next, self._not_before = Speaking(now, prompt, pcm), now
        return facts

    def dial(self, now: SampleIndex, not_before: SampleIndex, pcm: bytes) -> list[Fact]:
        """Begin to dial; the end of the prompt that it replaces."""
        facts = self.stop(now)
        self._next, self._not_before = Speaking(now, None, pcm), not_before
        return facts

    def stop(self, now: SampleIndex) -> list[Fact]:
        """Be silent: what the card has not played yet is to be dropped."""
        cut = [] if self._speaking is None or self.flush_wanted else [self._speaking]  # told already while it waits
        cut += [] if self._next is None else [self._next]
        self.flush_wanted = self.flush_wanted or self._speaking is not None
        self._next = None
        prompts = [speaking.prompt for speaking in cut if speaking.prompt is not None]
        return [PromptEnded(now, prompt, complete=False) for prompt in prompts]

    def flushed(self, now: SampleIndex, queued: int) -> list[SoundBlock]:
        """The card dropped all but `queued` samples: what was still heard of the last thing said."""
        self.flush_wanted = False
        self._queued = queued
        speaking, self._speaking = self._speaking, None
        if speaking is None:
            return []
        speaking.cut(now, queued)
        return speaking.left_all()

    def tick(self, now: SampleIndex, queued: int) -> list[Fact | SoundBlock]:
        """What has left by now, with `queued` samples still in the card; the end of a prompt."""
        self._queued = queued
        if self.flush_wanted:
            return []
        if self._speaking is None and self._next is not None and now >= self._not_before:
            self._speaking, self._next = self._next, None
        speaking = self._speaking
        if speaking is None:
            return []
        if not (speaking.all_sent and queued == 0):
            return [*speaking.left(now)]
        self._speaking = None
        ended = [PromptEnded(now, speaking.prompt, complete=True)] if speaking.prompt is not None else []
        return [*speaking.left_all(), *ended]

    def offer(self) -> bytes:
        """Sound for the card."""
        return b"" if self._speaking is None or self.flush_wanted else self._speaking.offer(self._queued)

    def sent(self, now: SampleIndex, octets: int) -> None:
        """The card took so many octets of the last offer."""
        if self._speaking is not None:
            self._speaking.sent(now, octets, self._queued)
            self._queued += octets // 2
