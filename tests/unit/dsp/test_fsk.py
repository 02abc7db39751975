"""The FSK receiver against the twin transmitter: exact on every line it must work on, quiet on every other sound."""

import warnings
from collections.abc import Iterator

import numpy as np
import pytest

from appliance.dsp.fsk import FskBurst, FskReceiver
from appliance.dsp.fsk_modulation import BELL_202, V23
from appliance.dsp.level import Sound
from appliance.events import CallerIdentity
from appliance.exchange import fsk as twin
from appliance.exchange.caller_id_frames import jclip, jclip_parameters, mdmf, mdmf_parameters
from appliance.exchange.damage import Damage, DamagedLine
from appliance.units import RATE_HZ, SampleIndex, samples

OCTETS = bytes(range(0, 256, 5)) + b"\x00\xff\x55\xaa\x00\x00\xff\xff"
ONE_DBM0 = 32768 * 10 ** (-3.14 / 20)  # peak of a 0 dBm0 sine

CLASS = (twin.BELL_202, twin.Burst(300, 180, 1, 5, -20.0))
CLIP = (twin.V23, twin.Burst(300, 180, 1, 5, -20.0))
JCLIP = (twin.V23, twin.Burst(0, 96, 4, 5, -20.0))
STANDARDS = pytest.mark.parametrize("standard", [CLASS, CLIP, JCLIP], ids=["class", "clip", "jclip"])
Standard = tuple[twin.Modulation, twin.Burst]


@pytest.fixture(autouse=True)
def _no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


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


@STANDARDS
def test_a_clean_message_is_exact_at_the_first_reading(standard: Standard) -> None:
    (burst,) = heard(sent(standard), at=5000)
    reading = next(burst.readings())
    assert reading.hard() == OCTETS
    modulation, shape = standard
    assert burst.modulation == (BELL_202 if modulation is twin.BELL_202 else V23)
    assert burst.level == pytest.approx(-20, abs=0.7)
    bits = RATE_HZ / 1200
    first = 5000 + 1234 + (shape.seizure + shape.marks) * bits
    assert reading.starts == pytest.approx(first + np.arange(len(OCTETS)) * (9 + shape.stop) * bits, abs=1.0)
    assert burst.span.start == pytest.approx(5000 + 1234 + shape.seizure * bits, abs=samples(25))
    assert first + len(OCTETS) * (9 + shape.stop) * bits < burst.span.end < 5000 + 1234 + samples(1300)
    assert (reading.stops > 3).all()


@STANDARDS
@pytest.mark.parametrize("dbm0", [-3.0, -10.0, -42.0])
def test_level(standard: Standard, dbm0: float) -> None:
    assert exact(sent(standard) * 10 ** ((dbm0 + 20) / 20))


@STANDARDS
@pytest.mark.parametrize(("scale", "tones"), [(0.98, 1.0), (1.02, 1.0), (1.0, 0.985), (1.0, 1.015), (1.01, 0.985)])
def test_clock_and_tones_off_nominal(standard: Standard, scale: float, tones: float) -> None:
    assert exact(noisy(sent(standard, scale=scale, tones=tones), 10.0, 5))


DAMAGES = {
    "mark 10 dB stronger": Damage(tilt_db=-31.0),
    "space 10 dB stronger": Damage(tilt_db=31.0, level_db=-18.0),
    "hum 50": Damage(hum_dbm0=-20.0),
    "hum 60": Damage(hum_dbm0=-20.0, hum_hz=60),
    "mu-law": Damage(mu_law=True),
    "band": Damage(band_pass=True),
    "all": Damage(level_db=-10.0, tilt_db=-15.0, hum_dbm0=-30.0, mu_law=True, band_pass=True),
}


@STANDARDS
@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
def test_damaged_line(standard: Standard, damage: Damage) -> None:
    assert exact(damaged(sent(standard), damage))


@STANDARDS
def test_noise_at_5_db_without_correction(standard: Standard) -> None:
    assert sum(exact(noisy(sent(standard), 5.0, seed)) for seed in range(5)) >= 4


