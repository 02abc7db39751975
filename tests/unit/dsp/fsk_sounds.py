"""FSK messages of the twin transmitter on every kind of line, and what the receiver makes of them."""

import numpy as np

from appliance.dsp.fsk import FskBurst, FskReceiver
from appliance.dsp.level import Sound
from appliance.exchange import fsk as twin
from appliance.exchange.damage import Damage, DamagedLine
from appliance.units import RATE_HZ, SampleIndex

OCTETS = bytes(range(0, 256, 5)) + b"\x00\xff\x55\xaa\x00\x00\xff\xff"
ONE_DBM0 = 32768 * 10 ** (-3.14 / 20)  # peak of a 0 dBm0 sine

CLASS = (twin.BELL_202, twin.Burst(300, 180, 1, 5, -20.0))
CLIP = (twin.V23, twin.Burst(300, 180, 1, 5, -20.0))
JCLIP = (twin.V23, twin.Burst(0, 96, 4, 5, -20.0))
Standard = tuple[twin.Modulation, twin.Burst]


def sent(standard: Standard, octets: bytes = OCTETS, scale: float = 1.0, tones: float = 1.0) -> Sound:
    """A message between stretches of silence; `scale`: of the whole clock, `tones`: of the tones alone."""
    modulation, burst = standard
    mark, space = (hz * scale * tones for hz in (modulation.mark_hz, modulation.space_hz))
    sound = twin.transmit(octets, twin.Modulation(mark, space, modulation.bit_rate * scale), burst)
    return np.concatenate((np.zeros(1234), sound.astype(float) * 32768, np.zeros(1300)))


def noisy(sound: Sound, snr_db: float, seed: int, dbm0: float = -20.0) -> Sound:
    power = (ONE_DBM0 * 10 ** (dbm0 / 20)) ** 2 / 2
    return sound + np.random.default_rng(seed).normal(0, (power * 10 ** (-snr_db / 10)) ** 0.5, len(sound))


def damaged(sound: Sound, damage: Damage) -> Sound:
    return DamagedLine(damage, 1).carry(SampleIndex(0), (sound / 32768).astype(np.float32)).astype(float) * 32768


def heard(sound: Sound, chunk: int = 160, at: int = 0) -> list[FskBurst]:
    receiver = FskReceiver()
    found = []
    for start in range(0, len(sound), chunk):
        found += receiver.hear(SampleIndex(at + start), sound[start : start + chunk])
    return found + receiver.flush()


def exact(sound: Sound, octets: bytes = OCTETS) -> bool:
    """One burst, of which some reading has all octets right."""
    bursts = heard(np.round(sound))
    return len(bursts) == 1 and any(octets in reading.hard() for reading in bursts[0].readings())


def uneven(octets: bytes, gaps: Sound, modulation: twin.Modulation) -> Sound:
    """A message whose octets are each followed by as many bits of mark as `gaps` says, also broken ones."""
    runs = [(1, 100.0)]
    for octet, gap in zip(octets, gaps.tolist(), strict=True):
        runs += [(0, 1.0), *(((octet >> place) & 1, 1.0) for place in range(8)), (1, gap)]
    seconds = np.array([run for _, run in runs]) / modulation.bit_rate
    hz = np.where([bit for bit, _ in runs], modulation.mark_hz, modulation.space_hz)
    edges, turns = (np.concatenate(([0.0], np.cumsum(part))) for part in (seconds, hz * seconds))
    instants = np.arange(int(edges[-1] * RATE_HZ)) / RATE_HZ
    tone = ONE_DBM0 / 10 * np.sin(2 * np.pi * np.interp(instants, edges, turns))
    return np.concatenate((np.zeros(900), tone, np.zeros(1300)))


def tone(hz: float, seconds: float, dbm0: float) -> Sound:
    return ONE_DBM0 * 10 ** (dbm0 / 20) * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)
