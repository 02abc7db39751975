"""Parts of the FSK receiver: framing of soft bits, the bit clock, the tones as they really are."""

import math

import numpy as np
import pytest

from appliance.dsp import fsk_framing
from appliance.dsp.fsk_carriers import frequency, high_passed, measure, noise_power, retuned
from appliance.dsp.fsk_clock import ClockSearch
from appliance.dsp.fsk_modulation import BELL_202, V23, modulation_of
from appliance.dsp.fsk_windows import Bits, judge
from appliance.exchange import fsk as twin
from appliance.units import RATE_HZ


def bits(text: str, sure: float = 8.0) -> Bits:
    """1 and 0 are what they look like; a dot is a bit without carrier."""
    odds = np.array([{"1": sure, "0": -sure, ".": -sure}[letter] for letter in text])
    return Bits(odds, np.array([-5.0 if letter == "." else 5.0 for letter in text]))


A, B = "0100000101", "0010000101"  # 0x41 and 0x42 with their start and stop bits


def test_even_octets_are_found_at_any_spacing() -> None:
    for stop in range(7):
        worth = fsk_framing.octet_worth(bits("111" + (A + "1" * stop) * 5 + "1111"))
        assert fsk_framing.even(worth).starts.tolist() == [3 + k * (10 + stop) for k in range(5)]


def test_free_octets_are_found_at_every_spacing() -> None:
    worth = fsk_framing.octet_worth(bits("11" + A + B + "111" + A + "1" + B + "11111"))
    framing = fsk_framing.free(worth)
    assert framing.starts.tolist() == [2, 12, 25, 36]
    assert framing.worth == pytest.approx(8.0 * (A + B + A + B).count("0"))


def test_where_there_is_no_carrier_there_is_no_octet() -> None:
    worth = fsk_framing.octet_worth(bits("1111" + A + "." * 30))
    assert fsk_framing.free(worth).starts.tolist() == [4]
    assert fsk_framing.even(worth).starts.tolist() == [4]


@pytest.mark.parametrize("text", ["", "1", "1" * 40, "." * 40, "010"])
def test_nothing_to_frame(text: str) -> None:
    worth = fsk_framing.octet_worth(bits(text)) if text else np.zeros(0)
    assert not len(fsk_framing.free(worth).starts)
    assert not len(fsk_framing.even(worth).starts)


def test_one_wild_bit_does_not_outweigh_the_rest() -> None:
    soft = bits("111" + "0000000001" * 6 + "111")
    soft.odds[3 + 20] = 1e6  # a start bit, hit by a click
    assert fsk_framing.free(fsk_framing.octet_worth(soft)).starts.tolist() == [3, 13, 23, 33, 43, 53]


@pytest.mark.parametrize("modulation", [BELL_202, V23], ids=["bell", "v23"])
@pytest.mark.parametrize("scale", [0.98, 1.0, 1.02])
def test_tones_clock_and_bits_as_they_are(modulation: twin.Modulation, scale: float) -> None:
    rng = np.random.default_rng(6)
    sent = [1] * 100 + rng.integers(0, 2, 400).tolist()
    shape = twin.Modulation(modulation.mark_hz * scale, modulation.space_hz * scale, 1200 * scale)
    sound = high_passed(twin.modulate(sent, shape, -20.0).astype(float) * 32768 + rng.normal(0, 300, 1))
    marks = int(100 * RATE_HZ / (1200 * scale))
    carriers = measure(sound, slice(0, marks), shape.mark_hz + 15, modulation_of(shape.mark_hz))
    assert carriers.mark.turn * RATE_HZ / (2 * math.pi) == pytest.approx(shape.mark_hz, abs=0.5)
    clocks = ClockSearch(carriers, marks, len(sound)).clocks()
    assert clocks[0].length == pytest.approx(RATE_HZ / (1200 * scale), rel=3e-4)
    edges = clocks[0].edges(marks + 1, len(sound) - 20)
    first = round(edges[0] / clocks[0].length)
    assert edges[0] == pytest.approx(first * clocks[0].length, abs=0.4)
    odds = judge(carriers, edges, 1).odds
    assert (odds[:390] > 0).astype(int).tolist() == sent[first : first + 390]
    assert retuned(carriers, sound, edges, odds).space.turn == pytest.approx(carriers.space.turn, rel=2e-3)


def test_a_tone_off_by_itself_is_retuned() -> None:
    sent = np.random.default_rng(7).integers(0, 2, 500).tolist()
    sound = high_passed(twin.modulate([1] * 100 + sent, twin.Modulation(1300, 2131), -20.0).astype(float) * 32768)
    carriers = measure(sound, slice(0, 660), 1300, V23)
    edges = ClockSearch(carriers, 660, len(sound)).clocks()[0].edges(670, len(sound) - 20)
    tuned = retuned(carriers, sound, edges, judge(carriers, edges, 1).odds)
    assert tuned.space.turn * RATE_HZ / (2 * math.pi) == pytest.approx(2131, abs=6)


def test_noise_beside_a_tone_and_its_frequency() -> None:
    rng = np.random.default_rng(5)
    sound = 3000 * np.sin(2 * np.pi * 1234.5 * np.arange(700) / RATE_HZ) + rng.normal(0, 400, 700)
    assert frequency(sound, 1240, 40) == pytest.approx(1234.5, abs=2)
    assert noise_power(sound, 1234.5) == pytest.approx(400**2, rel=0.25)


def test_hum_and_direct_current_do_not_pass() -> None:
    at = np.arange(4000) / RATE_HZ
    hum = 5000 + 5000 * np.sin(2 * np.pi * 50 * at) + 2000 * np.sin(2 * np.pi * 150 * at)
    assert np.abs(high_passed(hum)[400:-400]).max() < 60
    tone = 1000 * np.sin(2 * np.pi * 1200 * at)
    assert high_passed(tone)[400:-400] == pytest.approx(tone[400:-400], abs=10)
