"""Hours of sound that holds no message and no digit: noise, speech, music, modems. The same sound in every run."""

from __future__ import annotations

import wave
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from appliance.dsp.level import Sound
from appliance.units import RATE_HZ
from bench.decoding import music
from bench.decoding.messages import FIRST_SEED, randomly
from bench.decoding.sounds import at_level, band, coloured, digitised, gain, hum, mu_law, white

PIECE_S = 120
"""Length of a piece. Why: long enough for states that build up, short enough to share out."""

PROMPTS = Path("/usr/share/asterisk/sounds")
"""Where Debian's asterisk-core-sounds-* put human speech, 8 kHz."""

PROMPT_PACKAGES = "asterisk-core-sounds-en-wav asterisk-core-sounds-es-wav asterisk-core-sounds-fr-wav"

VOICES = (
    Path(__file__).parents[2] / "appliance" / "exchange" / "voices",
    Path(__file__).parents[2] / "appliance" / "guide" / "sounds",
)
"""Synthetic speech, Japanese and English, that comes with the house."""

BETWEEN_S = 0.3
"""Pause between two recordings of speech."""

NOISE_DBM0 = (-50.0, -40.0, -30.0, -20.0, -10.0)
SPEECH_DBM0 = (-30.0, -24.0, -18.0, -12.0)
"""Levels of pieces, in turn. Spec: Q.24 counts talk-off at −15 dBm; speech on lines lies around −20."""


@dataclass(frozen=True)
class Piece:
    """One stretch of sound. `kind`: noise, speech or music."""

    kind: str
    number: int
    of: int  # how many pieces the kind has


def noise_pieces(hours: float) -> list[Piece]:
    count = round(hours * 3600 / PIECE_S)
    return [Piece("noise", number, count) for number in range(count)]


def speech_and_music(hours: float) -> list[Piece]:
    """All the speech there is, with music up to so many hours."""
    pieces = round(hours * 3600 / PIECE_S)
    talk = min(round(speech_seconds() / PIECE_S), pieces)
    speech = [Piece("speech", number, talk) for number in range(talk)]
    return speech + [Piece("music", number, pieces - talk) for number in range(pieces - talk)]


def sound_of(piece: Piece) -> Sound:
    """The piece as a 16-bit card gives it."""
    makers: dict[str, Callable[[Piece], Sound]] = {"noise": noise, "speech": speech, "music": tunes}
    return digitised(makers[piece.kind](piece))


def label(piece: Piece) -> str:
    """What it is, for whoever looks for a failure."""
    return f"{piece.kind} {piece.number} of {piece.of}"


def crackle(random: np.random.Generator, n: int, dbm0: float) -> Sound:
    """Clicks of a bad contact, twenty a second, ringing in the band of the line."""
    clicks = np.where(random.random(n) < 20 / RATE_HZ, random.standard_normal(n) * random.exponential(1, n), 0.0)
    return at_level(band(clicks), dbm0)


def gusts(random: np.random.Generator, n: int, dbm0: float) -> Sound:
    """Noise that swells and dies within tenths of a second."""
    points = n // 800 + 2
    swell = np.interp(np.arange(n), np.arange(points) * 800, random.uniform(-30, 0, points))
    return at_level(random.standard_normal(n) * 10 ** (swell / 20), dbm0)


NOISES: tuple[Callable[[np.random.Generator, int, float], Sound], ...] = (
    white,
    lambda random, n, dbm0: coloured(random, n, dbm0, 0.5),
    lambda random, n, dbm0: coloured(random, n, dbm0, 1.0),
    lambda random, n, dbm0: hum(n, 50, dbm0) + white(random, n, dbm0 - 20),
    lambda random, n, dbm0: hum(n, 60, dbm0) + white(random, n, dbm0 - 20),
    lambda random, n, dbm0: band(white(random, n, dbm0)),
    crackle,
    gusts,
)
"""White, pink, brown, hum, white in the telephone band, crackle, gusts."""


def noise(piece: Piece) -> Sound:
    """Every sort at every level in turn."""
    sort, turn = piece.number % len(NOISES), piece.number // len(NOISES)
    dbm0 = NOISE_DBM0[(turn + sort) % len(NOISE_DBM0)]
    return NOISES[sort](randomly("noise piece", FIRST_SEED + piece.number), PIECE_S * RATE_HZ, dbm0)


@lru_cache(maxsize=1)
def recordings() -> tuple[Path, ...]:
    """All speech that is here."""
    found = sorted(PROMPTS.rglob("*.wav")) if PROMPTS.is_dir() else []
    for folder in VOICES:
        found += sorted(folder.rglob("*.wav"))
    return tuple(found)


@lru_cache(maxsize=1)
def speech_seconds() -> float:
    """How much speech is here, pauses included."""
    return sum((path.stat().st_size - 44) / 2 / RATE_HZ + BETWEEN_S for path in recordings())


def speech(piece: Piece) -> Sound:
    """Some of the recordings one after the other; every other piece through mu-law and the band of the line."""
    pause = np.zeros(round(BETWEEN_S * RATE_HZ))
    parts: list[Sound] = []
    for path in recordings()[piece.number :: piece.of]:
        parts += [_read(path), pause]
    sound = at_level(np.concatenate(parts), SPEECH_DBM0[piece.number // 2 % len(SPEECH_DBM0)])
    return mu_law(band(sound)) if piece.number % 2 else sound


def _read(path: Path) -> Sound:
    with wave.open(str(path), "rb") as file:
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float)


def tunes(piece: Piece) -> Sound:
    """Music, singing, whistling and modems, some seconds of each, over a little noise."""
    random = randomly("music piece", FIRST_SEED + piece.number)
    n, parts, length = PIECE_S * RATE_HZ, list[Sound](), 0
    while length < n:
        maker = music.MAKERS[int(random.integers(len(music.MAKERS)))]
        part = at_level(maker(random, int(random.integers(3, 9)) * RATE_HZ), -18.0) * gain(random.uniform(-12, 6))
        parts += [part, np.zeros(int(random.integers(0, RATE_HZ)))]
        length += len(parts[-2]) + len(parts[-1])
    sound = np.concatenate(parts)[:n]
    return sound + white(random, n, -60.0)
