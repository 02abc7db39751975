"""The measuring room: level, frames, tones."""

from itertools import pairwise

import numpy as np
import pytest

from appliance.dsp.frames import Framer
from appliance.dsp.level import NOTHING_DBM0, dbm0, from_pcm, levels_dbm0
from appliance.dsp.tones import HOP_SAMPLES, ToneMeter
from appliance.units import RATE_HZ, SampleIndex

FULL = 32768 * 10 ** (-3.14 / 20)  # peak of a 0 dBm0 sine


def sine(hz: float, seconds: float, level: float) -> np.ndarray:
    return FULL * 10 ** (level / 20) * np.sin(2 * np.pi * hz * np.arange(int(seconds * RATE_HZ)) / RATE_HZ)


def test_a_full_scale_sine_is_3_14_dbm0() -> None:
    sound = 32768 * np.sin(2 * np.pi * np.arange(8000) / 8)
    assert dbm0(float(np.mean(sound**2))) == pytest.approx(3.14, abs=0.001)


def test_silence_has_a_finite_level() -> None:
    assert dbm0(0.0) == NOTHING_DBM0
    assert levels_dbm0(np.zeros(3)).tolist() == [NOTHING_DBM0] * 3


def test_pcm_is_little_endian_and_half_a_sample_is_dropped() -> None:
    assert from_pcm(b"\x01\x00\xff\xff\x00\x80\x07").tolist() == [1.0, -1.0, -32768.0]


def test_frames_lie_on_one_grid_whatever_the_chunks() -> None:
    sound = np.arange(1000, dtype=float)
    whole_end, whole = Framer(320, 80).hear(SampleIndex(5000), sound)
    pieces, framer, at = [], Framer(320, 80), 5000
    for chunk in np.split(sound, [1, 7, 320, 321, 640, 999]):
        pieces.append(framer.hear(SampleIndex(at), chunk)[1])
        at += len(chunk)
    assert whole_end == 5320
    assert np.array_equal(whole, np.concatenate(pieces))


def test_a_gap_begins_a_new_grid_and_joins_nothing() -> None:
    framer = Framer(320, 80)
    framer.hear(SampleIndex(0), np.ones(319))
    end, frames = framer.hear(SampleIndex(10_000), np.full(320, 2.0))
    assert end == 10_320
    assert frames.tolist() == [[2.0] * 320]


@pytest.mark.parametrize("hz", [350.0, 400.0, 425.0, 440.0, 480.0, 620.0, 1100.0, 2100.0])
@pytest.mark.parametrize("level", [0.0, -40.0])
def test_level_share_and_frequency_of_a_tone(hz: float, level: float) -> None:
    for off in (-20.0, 0.0, 20.0):
        for frame in ToneMeter([hz]).hear(SampleIndex(0), sine(hz + off, 0.1, level)):
            assert frame.level == pytest.approx(level, abs=0.3)
            assert frame.tones[0] == pytest.approx(level, abs=0.8)
            assert frame.shares[0] > 0.85
            assert frame.errors[0] == pytest.approx(off, abs=6)


def test_hum_is_no_sound() -> None:
    hum = sine(50, 0.2, -10) + sine(100, 0.2, -15) + sine(150, 0.2, -20) + sine(200, 0.2, -30)
    assert all(frame.level < -50 for frame in ToneMeter([400]).hear(SampleIndex(0), hum))


def test_two_tones_90_hz_apart_are_told_apart() -> None:
    *_, frame = ToneMeter([350, 440]).hear(SampleIndex(0), sine(350, 0.1, -13) + sine(440, 0.1, -17))
    assert frame.tones == pytest.approx((-13, -17), abs=1.0)
    assert frame.errors == pytest.approx((0, 0), abs=10)


def test_frames_are_10_ms_apart_and_chunking_changes_no_bit() -> None:
    sound = np.random.default_rng(3).normal(0, 900, 4000)
    whole = list(ToneMeter([400, 1100]).hear(SampleIndex(77), sound))
    for size in (13, 160, 997):
        meter = ToneMeter([400, 1100])
        parts = [meter.hear(SampleIndex(77 + i), sound[i : i + size]) for i in range(0, 4000, size)]
        assert [frame for part in parts for frame in part] == whole
    assert {b.at - a.at for a, b in pairwise(whole)} == {HOP_SAMPLES}
