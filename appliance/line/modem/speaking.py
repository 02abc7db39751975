"""One prompt on its way to the caller: paced to the line clock, and remembered as it leaves."""

from __future__ import annotations

from collections import deque

from appliance.events import Prompt, SoundBlock, Source
from appliance.line.modem.codecs import Codec, from_pcm
from appliance.line.modem.dle import shield
from appliance.units import SampleIndex, samples

AHEAD_MS = 100
REFILL_MS = 80
"""Sent at most `AHEAD_MS` before it must leave, topped up below `REFILL_MS`: never under 60 ms with a 20 ms loop.

Spec: LINE_HARDWARE.md 1.7: 60 ms ahead reached the caller 0.06 s after a stop, unpaced 1.22 s."""


class Speaking:
    """Paces `pcm` (int16 LE mono 8 kHz) from `now` on."""

    def __init__(self, now: SampleIndex, prompt: Prompt, pcm: bytes, codec: Codec) -> None:
        self.prompt = prompt
        self._pcm = pcm[: len(pcm) & ~1]
        self._codec = codec
        self._sent = 0  # samples
        self._leaves_at = now  # the next sample to be sent
        self._spans: deque[tuple[SampleIndex, int, int]] = deque()  # leaves at, first sample, how many

    @property
    def all_sent(self) -> bool:
        return self._sent * 2 >= len(self._pcm)

    @property
    def all_left(self) -> bool:
        return self.all_sent and not self._spans

    def remaining_ms(self, now: SampleIndex) -> int:
        """How long what was sent still takes to be heard."""
        return max(0, self._leaves_at - now) * 1000 // samples(1000)

    def fill(self, now: SampleIndex) -> bytes:
        """What is to be sent now, in the modem's octets, shielded. After a starved moment the rest leaves later."""
        if self.all_sent or self._leaves_at - now > samples(REFILL_MS):
            return b""
        starts = SampleIndex(max(self._leaves_at, now))
        count = min(now + samples(AHEAD_MS) - starts, len(self._pcm) // 2 - self._sent)
        part = self._pcm[self._sent * 2 : (self._sent + count) * 2]
        self._spans.append((starts, self._sent, count))
        self._sent += count
        self._leaves_at = SampleIndex(starts + count)
        return shield(from_pcm(self._codec.form, part))

    def left(self, now: SampleIndex) -> list[SoundBlock]:
        """What has left since last asked, as the caller hears it."""
        blocks = []
        while self._spans and self._spans[0][0] < now:
            at, first, count = self._spans.popleft()
            gone = min(count, now - at)
            blocks.append(SoundBlock(at, self._pcm[first * 2 : (first + gone) * 2], Source.BOX))
            if gone < count:
                self._spans.appendleft((SampleIndex(at + gone), first + gone, count - gone))
                break
        return blocks

    def left_all(self) -> list[SoundBlock]:
        """The modem says that everything has been played."""
        return self.left(self._leaves_at)
