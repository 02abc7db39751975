"""The clerk: seals what is finished, tells what is wrong with what was sealed."""

import fcntl
import hashlib
import os
import stat
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.bus.memory import MemoryBus
from appliance.daemon import clerk as house
from appliance.daemon.clerk import Clerk, run_clerk
from appliance.events import Outcome
from appliance.settings import PathSettings, Settings
from appliance.store.calls import Store
from appliance.store.deeds import CloseRecording, EndCall, OpenCall, SetRecording
from appliance.store.wav import header

T0 = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SOUND = bytes(16000)


class Patient:
    """A watchdog that counts."""

    def __init__(self, on_alive: Callable[[int], None] = lambda _: None) -> None:
        self.count = 0
        self._on_alive = on_alive

    def ready(self) -> None: ...

    def alive(self) -> None:
        self.count += 1
        self._on_alive(self.count)

    def status(self, text: str) -> None: ...


@pytest.fixture
def recording(data: Path, store: Store) -> Path:
    """A finished call with a finished recording of one second."""
    path = data / "recordings" / "c1.wav"
    path.parent.mkdir()
    path.write_bytes(header(8000) + SOUND)
    path.chmod(0o440)
    store.write(
        OpenCall("c1", T0),
        SetRecording("c1", "recordings/c1.wav", T0),
        CloseRecording("c1", 8000),
        EndCall("c1", T0, Outcome.TALKED),
    )
    return path


def at(**since: float) -> datetime:
    return T0 + timedelta(**since)


def test_a_finished_recording_is_sealed_once(data: Path, store: Store, recording: Path) -> None:
    clerk = Clerk(data, store, Patient())
    told = clerk.work(at(seconds=5))
    assert (told.topic, told.retain) == ("clerk/state", True)
    assert (told.payload["sealed"], told.payload["waiting"], told.payload["damaged"]) == (1, 0, 0)
    assert told.payload["free_mb"] > 0
    call = store.call("c1")
    assert call is not None
    assert call.sha256 == hashlib.sha256(recording.read_bytes()).hexdigest()
    assert call.sealed_at == at(seconds=5)
    clerk.work(at(seconds=10))
    assert [entry.what for entry in store.audited("call/c1")] == ["sealed"]


def test_a_recording_that_is_not_finished_waits(data: Path, store: Store, recording: Path) -> None:
    recording.chmod(0o660)
    clerk = Clerk(data, store, Patient())
    assert clerk.work(at(seconds=5)).payload["waiting"] == 1
    assert store.audited() == []
    assert clerk.work(at(minutes=5)).payload["waiting"] == 0  # the recorder never came back to it
    assert stat.S_IMODE(recording.stat().st_mode) == 0o440


def test_a_recorder_on_a_slow_card_is_waited_for_whatever_the_clock_says(
    data: Path, store: Store, recording: Path
) -> None:
    recording.chmod(0o660)
    descriptor = os.open(recording, os.O_RDWR)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    clerk = Clerk(data, store, Patient())
    try:
        for when in (at(minutes=5), at(hours=-1)):
            assert clerk.work(when).payload["waiting"] == 1
    finally:
        os.close(descriptor)
    assert stat.S_IMODE(recording.stat().st_mode) == 0o660
    assert store.audited() == []
    assert clerk.work(at(minutes=6)).payload["waiting"] == 0


@pytest.mark.parametrize(
    ("octets", "why"), [(None, "the file is not there"), (header(8000) + SOUND[:-2], "its length is not that")]
)
def test_what_cannot_be_sealed_is_written_down_once(
    data: Path, store: Store, recording: Path, octets: bytes | None, why: str
) -> None:
    recording.unlink()
    if octets is not None:
        recording.write_bytes(octets)
    clerk = Clerk(data, store, Patient())
    for minute in (5, 6):
        assert clerk.work(at(minutes=minute)).payload["waiting"] == 1
    (entry,) = store.audited("call/c1")
    assert why in entry.detail


@pytest.mark.parametrize("damage", ["changed", "missing"])
def test_a_broken_seal_is_told(data: Path, store: Store, recording: Path, damage: str) -> None:
    clerk = Clerk(data, store, Patient())
    clerk.work(at(seconds=5))
    assert clerk.work(at(days=8)).payload["damaged"] == 0
    recording.chmod(0o660)
    if damage == "changed":
        recording.write_bytes(header(8000) + SOUND[:-1] + b"\x01")
    else:
        recording.unlink()
    assert clerk.work(at(days=9)).payload["damaged"] == 0  # its turn comes once a week
    assert clerk.work(at(days=16)).payload["damaged"] == 1
    call = store.call("c1")
    assert call is not None
    assert call.damage == damage
    assert store.audited("call/c1")[0].what == f"seal broken: {damage}"


def test_the_clerk_runs_until_it_is_stopped(data: Path, recording: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "ROUND_S", 0.001)
    stop = threading.Event()
    bus = MemoryBus()
    settings = Settings(paths=PathSettings(data=data))
    run_clerk(settings, bus, Patient(lambda count: stop.set() if count > 4 else None), stop)
    states = [message for message in bus.published if message.topic == "clerk/state"]
    assert len(states) == 1  # told when it changes, not every round
    assert states[0].payload["sealed"] == 1
