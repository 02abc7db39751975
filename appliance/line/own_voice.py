"""What the box itself says, as the line gives it back: how loud its echo may be at most, at any instant.

Why: on an adapter line we hear while we speak; the hybrid returns our own prompt 10 to 20 dB below, up to 30 ms late.
"""

from __future__ import annotations

import math
from collections import deque

import numpy as np

from appliance.dsp.level import FULL_SCALE_DBM0, FULL_SCALE_POWER, NOTHING_DBM0, from_pcm
from appliance.dsp.tones import FRAME_SAMPLES, HOP_SAMPLES
from appliance.events import SoundBlock
from appliance.units import Dbm0, SampleIndex, samples

TAIL_SAMPLES = samples(60)
"""So long after we fell silent an echo may still come. Why: 30 ms on the line, as much again in the card's buffers."""

LOSS_AT_FIRST_DB = 6.0
"""How much weaker our echo is believed to be before this line has been measured. Why: the worst hybrid that is sold."""

LOSS_LEAST_DB, LOSS_MOST_DB = 3.0, 30.0
"""Bounds of what is learned. Why: a caller who talks over the whole prompt must not deafen us; no hybrid is better."""

MARGIN_DB = 4.0
"""Over the echo, from where on it is somebody else. Why: the echo of one sound or another differs by that much."""

LOUD_DBM0 = -32.0
"""We learn while we are louder. Why: the echo of a softer sound drowns in the noise of the line."""

STRETCH_FRAMES, STRETCHES, STRETCHES_NEEDED = 25, 16, 8
"""The loss is learned from stretches of 250 ms of our speech: 2 s before the first opinion, 4 s are remembered."""

KEPT_SAMPLES = samples(5000)
"""How long a level is kept. Why: longer than any tone that is judged (3 s) and any lateness (200 ms)."""

_STEPS = 10 ** ((NOTHING_DBM0 - FULL_SCALE_DBM0) / 10) * FULL_SCALE_POWER


class OwnVoice:
    """Follows our own sound by its level, every 10 ms."""

    def __init__(self) -> None:
        self._energy: dict[int, float] = {}  # by 10 ms slot of the line clock
        self._oldest = 0
        self._begun = SampleIndex(0)
        self.heard_to = SampleIndex(-1)
        """The instant after the last of our own sound."""

    def hear(self, block: SoundBlock) -> None:
        """Take a block of what we say; in order, but before or after the line sound of the same instant."""
        if block.at - self.heard_to > TAIL_SAMPLES or block.at < self._begun:
            self._begun = block.at
        first, ahead = divmod(block.at, HOP_SAMPLES)
        power = np.square(from_pcm(block.pcm))
        padded = np.concatenate((np.zeros(ahead), power, np.zeros(-(ahead + len(power)) % HOP_SAMPLES)))
        for slot, energy in enumerate(padded.reshape(-1, HOP_SAMPLES).sum(axis=1).tolist(), first):
            self._energy[slot] = self._energy.get(slot, 0.0) + energy
        self.heard_to = SampleIndex(block.at + len(block))
        self._forget(first - KEPT_SAMPLES // HOP_SAMPLES)

    def level(self, start: SampleIndex, end: SampleIndex) -> Dbm0:
        """Our loudest 10 ms of which an echo may be heard from `start` to `end`; nothing where we were silent."""
        if not self._energy or start > self.heard_to + TAIL_SAMPLES:
            return NOTHING_DBM0
        slots = range((start - TAIL_SAMPLES) // HOP_SAMPLES, (end - 1) // HOP_SAMPLES + 1)
        loudest = max(self._energy.get(slot, 0.0) for slot in slots) / HOP_SAMPLES
        return Dbm0(10 * math.log10(max(loudest, _STEPS) / FULL_SCALE_POWER) + FULL_SCALE_DBM0)

    def speaking(self, end: SampleIndex) -> bool:
        """Whether any of our sound, however soft, or its echo lies in the frame that ends at `end`."""
        return end - FRAME_SAMPLES <= self.heard_to + TAIL_SAMPLES and end > self._begun and self.heard_to >= 0

    def spoke_for(self) -> int:
        """How long our last utterance has lasted, samples."""
        return self.heard_to - self._begun

    def _forget(self, before: int) -> None:
        if before - self._oldest < 100:
            return
        self._oldest = before
        self._energy = {slot: energy for slot, energy in self._energy.items() if slot >= before}


class EchoLoss:
    """Learns how much weaker than our own voice its echo comes back on this line.

    The estimate of a stretch is its worst frame, and of all stretches a low one counts: somebody who talks over the
    prompt makes the echo look louder than it is, never softer, and so only delays what is learned.
    """

    def __init__(self) -> None:
        self.db = LOSS_AT_FIRST_DB
        self._stretches: deque[float] = deque(maxlen=STRETCHES)
        self._worst, self._left = math.inf, STRETCH_FRAMES

    def hear(self, own: Dbm0, line: Dbm0) -> None:
        """One frame: our own level and that of the line, dBm0."""
        if own < LOUD_DBM0:
            return
        self._worst = min(self._worst, own - line)
        self._left -= 1
        if self._left:
            return
        self._stretches.append(self._worst)
        self._worst, self._left = math.inf, STRETCH_FRAMES
        if len(self._stretches) >= STRETCHES_NEEDED:
            low = sorted(self._stretches)[len(self._stretches) // 4]
            self.db = min(max(low, LOSS_LEAST_DB), LOSS_MOST_DB)

    def most(self, own: Dbm0) -> Dbm0:
        """The loudest that an echo of `own` may be."""
        return Dbm0(own - self.db + MARGIN_DB)
