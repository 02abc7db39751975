"""Sound that tempts receivers of tones: instruments, singers, whistlers, fax machines and modems, all made by rule."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from appliance.dsp.level import Sound
from appliance.exchange.tones import CED, CNG, TONES, stretch
from appliance.units import RATE_HZ

Maker = Callable[[np.random.Generator, int], Sound]

PIANO = (1.0, 0.6, 0.4, 0.25, 0.18, 0.1)
ORGAN = (1.0, 0.7, 0.1, 0.5, 0.05, 0.1, 0.02, 0.25)
STRINGS = tuple(1 / order for order in range(1, 11))
FLUTE = (1.0, 0.3, 0.1, 0.03)
"""Strength of each harmonic. Why: shapes of the spectra of such instruments, not any one instrument's."""

SCALE = (0, 2, 4, 5, 7, 9, 11)
CHORDS = ((0, 4, 7), (0, 3, 7), (0, 4, 7, 10), (0, 5, 9), (0, 3, 8))
"""In half tones: a major scale; chords of three and four voices."""

VOWELS = ((800, 1200, 2500), (300, 2300, 3000), (350, 700, 2400), (450, 1900, 2500), (450, 800, 2600))
"""Formants of a, i, u, e, o, Hz. Why: textbook means of adult speakers."""

FORMANT_HZ = 90.0
"""Width of a formant."""


def note_hz(half_tones: float) -> float:
    """Equal temperament, counted from A at 220 Hz."""
    return float(220.0 * 2 ** (half_tones / 12))


def tone(hz: float, n: int, harmonics: Sequence[float], decay_s: float, vibrato: float = 0.0) -> Sound:
    """One note: soft start of 10 ms, dying away in `decay_s`; `vibrato` as a share of its pitch, 5.5 times a second."""
    t = np.arange(n) / RATE_HZ
    turns = 2 * np.pi * hz * (t - vibrato * np.cos(2 * np.pi * 5.5 * t) / (2 * np.pi * 5.5))
    sound: Sound = np.zeros(n)
    for order, strength in enumerate(harmonics, 1):
        if order * hz * (1 + vibrato) < RATE_HZ / 2:
            sound += strength * np.sin(order * turns + order)
    return sound * np.minimum(1, t / 0.01) * np.exp(-t / decay_s)


def chords(random: np.random.Generator, n: int) -> Sound:
    """Piano, organ or strings: a chord every half second or so."""
    harmonics, decay, vibrato = _instrument(random)
    sound: Sound = np.zeros(n)
    at = 0
    while at < n:
        length = min(n - at, int(random.uniform(0.3, 1.2) * RATE_HZ))
        root = int(random.integers(-12, 24))
        for step in CHORDS[int(random.integers(len(CHORDS)))]:
            sound[at : at + length] += tone(note_hz(root + step), length, harmonics, decay, vibrato)
        at += length
    return sound


def arpeggio(random: np.random.Generator, n: int) -> Sound:
    """Fast single notes over two octaves, ringing into each other."""
    harmonics, decay, _ = _instrument(random)
    sound: Sound = np.zeros(n)
    root, step = int(random.integers(-5, 20)), int(random.uniform(0.06, 0.25) * RATE_HZ)
    for at in range(0, n, step):
        length = min(n - at, 3 * step)
        pitch = root + SCALE[int(random.integers(len(SCALE)))] + 12 * int(random.integers(0, 2))
        sound[at : at + length] += tone(note_hz(pitch), length, harmonics, decay)
    return sound


