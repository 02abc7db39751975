"""Parts of the adapter line by themselves: capture clock, tap by sound, dialling, polarity, pacing, the ALSA driver."""

from __future__ import annotations

import errno
import sys
import threading
import time
import types
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from appliance.dsp.level import Sound
from appliance.edge.alsa_card import AlsaCard, load_alsa
from appliance.edge.host_clock import HostClock
from appliance.errors import LineGone, OperatorError
from appliance.events import SoundBlock, SoundLost
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


# ---- the ALSA driver on a fake library -------------------------------------------------------------------------------


class ALSAAudioError(Exception):
    pass


@dataclass
class Library:
    """A stand-in for pyalsaaudio whose cards run by the wall clock. Spec: LINE_HARDWARE.md 3."""

    rate: int = RATE_HZ
    events: list[Any] = field(default_factory=list)  # what the next reads give in place of sound
    refuse: str = ""  # why nothing can be opened
    written: bytearray = field(default_factory=bytearray)
    closed: list[int] = field(default_factory=list)

    def module(self) -> types.ModuleType:
        module = types.ModuleType("alsaaudio")
        names = {"PCM_CAPTURE": 1, "PCM_PLAYBACK": 0, "PCM_NORMAL": 0, "PCM_FORMAT_S16_LE": 2}
        for name, value in {**names, "ALSAAudioError": ALSAAudioError, "PCM": self.open}.items():
            setattr(module, name, value)
        return module

    def open(self, **given: Any) -> Pcm:
        if self.refuse:
            raise ALSAAudioError(f"{self.refuse} [{given['device']}]")
        return Pcm(self, given["type"])


class Pcm:
    def __init__(self, library: Library, direction: int) -> None:
        self._library = library
        self._direction = direction
        self._due = time.monotonic()

    def info(self) -> dict[str, int]:
        return {"rate": self._library.rate, "channels": 1}

    def read(self) -> tuple[int, bytes]:
        self._due += 0.02
        time.sleep(max(0.0, self._due - time.monotonic()))
        event = self._library.events.pop(0) if self._library.events else None
        if isinstance(event, Exception):
            raise event
        return (event, b"") if isinstance(event, int) else (160, bytes(320))

    def write(self, octets: bytes) -> int:
        self._library.written += octets
        return len(octets) // 2

    def drop(self) -> None: ...

    def close(self) -> None:
        self._library.closed.append(self._direction)


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Iterator[Library]:
    one = Library()
    monkeypatch.setitem(sys.modules, "alsaaudio", one.module())
    yield one
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("sound ")]


def heard(card: AlsaCard, seconds: float) -> list[SoundBlock | SoundLost]:
    until, found = time.monotonic() + seconds, []
    while time.monotonic() < until:
        card.wait(0.02)
        found += card.read()
    return found


def test_an_overrun_is_told_with_its_length_and_the_sound_goes_on(library: Library) -> None:
    library.events += [None, None, -errno.EPIPE]
    card = AlsaCard("card", "", HostClock())
    items = heard(card, 0.25)
    card.close()
    (lost,) = (item for item in items if isinstance(item, SoundLost))
    assert 0 < lost.samples <= 500
    blocks = [item for item in items if isinstance(item, SoundBlock)]
    assert any(block.at == lost.at + lost.samples for block in blocks)
    assert library.closed.count(1) == library.closed.count(0) == 1


@pytest.mark.parametrize("event", [ALSAAudioError("No such device [card]"), -errno.ENODEV])
def test_a_pulled_plug_is_a_line_gone(library: Library, event: object) -> None:
    library.events += [None, event]
    card = AlsaCard("card", "", HostClock())
    with pytest.raises(LineGone, match="card"):
        heard(card, 1)
    card.close()


@pytest.mark.parametrize(
    ("refuse", "words"),
    [
        ("No such file or directory", "plugged in"),
        ("Device or resource busy", "in use"),
        ("Permission denied", "audio"),
    ],
)
def test_why_a_card_cannot_be_opened(library: Library, refuse: str, words: str) -> None:
    library.refuse = refuse
    with pytest.raises(LineGone, match=words):
        AlsaCard("card", "", HostClock())


def test_a_card_that_does_not_do_8_khz(library: Library) -> None:
    library.rate = 48_000
    with pytest.raises(LineGone, match="plughw"):
        AlsaCard("hw:1", "", HostClock())


def test_playing_is_paced_and_dropped_at_once(library: Library) -> None:
    card = AlsaCard("card", "", HostClock())
    heard(card, 0.1)
    assert card.write(b"\1\1" * samples(1000)) == 2 * samples(250), "bounded"
    heard(card, 0.1)
    card.flush()
    said = library.written.count(b"\1\1")
    assert samples(60) <= said <= samples(220)
    heard(card, 0.15)
    assert library.written.count(b"\1\1") == said
    assert card.queued() == 0
    card.close()
    assert len(library.written) <= 2 * samples(600), "no faster than the clock"


def test_without_the_library_it_is_the_operators_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alsaaudio", None)
    with pytest.raises(OperatorError, match="pip install"):
        load_alsa()
