"""What is being said to the line: handed to the sound card a little ahead, and remembered as it leaves."""

from __future__ import annotations

from collections import deque

from appliance.events import Prompt, SoundBlock, Source
from appliance.units import BLOCK_SAMPLES, SampleIndex, samples

AHEAD_MS = 200
"""Handed over at most so far ahead. Why: a line loop that is held up by the disk must not tear a word; the card drops
what is not yet on its way when it is told to stop, so a stop is heard at once all the same (`SoundCard.flush`)."""

SLIP_MS = 40
"""The card's queue and our own count may differ by so much. Why: a card tells its queue in periods of 20 ms."""


class Speaking:
    """One sound on its way. `prompt`: to be reported; None for digits that are dialled. `pcm`: int16 LE mono 8 kHz."""

    def __init__(self, now: SampleIndex, prompt: Prompt | None, pcm: bytes) -> None:
        self.prompt = prompt
        self._pcm = pcm[: len(pcm) & ~1]
        self._sent = 0  # samples
        self._leaves_at = now  # the next sample to be handed over
        self._spans: deque[tuple[SampleIndex, int, int]] = deque()  # leaves at, first sample, how many

    @property
    def all_sent(self) -> bool:
        return self._sent * 2 >= len(self._pcm)

    def offer(self, queued: int) -> bytes:
        """What the card, with `queued` samples still to play, is to be given now."""
        room = samples(AHEAD_MS) - queued
        return self._pcm[self._sent * 2 : (self._sent + max(0, room)) * 2]

    def sent(self, now: SampleIndex, octets: int, queued: int) -> None:
        """The card, which had `queued` samples to play, took so many octets."""
        count = octets // 2
        if not count:
            return
        leaves_at = SampleIndex(now + queued)
        if abs(leaves_at - self._leaves_at) > samples(SLIP_MS) or not self._spans:
            self._leaves_at = max(leaves_at, self._leaves_at) if self._spans else leaves_at
        self._spans.append((self._leaves_at, self._sent, count))
        self._sent += count
        self._leaves_at = SampleIndex(self._leaves_at + count)

    def cut(self, now: SampleIndex, queued: int) -> None:
        """The card dropped all but `queued` samples: the rest never leaves."""
        ends = now + queued
        kept = [(at, first, min(count, ends - at)) for at, first, count in self._spans if at < ends]
        self._spans = deque(kept)
        self._pcm = self._pcm[: self._sent * 2]

    def left(self, now: SampleIndex) -> list[SoundBlock]:
        """What has left since last asked, as the caller hears it, in blocks of 20 ms at most."""
        blocks: list[SoundBlock] = []
        while self._spans and self._spans[0][0] < now:
            at, first, count = self._spans.popleft()
            gone = min(count, now - at, BLOCK_SAMPLES)
            blocks.append(SoundBlock(at, self._pcm[first * 2 : (first + gone) * 2], Source.BOX))
            if gone < count:
                self._spans.appendleft((SampleIndex(at + gone), first + gone, count - gone))
        return blocks

    def left_all(self) -> list[SoundBlock]:
        """The card says that everything has been played."""
        return self.left(SampleIndex(self._leaves_at + samples(AHEAD_MS)))