def melody(random: np.random.Generator, n: int) -> Sound:
    """A flute over strings: on-hold music."""
    above = np.concatenate(
        [
            tone(note_hz(12 + SCALE[int(pick)] + 12 * int(pick % 2)), RATE_HZ // 4, FLUTE, 1.0, 0.005)
            for pick in random.integers(0, len(SCALE), n * 4 // RATE_HZ + 1)
        ]
    )[:n]
    below = sum(tone(note_hz(root), n, STRINGS, 10.0, 0.003) for root in (-12, -5, 0, 4))
    return above + 0.3 * np.asarray(below)


def _instrument(random: np.random.Generator) -> tuple[Sequence[float], float, float]:
    """Harmonics, decay in s, vibrato."""
    choices: tuple[tuple[Sequence[float], float, float], ...] = (
        (PIANO, 0.4, 0.0),
        (ORGAN, 30.0, 0.0),
        (STRINGS, 3.0, 0.004),
    )
    return choices[int(random.integers(len(choices)))]


def whistle(random: np.random.Generator, n: int) -> Sound:
    """One pure tone that slides from note to note, 600–2800 Hz, with breath."""
    points = n // 2000 + 2
    pitch = np.interp(np.arange(n), np.arange(points) * 2000, random.uniform(np.log(600), np.log(2800), points))
    breath = random.standard_normal(n) * 0.05
    return np.asarray(np.sin(2 * np.pi * np.cumsum(np.exp(pitch)) / RATE_HZ) + breath, float)


def sung(random: np.random.Generator, n: int) -> Sound:
    """Vowels on held notes with vibrato, one voice or two."""
    voices = [_singer(random, n) for _ in range(int(random.integers(1, 3)))]
    return np.asarray(sum(voices), float)


def _singer(random: np.random.Generator, n: int) -> Sound:
    parts: list[Sound] = []
    root = int(random.integers(-14, 10))
    for at in range(0, n, RATE_HZ // 2):
        length = min(n - at, RATE_HZ // 2)
        hz = note_hz(root + SCALE[int(random.integers(len(SCALE)))])
        formants = VOWELS[int(random.integers(len(VOWELS)))]
        orders = np.arange(1, int(RATE_HZ / 2 / hz))
        strengths = sum(1 / (1 + ((orders * hz - peak) / FORMANT_HZ) ** 2) for peak in formants)
        parts.append(tone(hz, length, tuple(np.sqrt(strengths)), 3.0, 0.012))
    return np.concatenate(parts)


def call_tones(random: np.random.Generator, n: int) -> Sound:
    """Dial, ringback, busy, call waiting of two countries; fax calling and answering."""
    all_tones = [one for country in TONES.values() for one in country.values()] + [CNG, CED]
    chosen = all_tones[int(random.integers(len(all_tones)))]
    return stretch(chosen, 0, n).astype(float)


def keyed(random: np.random.Generator, n: int) -> Sound:
    """Modems at work: frequency shift of V.21, Bell 103, V.23 and Bell 202 with random bits, V.22 as its spectrum."""
    tones = (
        (980, 1180, 300),
        (1850, 1650, 300),
        (1270, 1070, 300),
        (2225, 2025, 300),
        (1300, 2100, 1200),
        (1200, 2200, 1200),
    )
    pick = int(random.integers(len(tones) + 1))
    if pick == len(tones):
        return _phase_shift(random, n)
    mark, space, rate = tones[pick]
    bits = random.integers(0, 2, n * rate // RATE_HZ + 1)
    hz = np.where(bits[np.arange(n) * rate // RATE_HZ] > 0, mark, space)
    return np.asarray(np.sin(2 * np.pi * np.cumsum(hz) / RATE_HZ), float)


def _phase_shift(random: np.random.Generator, n: int) -> Sound:
    """Both carriers of V.22 with 600 changes of phase a second."""
    t = np.arange(n) / RATE_HZ
    sound: Sound = np.zeros(n)
    for carrier in (1200, 2400):
        phases = random.integers(0, 4, n * 600 // RATE_HZ + 1)[np.arange(n) * 600 // RATE_HZ] * np.pi / 2
        sound += np.sin(2 * np.pi * carrier * t + phases)
    return sound


MAKERS: tuple[Maker, ...] = (chords, arpeggio, melody, whistle, sung, sung, call_tones, keyed)
