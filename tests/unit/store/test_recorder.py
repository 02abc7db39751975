"""The recorder on a real disk, mostly without its threads: what is in the file, when, and a disk that refuses."""

import os
import resource
import stat
import wave
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from appliance.errors import HouseError
from appliance.events import DiskLow, Fact, FaultCleared, RecordingFailed, SoundBlock, SoundLost
from appliance.store import tape as house
from appliance.store.recorder import Recorder
from appliance.store.timeline import MarkKind
from appliance.store.wav import HEADER_BYTES, header
from appliance.units import SampleIndex

DAY = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def tone(first: int, count: int) -> bytes:
    return (np.arange(first, first + count) % 9973 + 1).astype("<i2").tobytes()


def talk(recorder: Recorder, first: int, seconds: float) -> list[Fact]:
    """Line sound in blocks of 20 ms."""
    facts: list[Fact] = []
    for at in range(first, first + int(seconds * 8000), 160):
        facts += recorder.hear(SoundBlock(SampleIndex(at), tone(at, 160)))
    return facts


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    one = Recorder(tmp_path, 0, threaded=False)
    yield one
    one.close()


def sound(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 8000)
        return bytes(file.readframes(file.getnframes()))


def test_a_call_becomes_a_read_only_wav(recorder: Recorder, tmp_path: Path) -> None:
    relative = recorder.start("c1", SampleIndex(0), DAY)
    talk(recorder, 0, 2)
    recorder.take(SoundLost(SampleIndex(16000), 800, "overrun"))
    talk(recorder, 16800, 1)
    done = recorder.stop(SampleIndex(24800))
    recorder.close()
    assert str(relative) == done.file == "recordings/2026/11/24/c1.wav"
    assert done.samples == 24800
    assert [(mark.kind, mark.position, mark.samples) for mark in done.marks] == [(MarkKind.LOST, 16000, 800)]
    assert sound(tmp_path / relative) == tone(0, 16000) + bytes(1600) + tone(16800, 8000)
    assert stat.S_IMODE((tmp_path / relative).stat().st_mode) == 0o440


