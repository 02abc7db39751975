"""The recorder's threads: a card that stalls or refuses never holds up the line, and loses as little as can be."""

import os
import stat
import threading
import time
import wave
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.events import Fact, FaultCleared, RecordingFailed, SoundBlock
from appliance.store.recorder import Recorder
from appliance.store.timeline import MarkKind
from appliance.units import SampleIndex

DAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
QUICK_S = 0.25
"""What one call of the recorder may take at most here. Why: two cores shared with other tests; the card takes 1 s."""


def tone(first: int, count: int) -> bytes:
    return (np.arange(first, first + count) % 9973 + 1).astype("<i2").tobytes()


def talk(recorder: Recorder, first: int, seconds: float) -> list[Fact]:
    facts: list[Fact] = []
    for at in range(first, first + int(seconds * 8000), 160):
        facts += recorder.hear(SoundBlock(SampleIndex(at), tone(at, 160)))
    return facts


def sound(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        return bytes(file.readframes(file.getnframes()))


class Card:
    """Stands between the recorder and the kernel: `gate` closed, every call waits, as on a card that thinks."""

    def __init__(self) -> None:
        self.gate = threading.Event()
        self.gate.set()
        self.threads: set[int] = set()

    def slow(self, work: Any) -> Any:
        def waited(*given: Any, **named: Any) -> Any:
            self.threads.add(threading.get_ident())
            assert self.gate.wait(20)
            return work(*given, **named)

        return waited


@pytest.fixture
def card(monkeypatch: pytest.MonkeyPatch) -> Iterator[Card]:
    one = Card()
    for name in ("pwrite", "mkdir", "open", "fchmod", "ftruncate", "statvfs", "stat", "fdatasync"):
        monkeypatch.setattr(os, name, one.slow(getattr(os, name)))
    yield one
    one.gate.set()


def test_the_line_never_touches_the_disk(tmp_path: Path, card: Card) -> None:
    card.gate.clear()
    recorder = Recorder(tmp_path, 0)
    begun = time.monotonic()
    file = recorder.start("c1", SampleIndex(0), DAY)
    talk(recorder, 0, 5)
    done = recorder.stop(SampleIndex(40000))
    recorder.tick(SampleIndex(40000))
    assert time.monotonic() - begun < QUICK_S
    assert (done.file, done.samples, done.marks) == (str(file), 40000, ())
    assert threading.get_ident() not in card.threads
    card.gate.set()
    recorder.close()
    assert sound(tmp_path / file) == tone(0, 40000)
    assert stat.S_IMODE((tmp_path / file).lstat().st_mode) == 0o440


def test_a_card_that_stalls_too_long_leaves_a_marked_hole(tmp_path: Path, card: Card) -> None:
    recorder = Recorder(tmp_path, 0)
    card.gate.clear()
    file = recorder.start("c1", SampleIndex(0), DAY)
    facts = talk(recorder, 0, 40)
    assert [type(fact) for fact in facts] == [RecordingFailed]
    card.gate.set()
    until = time.monotonic() + 10
    while not (facts := recorder.tick(SampleIndex(320_000))):
        assert time.monotonic() < until
        time.sleep(0.005)
    assert [type(fact) for fact in facts] == [FaultCleared]
    talk(recorder, 320_000, 1)
    done = recorder.stop(SampleIndex(328_000))
    recorder.close()
    (hole,) = done.marks
    assert hole.kind is MarkKind.UNWRITTEN
    assert 9 * 8000 <= hole.samples <= 11 * 8000
    assert done.samples == 328_000
    heard, end = sound(tmp_path / file), hole.position + hole.samples
    assert heard == tone(0, hole.position) + bytes(2 * hole.samples) + tone(end, 328_000 - end)


def test_the_next_call_is_recorded_while_the_last_still_waits(tmp_path: Path, card: Card) -> None:
    recorder = Recorder(tmp_path, 0)
    card.gate.clear()
    files = []
    for name in ("c1", "c2"):
        files.append(recorder.start(name, SampleIndex(0), DAY))
        talk(recorder, 0, 2)
        assert recorder.stop(SampleIndex(16000)).samples == 16000
    card.gate.set()
    recorder.close()
    assert [sound(tmp_path / file) for file in files] == [tone(0, 16000)] * 2


def test_read_only_comes_after_the_last_durable_write(tmp_path: Path) -> None:
    release = threading.Event()
    modes: list[int] = []

    def sync(descriptor: int) -> None:
        release.wait(20)
        modes.append(stat.S_IMODE(os.fstat(descriptor).st_mode))

    recorder = Recorder(tmp_path, 0, sync=sync)
    file = recorder.start("c1", SampleIndex(0), DAY)
    talk(recorder, 0, 1)
    recorder.stop(SampleIndex(8000))
    time.sleep(0.05)
    assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o660
    release.set()
    recorder.close()
    assert set(modes) == {0o660}
    assert stat.S_IMODE((tmp_path / file).stat().st_mode) == 0o440


@pytest.mark.parametrize("threaded", [True, False])
@pytest.mark.parametrize("name", ["stat", "open", "mkdir", "statvfs", "pwrite"])
def test_a_disk_that_fails_at_the_start_is_a_fact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, threaded: bool
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise OSError(5, "Input/output error")

    (tmp_path / "recordings").mkdir()
    recorder = Recorder(tmp_path, 0, threaded=threaded)
    with monkeypatch.context() as bad:
        bad.setattr(os, name, refuse)
        file = recorder.start("c1", SampleIndex(0), DAY)
        talk(recorder, 0, 1)
    talk(recorder, 8000, 2)
    assert str(file) == "recordings/2026/11/24/c1.wav"
    done = recorder.stop(SampleIndex(24000))
    recorder.close()
    assert (done.samples, done.marks) == (24000, ())
    assert sound(tmp_path / file) == tone(0, 24000)


def test_a_thread_that_dies_of_a_bug_is_told_and_hangs_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def bug(*_: Any) -> Any:
        raise RuntimeError("a bug")

    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    recorder = Recorder(tmp_path, 0)
    assert recorder.alive()
    with monkeypatch.context() as bad:
        bad.setattr(os, "pwrite", bug)
        recorder.start("c1", SampleIndex(0), DAY)
        until = time.monotonic() + 10
        while recorder.alive():
            assert time.monotonic() < until
            time.sleep(0.005)
    begun = time.monotonic()
    talk(recorder, 0, 1)
    recorder.stop(SampleIndex(8000))
    recorder.close()
    assert time.monotonic() - begun < QUICK_S
