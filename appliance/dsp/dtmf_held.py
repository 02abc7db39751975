"""Follows a key that is held down until it is let go."""

from __future__ import annotations

import numpy as np

from appliance.dsp.dtmf_press import Found
from appliance.dsp.dtmf_turned import HALF_STEPS, LONG_STEPS, STEP_SAMPLES, Turned
from appliance.dsp.level import Sound
from appliance.units import SampleIndex

OVERLAP_STEPS = LONG_STEPS + 2 * HALF_STEPS
"""Heard again with the next block, so that no pause is cut in two."""


def pause_in(sound: Sound, press: Found) -> int | None:
    """Where in `sound` the tones of `press` pause for 20 ms (first sample of the first such pause); None: nowhere."""
    gap = Turned(sound, press.hz).gap(np.array(press.power))
    return None if gap is None else gap * STEP_SAMPLES


class Held:
    """One key that was still down when it was told of."""

    def __init__(self, press: Found, end: SampleIndex) -> None:
        self._press = press
        self.heard = SampleIndex(end - 2 * HALF_STEPS * STEP_SAMPLES)
        """From this instant on the sound is wanted."""

    def hear(self, sound: Sound) -> SampleIndex | None:
        """`sound` from the instant `heard` on; the instant at which the key was let go, None while it is held."""
        pause = pause_in(sound, self._press)
        if pause is not None:
            return SampleIndex(self.heard + pause)
        self.heard = SampleIndex(self.heard + max(0, len(sound) // STEP_SAMPLES - OVERLAP_STEPS) * STEP_SAMPLES)
        return None
