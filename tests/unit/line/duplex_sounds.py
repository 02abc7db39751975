"""An ear on a line that gives our own voice back."""

from __future__ import annotations

import wave
from importlib import resources

from ear_sounds import Sound, noise, np, pcm

from appliance.events import Fact, Prompt, SoundBlock, Source
from appliance.guide.prompts import PACKAGE, sound_file
from appliance.line.ear import Ear
from appliance.units import RATE_HZ, SampleIndex

HYBRID = np.array([0.6, 0.3, -0.2, 0.25, 0.1, -0.1])
"""Colour of an echo: six taps, of power 1 after scaling."""


def prompt(name: Prompt) -> Sound:
    with wave.open(str(resources.files(PACKAGE) / sound_file(name, "ja"))) as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)


def echo_of(own: Sound, loss_db: float, late_ms: float, tail_s: float = 1.0) -> Sound:
    """What the line gives back of `own`, and its noise."""
    taps = HYBRID / np.sqrt(np.sum(HYBRID**2)) * 10 ** (-loss_db / 20)
    sound = np.zeros(len(own) + int(tail_s * RATE_HZ))
    back = np.convolve(own, taps)[: len(own)]
    late = int(late_ms * 8)
    sound[late : late + len(back)] = back
    return sound + noise(len(sound) / RATE_HZ, -60)


class Duplex:
    """An ear that hears line and box; `box_late_ms`: how much later the box's blocks come (less than 0: earlier)."""

    def __init__(self, country: str = "JP", box_late_ms: int = 0, block: int = 160) -> None:
        self.ear = Ear(country, 2000)
        self._box_late, self._block = box_late_ms * 8, block
        self._now = 0
        self.facts: list[Fact] = []

    def hear(self, own: Sound, line: Sound) -> list[tuple[str, float]]:
        """Facts of this stretch: name, and seconds into it."""
        began, self._now = self._now, self._now + len(line)
        blocks = self._blocks(line, began, Source.LINE, 0) + self._blocks(own, began, Source.BOX, self._box_late)
        told = [fact for _, block in sorted(blocks, key=lambda pair: pair[0]) for fact in self.ear.hear(block)]
        self.facts += told
        return [(type(fact).__name__, round((fact.at - began) / RATE_HZ, 1)) for fact in told]

    def _blocks(self, sound: Sound, began: int, source: Source, late: int) -> list[tuple[int, SoundBlock]]:
        octets, size = pcm(sound), self._block
        return [
            (start + late, SoundBlock(SampleIndex(began + start), octets[2 * start : 2 * (start + size)], source))
            for start in range(0, len(sound), size)
        ]
