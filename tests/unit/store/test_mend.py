"""Mending: what a kill left half-written becomes whole; what was finished stays untouched."""

import fcntl
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from appliance.events import Outcome
from appliance.store.calls import Store
from appliance.store.deeds import CloseRecording, EndCall, OpenCall, SetRecording
from appliance.store.mend import mend
from appliance.store.wav import header

T0 = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SOUND = bytes(range(1, 201)) * 80  # 8000 samples


def lay_down(data: Path, name: str, octets: bytes, mode: int = 0o660) -> str:
    path = data / "recordings/2026/11/24" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(octets)
    path.chmod(mode)
    return str(path.relative_to(data))


@pytest.mark.parametrize(
    ("octets", "samples"),
    [
        (header(8000) + SOUND, 8000),
        (header(0) + SOUND, 8000),
        (header(90000) + SOUND, 8000),
        (header(8000) + SOUND + b"\x01", 8000),
        (b"", 0),
        (header(0)[:20], 0),
        (bytes(44) + SOUND, 8000),
    ],
)
def test_an_open_call_gets_its_true_length_and_end(data: Path, store: Store, octets: bytes, samples: int) -> None:
    file = lay_down(data, "c1.wav", octets)
    store.write(OpenCall("c1", T0), SetRecording("c1", file, T0 + timedelta(seconds=3)))
    (mended,) = mend(data, store)
    assert (mended.call_id, mended.samples) == ("c1", samples)
    assert (data / file).read_bytes() == header(samples) + SOUND[: 2 * samples]
    assert stat.S_IMODE((data / file).stat().st_mode) == 0o440
    call = store.call("c1")
    assert call is not None
    assert (call.outcome, call.samples) == (Outcome.INTERRUPTED, samples)
    assert call.ended_at == T0 + timedelta(seconds=3 + samples / 8000)
    assert [event.kind for event in store.events("c1")] == ["Mended"]
    assert mend(data, store) == []


def test_calls_without_recording_are_ended(data: Path, store: Store) -> None:
    store.write(OpenCall("c1", T0))
    store.write(OpenCall("c2", T0), SetRecording("c2", "recordings/gone.wav", T0))
    assert [mended.call_id for mended in mend(data, store)] == ["c1", "c2"]
    assert store.open_calls() == []


def test_what_is_finished_is_not_touched(data: Path, store: Store) -> None:
    wrong = header(5) + SOUND  # whatever it says: it is finished
    file = lay_down(data, "c1.wav", wrong, 0o440)
    store.write(
        OpenCall("c1", T0), SetRecording("c1", file, T0), CloseRecording("c1", 5), EndCall("c1", T0, Outcome.TALKED)
    )
    before = (data / file).stat().st_mtime_ns
    assert mend(data, store) == []
    assert (data / file).read_bytes() == wrong
    assert (data / file).stat().st_mtime_ns == before


def test_a_finished_call_keeps_its_outcome(data: Path, store: Store) -> None:
    short = lay_down(data, "c1.wav", header(9000) + SOUND)
    open_ended = lay_down(data, "c2.wav", header(8000) + SOUND)
    end = EndCall("c1", T0 + timedelta(seconds=9), Outcome.MESSAGE)
    store.write(OpenCall("c1", T0), SetRecording("c1", short, T0), CloseRecording("c1", 9000), end)
    store.write(OpenCall("c2", T0), SetRecording("c2", open_ended, T0), EndCall("c2", T0, Outcome.MESSAGE))
    mend(data, store)
    for call_id in ("c1", "c2"):
        call = store.call(call_id)
        assert call is not None
        assert (call.outcome, call.samples) == (Outcome.MESSAGE, 8000)
    assert mend(data, store) == []


def test_a_recording_without_a_call_gets_one(data: Path, store: Store) -> None:
    file = lay_down(data, "c7.wav", header(0) + SOUND)
    (mended,) = mend(data, store)
    call = store.call("c7")
    assert call is not None
    assert (mended.call_id, call.recording, call.samples, call.outcome) == ("c7", file, 8000, Outcome.INTERRUPTED)


