"""What a telephone line does to sound: knobs as data, applied to all that comes from the exchange to the shop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from appliance.errors import OperatorError
from appliance.exchange.terminal import Sound
from appliance.exchange.tones import amplitude
from appliance.units import RATE_HZ, SampleIndex, samples

MU = 255.0
"""Spec: ITU-T G.711 mu-law."""
FILTER_TAPS = 129
"""Why: edges about 120 Hz wide at 8 kHz, enough for a 300 Hz corner; delays the sound by 64 samples (8 ms)."""
BAND_HZ = (300.0, 3400.0)
"""Spec: the telephone band, ITU-T G.712."""
WHITE_NOISE_CREST_DB = 3.01
"""A sine's peak is 3.01 dB above its effective value; noise levels are given as effective values."""


@dataclass(frozen=True)
class Damage:
    """How bad the line is. All zero or None: a perfect wire.

    `level_db`: gain (negative: loss). `noise_dbm0`: white noise. `tilt_db`: gain at 3400 Hz over that at 300 Hz,
    straight in Hz (twist). `echo_db`, `echo_ms`: what a terminal hears of itself. `hum_dbm0`, `hum_hz`: mains hum with
    its third harmonic 10 dB lower. `mu_law`: G.711 quantising. `band_pass`: 300–3400 Hz (delays by 8 ms, as does tilt).
    """

    level_db: float = 0.0
    noise_dbm0: float | None = None
    tilt_db: float = 0.0
    echo_db: float | None = None
    echo_ms: float = 40.0
    hum_dbm0: float | None = None
    hum_hz: int = 50
    mu_law: bool = False
    band_pass: bool = False

    def __post_init__(self) -> None:
        if self.hum_hz not in (50, 60):
            raise OperatorError(f"hum_hz is {self.hum_hz}; mains are 50 or 60 Hz")
        if self.echo_ms <= 0:
            raise OperatorError(f"echo_ms is {self.echo_ms}; an echo comes later than its sound")


CLEAN = Damage()
CITY = Damage(level_db=-6.0, noise_dbm0=-60.0, mu_law=True, band_pass=True)
"""Why: a good local line: 6 dB of loss, noise at −60 dBm0 and one G.711 hop."""
RURAL = Damage(
    level_db=-14.0, noise_dbm0=-48.0, tilt_db=-6.0, echo_db=-14.0, hum_dbm0=-45.0, mu_law=True, band_pass=True
)
"""Why: the far end of what a subscriber line may be: much loss, slope, hum and echo together."""


def mu_law_round_trip(sound: Sound) -> Sound:
    """Each sample as G.711 mu-law would give it back (continuous-law form, 256 levels)."""
    clipped = np.clip(sound, -1.0, 1.0)
    code = np.round(np.sign(clipped) * np.log1p(MU * np.abs(clipped)) / np.log1p(MU) * 127.0) / 127.0
    quantised: Sound = (np.sign(code) * np.expm1(np.abs(code) * np.log1p(MU)) / MU).astype(np.float32)
    return quantised


@lru_cache(maxsize=16)
def filter_taps(tilt_db: float, band_pass: bool) -> Sound:
    """Linear-phase taps for a straight tilt and, if wanted, the telephone band (frequency sampling, Hamming window)."""
    hz = np.fft.rfftfreq(1024, 1 / RATE_HZ)
    low, high = BAND_HZ
    gain = 10 ** (tilt_db * (hz - low) / (high - low) / 20)
    if band_pass:
        gain = gain * ((hz >= low) & (hz <= high))
    ideal = np.fft.fftshift(np.fft.irfft(gain))
    middle, half = len(ideal) // 2, FILTER_TAPS // 2
    return (ideal[middle - half : middle + half + 1] * np.hamming(FILTER_TAPS)).astype(np.float32)


@lru_cache(maxsize=8)
def _hum_second(hz: int, dbm0: float) -> Sound:
    angle = 2 * np.pi * hz * np.arange(RATE_HZ) / RATE_HZ
    return (amplitude(dbm0) * np.sin(angle) + amplitude(dbm0 - 10) * np.sin(3 * angle)).astype(np.float32)


@lru_cache(maxsize=1)
def _mu_law_table() -> Sound:
    """Index: 16-bit sample + 32768. Why a table: it is thirty times faster than two logarithms a sample."""
    return mu_law_round_trip(np.arange(-32768, 32768, dtype=np.float32) / np.float32(32768))


class DamagedLine:
    """One direction of one line. Any chunking of the input gives the same output."""

    def __init__(self, damage: Damage, seed: int) -> None:
        self._damage = damage
        self._random = np.random.default_rng(seed)
        self._taps = filter_taps(damage.tilt_db, damage.band_pass) if damage.tilt_db or damage.band_pass else None
        self._past = np.zeros(FILTER_TAPS - 1, np.float32)
        self._gain = np.float32(10 ** (damage.level_db / 20))
        self._noise = 0.0 if damage.noise_dbm0 is None else amplitude(damage.noise_dbm0 - WHITE_NOISE_CREST_DB)
        self.tail = 0 if self._taps is None else FILTER_TAPS - 1
        """Samples for which sound comes out of the line after nothing goes in any more."""
        self.clean = damage.level_db == 0 and not (self._taps is not None or damage.mu_law or self.adds_sound)

    @property
    def adds_sound(self) -> bool:
        """There is sound even where nobody speaks."""
        return self._noise > 0 or self._damage.hum_dbm0 is not None

    def carry(self, at: SampleIndex, sound: Sound) -> Sound:
        """What arrives of `sound`, which left at `at`."""
        if self.clean:
            return sound
        out = sound * self._gain
        if self._taps is not None:
            out = self._filter(out)
        if self._damage.mu_law:
            np.clip(out, -1.0, 32767 / 32768, out=out)
            out = _mu_law_table()[(out * 32768).astype(np.int32) + 32768]
        if self._noise:
            out += self._random.standard_normal(len(out), np.float32) * np.float32(self._noise)
        if self._damage.hum_dbm0 is not None:
            out += self._hum(at, len(out))
        return out

    def _hum(self, at: SampleIndex, n: int) -> Sound:
        assert self._damage.hum_dbm0 is not None
        second = _hum_second(self._damage.hum_hz, self._damage.hum_dbm0)
        start = at % RATE_HZ
        if start + n <= RATE_HZ:
            return second[start : start + n]
        return np.take(second, np.arange(start, start + n), mode="wrap")

    def _filter(self, sound: Sound) -> Sound:
        assert self._taps is not None
        stream = np.concatenate([self._past, sound])
        self._past = stream[-(FILTER_TAPS - 1) :]
        return np.convolve(stream, self._taps, "valid").astype(np.float32, copy=False)


class Echo:
    """What one terminal hears of itself. Any chunking gives the same output."""

    def __init__(self, damage: Damage) -> None:
        assert damage.echo_db is not None
        self._gain = np.float32(10 ** (damage.echo_db / 20))
        self._delayed = np.zeros(max(1, samples(damage.echo_ms)), np.float32)

    def of(self, speech: Sound) -> Sound:
        """The echo that arrives while `speech` is being said (same length)."""
        stream = np.concatenate([self._delayed, speech * self._gain])
        self._delayed = stream[len(speech) :]
        return stream[: len(speech)]
