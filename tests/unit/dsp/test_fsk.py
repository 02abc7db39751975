"""The FSK receiver against the twin transmitter: exact on every line it must work on, quiet on every other sound."""

import warnings
from collections.abc import Iterator

import numpy as np
import pytest
from fsk_sounds import CLASS, CLIP, JCLIP, OCTETS, Standard, damaged, exact, heard, noisy, sent, tone, uneven

from appliance.dsp.fsk import FskReceiver
from appliance.dsp.fsk_modulation import BELL_202, V23
from appliance.dsp.level import Sound
from appliance.events import CallerIdentity
from appliance.exchange import fsk as twin
from appliance.exchange.caller_id_frames import jclip, jclip_parameters, mdmf, mdmf_parameters
from appliance.exchange.damage import Damage
from appliance.units import RATE_HZ, SampleIndex, samples

STANDARDS = pytest.mark.parametrize("standard", [CLASS, CLIP, JCLIP], ids=["class", "clip", "jclip"])


@pytest.fixture(autouse=True)
def _no_warning() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


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


@pytest.mark.parametrize("stop", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("modulation", [twin.V23, twin.BELL_202], ids=["v23", "bell"])
def test_any_number_of_stop_bits(modulation: twin.Modulation, stop: int) -> None:
    assert exact(sent((modulation, twin.Burst(0, 80, stop, 5, -20.0))))


@pytest.mark.parametrize("modulation", [twin.V23, twin.BELL_202], ids=["v23", "bell"])
def test_octets_that_follow_no_common_clock(modulation: twin.Modulation) -> None:
    gaps = np.random.default_rng(3).uniform(1, 20, 20)
    (burst,) = heard(noisy(uneven(OCTETS[:20], gaps, modulation), 15.0, 3))
    assert OCTETS[:20] in next(burst.readings()).hard()


def test_each_tone_may_be_off_by_itself() -> None:
    modulation = twin.Modulation(1300 * 0.985, 2100 * 1.015)
    assert exact(noisy(sent((modulation, JCLIP[1])), 6.0, 9))


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


def test_whole_messages_of_both_worlds() -> None:
    identity = CallerIdentity(number="0312345678")
    assert exact(sent(JCLIP, message := jclip(jclip_parameters(identity))), message)
    assert exact(sent(CLASS, message := mdmf(mdmf_parameters(identity))), message)
