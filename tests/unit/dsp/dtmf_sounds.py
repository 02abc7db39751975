"""Sounds for the tests of DTMF: presses at any level, twist, detuning and length; speech; notes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from appliance.dsp.dtmf import Digit, DtmfReceiver
from appliance.units import SampleIndex

FULL = 32768 * 10 ** (-3.14 / 20)  # peak of a 0 dBm0 sine
KEYS = "123A456B789C*0#D"
VOICES = Path(__file__).parents[3] / "appliance" / "exchange" / "voices"


def hz_of(key: str) -> tuple[float, float]:
    place = KEYS.index(key)
    return (697, 770, 852, 941)[place // 4], (1209, 1336, 1477, 1633)[place % 4]


def pressed(
    keys: str,
    on_ms: float = 50,
    off_ms: float = 50,
    *,
    low: float = -15.0,
    twist: float = 0.0,
    detuned: tuple[float, float] = (0.0, 0.0),
    seed: int = 1,
) -> tuple[np.ndarray, list[int]]:
    """The sound of the keys, 60 ms before and 120 ms after them, phases by chance; and where each begins."""
    random = np.random.default_rng(seed)
    parts, starts, at = [np.zeros(480)], [], 480
    t = np.arange(round(on_ms * 8)) / 8000
    for key in keys:
        tones = zip(hz_of(key), (low, low + twist), detuned, random.uniform(0, 2 * np.pi, 2), strict=True)
        parts.append(
            sum(FULL * 10 ** (db / 20) * np.sin(2 * np.pi * hz * (1 + off) * t + phase) for hz, db, off, phase in tones)
        )
        parts.append(np.zeros(round(off_ms * 8)))
        starts.append(at)
        at += len(t) + round(off_ms * 8)
    return np.concatenate([*parts, np.zeros(960)]), starts


def noisy(sound: np.ndarray, snr_db: float, low: float = -15.0, twist: float = 0.0, seed: int = 7) -> np.ndarray:
    """White noise over 0-4 kHz so far below the power of the two tones together."""
    pair = FULL**2 / 2 * (10 ** (low / 10) + 10 ** ((low + twist) / 10))
    return sound + np.random.default_rng(seed).normal(0, np.sqrt(pair / 10 ** (snr_db / 10)), len(sound))


def speech(name: str, dbm0: float) -> np.ndarray:
    """One of the simulated people, so loud on average while speaking."""
    sound, rate = soundfile.read(VOICES / f"{name}.wav", dtype="float64")
    assert rate == 8000
    blocks = (sound[: len(sound) // 160 * 160].reshape(-1, 160) ** 2).mean(axis=1)
    active = blocks[blocks > blocks.max() * 1e-3].mean()
    return sound * (FULL / np.sqrt(2) * 10 ** (dbm0 / 20) / np.sqrt(active))


def heard(sound: np.ndarray, chunk: int = 160, at: int = 0, receiver: DtmfReceiver | None = None) -> list[Digit]:
    """Every digit in the sound, to its end."""
    receiver = receiver or DtmfReceiver()
    digits: list[Digit] = []
    for start in range(0, len(sound), chunk):
        digits += receiver.hear(SampleIndex(at + start), sound[start : start + chunk])
    return digits + receiver.flush()


def text(digits: list[Digit]) -> str:
    return "".join(digit.digit for digit in digits)
