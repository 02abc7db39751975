"""Whether the exchange is sending something while the line is held for the number: by level alone."""

from __future__ import annotations

import numpy as np

from appliance.dsp.frames import Framer
from appliance.dsp.level import dbm0, from_pcm
from appliance.events import SoundBlock
from appliance.units import BLOCK_SAMPLES, samples

FAINTEST_DBM0 = -48.0
"""Why: data arrive at -10 to -42 dBm0 (the limits that the receivers are built for); idle noise of a sound line lies
under -55."""

OVER_FLOOR_DB = 8.0
"""Why: data that nobody can decode, at 5 dB, need not be seen either; noise swings by 2 dB in 20 ms."""

SETTLE_MS = 60
"""After off-hook the line clicks. Why: relay bounce and the step of the loop current through a 300 Hz high-pass."""

BEGAN_MS, ENDED_MS = 100, 140
"""Sound for so long is a carrier, its absence for so long the end. Why: the shortest mark before a frame lasts 60 ms
and the frame 150 ms; no octet pauses for longer than four stop bits."""


class CarrierWatch:
    """Since the line was taken: has something begun, and has it ended?"""

    def __init__(self) -> None:
        self.ended = False
        self._framer = Framer(BLOCK_SAMPLES, BLOCK_SAMPLES)
        self._heard = 0  # samples since off-hook
        self._floor = 0.0
        self._loud = self._quiet = 0  # samples in a row
        self._began = False

    @property
    def present(self) -> bool:
        """Something is being sent."""
        return self._began and not self.ended

    def hear(self, block: SoundBlock) -> None:
        """Sound of the line."""
        _, frames = self._framer.hear(block.at, from_pcm(block.pcm))
        for power in (frames**2).mean(axis=1) if len(frames) else np.zeros(0):
            self._hear_frame(dbm0(float(power)))

    def _hear_frame(self, level: float) -> None:
        self._heard += BLOCK_SAMPLES
        if self._heard <= samples(SETTLE_MS):
            return
        self._floor = min(self._floor, level)
        if level > max(FAINTEST_DBM0, self._floor + OVER_FLOOR_DB):
            self._loud, self._quiet = self._loud + BLOCK_SAMPLES, 0
        else:
            self._loud, self._quiet = 0, self._quiet + BLOCK_SAMPLES
        self._began = self._began or self._loud >= samples(BEGAN_MS)
        self.ended = self.ended or (self._began and self._quiet >= samples(ENDED_MS))
