"""The serial link on a real pty. Spec: LINE_HARDWARE.md 1.10 and 4.1."""

from __future__ import annotations

import errno
import fcntl
import os
import pty
import struct
import termios
import threading
import time
import tty
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.edge import serial_link
from appliance.edge.serial_link import BUFFER_OCTETS, PySerialLink
from appliance.edge.usb_reset import UsbReset, run_hook
from appliance.errors import LineError, LineGone

PATIENCE = 5.0

TIOCPKT_FLUSHWRITE = 2
"""Spec: ioctl_tty(2), packet mode."""


class Cable:
    """A pty: we hold the master, the link opens the slave."""

    def __init__(self) -> None:
        self.master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        self.port = os.ttyname(self._slave)
        self.pulled = False

    def pull(self) -> None:
        if not self.pulled:
            self.pulled = True
            os.close(self._slave)
            os.close(self.master)


@pytest.fixture
def cable() -> Iterator[Cable]:
    cable = Cable()
    yield cable
    cable.pull()


@pytest.fixture
def link(cable: Cable) -> Iterator[PySerialLink]:
    link = PySerialLink(cable.port, 115200)
    yield link
    link.close()


def read_until(link: PySerialLink, count: int) -> bytes:
    octets, begun = b"", time.monotonic()
    while len(octets) < count and time.monotonic() - begun < PATIENCE:
        link.wait(0.1)
        octets += link.read()
    return octets


def gone(link: PySerialLink) -> str:
    """The words of the fault that a read meets sooner or later."""
    with pytest.raises(LineGone) as fault:
        read_until(link, 10**9)
    return str(fault.value)


def test_eight_bits_clean_both_ways(cable: Cable, link: PySerialLink) -> None:
    octets = bytes(range(256))
    os.write(cable.master, octets)
    assert read_until(link, 256) == octets
    assert link.write(octets) == 256
    assert os.read(cable.master, 256) == octets


def test_wait_wakes_as_soon_as_something_arrives(cable: Cable, link: PySerialLink) -> None:
    threading.Timer(0.05, lambda: os.write(cable.master, b"x")).start()
    begun = time.monotonic()
    link.wait(PATIENCE)
    assert time.monotonic() - begun < PATIENCE / 2
    assert link.read() == b"x"
    assert link.read() == b""


def test_wait_ends_by_itself(link: PySerialLink) -> None:
    begun = time.monotonic()
    link.wait(0.02)
    assert 0.015 < time.monotonic() - begun < PATIENCE


def test_write_never_blocks(link: PySerialLink) -> None:
    begun, taken, last = time.monotonic(), 0, 1
    while last:
        last = link.write(b"\xff" * 4096)
        taken += last
    assert taken < 100_000
    assert time.monotonic() - begun < PATIENCE
    begun = time.monotonic()
    assert link.write(b"x") == 0
    assert time.monotonic() - begun < 0.05
    assert link.write(b"") == 0


def test_overflow_is_bounded_and_counted(cable: Cable, link: PySerialLink) -> None:
    total = BUFFER_OCTETS + 10_000
    sent = 0
    while sent < total:
        sent += os.write(cable.master, b"\xaa" * min(4096, total - sent))
    begun, dropped = time.monotonic(), 0
    while dropped < 10_000 and time.monotonic() - begun < PATIENCE:
        time.sleep(0.01)
        dropped += link.lost()
    assert dropped == 10_000
    assert len(link.read()) == BUFFER_OCTETS
    assert link.lost() == 0


def test_pulled_while_reading_and_writing(cable: Cable, link: PySerialLink) -> None:
    os.write(cable.master, b"last words")
    assert read_until(link, 10) == b"last words"
    cable.pull()
    assert cable.port in gone(link)
    with pytest.raises(LineGone):
        link.write(b"AT\r")
    link.wait(0.01)
    link.pulse_dtr()
    link.close()
    link.close()


