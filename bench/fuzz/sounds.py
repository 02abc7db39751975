"""Sound at random for every receiver: noise, clicks, tones, frequency shifts, keys, speech, messages cut to pieces."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from appliance.dsp.level import Sound
from appliance.edge.sound_files import read_any
from appliance.exchange import fsk
from appliance.exchange.damage import mu_law_round_trip
from appliance.exchange.script import VOICES
from appliance.exchange.tones import DTMF_HZ, amplitude
from appliance.units import RATE_HZ
from bench.fuzz import messages
from bench.fuzz.cases import SoundCase, as_kept
from bench.fuzz.judge import Bits

Random = np.random.Generator

FULL_SCALE = 32768.0
LOW_GROUP_HZ = (600.0, 1050.0)
"""Random tones stay out of here. Why: without a low tone (697 to 941 Hz, ITU-T Q.23) no key can be pressed."""


def make(kind: str, random: Random) -> SoundCase:
    """A case of that kind (see `KINDS`)."""
    case = KINDS[kind](random)
    sound = _around(random, case.sound)
    blocks = tuple(int(size) for size in random.choice([1, 7, 80, 160, 333, 1024, 4096], 3))
    return SoundCase(kind, as_kept(sound), case.meant, case.bits, case.keys, blocks if max(blocks) > 7 else (160,))


def _around(random: Random, sound: Sound) -> Sound:
    """Line before and after it, noise on it, and sometimes a codec or a converter that clips."""
    before, after = (np.zeros(int(random.integers(0, 4000))) for _ in range(2))
    sound = np.concatenate([before, sound, after])
    if random.random() < 0.6:
        sound = sound + random.standard_normal(len(sound)) * _rms(float(random.uniform(-75, -15)))
    if random.random() < 0.2:
        sound = mu_law_round_trip((sound / FULL_SCALE).astype(np.float32)).astype(float) * FULL_SCALE
    if random.random() < 0.2:
        sound = np.clip(sound * 10 ** random.uniform(-0.5, 2), -FULL_SCALE, FULL_SCALE - 1)
    return sound


def _rms(dbm0: float) -> float:
    return amplitude(dbm0) * FULL_SCALE / float(np.sqrt(2))


def _level(random: Random) -> float:
    return amplitude(float(random.uniform(-45, 0))) * FULL_SCALE


def _length(random: Random) -> int:
    return int(random.integers(1, 3 * RATE_HZ))


def noise(random: Random) -> SoundCase:
    """White to brown, steady or in bursts."""
    n = _length(random)
    spectrum = np.fft.rfft(random.standard_normal(n))
    spectrum *= np.maximum(np.fft.rfftfreq(n, 1 / RATE_HZ), 10.0) ** -float(random.choice([0.0, 0.5, 1.0]))
    sound = np.fft.irfft(spectrum, n)
    sound *= _level(random) / max(float(np.std(sound)), 1e-9)
    if random.random() < 0.5:
        sound *= np.repeat(random.integers(0, 2, n // 400 + 1), 400)[:n]
    return SoundCase("noise", sound)


def clicks(random: Random) -> SoundCase:
    """Dial pulses, crackle, a loose plug: single samples and steps of any height."""
    n = _length(random)
    often = random.choice([0.0005, 0.01, 0.2])
    sound = np.where(random.random(n) < often, random.uniform(-FULL_SCALE, FULL_SCALE, n), 0.0)
    return SoundCase("clicks", np.cumsum(sound).clip(-FULL_SCALE, FULL_SCALE) if random.random() < 0.3 else sound)


def extremes(random: Random) -> SoundCase:
    """What no telephone sends: digital silence, full scale held, squares, next to nothing, eight times full scale."""
    n = _length(random)
    level = float(random.choice([0.0, 1e-12, 1.0, FULL_SCALE - 1, -FULL_SCALE, 8 * FULL_SCALE]))
    square = np.where((np.arange(n) // int(random.integers(1, 40))) % 2, level, -level)
    return SoundCase("extremes", square if random.random() < 0.5 else np.full(n, level))


def tones(random: Random) -> SoundCase:
    """Sines, sweeps and warbles, none of them in the low group."""
    n = _length(random)
    sound = np.zeros(n)
    for _ in range(int(random.integers(1, 6))):
        low, high = (50.0, LOW_GROUP_HZ[0]) if random.random() < 0.2 else (LOW_GROUP_HZ[1], 3950.0)
        hz = np.linspace(random.uniform(low, high), random.uniform(low, high), n)
        turns = np.cumsum(hz) / RATE_HZ + random.random()
        sound += _level(random) * np.sin(2 * np.pi * turns) / 3
    return SoundCase("tones", sound)


def shift(random: Random, bits: Bits) -> Sound:
    """The bits by frequency shift: either standard, each figure some percent off, any level."""
    nominal = fsk.V23 if random.random() < 0.5 else fsk.BELL_202
    off = 1 + random.uniform(-0.03, 0.03, 3)
    modulation = fsk.Modulation(nominal.mark_hz * off[0], nominal.space_hz * off[1], nominal.bit_rate * off[2])
    return fsk.modulate(bits.tolist(), modulation, float(random.uniform(-45, 0))).astype(float) * FULL_SCALE


def shifted_bits(random: Random) -> SoundCase:
    """Bits by chance."""
    bits = messages.random_bits(random)
    return SoundCase("shifted_bits", shift(random, bits), bits=(bits,))


def shifted_octets(random: Random) -> SoundCase:
    """Octets by chance, well framed."""
    bits = messages.line_bits(random, messages.random_octets(random))
    return SoundCase("shifted_octets", shift(random, bits), bits=(bits,))


def mutants(random: Random) -> SoundCase:
    """Frames with accidents, or the halves of two, well framed."""
    one, other = messages.frame(random), messages.frame(random)
    octets = messages.mutated(random, one) if random.random() < 0.6 else messages.spliced(random, one, other)
    bits = messages.line_bits(random, octets)
    meant = tuple(map(messages.plain_bits, (one, other)))  # mended is as good as sent
    return SoundCase("mutants", shift(random, bits), meant, (bits,))


def pieces(random: Random) -> SoundCase:
    """Good messages of which the line lost, stretched or drowned parts; sometimes two at the same time."""
    sound, sent = np.zeros(0), []
    for _ in range(int(random.integers(1, 4))):
        octets = messages.frame(random)
        bits = messages.line_bits(random, octets)
        one = _broken(random, shift(random, bits))
        sent.append(messages.plain_bits(octets))
        if random.random() < 0.2:
            over = min(len(sound), len(one))
            sound[:over] += one[:over]
        else:
            sound = np.concatenate([sound, np.zeros(int(random.integers(0, 3000))), one])
    return SoundCase("pieces", sound, tuple(sent))


def _broken(random: Random, sound: Sound) -> Sound:
    """Holes of silence or noise. Why none is cut out: what then follows on each other was sent by nobody."""
    sound = sound.copy()
    for _ in range(int(random.integers(0, 4))):
        place, span = int(random.integers(len(sound))), int(random.integers(1, 400))
        hole = sound[place : place + span]
        hole[:] = random.standard_normal(len(hole)) * _rms(-30) if random.random() < 0.5 else 0.0
    return sound


def keys(random: Random) -> SoundCase:
    """Keys, sometimes as caller identity is sent; half of the time as rules want them, else of any length and pitch."""
    number = messages.digits(random, int(random.integers(0, 16)))
    forms = (f"A{number}C", f"D{number}C", f"{number}#", "D1#", f"A{number}B00C", f"B10C{number}", f"*{number}#A")
    wanted = str(random.choice(list(forms)))
    shortest, detuned = (400, 0.01) if random.random() < 0.5 else (60, 0.05)
    level = _level(random) / 2
    parts = [np.zeros(int(random.integers(0, 800)))]
    for key in wanted:
        t = np.arange(int(random.integers(shortest, 1000))) / RATE_HZ
        pitches = np.array(DTMF_HZ[key]) * (1 + random.uniform(-detuned, detuned, 2))
        twist = 10 ** (random.uniform(-4, 4) / 20)
        both = level * (twist * np.sin(2 * np.pi * pitches[0] * t) + np.sin(2 * np.pi * pitches[1] * t) / twist)
        parts += [both, np.zeros(int(random.integers(shortest // 2, 1000)))]
    return SoundCase("keys", np.concatenate(parts), keys=wanted)


def speech(random: Random) -> SoundCase:
    """Voices in shreds, faster and slower. Why keys is None: a voice may hit two pitches for 40 ms (talk-off)."""
    voices = _voices()
    shreds = []
    for _ in range(int(random.integers(1, 8))):
        voice = voices[int(random.integers(len(voices)))]
        place, span = int(random.integers(len(voice))), int(random.integers(80, 8000))
        shred = voice[place : place + span]
        n = max(2, int(len(shred) * random.uniform(0.5, 2)))
        shreds.append(np.interp(np.linspace(0, len(shred) - 1, n), np.arange(len(shred)), shred))
    return SoundCase("speech", np.concatenate(shreds), keys=None)


@lru_cache(maxsize=1)
def _voices() -> list[Sound]:
    return [np.frombuffer(read_any(path), "<i2").astype(float) for path in sorted(VOICES.glob("*.wav"))]


KINDS: Mapping[str, Callable[[Random], SoundCase]] = {
    kind.__name__: kind
    for kind in (noise, clicks, extremes, tones, shifted_bits, shifted_octets, mutants, pieces, keys, speech)
}
