"""What a line does to a signal, as plain functions: noise, hum, filters, codecs. 8 kHz, float64 at 16-bit scale."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from appliance.dsp.level import FULL_SCALE_DBM0, Sound
from appliance.units import RATE_HZ

FULL_SCALE = 32768.0
"""Amplitude of a full-scale sine, 16-bit steps."""

MU = 255.0
A = 87.6
"""Compression of the two laws. Spec: ITU-T G.711."""

BAND_HZ = (300.0, 3400.0)
"""The telephone band. Spec: ITU-T G.712."""


def peak(dbm0: float) -> float:
    """Amplitude of a sine of that level, 16-bit steps."""
    return float(FULL_SCALE * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20))


def rms(dbm0: float) -> float:
    """Effective value of sound of that level, 16-bit steps."""
    return peak(dbm0) / float(np.sqrt(2))


def gain(db: float) -> float:
    """The factor that so many dB are."""
    return float(10 ** (db / 20))


def at_level(sound: Sound, dbm0: float) -> Sound:
    """`sound` with its effective value over the whole length brought to `dbm0`; silence stays silence."""
    now = float(np.sqrt(np.mean(sound * sound))) if len(sound) else 0.0
    return sound * (rms(dbm0) / now) if now else sound


def white(random: np.random.Generator, n: int, dbm0: float) -> Sound:
    """Noise spread evenly over 0–4 kHz: the whole band of 8 kHz sampling, so that SNR is power over power."""
    return random.standard_normal(n) * rms(dbm0)


def coloured(random: np.random.Generator, n: int, dbm0: float, slope: float) -> Sound:
    """Noise whose amplitude falls as `1/hz ** slope`: 0.5 is pink, 1 is brown."""
    spectrum = np.fft.rfft(random.standard_normal(n))
    hz = np.fft.rfftfreq(n, 1 / RATE_HZ)
    spectrum *= np.maximum(hz, 10.0) ** -slope
    return at_level(np.fft.irfft(spectrum, n), dbm0)


def hum(n: int, hz: float, dbm0: float, phase: float = 0.0) -> Sound:
    """Mains hum of that level in all, with 40 harmonics of 1/order each. Why: a rectifier's, up to the FSK band."""
    turn = 2 * np.pi * hz * np.arange(n) / RATE_HZ + phase
    sound: Sound = np.zeros(n)
    for order in range(1, 41):
        sound += np.sin(order * turn + order * order) / order
    return at_level(sound, dbm0)


def shaped(sound: Sound, response: NDArray[np.complex128] | Sound) -> Sound:
    """`sound` through a filter given as its response at `rfftfreq(2 * len(response) - 2)`; not longer than before."""
    size = 2 * (len(response) - 1)
    return np.asarray(np.fft.irfft(np.fft.rfft(sound, size) * response, size)[: len(sound)], float)


def frequencies(n: int) -> Sound:
    """Where to give the response of a filter for `n` samples: a power of two with room for its tail."""
    size = 1 << (n + RATE_HZ // 2 - 1).bit_length()
    return np.asarray(np.fft.rfftfreq(size, 1 / RATE_HZ), float)


def slanted(sound: Sound, low_hz: float, high_hz: float, db: float) -> Sound:
    """Twist: what is at `high_hz` comes out `db` stronger than what is at `low_hz`, straight in Hz, half each way."""
    hz = frequencies(len(sound))
    middle, span = (low_hz + high_hz) / 2, high_hz - low_hz
    slope = np.clip((hz - middle) / span, -1.0, 1.0) * db
    return shaped(sound, 10 ** (slope / 20))


def band(sound: Sound) -> Sound:
    """300–3400 Hz with the delays of real filters: Butterworth, 4th order at each edge (24 dB an octave)."""
    hz = np.maximum(frequencies(len(sound)), 1e-3)
    low, high = BAND_HZ
    return shaped(sound, _butterworth(low / hz * -1) * _butterworth(hz / high))


def brick(sound: Sound) -> Sound:
    """300–3400 Hz with nothing outside: the sharpest band there can be."""
    hz = frequencies(len(sound))
    return shaped(sound, ((hz >= BAND_HZ[0]) & (hz <= BAND_HZ[1])).astype(float))


def _butterworth(ratio: Sound) -> NDArray[np.complex128]:
    """Low pass of 4th order at `ratio` = frequency / corner."""
    s = 1j * ratio
    return np.asarray(1 / ((s * s + 0.76536686 * s + 1) * (s * s + 1.84775907 * s + 1)), complex)


def mu_law(sound: Sound) -> Sound:
    """There and back through 8-bit mu-law (continuous form). Spec: ITU-T G.711."""
    x = np.clip(sound / FULL_SCALE, -1, 1)
    code = np.round(127 * np.log1p(MU * np.abs(x)) / np.log1p(MU)) / 127
    return np.asarray(np.sign(x) * np.expm1(code * np.log1p(MU)) / MU * FULL_SCALE, float)


def a_law(sound: Sound) -> Sound:
    """There and back through 8-bit A-law (continuous form, no code for zero). Spec: ITU-T G.711."""
    x = np.clip(sound / FULL_SCALE, -1, 1)
    whole = 1 + np.log(A)
    size = np.abs(x)
    code = np.where(size < 1 / A, A * size, 1 + np.log(np.maximum(A * size, 1))) / whole
    code = (np.minimum(np.floor(128 * code), 127) + 0.5) / 128 * whole
    back = np.where(code < 1, code / A, np.exp(code - 1) / A)
    return np.asarray(np.where(x < 0, -back, back) * FULL_SCALE, float)


def echoed(sound: Sound, ms: float, db: float) -> Sound:
    """`sound` with itself again `ms` later and `db` louder (negative: weaker)."""
    late = round(ms * RATE_HZ / 1000)
    out = sound.copy()
    out[late:] += sound[: len(sound) - late] * gain(db)
    return out


def digitised(sound: Sound) -> Sound:
    """As a 16-bit card gives it: whole steps, clipped. Everybody who is measured hears this."""
    return np.clip(np.round(sound), -32768, 32767)


def pcm(sound: Sound) -> bytes:
    """Digitised sound as int16 little-endian."""
    return sound.astype("<i2").tobytes()


def resampled(sound: Sound, rate: int) -> Sound:
    """The same sound at another rate, band-limited (through the spectrum of the whole)."""
    n = round(len(sound) * rate / RATE_HZ)
    spectrum = np.fft.rfft(sound)
    out = np.zeros(n // 2 + 1, complex)
    kept = min(len(out), len(spectrum))
    out[:kept] = spectrum[:kept]
    return np.asarray(np.fft.irfft(out, n) * (n / len(sound)), float)