def test_what_arrived_before_the_pull_is_still_read(cable: Cable, link: PySerialLink) -> None:
    os.write(cable.master, b"NO CARRIER")
    link.wait(PATIENCE)
    time.sleep(0.05)
    cable.pull()
    time.sleep(0.05)
    assert link.read() == b"NO CARRIER"
    gone(link)


def test_closing_forgets_what_a_stuck_modem_did_not_take(cable: Cable, link: PySerialLink) -> None:
    """Else a serial driver waits for it, 30 s and more (closing_wait)."""
    fcntl.ioctl(cable.master, termios.TIOCPKT, struct.pack("i", 1))
    while link.write(b"\xff" * 4096):
        pass
    begun = time.monotonic()
    link.close()
    assert time.monotonic() - begun < 0.3
    assert os.read(cable.master, 4096)[0] & TIOCPKT_FLUSHWRITE


def test_a_port_that_does_not_close_holds_nobody_up(link: PySerialLink, monkeypatch: pytest.MonkeyPatch) -> None:
    stuck = threading.Event()
    monkeypatch.setattr(link._serial, "close", lambda: stuck.wait(PATIENCE))
    begun = time.monotonic()
    link.close()
    assert time.monotonic() - begun < 1.0
    stuck.set()


def test_dtr_on_a_pty_is_silently_nothing(link: PySerialLink) -> None:
    link.pulse_dtr()


def test_port_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(LineGone, match="is the modem plugged in"):
        PySerialLink(str(tmp_path / "nothing"), 115200)


def test_port_that_is_no_terminal(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(LineGone):
        PySerialLink(str(tmp_path / "file"), 115200)


def test_port_in_use(cable: Cable, link: PySerialLink) -> None:
    with pytest.raises(LineGone, match="in use by another program"):
        PySerialLink(cable.port, 115200)


def test_words_for_missing_permission() -> None:
    words = serial_link._in_words("/dev/ttyACM0", OSError(errno.EACCES, "Permission denied"))
    assert "dialout" in words


def test_symlink_to_another_port_after_a_replug(cable: Cable, tmp_path: Path) -> None:
    name = tmp_path / "modem"
    name.symlink_to(cable.port)
    PySerialLink(str(name), 115200).close()
    cable.pull()
    other = Cable()
    try:
        name.unlink()
        name.symlink_to(other.port)
        link = PySerialLink(str(name), 115200)
        os.write(other.master, b"hello")
        assert read_until(link, 5) == b"hello"
        link.close()
    finally:
        other.pull()


def test_usb_reset_runs_the_hook_without_a_shell(tmp_path: Path) -> None:
    mark = tmp_path / "a b"
    UsbReset("/dev/ttyACM0", f"touch '{mark}'")()
    assert mark.exists()
    for hook in ("false", "/no/such/program", "'", "touch $(x) && false | false; exit 3"):
        with pytest.raises(LineError):
            run_hook(hook + " --nonsense" if hook.startswith("touch") else hook)


def test_usb_reset_hook_has_a_time_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("appliance.edge.usb_reset.HOOK_SECONDS", 0.05)
    with pytest.raises(LineError, match="did not run"):
        run_hook("sleep 5")


def test_usb_device_of_a_port_is_found_in_sysfs(tmp_path: Path) -> None:
    device = tmp_path / "sys/devices/usb1/1-1"
    (device / "1-1:1.0").mkdir(parents=True)
    (device / "busnum").write_text("1\n")
    (device / "devnum").write_text("7\n")
    entry = tmp_path / "sys/class/tty/ttyACM0"
    entry.mkdir(parents=True)
    (entry / "device").symlink_to(device / "1-1:1.0")
    reset = UsbReset("/dev/ttyACM0", sys=tmp_path / "sys", dev=tmp_path / "dev")
    assert reset.device_node() == tmp_path / "dev/bus/usb/001/007"
    with pytest.raises(LineError, match="cannot be reset"):
        reset()
    with pytest.raises(LineError, match="not on USB"):
        UsbReset("/dev/ttyS9", sys=tmp_path / "sys")()
