"""Cuts sound that comes in any chunks into overlapping frames on one fixed grid."""

from __future__ import annotations

import numpy as np

from appliance.dsp.level import Sound
from appliance.units import SampleIndex


class Framer:
    """Frames of `size` samples, one every `hop`; the grid starts at the first sample after a gap or a reset."""

    def __init__(self, size: int, hop: int) -> None:
        self._size = size
        self._hop = hop
        self._kept: Sound = np.zeros(0)
        self._start = 0  # instant of the first kept sample

    def hear(self, at: SampleIndex, sound: Sound) -> tuple[SampleIndex, Sound]:
        """The frames that `sound`, whose first sample is of instant `at`, completes.

        Returns: the instant after the first frame's last sample, and the frames, shape (n, size); n may be 0.
        Sound that does not follow on the last (a gap, or older sound) begins a new grid.
        """
        if at != self._start + len(self._kept):
            self._kept, self._start = np.zeros(0), at
        joined = np.concatenate((self._kept, sound)) if len(self._kept) else sound
        count = max(0, (len(joined) - self._size) // self._hop + 1)
        first_end = SampleIndex(self._start + self._size)
        frames = self._view(joined, count)
        self._kept = joined[count * self._hop :]
        self._start += count * self._hop
        return first_end, frames

    def _view(self, joined: Sound, count: int) -> Sound:
        """`count` frames of `joined`, shape (count, size), not copied: they overlap, so nobody may write to them."""
        step = joined.itemsize
        frames: Sound = np.ndarray((count, self._size), joined.dtype, joined, 0, (step * self._hop, step))
        frames.flags.writeable = False
        return frames

    def reset(self) -> None:
        """Forget the kept rest."""
        self._kept = np.zeros(0)
        self._start = 0
