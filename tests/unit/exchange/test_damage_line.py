"""Each knob does what it says; any chunking gives the same sound. Tones are checked here too."""

import numpy as np
import pytest
from twin_helpers import noise, share_of_tone

from appliance.errors import OperatorError
from appliance.exchange.damage import CLEAN, RURAL, Damage, DamagedLine, mu_law_round_trip
from appliance.exchange.tones import CNG, DTMF_HZ, TONES, ToneName, dtmf, one_cycle, sine, stretch
from appliance.units import SampleIndex


def through(damage, sound, chunk=None):
    line = DamagedLine(damage, seed=5)
    chunk = chunk or len(sound)
    parts = [line.carry(SampleIndex(at), sound[at : at + chunk]) for at in range(0, len(sound), chunk)]
    return np.concatenate(parts)


def level_db(sound):
    return 10 * np.log10(2 * np.mean(np.asarray(sound, float) ** 2)) + 3.14


def test_a_clean_line_changes_nothing():
    sound = noise(800)
    assert np.array_equal(through(CLEAN, sound), sound)


@pytest.mark.parametrize("chunk", [7, 80, 160, 1000])
def test_any_chunking_gives_the_same_sound(chunk):
    sound = noise(4000)
    assert np.allclose(through(RURAL, sound, chunk), through(RURAL, sound), atol=1e-6)


def test_a_seed_gives_the_same_noise_again_and_another_another():
    silent = np.zeros(800, np.float32)
    damage = Damage(noise_dbm0=-40)
    assert np.array_equal(through(damage, silent), through(damage, silent))
    assert not np.array_equal(through(damage, silent), DamagedLine(damage, 6).carry(SampleIndex(0), silent))


def test_levels_are_what_the_knobs_say():
    silent = np.zeros(16000, np.float32)
    assert level_db(through(Damage(noise_dbm0=-40), silent)) == pytest.approx(-40, abs=0.3)
    assert level_db(through(Damage(hum_dbm0=-30), silent)) == pytest.approx(-29.6, abs=0.3)
    assert level_db(through(Damage(level_db=-12), sine(1000, 8000, -10))) == pytest.approx(-22, abs=0.1)


@pytest.mark.parametrize("hz", [50, 60])
def test_hum_has_the_frequency_of_the_mains(hz):
    hum = through(Damage(hum_dbm0=-30, hum_hz=hz), np.zeros(8000, np.float32))
    assert int(np.argmax(np.abs(np.fft.rfft(hum)))) == hz


def test_tilt_is_straight_from_300_to_3400_hz():
    damage = Damage(tilt_db=-10)
    gain = {hz: level_db(through(damage, sine(hz, 8000, -10))[2000:]) + 10 for hz in (300, 1850, 3400)}
    assert gain[300] == pytest.approx(0, abs=0.5)
    assert gain[1850] == pytest.approx(-5, abs=0.3)
    assert gain[3400] == pytest.approx(-10, abs=0.5)


def test_the_band_is_300_to_3400_hz():
    damage = Damage(band_pass=True)
    gain = {hz: level_db(through(damage, sine(hz, 8000, -10))[2000:]) + 10 for hz in (100, 400, 1000, 3300, 3700)}
    assert gain[100] < -25
    assert gain[3700] < -25
    assert all(abs(gain[hz]) < 1 for hz in (400, 1000, 3300))


def test_mu_law_costs_about_38_db_and_is_idempotent():
    sound = sine(1000, 8000, -10)
    once = mu_law_round_trip(sound)
    assert 33 < level_db(sound) - level_db(once - sound) < 42
    assert np.allclose(mu_law_round_trip(once), once, atol=1e-6)


@pytest.mark.parametrize("knobs", [{"hum_hz": 55}, {"echo_ms": 0}])
def test_impossible_knobs_are_refused(knobs):
    with pytest.raises(OperatorError):
        Damage(**knobs)


EXPECTED = [  # country, tone, seconds on, seconds off, frequencies
    ("JP", ToneName.BUSY, 0.5, 0.5, (400,)),
    ("JP", ToneName.RINGBACK, 1.0, 2.0, (400,)),
    ("US", ToneName.BUSY, 0.5, 0.5, (480, 620)),
    ("US", ToneName.REORDER, 0.25, 0.25, (480, 620)),
    ("US", ToneName.RINGBACK, 2.0, 4.0, (440, 480)),
]


@pytest.mark.parametrize(("country", "name", "on_s", "off_s", "frequencies"), EXPECTED)
def test_cadences(country, name, on_s, off_s, frequencies):
    tone = TONES[country][name]
    cycle = one_cycle(tone)
    on = int(on_s * 8000)
    assert len(cycle) == int((on_s + off_s) * 8000)
    assert not cycle[on:].any()
    assert sum(share_of_tone(cycle[:on], hz) for hz in frequencies) > 0.9
    assert tone.source


def test_a_stretch_goes_over_the_seam_of_the_cycle():
    tone = TONES["JP"][ToneName.BUSY]
    whole = np.tile(one_cycle(tone), 3)
    assert np.array_equal(stretch(tone, 7900, 300), whole[7900:8200])
    assert np.array_equal(stretch(tone, 16000 + 5, 10000), np.tile(whole, 2)[5:10005])


def test_dial_tone_has_no_click_at_the_seam():
    for country in ("JP", "US"):
        tone = stretch(TONES[country][ToneName.DIAL], 0, 24000)
        assert np.abs(np.diff(tone)).max() <= np.abs(np.diff(tone[:7000])).max() * 1.001


@pytest.mark.parametrize("digit", list(DTMF_HZ))
def test_digits_are_two_tones_with_the_high_one_louder(digit):
    low, high = DTMF_HZ[digit]
    sound = dtmf(digit)[:800]
    power = np.abs(np.fft.rfft(sound, 8000)) ** 2
    assert int(np.argmax(power[:1000])) == pytest.approx(low, abs=4)
    assert int(np.argmax(power[1100:2000])) + 1100 == pytest.approx(high, abs=4)
    assert 10 * np.log10(power[high] / power[low]) == pytest.approx(2, abs=0.5)


def test_the_fax_calling_tone():
    cycle = one_cycle(CNG)
    assert share_of_tone(cycle[:4000], 1100) > 0.95
    assert len(cycle) == 28000