def test_the_growing_file_is_valid_and_at_most_a_second_behind(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / recorder.start("c1", SampleIndex(0), DAY)
    for at in range(0, 40000, 160):
        recorder.hear(SoundBlock(SampleIndex(at), tone(at, 160)))
        size = path.stat().st_size
        heard = at + 160
        assert heard - (size - HEADER_BYTES) // 2 <= 0.45 * 8000
        told = len(sound(path)) // 2
        assert heard - told <= 8000
        assert sound(path) == tone(0, told)
    recorder.stop(SampleIndex(40000))


def test_nobody_outside_the_group_may_listen(recorder: Recorder, tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        path = tmp_path / recorder.start("c1", SampleIndex(0), DAY)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    for directory in list(path.parents)[:4]:
        assert stat.S_IMODE(directory.stat().st_mode) == 0o2770
    recorder.stop(SampleIndex(0))


def test_the_disk_is_asked_twice_a_second_from_another_thread(tmp_path: Path) -> None:
    import threading

    asked: list[int] = []
    recorder = Recorder(tmp_path, 0, sync=lambda _: asked.append(threading.get_ident()))
    recorder.start("c1", SampleIndex(0), DAY)
    talk(recorder, 0, 1)
    recorder.stop(SampleIndex(8000))
    recorder.close()
    assert asked
    assert threading.get_ident() not in asked


def test_a_name_is_never_used_twice(recorder: Recorder) -> None:
    first = recorder.start("c1", SampleIndex(0), DAY)
    recorder.stop(SampleIndex(0))
    second = recorder.start("c1", SampleIndex(0), DAY)
    recorder.stop(SampleIndex(0))
    assert (first.name, second.name) == ("c1.wav", "c1-2.wav")


def test_mistakes_of_the_house_are_told(recorder: Recorder) -> None:
    with pytest.raises(HouseError):
        recorder.stop(SampleIndex(0))
    with pytest.raises(HouseError):
        recorder.start("../c1", SampleIndex(0), DAY)
    assert talk(recorder, 0, 1) == []


def test_little_room_is_told_once_a_call(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path, 10**9, threaded=False)
    recorder.start("c1", SampleIndex(0), DAY)
    facts = talk(recorder, 0, 25)
    recorder.stop(SampleIndex(0))
    recorder.close()
    assert [type(fact) for fact in facts] == [DiskLow]


@contextmanager
def full_disk(after: int) -> Iterator[None]:
    """No file may grow beyond `after` bytes: the kernel itself refuses, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (after, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_sound_waits_in_memory_for_a_disk_that_refuses(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / recorder.start("c1", SampleIndex(0), DAY)
    with full_disk(20001):
        facts = talk(recorder, 0, 5)
    assert [type(fact) for fact in facts] == [RecordingFailed]
    facts = talk(recorder, 40000, 2)
    assert [type(fact) for fact in facts] == [FaultCleared]
    done = recorder.stop(SampleIndex(56000))
    assert sound(path) == tone(0, 56000)
    assert (done.samples, done.marks) == (56000, ())


def test_what_no_memory_could_hold_is_a_marked_hole(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house, "BACKLOG_SAMPLES", 16000)
    path = tmp_path / recorder.start("c1", SampleIndex(0), DAY)
    with full_disk(HEADER_BYTES + 16000):
        talk(recorder, 0, 5)
    talk(recorder, 40000, 2)
    done = recorder.stop(SampleIndex(56000))
    (hole,) = done.marks
    assert hole.kind is MarkKind.UNWRITTEN
    assert hole.position == 8000
    heard, end = sound(path), hole.position + hole.samples
    assert heard == tone(0, 8000) + bytes(2 * hole.samples) + tone(end, 56000 - end)


def test_a_disk_that_stays_full_leaves_a_sound_file_to_be_mended(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / recorder.start("c1", SampleIndex(0), DAY)
    with full_disk(20001):
        talk(recorder, 0, 3)
        done = recorder.stop(SampleIndex(24000))
        recorder.close()
    assert done.samples == 24000  # as it was heard
    kept = (20001 - HEADER_BYTES) // 2
    assert path.read_bytes() == header(kept) + tone(0, kept)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660  # not finished: `mend` brings call and file together
    (fact,) = recorder.tick(SampleIndex(24000))
    assert isinstance(fact, RecordingFailed)
    assert "c1.wav: 1.8 s at the end are missing" in fact.why


def test_a_disk_without_room_leaves_silence_of_the_right_length(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.pwrite

    def no_room(descriptor: int, octets: bytes, offset: int) -> int:
        if offset > 8000:
            raise OSError(28, "No space left on device")
        return real(descriptor, octets, offset)

    path = tmp_path / recorder.start("c1", SampleIndex(0), DAY)
    with monkeypatch.context() as full:
        full.setattr(os, "pwrite", no_room)
        talk(recorder, 0, 3)
        assert recorder.stop(SampleIndex(24000)).samples == 24000
        for second in range(3, 70):
            recorder.tick(SampleIndex(second * 8000))
    heard = sound(path)
    kept = len(heard.rstrip(b"\0")) // 2
    assert len(heard) == 2 * 24000
    assert 3000 < kept < 6000
    assert heard[: 2 * kept] == tone(0, kept)
    assert stat.S_IMODE(path.stat().st_mode) == 0o440


def test_the_end_of_a_call_waits_for_a_disk_that_comes_back(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / recorder.start("c1", SampleIndex(0), DAY)
    with full_disk(20001):
        facts = talk(recorder, 0, 3)
        recorder.stop(SampleIndex(24000))
        facts += recorder.tick(SampleIndex(33000))
    for second in range(5, 8):
        facts += recorder.tick(SampleIndex(second * 8000))
    assert [type(fact) for fact in facts] == [RecordingFailed, FaultCleared]
    assert sound(path) == tone(0, 24000)
    assert stat.S_IMODE(path.stat().st_mode) == 0o440


def test_long_silence_of_ours_fills_no_memory(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / recorder.start("c1", SampleIndex(0), DAY)
    talk(recorder, 0, 1)
    assert talk(recorder, 800_000, 1) == []
    done = recorder.stop(SampleIndex(808_000))
    assert sound(path) == tone(0, 8000) + bytes(2 * 792_000) + tone(800_000, 8000)
    assert [mark.kind for mark in done.marks] == [MarkKind.GAP]
    assert path.stat().st_blocks * 512 < 200_000


def test_a_file_that_is_there_is_never_overwritten(recorder: Recorder, tmp_path: Path) -> None:
    path = tmp_path / "recordings/2026/11/24/c1.wav"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"evidence")
    recorder.start("c1", SampleIndex(0), DAY)
    assert [type(fact) for fact in talk(recorder, 0, 2)] == [RecordingFailed]
    recorder.stop(SampleIndex(16000))
    recorder.close()
    assert path.read_bytes() == b"evidence"


def test_a_file_that_cannot_be_made_is_made_later(recorder: Recorder, tmp_path: Path) -> None:
    (tmp_path / "recordings").write_text("in the way")
    path = tmp_path / recorder.start("c1", SampleIndex(0), DAY)
    assert [type(fact) for fact in talk(recorder, 0, 2)] == [RecordingFailed]
    (tmp_path / "recordings").unlink()
    assert [type(fact) for fact in talk(recorder, 16000, 2)] == [FaultCleared]
    recorder.stop(SampleIndex(32000))
    assert sound(path) == tone(0, 32000)


def test_a_disk_that_forgets_is_told_once(tmp_path: Path) -> None:
    def refuse(_: int) -> None:
        raise OSError(5, "Input/output error")

    recorder = Recorder(tmp_path, 0, sync=refuse)
    recorder.start("c1", SampleIndex(0), DAY)
    talk(recorder, 0, 3)
    recorder.stop(SampleIndex(24000))
    recorder.close()
    facts = recorder.tick(SampleIndex(24000))
    assert len(facts) <= 1  # the rest came while talking
    for fact in facts:
        assert isinstance(fact, RecordingFailed)
