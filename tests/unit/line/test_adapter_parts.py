"""Parts of the adapter line by themselves: capture clock, tap by sound, dialling, polarity."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.dsp.level import Sound
from appliance.events import SoundBlock
from appliance.exchange.tones import TONES, ToneName, stretch
from appliance.line.adapter.capture_clock import CaptureClock
from appliance.line.adapter.dialling import HIGH_HZ, LOW_HZ, digits_to_pcm
from appliance.line.adapter.loop import Hook
from appliance.line.adapter.polarity import PolarityWatch
from appliance.line.adapter.tap import TapEar
from appliance.units import BLOCK_SAMPLES, RATE_HZ, SampleIndex, samples

# ---- when captured sound was on the line -----------------------------------------------------------------------------


def test_a_busy_machine_does_not_move_the_count() -> None:
    clock = CaptureClock()
    random = np.random.default_rng(1)
    instants = []
    for block in range(1, 3000):
        late = int(random.integers(0, 300)) + (4000 if block % 500 == 0 else 0)
        at, lost = clock.take(SampleIndex(block * 160 + late), 160)
        assert lost == 0
        instants.append(at)
    steps = np.diff(instants)
    assert set(steps[1:].tolist()) == {160}, "after the first block, which may come late"


def test_lost_sound_that_nobody_reported_is_found_within_a_second() -> None:
    clock = CaptureClock()
    for block in range(1, 100):
        clock.take(SampleIndex(block * 160), 160)
    found = [clock.take(SampleIndex(block * 160 + 800), 160) for block in range(100, 200)]
    assert [lost for _, lost in found if lost] == [800]
    assert clock.at == 200 * 160 + 800 - 160


@pytest.mark.parametrize("ppm", [-200, 200])
def test_a_card_whose_clock_is_off_stays_within_two_blocks(ppm: int) -> None:
    clock = CaptureClock()
    worst = 0
    for block in range(1, 60 * 50 * 10):
        now = SampleIndex(round(block * 160 * (1 + ppm * 1e-6)))
        at, _ = clock.take(now, 160)
        worst = max(worst, abs(now - 160 - at))
    assert worst <= samples(41)


def test_an_overrun_is_counted_by_the_clock() -> None:
    clock = CaptureClock()
    clock.take(SampleIndex(160), 160)
    assert clock.overrun(SampleIndex(1160)) == 1000
    assert clock.take(SampleIndex(1320), 160) == (1160, 0)


# ---- a tap without a loop input --------------------------------------------------------------------------------------


class Tap:
    """A tap and the sound that it hears, from second to second."""

    def __init__(self) -> None:
        self.ear = TapEar("JP")
        self.now = SampleIndex(0)
        self.told: list[tuple[Hook, float]] = []
        self._random = np.random.default_rng(3)

    def hear(self, sound: Sound) -> None:
        for start in range(0, len(sound) - BLOCK_SAMPLES + 1, BLOCK_SAMPLES):
            noisy = sound[start : start + BLOCK_SAMPLES] + self._random.standard_normal(BLOCK_SAMPLES) * 8
            news = self.ear.hear(SoundBlock(self.now, noisy.astype("<i2").tobytes()))
            self.now = SampleIndex(self.now + BLOCK_SAMPLES)
            self.told += [(item.what, item.at / RATE_HZ) for item in news]

    def silence(self, seconds: float) -> None:
        self.hear(np.zeros(round(seconds * RATE_HZ)))

    def talk(self, seconds: float) -> None:
        """Noise in syllables."""
        count = round(seconds * RATE_HZ)
        syllables = 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * 2 * np.arange(count) / RATE_HZ))
        self.hear(self._random.standard_normal(count) * 1500 * syllables)


def test_a_conversation_is_lifted_and_twelve_seconds_of_silence_replaced() -> None:
    tap = Tap()
    tap.silence(5)
    tap.talk(20)
    (lifted,) = tap.told
    assert lifted[0] is Hook.LIFTED
    assert 5 < lifted[1] < 8.5
    tap.silence(14)
    assert [what for what, _ in tap.told] == [Hook.LIFTED, Hook.REPLACED]
    assert 36.5 < tap.told[1][1] < 38.5


def test_data_and_a_door_are_no_conversation() -> None:
    tap = Tap()
    tap.silence(3)
    for _ in range(3):
        tap.talk(0.9)
        tap.silence(5)
    assert tap.told == []


def test_a_dial_tone_is_a_lifted_phone_and_busy_tone_ends_it() -> None:
    tap = Tap()
    tap.silence(2)
    tap.hear(stretch(TONES["JP"][ToneName.DIAL], 0, 5 * RATE_HZ).astype(float) * 32768)
    assert [what for what, _ in tap.told] == [Hook.LIFTED]
    tap.talk(5)
    tap.hear(stretch(TONES["JP"][ToneName.BUSY], 0, 8 * RATE_HZ).astype(float) * 32768)
    assert [what for what, _ in tap.told] == [Hook.LIFTED, Hook.REPLACED]


# ---- polarity, dialling ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("normal", [False, True])
def test_whichever_way_the_wires_are_connected(normal: bool) -> None:
    watch = PolarityWatch(SampleIndex(0))
    assert not watch.take(SampleIndex(0), normal)
    assert watch.take(samples_at(10), not normal)
    assert not watch.take(samples_at(20), normal)


def test_a_box_that_was_started_in_mid_call_learns_what_is_normal() -> None:
    watch = PolarityWatch(SampleIndex(0))
    watch.take(SampleIndex(0), True)
    watch.take(samples_at(30), False)
    watch.tick(samples_at(60), calm=False)
    watch.tick(samples_at(130), calm=True)
    assert watch.take(samples_at(140), True)


def samples_at(seconds: float) -> SampleIndex:
    return SampleIndex(samples(seconds * 1000))


def test_a_dialled_key_has_two_tones_and_the_high_one_is_louder() -> None:
    sound = np.frombuffer(digits_to_pcm("5"), "<i2").astype(float)
    assert len(sound) == samples(200)
    spectrum = np.abs(np.fft.rfft(sound[: samples(100)]))
    hz = np.fft.rfftfreq(samples(100), 1 / RATE_HZ)
    low, high = (np.sum(spectrum[np.abs(hz - tone) < 40] ** 2) for tone in (LOW_HZ["5"], HIGH_HZ["5"]))
    assert 0 < 10 * np.log10(high / low) <= 5
    assert sorted(set(LOW_HZ)) == sorted("0123456789*#ABCD") == sorted(set(HIGH_HZ))
