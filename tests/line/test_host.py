"""The machine's clocks and its service manager."""

import socket
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from appliance.edge.host_clock import HostClock
from appliance.edge.watchdog import ServiceWatchdog
from appliance.errors import OperatorError
from appliance.units import RATE_HZ


def heard(manager: socket.socket) -> list[str]:
    manager.setblocking(False)
    words = []
    while True:
        try:
            words.append(manager.recv(1000).decode())
        except BlockingIOError:
            return words


def test_the_clock_counts_samples_from_nothing() -> None:
    before = time.monotonic()
    clock = HostClock()
    first, second = clock.now(), clock.now()
    assert 0 <= first <= second <= (time.monotonic() - before) * RATE_HZ + 1


def test_the_time_of_day_is_that_of_the_zone() -> None:
    assert HostClock("Asia/Tokyo").civil().utcoffset() == timedelta(hours=9)
    here = HostClock().civil()
    assert here.tzinfo is not None
    assert abs(here - datetime.now().astimezone()) < timedelta(seconds=5)


@pytest.mark.parametrize("name", ["Asia/Tokio", "../../etc/passwd", "/etc", "x" * 300])
def test_an_unknown_zone_is_told(name: str) -> None:
    with pytest.raises(OperatorError, match="timezone"):
        HostClock(name)


@pytest.mark.parametrize("abstract", [False, True])
def test_ready_status_and_signs_of_life(tmp_path: Path, abstract: bool) -> None:
    name = f"@denwaban-{tmp_path}" if abstract else str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind("\0" + name[1:] if abstract else name)
        watchdog = ServiceWatchdog({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "3000000"})
        watchdog.ready()
        watchdog.status("waiting\nfor a call")
        for _ in range(100):
            watchdog.alive()
        watchdog.stopping()
        assert heard(manager) == ["READY=1", "STATUS=waiting for a call", "WATCHDOG=1", "STOPPING=1"]


def test_signs_of_life_come_three_times_a_deadline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        watchdog = ServiceWatchdog({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "15000000"})
        for second in range(100, 130):
            monkeypatch.setattr(time, "monotonic", lambda at=second: float(at))
            watchdog.alive()
        assert heard(manager) == ["WATCHDOG=1"] * 6


@pytest.mark.parametrize("name", ["", "/nowhere/at/all", "@nobody-listens-here"])
def test_nobody_listening_is_no_trouble(name: str) -> None:
    watchdog = ServiceWatchdog({"NOTIFY_SOCKET": name, "WATCHDOG_USEC": "garbage"})
    watchdog.ready()
    watchdog.alive()
    watchdog.status("on")
