"""The scribe: stored first, then told; never held up, never out of order."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from appliance.events import FaultCleared, FaultRaised, Message, Outcome
from appliance.store import places
from appliance.store import scribe as house
from appliance.store.calls import Store
from appliance.store.deeds import AddEvent, EndCall, OpenCall, SetState
from appliance.store.scribe import Scribe, SyncScribe
from appliance.units import SampleIndex

T0 = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
NOW = SampleIndex(77)


def note(n: int) -> AddEvent:
    return AddEvent("c1", T0, "Note", {"n": n})


def numbers(store: Store) -> list[int]:
    return [event.payload["n"] for event in store.events("c1")]


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Another process holds the write lock."""
    with closing(sqlite3.connect(places.database(data), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def wait_for(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house, "PATIENCE_S", 0.03)
    monkeypatch.setattr(house, "RETRY_S", 0.03)


@pytest.fixture
def quick(data: Path) -> Iterator[Store]:
    """A store that does not wait for a lock."""
    one = Store(data, busy_ms=20)
    one.write(OpenCall("c1", T0))
    yield one
    one.close()


def test_stored_before_it_is_told(quick: Store) -> None:
    told: list[tuple[str, int]] = []
    scribe = SyncScribe(quick, lambda message: told.append((message.topic, len(numbers(quick)))))
    scribe.write(note(0), then=[Message("a"), Message("b")])
    scribe.write(then=[Message("c")])
    assert told == [("a", 1), ("b", 1), ("c", 1)]
    assert scribe.faults(NOW) == []
    scribe.close()


def test_a_thread_keeps_the_order(quick: Store) -> None:
    told: list[str] = []
    scribe = Scribe(quick, lambda message: told.append(message.topic))
    for n in range(200):
        scribe.write(note(n), then=[Message(str(n))])
    scribe.close()
    assert numbers(quick) == list(range(200))
    assert told == [str(n) for n in range(200)]
    assert not scribe.alive()


def test_a_locked_database_holds_up_neither_line_nor_bus(quick: Store, data: Path) -> None:
    told: list[str] = []
    scribe = Scribe(quick, lambda message: told.append(message.topic))
    with locked(data):
        begun = time.monotonic()
        for n in range(100):
            scribe.write(note(n), then=[Message(str(n))])
        assert time.monotonic() - begun < 0.1
        wait_for(lambda: len(told) == 100)
        assert numbers(quick) == []
        (fault,) = scribe.faults(NOW)
        assert isinstance(fault, FaultRaised)
        assert (fault.at, fault.what) == (NOW, "store")
    scribe.write(note(100))
    wait_for(lambda: len(numbers(quick)) == 101)
    wait_for(lambda: not (data / places.SPILL).exists())
    scribe.close()
    assert numbers(quick) == list(range(101))
    assert told == [str(n) for n in range(100)]
    assert [type(fact) for fact in scribe.faults(NOW)] == [FaultCleared]


def test_a_full_queue_goes_to_the_file(quick: Store, data: Path) -> None:
    told: list[str] = []
    gate = threading.Event()

    def publish(message: Message) -> None:
        gate.wait(10)
        told.append(message.topic)

    scribe = Scribe(quick, publish, queue_length=5)
    for n in range(40):
        scribe.write(note(n), then=[Message(str(n))])
    assert (data / places.SPILL).stat().st_size > 0
    gate.set()
    wait_for(lambda: not (data / places.SPILL).exists())
    scribe.close()
    assert numbers(quick) == list(range(40))
    assert told == [str(n) for n in range(40)]


def test_what_an_earlier_life_spilled_is_replayed_once_and_not_told_again(quick: Store, data: Path) -> None:
    first = SyncScribe(quick, lambda _: None)
    with locked(data):
        for n in range(3):
            first.write(note(n), then=[Message("old")])
        first.close()  # as a kill: the file stays
    lines = (data / places.SPILL).read_bytes()
    (data / places.SPILL).write_bytes(lines + b'{"n": 3, "torn')
    told: list[str] = []
    second = SyncScribe(quick, lambda message: told.append(message.topic))
    second.write(note(3), then=[Message("new")])
    assert numbers(quick) == [0, 1, 2, 3]
    assert told == ["new"]
    assert not (data / places.SPILL).exists()


def test_a_replay_cut_short_repeats_nothing(quick: Store, data: Path) -> None:
    first = SyncScribe(quick, lambda _: None)
    with locked(data):
        for n in range(3):
            first.write(note(n))
    entries, _ = first._pen._spill.read()
    quick.replay(entries[0].key, entries[0].deeds)  # and then the power went
    SyncScribe(quick, lambda _: None).close()
    assert numbers(quick) == [0, 1, 2]


def test_what_contradicts_the_database_is_kept_aside_and_the_rest_goes_on(quick: Store, data: Path) -> None:
    scribe = Scribe(quick, lambda _: None)
    scribe.write(note(0))
    scribe.write(SetState("nobody", "talking"))
    scribe.write(OpenCall("c1", T0))
    scribe.write(EndCall("c1", T0, Outcome.TALKED))
    scribe.write(note(1))
    scribe.close()
    assert numbers(quick) == [0, 1]
    assert len((data / places.REJECTED).read_text().splitlines()) == 2
    call = quick.call("c1")
    assert call is not None
    assert call.outcome is Outcome.TALKED


def test_a_broken_database_still_lets_the_popup_come(tmp_path: Path) -> None:
    (tmp_path / places.DATABASE).write_bytes(b"no database" * 1000)
    told: list[str] = []
    scribe = SyncScribe(Store(tmp_path), lambda message: told.append(message.topic))
    scribe.write(OpenCall("c1", T0), then=[Message("call")])
    assert told == ["call"]
    assert (tmp_path / places.SPILL).stat().st_size > 0
    assert [type(fact) for fact in scribe.faults(NOW)] == [FaultRaised]


def test_a_thread_that_dies_of_a_bug_is_told_hangs_nothing_and_loses_nothing_that_waits(
    quick: Store, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def bug(_: Message) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    scribe = Scribe(quick, bug, queue_length=5)
    scribe.write(then=[Message("x")])
    wait_for(lambda: not scribe.alive())
    for n in range(20):
        scribe.write(note(n))
    begun = time.monotonic()
    scribe.close()
    scribe.close()
    assert time.monotonic() - begun < 1
    SyncScribe(quick, lambda _: None).close()
    assert numbers(quick) == list(range(20))