@pytest.mark.parametrize("stop", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("modulation", [twin.V23, twin.BELL_202], ids=["v23", "bell"])
def test_any_number_of_stop_bits(modulation: twin.Modulation, stop: int) -> None:
    assert exact(sent((modulation, twin.Burst(0, 80, stop, 5, -20.0))))


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


GAPS = {
    "one and a half": np.full(len(OCTETS), 1.5),
    "up to 20, whole": np.random.default_rng(2).integers(1, 20, len(OCTETS)).astype(float),
    "up to 20, broken": np.random.default_rng(3).uniform(1, 20, len(OCTETS)),
    "one to two": np.random.default_rng(4).uniform(1, 2, len(OCTETS)),
}


@pytest.mark.parametrize("gaps", GAPS.values(), ids=GAPS.keys())
@pytest.mark.parametrize("modulation", [twin.V23, twin.BELL_202], ids=["v23", "bell"])
def test_octets_that_follow_no_common_clock(modulation: twin.Modulation, gaps: Sound) -> None:
    sound = noisy(uneven(OCTETS, gaps, modulation), 15.0, 3)
    (burst,) = heard(sound)
    assert OCTETS in next(burst.readings()).hard()


def test_each_tone_may_be_off_by_itself() -> None:
    modulation = twin.Modulation(1300 * 0.985, 2100 * 1.015)
    assert exact(noisy(sent((modulation, JCLIP[1])), 6.0, 9))


def test_odds_are_honest() -> None:
    """As many bits are wrong as the odds say: eight messages at 1.5 dB."""
    expected = wrong = 0.0
    bits = np.unpackbits(np.frombuffer(OCTETS, np.uint8), bitorder="little").reshape(-1, 8)
    for seed in range(8):
        (burst,) = heard(noisy(sent(CLASS), 1.5, seed))
        for reading in burst.readings():
            at = [k for k in range(len(reading) - len(OCTETS) + 1) if _near(reading.odds[k:], bits)]
            if at:
                odds = reading.odds[at[0] : at[0] + len(OCTETS)]
                expected += float(np.sum(1 / (1 + np.exp(np.abs(odds)))))
                wrong += float(np.sum((odds > 0) != bits))
                break
    assert 5 < wrong < 60
    assert expected == pytest.approx(wrong, rel=0.5)


def _near(odds: Sound, bits: np.ndarray) -> bool:
    return bool(np.mean((odds[: len(bits)] > 0) != bits) < 0.05)


@pytest.mark.parametrize("snr_db", [60.0, 4.0])
def test_chunking_changes_nothing(snr_db: float) -> None:
    sound = np.concatenate([noisy(sent(standard, OCTETS[::4]), snr_db, 4) for standard in (CLASS, JCLIP)])
    whole = heard(sound, len(sound), 777)
    assert len(whole) == 2
    for chunk in (17, 160, 1001):
        parts = heard(sound, chunk, 777)
        assert [(b.span, b.level, b.modulation) for b in parts] == [(b.span, b.level, b.modulation) for b in whole]
        for one, other in zip(whole, parts, strict=True):
            for a, b in zip(one.readings(), other.readings(), strict=True):
                assert np.array_equal(a.odds, b.odds)
                assert np.array_equal(a.starts, b.starts)


def tone(hz: float, seconds: float, dbm0: float) -> Sound:
    return ONE_DBM0 * 10 ** (dbm0 / 20) * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)


AFTER = {"silence": np.zeros(4000), "mark": tone(1300, 0.5, -20), "dial tone": tone(400, 0.5, -15)}


@pytest.mark.parametrize("after", AFTER.values(), ids=AFTER.keys())
def test_a_burst_is_given_80_ms_after_its_last_octet(after: Sound) -> None:
    modulation, burst = JCLIP
    message = twin.transmit(OCTETS, modulation, burst).astype(float) * 32768
    last = len(message) - round(burst.trailing * RATE_HZ / 1200)
    sound = np.concatenate((message, after))
    receiver = FskReceiver()
    for at in range(0, len(sound), 160):
        bursts = receiver.hear(SampleIndex(at), sound[at : at + 160])
        if bursts:
            assert next(bursts[0].readings()).hard() == OCTETS
            assert at + 160 - last <= samples(80)
            return
    pytest.fail("no burst")


