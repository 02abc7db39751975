"""What a party heard, kept as sound with its time, and the question "was this prompt in it?"."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from appliance.exchange.terminal import Sound
from appliance.units import RATE_HZ, SampleIndex

Pcm = npt.NDArray[np.int16]
"""int16, shape (n,), 8 kHz mono."""

HEARD_SCORE = 0.5
"""Normalised correlation from which a prompt counts as heard.

Why: the same prompt through loss, tilt, band-pass and noise scores 0.79, mu-law or an 8-bit modem above 0.99, a prompt
cut after half its length 0.70 and after a fifth 0.47, another prompt of the same voice below 0.2.
"""


def to_pcm(sound: npt.NDArray[np.float32] | Pcm) -> Pcm:
    """float32 of full scale 1.0 as int16, clipped; int16 as it is."""
    if sound.dtype == np.int16:
        return sound.astype(np.int16, copy=False)
    louder = sound * np.float32(32768)
    np.minimum(louder, np.float32(32767), out=louder)
    np.maximum(louder, np.float32(-32768), out=louder)
    pcm: Pcm = louder.astype(np.int16)
    return pcm


def to_sound(pcm: npt.NDArray[np.float32] | Pcm) -> Sound:
    """int16 as float32 of full scale 1.0; float32 as it is."""
    if pcm.dtype == np.int16:
        return pcm.astype(np.float32) / np.float32(32768)
    return pcm.astype(np.float32, copy=False)


class Ear:
    """Keeps everything heard on one line-clock time line; what was not heard in between is silence."""

    def __init__(self) -> None:
        self._begun_at: SampleIndex | None = None
        self._chunks: list[Pcm] = []
        self._length = 0

    def hear(self, at: SampleIndex, sound: Sound) -> None:
        """Keep `sound`, which began at `at`; never earlier than what is kept."""
        if self._begun_at is None:
            self._begun_at = at
        gap = at - self._begun_at - self._length
        if gap > 0:
            self._chunks.append(np.zeros(gap, np.int16))
            self._length += gap
        self._chunks.append(to_pcm(sound))
        self._length += len(sound)

    @property
    def begun_at(self) -> SampleIndex | None:
        """The instant of the first sample, None where nothing was heard."""
        return self._begun_at

    @property
    def pcm(self) -> Pcm:
        """All of it."""
        if len(self._chunks) > 1:
            self._chunks = [np.concatenate(self._chunks)]
        return self._chunks[0] if self._chunks else np.zeros(0, np.int16)

    def between(self, start: SampleIndex, end: SampleIndex) -> Pcm:
        """What was heard from `start` to `end` on the line clock, as far as anything was."""
        if self._begun_at is None:
            return np.zeros(0, np.int16)
        return self.pcm[max(0, start - self._begun_at) : max(0, end - self._begun_at)]

    def write_wav(self, path: Path) -> None:
        """16-bit mono WAV of all of it."""
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(self.pcm.astype("<i2").tobytes())


@dataclass(frozen=True)
class Likeness:
    """The best place of a prompt in a recording: `score` 0…1, and how many samples into the recording it begins."""

    score: float
    at: int

    @property
    def at_s(self) -> float:
        return self.at / RATE_HZ

    @property
    def heard(self) -> bool:
        return self.score >= HEARD_SCORE


NOT_THERE = Likeness(0.0, 0)
QUIET_ENERGY = 1e-6
"""Mean square below which a stretch is silence (−60 dB of full scale). Why: correlation with nothing means nothing."""


def find_prompt(prompt: npt.NDArray[np.float32] | Pcm, heard: npt.NDArray[np.float32] | Pcm) -> Likeness:
    """Where in `heard` the `prompt` is most alike, by normalised cross-correlation; gain does not matter."""
    wanted, sound = to_sound(prompt).astype(np.float64), to_sound(heard).astype(np.float64)
    if len(wanted) == 0 or len(sound) == 0:
        return NOT_THERE
    sound = np.concatenate([sound, np.zeros(len(wanted))])  # a prompt cut by the end may still be found
    size = 1 << (len(sound) + len(wanted) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(sound, size) * np.conj(np.fft.rfft(wanted, size)), size)
    places = len(sound) - len(wanted) + 1
    running = np.concatenate([[0.0], np.cumsum(sound * sound)])
    energy = running[len(wanted) :] - running[: len(running) - len(wanted)]
    floor = QUIET_ENERGY * len(wanted)
    power = float(wanted @ wanted)
    if power < floor:
        return NOT_THERE
    score = product[:places] / np.sqrt(np.maximum(energy, floor) * power)
    best = int(np.argmax(score))
    return Likeness(float(np.clip(score[best], 0.0, 1.0)), best)
