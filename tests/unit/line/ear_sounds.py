"""Sounds for the tests of the ear, made from formulas: float64, full scale ±32768, 8 kHz."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from appliance.events import Fact, SoundBlock, Source
from appliance.line.ear import Ear
from appliance.units import RATE_HZ, SampleIndex

Sound = NDArray[np.float64]


def peak(dbm0: float) -> float:
    return float(32768 * 10 ** ((dbm0 - 3.14) / 20))


def seconds(n: float) -> Sound:
    return np.arange(int(n * RATE_HZ)) / RATE_HZ


def tone(hz: tuple[float, ...], secs: float, dbm0: float = -20) -> Sound:
    t = seconds(secs)
    return np.sum([peak(dbm0) * np.sin(2 * np.pi * f * t + f) for f in hz], axis=0)


def quiet(secs: float) -> Sound:
    return np.zeros(int(secs * RATE_HZ))


def cadence(hz: tuple[float, ...], beats_ms: tuple[int, ...], secs: float, dbm0: float = -20) -> Sound:
    beats = [tone(hz, ms / 1000, dbm0) if i % 2 == 0 else quiet(ms / 1000) for i, ms in enumerate(beats_ms)]
    cycle = np.concatenate(beats)
    return np.tile(cycle, int(secs * RATE_HZ / len(cycle)) + 1)[: int(secs * RATE_HZ)]


def noise(secs: float, dbm0: float, seed: int = 1) -> Sound:
    return np.random.default_rng(seed).normal(0, peak(dbm0) / np.sqrt(2), int(secs * RATE_HZ))


def hum(secs: float, dbm0: float) -> Sound:
    return tone((50,), secs, dbm0) + tone((100,), secs, dbm0 - 6) + tone((150,), secs, dbm0 - 12)


def ringback(secs: float, dbm0: float = -20, depth: float = 0.5) -> Sound:
    swing = (1 - depth) + depth * np.cos(2 * np.pi * 16 * seconds(secs))
    return cadence((400,), (1000, 2000), secs, dbm0) * swing


def vowel(pitch_hz: float, secs: float, dbm0: float = -16, formant_hz: float = 450) -> Sound:
    """A held vowel with vibrato: harmonics under one broad formant."""
    t = seconds(secs)
    phase = 2 * np.pi * np.cumsum(pitch_hz * (1 + 0.006 * np.sin(2 * np.pi * 5.2 * t))) / RATE_HZ
    strengths = {
        k: np.exp(-(((k * pitch_hz - formant_hz) / 250) ** 2)) + 0.05 for k in range(1, int(3400 / pitch_hz) + 1)
    }
    sound = np.sum([strength * np.sin(k * phase) for k, strength in strengths.items()], axis=0)
    return np.asarray(sound * peak(dbm0) / np.sqrt(2) / sound.std())


@cache
def speech(secs: float, dbm0: float = -16, seed: int = 5) -> Sound:
    """Syllables of wandering pitch, formant and length, with hiss between some: no language, but its rhythm."""
    dice = np.random.default_rng(seed)
    parts: list[Sound] = []
    while sum(map(len, parts)) < secs * RATE_HZ:
        length = dice.uniform(0.08, 0.35)
        syllable = vowel(dice.uniform(110, 420), length, dbm0, dice.uniform(300, 1200))
        parts.append(syllable * np.hanning(len(syllable)) * 1.6)
        pause = dice.uniform(0.02, 0.15) if dice.random() < 0.85 else dice.uniform(0.3, 0.6)
        parts.append(noise(pause, dbm0 - 25, int(dice.integers(1 << 30))))
    return np.concatenate(parts)[: int(secs * RATE_HZ)]


def melody(harmonics: int, beat_s: float, secs: float) -> Sound:
    notes = []
    for pitch in (392.0, 440.0, 493.9, 392.0, 523.3, 392.0, 329.6, 349.2):
        tones = [tone((pitch * k,), beat_s, -18 - 6 * (k - 1)) for k in range(1, harmonics + 1)]
        notes += [np.sum(tones, axis=0), quiet(beat_s)]
    cycle = np.concatenate(notes)
    return np.tile(cycle, int(secs * RATE_HZ / len(cycle)) + 1)[: int(secs * RATE_HZ)]


def mu_law(sound: Sound) -> Sound:
    """There and back through G.711 mu-law's curve (8 bits)."""
    x = np.clip(sound / 32768, -1, 1)
    code = np.rint(np.sign(x) * np.log1p(255 * np.abs(x)) / np.log(256) * 127)
    return np.asarray(np.sign(code) * (np.power(256, np.abs(code) / 127) - 1) / 255 * 32768)


def pcm(sound: Sound) -> bytes:
    return bytes(np.clip(np.rint(sound), -32768, 32767).astype("<i2").tobytes())


def hear(ear: Ear, sound: Sound, at: int = 0, block: int = 160, source: Source = Source.LINE) -> list[Fact]:
    """Everything that `ear` says of `sound`, given in blocks."""
    octets = pcm(sound)
    facts: list[Fact] = []
    for start in range(0, len(sound), block):
        piece = octets[2 * start : 2 * (start + block)]
        facts += ear.hear(SoundBlock(SampleIndex(at + start), piece, source))
    return facts
