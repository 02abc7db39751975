"""A recording against what the modem sent: at which place it lies, and whether every sample is there."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from appliance.exchange.ears import Pcm
from appliance.exchange.modem_codec import Law
from appliance.units import RATE_HZ
from bench.tap import VoiceRun

LAW = Law.MU
"""What the box chooses of the bench modem's codecs at 115200 bit/s: 16 bits do not fit, mu-law is next."""

KEY_SAMPLES = 64
"""So many samples in a row of a caller's noise are like no others."""

SHORTEST_SAMPLES = 16
"""A run so short (the box asked for sound and at once for something else) still has a place of its own."""


def read_wav(path: Path) -> Pcm:
    """int16, shape (n,). Raises `wave.Error`, EOFError or ValueError for what is no recording of ours."""
    with wave.open(str(path)) as file:
        form = (file.getnchannels(), file.getsampwidth(), file.getframerate())
        frames = file.readframes(file.getnframes())
        if form != (1, 2, RATE_HZ) or len(frames) != 2 * file.getnframes():
            raise ValueError(f"{path.name}: not 16 bit, mono, 8 kHz, or shorter than its header says")
    return np.frombuffer(frames, "<i2").astype(np.int16)


@dataclass(frozen=True)
class Match:
    """Where the sound of one run lies. `place`: of its first sample; `wrong`: samples that differ or are not there."""

    place: int
    compared: int
    wrong: int


def find(wav: Pcm, run: VoiceRun) -> Match | None:
    """Lay the run on the recording by its very first samples; None where those are not in it."""
    sent = run.pcm(LAW)
    octets = wav.tobytes()
    key = sent[:KEY_SAMPLES].tobytes()
    place = octets.find(key)
    while place >= 0 and place % 2:
        place = octets.find(key, place + 1)
    if place < 0:
        return None
    place //= 2
    count = min(len(sent), len(wav) - place)
    return Match(place, count, int(np.count_nonzero(wav[place : place + count] != sent[:count])))