def test_two_messages_on_one_carrier_are_two_bursts() -> None:
    modulation, burst = JCLIP
    message = twin.transmit(OCTETS, modulation, burst).astype(float) * 32768
    found = heard(np.concatenate((message, message, np.zeros(500))))
    assert [next(burst.readings()).hard() for burst in found] == [OCTETS, OCTETS]


def test_a_short_run_of_marks_is_enough() -> None:
    assert exact(noisy(sent((twin.V23, twin.Burst(0, 72, 4, 5, -20.0))), 6.0, 1))
    assert exact(sent((twin.BELL_202, twin.Burst(300, 48, 1, 5, -20.0))))


def test_marks_may_last_seconds() -> None:
    assert exact(sent((twin.V23, twin.Burst(0, 3600, 4, 5, -20.0))))


def test_the_end_of_the_sound_ends_a_burst() -> None:
    sound = sent(CLIP)[: -samples(150)]
    assert exact(sound)


SPACES = b"\x11\x02" * 40  # so few ones that no stretch of it passes for marks


def test_a_gap_ends_a_burst_and_joins_nothing() -> None:
    sound = sent(CLASS, SPACES)
    middle = len(sound) // 2 // 160 * 160
    receiver = FskReceiver()
    assert receiver.hear(SampleIndex(0), sound[:middle]) == []
    (burst,) = receiver.hear(SampleIndex(middle + 8000), sound[middle:])
    reading = next(burst.readings())
    assert 10 < len(reading) < len(SPACES)
    assert SPACES.startswith(reading.hard()[:-1])
    assert burst.span.end <= middle + samples(100)


def test_reset_forgets() -> None:
    sound = sent(CLASS, SPACES)
    middle = len(sound) - samples(600)
    receiver = FskReceiver()
    receiver.hear(SampleIndex(0), sound[:middle])
    receiver.reset()
    assert receiver.hear(SampleIndex(middle), sound[middle:]) == []
    assert receiver.flush() == []


NO_BURST = {
    "silence": np.zeros(16_000),
    "noise": np.random.default_rng(1).normal(0, 3000, 160_000),
    "direct current": np.full(16_000, 20_000.0),
    "1300 Hz": tone(1300, 3, -10),
    "beeps of 1250 Hz": np.concatenate([tone(1250, 0.2, -10), np.zeros(1600)] * 5),
    "all but infinite": np.random.default_rng(1).normal(0, 1e200, 16_000),
    "full scale square": 32767.0 * np.sign(np.sin(np.arange(16_000) / 5.3)),
}


@pytest.mark.parametrize("sound", NO_BURST.values(), ids=NO_BURST.keys())
def test_what_is_no_burst(sound: Sound) -> None:
    assert heard(sound, 1600) == []


def test_offset_and_clipping_do_no_harm() -> None:
    assert exact(sent(JCLIP) + 5000)
    assert exact(np.clip(sent(JCLIP) * 20, -32768, 32767))
    assert exact(sent(CLASS) * 1e3)


def test_a_burst_of_junk_reads_as_something_and_nothing_breaks() -> None:
    """A tone that passes for marks, then sound of the same band that is no message: readings may come, in order."""
    rng = np.random.default_rng(8)
    bursts = []
    for mark in (1105, 1160, 1250, 1340, 1395):
        wander = np.repeat(rng.uniform(1000, 2300, 400), rng.integers(2, 20))
        junk = np.sin(2 * np.pi * np.cumsum(wander) / RATE_HZ) * rng.uniform(300, 30_000)
        bursts += heard(np.concatenate((tone(mark, 0.08, -15), junk, np.zeros(800))))
    assert len(bursts) >= 3
    for burst in bursts:
        for reading in burst.readings():
            assert reading.odds.shape == (len(reading), 8)
            assert np.isfinite(reading.odds).all()
            assert (np.diff(reading.starts) > 60).all()


def test_whole_messages_of_both_worlds() -> None:
    identity = CallerIdentity(number="0312345678")
    assert exact(sent(JCLIP, message := jclip(jclip_parameters(identity))), message)
    assert exact(sent(CLASS, message := mdmf(mdmf_parameters(identity))), message)
