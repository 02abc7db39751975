"""The ALSA driver on a fake library whose cards run by the wall clock: overruns, a pulled plug, pacing."""

from __future__ import annotations

import errno
import sys
import threading
import time
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from appliance.edge.alsa_card import AlsaCard, load_alsa
from appliance.edge.host_clock import HostClock
from appliance.errors import LineGone, OperatorError
from appliance.events import SoundBlock, SoundLost
from appliance.units import BLOCK_SAMPLES, RATE_HZ, SampleIndex, samples


class ALSAAudioError(Exception):
    pass


@dataclass
class Library:
    """A stand-in for pyalsaaudio whose cards run by the wall clock. Spec: LINE_HARDWARE.md 3."""

    rate: int = RATE_HZ
    events: list[Any] = field(default_factory=list)  # what the next reads give in place of sound
    refuse: str = ""  # why nothing can be opened
    refuse_playback: str = ""  # why it cannot be played to
    written: bytearray = field(default_factory=bytearray)
    closed: list[int] = field(default_factory=list)
    late_s: float = 0.0  # the most by which a busy machine let the card wait

    def module(self) -> types.ModuleType:
        module = types.ModuleType("alsaaudio")
        names = {"PCM_CAPTURE": 1, "PCM_PLAYBACK": 0, "PCM_NORMAL": 0, "PCM_FORMAT_S16_LE": 2}
        for name, value in {**names, "ALSAAudioError": ALSAAudioError, "PCM": self.open}.items():
            setattr(module, name, value)
        return module

    def open(self, **given: Any) -> Pcm:
        if refuse := self.refuse or (self.refuse_playback if given["type"] == 0 else ""):
            raise ALSAAudioError(f"{refuse} [{given['device']}]")
        return Pcm(self, given["type"])


class Pcm:
    def __init__(self, library: Library, direction: int) -> None:
        self._library = library
        self._direction = direction
        self._due = time.monotonic()

    def info(self) -> dict[str, int]:
        return {"rate": self._library.rate, "channels": 1}

    def read(self) -> tuple[int, bytes]:
        asked = time.monotonic()
        due, self._due = self._due, self._due + 0.02
        time.sleep(max(0.0, self._due - time.monotonic()))
        library = self._library
        library.late_s = max(library.late_s, asked - due, time.monotonic() - self._due)
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


Items = list[SoundBlock | SoundLost]


def heard(card: AlsaCard, enough: Callable[[Items], bool]) -> Items:
    """What comes until it is enough; a failure of the test after ten seconds."""
    until = time.monotonic() + 10
    found: Items = []
    while not enough(found):
        assert time.monotonic() < until, found[-3:]
        card.wait(0.02)
        found += card.read()
    return found


def test_an_overrun_is_told_with_its_length_and_the_sound_goes_on(library: Library) -> None:
    library.events += [None, None, -errno.EPIPE]
    card = AlsaCard("card", "", HostClock())
    items = heard(card, lambda found: len(found) >= 8)
    card.close()
    (lost,) = (item for item in items if isinstance(item, SoundLost) and "overran" in item.why)
    assert 0 < lost.samples <= 500 + samples(1000 * library.late_s)
    assert any(isinstance(item, SoundBlock) and item.at >= lost.at + lost.samples for item in items)
    assert library.closed.count(1) == library.closed.count(0) == 1


@pytest.mark.parametrize("event", [ALSAAudioError("No such device [card]"), -errno.ENODEV])
def test_a_pulled_plug_is_a_line_gone(library: Library, event: object) -> None:
    library.events += [None, event]
    card = AlsaCard("card", "", HostClock())
    with pytest.raises(LineGone, match="card"):
        heard(card, lambda _: False)
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


def test_a_card_without_output_is_named_as_such_and_will_do_for_a_tap(library: Library) -> None:
    library.refuse_playback = "No such file or directory"
    with pytest.raises(LineGone, match=r"no output.*adapter\.playback"):
        AlsaCard("card", "", HostClock())
    with pytest.raises(LineGone, match="no sound card other"):
        AlsaCard("card", "other", HostClock())
    tap = AlsaCard("card", None, HostClock())
    heard(tap, lambda found: len(found) >= 3)
    assert tap.queued() == 0
    tap.close()


@dataclass
class Leaping:
    """A clock that can be moved on, as it is for a process that was stopped."""

    clock: HostClock = field(default_factory=HostClock)
    ahead: int = 0

    def now(self) -> SampleIndex:
        return SampleIndex(self.clock.now() + self.ahead)

    def civil(self) -> None: ...


def test_a_process_that_was_stopped_does_not_blame_the_card(library: Library) -> None:
    clock = Leaping()
    card = AlsaCard("card", "", clock)  # type: ignore[arg-type]
    heard(card, lambda found: len(found) >= 5)
    with card._arrived:  # the card's threads have not run yet when the line loop looks first
        card._heard.take()
        clock.ahead += samples(5_000)
        assert card.read() == []
    library.events.append(-errno.EPIPE)
    items = heard(card, lambda found: any(isinstance(item, SoundLost) for item in found))
    lost = next(item for item in items if isinstance(item, SoundLost))
    assert lost.samples >= samples(4_900)
    card.close()


def test_a_card_that_does_not_do_8_khz(library: Library) -> None:
    library.rate = 48_000
    with pytest.raises(LineGone, match="plughw"):
        AlsaCard("hw:1", "", HostClock())


def test_playing_is_paced_and_dropped_at_once(library: Library) -> None:
    """Paced by the clock, however busy the machine; and after `flush` no more than the block on its way."""
    clock = HostClock()
    begun = clock.now()
    card = AlsaCard("card", "", clock)
    heard(card, lambda found: len(found) >= 3)
    began = clock.now()
    assert card.write(b"\1\1" * samples(1000)) == 2 * samples(250), "bounded"
    heard(card, lambda _: spoken(library) >= samples(60))
    card.flush()
    said = spoken(library)
    assert said <= clock.now() - began + samples(80), "60 ms ahead, and one block"
    heard(card, lambda found: len(found) >= 6)
    assert spoken(library) <= said + BLOCK_SAMPLES
    heard(card, lambda _: card.queued() == 0)
    card.close()
    assert len(library.written) // 2 <= clock.now() - begun + samples(80), "no faster than the clock"


def spoken(library: Library) -> int:
    """Samples that are not silence."""
    return library.written.count(b"\1\1")


def test_without_the_library_it_is_the_operators_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alsaaudio", None)
    with pytest.raises(OperatorError, match="pip install"):
        load_alsa()