def test_a_recording_in_progress_is_left_alone(data: Path, store: Store) -> None:
    file = lay_down(data, "c1.wav", header(0) + SOUND)
    store.write(OpenCall("c1", T0), SetRecording("c1", file, T0))
    descriptor = os.open(data / file, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    try:
        assert mend(data, store) == []
        assert (data / file).read_bytes() == header(0) + SOUND
    finally:
        os.close(descriptor)
    assert len(mend(data, store)) == 1


def test_a_stranger_s_file_is_told_and_left(data: Path, store: Store) -> None:
    stranger = b"RIFF" + bytes(4) + b"WAVEfmt " + bytes(100)
    file = lay_down(data, "song.wav", stranger)
    (told,) = mend(data, store)
    assert "not of our making" in told.what
    assert (data / file).read_bytes() == stranger


def test_a_file_that_vanishes_during_the_walk_is_passed_over(
    data: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = {lay_down(data, name, header(0) + SOUND) for name in ("a.wav", "c.wav")}
    kept = lay_down(data, "b.wav", header(0) + SOUND)
    real_stat, real_open = Path.stat, os.open

    def stat_of(path: Path, **given: Any) -> os.stat_result:
        if path.name == "a.wav":
            path.unlink(missing_ok=True)  # before the look at it
        return real_stat(path, **given)

    def open_of(path: Any, *given: Any) -> int:
        if str(path).endswith("c.wav"):
            Path(path).unlink(missing_ok=True)  # after it
        return real_open(path, *given)

    monkeypatch.setattr(Path, "stat", stat_of)
    monkeypatch.setattr(os, "open", open_of)
    assert [mended.file for mended in mend(data, store)] == [kept]
    assert not any((data / file).exists() for file in lost)


def test_a_file_that_cannot_be_looked_at_is_told_and_ends_its_call(
    data: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = lay_down(data, "c1.wav", header(0) + SOUND)
    good = lay_down(data, "c2.wav", header(0) + SOUND)
    for call_id, file in (("c1", bad), ("c2", good)):
        store.write(OpenCall(call_id, T0), SetRecording(call_id, file, T0))
    real_stat, real_open = Path.stat, os.open

    def stat_of(path: Path, **given: Any) -> os.stat_result:
        if path.name == "c1.wav":
            raise OSError(5, "Input/output error")
        return real_stat(path, **given)

    def open_of(path: Any, *given: Any) -> int:
        if str(path).endswith("c1.wav"):
            raise OSError(5, "Input/output error")
        return real_open(path, *given)

    with monkeypatch.context() as sick:
        sick.setattr(Path, "stat", stat_of)
        sick.setattr(os, "open", open_of)
        assert {mended.call_id for mended in mend(data, store)} == {"", "c1", "c2"}
    ended = [store.call(call_id) for call_id in ("c1", "c2")]
    assert [call.samples for call in ended if call and call.ended_at] == [None, 8000]
    assert [mended.samples for mended in mend(data, store)] == [8000]  # the card can be read again


def test_sealed_recordings_are_not_even_looked_at(data: Path, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = lay_down(data, "c1.wav", header(8000) + SOUND, 0o440)
    fresh = lay_down(data, "c2.wav", header(8000) + SOUND, 0o440)
    for call_id, file in (("c1", sealed), ("c2", fresh)):
        store.write(OpenCall(call_id, T0), SetRecording(call_id, file, T0), CloseRecording(call_id, 8000))
        store.write(EndCall(call_id, T0, Outcome.TALKED))
    store.seal("c1", "abc", T0)
    looked: list[str] = []
    real = Path.stat

    def stat_of(path: Path, **given: Any) -> os.stat_result:
        looked.append(path.name)
        return real(path, **given)

    monkeypatch.setattr(Path, "stat", stat_of)
    assert mend(data, store) == []
    assert "c2.wav" in looked
    assert "c1.wav" not in looked
