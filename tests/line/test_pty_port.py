"""The simulated modem on a real pty, seen by a real pyserial client. Spec: LINE_HARDWARE.md 4.1 and 1.7."""

from __future__ import annotations

import os
import select
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import serial

from appliance.errors import HouseError
from appliance.exchange.modem import SimModem
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.pty_port import PtyPort, WallClock
from appliance.units import SampleIndex, samples

KERNEL_S = 0.0005
"""The tty layer hands octets over in a work queue: give it this long for every 20 ms of sample time."""


class Bench:
    """A modem on a pty, on a line where nobody speaks; `far_end` collects what the caller hears."""

    def __init__(self, path: Path, **knobs: object) -> None:
        self.modem = SimModem(faults=ModemFaults(**knobs))  # type: ignore[arg-type]
        self.port = PtyPort(self.modem, path)
        self.now = SampleIndex(0)
        self.far_end: list[np.ndarray] = []

    def step(self, count: int) -> None:
        self.far_end.append(self.modem.speak(self.now, count))
        self.modem.hear(self.now, np.zeros(count, np.float32))
        self.now = SampleIndex(self.now + count)

    def run(self, ms: float) -> None:
        """Sample time passes, the pty is pumped every 20 ms of it."""
        end = self.now + samples(ms)
        while self.now < end:
            time.sleep(KERNEL_S)
            self.port.pump(self.now)
            self.step(160)
            self.port.pump(self.now)

    def ask(self, client: serial.Serial, command: bytes) -> bytes:
        """The answer to a command, up to its result code or ten seconds of sample time."""
        client.write(command + b"\r")
        return self.read_until(client, (b"OK\r\n", b"ERROR\r\n", b"CONNECT\r\n"))

    def read_until(self, client: serial.Serial, ends: tuple[bytes, ...], ms: float = 10_000) -> bytes:
        said, begun = b"", self.now
        while not any(end in said for end in ends) and self.now - begun < samples(ms):
            self.run(20)
            said += client.read(4096)
        return said


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path / "modem")
    yield bench
    bench.port.close()


@pytest.fixture
def client(bench: Bench) -> Iterator[serial.Serial]:
    with serial.Serial(str(bench.port.path), 115200, timeout=0) as opened:
        yield opened


def off_hook(bench: Bench, client: serial.Serial) -> None:
    for command in (b"ATE0", b"AT+FCLASS=8", b"AT+VIT=0", b"AT+VLS=1"):
        assert bench.ask(client, command).endswith(b"OK\r\n")


def test_a_real_client_speaks_with_the_modem(bench: Bench, client: serial.Serial) -> None:
    assert bench.ask(client, b"ATI0") == b"ATI0\r\r\n5601\r\n\r\nOK\r\n"


def test_what_is_said_before_anybody_listens_is_lost_and_never_echoed(bench: Bench) -> None:
    bench.modem.babble(500)
    bench.run(100)
    bench.modem.core.result("RING")
    bench.run(100)
    with serial.Serial(str(bench.port.path), 115200, timeout=0) as client:
        bench.run(40)
        assert client.read(4096) == b""
        assert bench.ask(client, b"AT") == b"AT\r\r\nOK\r\n"
    bench.run(100)
    with serial.Serial(str(bench.port.path), 57600, timeout=0) as client:
        assert bench.ask(client, b"AT") == b"AT\r\r\nOK\r\n"


def test_the_end_of_a_client_drops_dtr_and_so_the_line(bench: Bench) -> None:
    with serial.Serial(str(bench.port.path), 115200, timeout=0) as client:
        off_hook(bench, client)
        assert bench.modem.off_hook
    bench.run(100)
    assert not bench.modem.off_hook


def test_all_256_octets_pass_both_ways(bench: Bench, client: serial.Serial) -> None:
    off_hook(bench, client)
    assert b"CONNECT" in bench.ask(client, b"AT+VTX")
    wanted = bytes(range(256)) * 2
    bench.far_end.clear()
    client.write(wanted.replace(b"\x10", b"\x10\x10"))
    bench.run(200)
    heard = np.rint(np.concatenate(bench.far_end) * 128 + 128).astype(np.uint8).tobytes()
    assert wanted in heard
    bench.modem.core.put(wanted)
    assert wanted in bench.read_until(client, (wanted,), 1000)


def test_the_modem_sees_the_speed_of_the_client(bench: Bench) -> None:
    bench.modem.faults.fixed_baud = 115200
    with serial.Serial(str(bench.port.path), 9600, timeout=0) as client:
        client.write(b"AT\r")
        assert b"OK" not in bench.read_until(client, (b"OK",), 500)
        assert bench.modem.host_baud == 9600
        client.baudrate = 115200
        client.write(b"\r")
        bench.run(100)
        assert b"OK" in bench.ask(client, b"AT")


def barge_in_ms(bench: Bench, client: serial.Serial, lead: int | None) -> float:
    """From the decision to the last sample heard: written `lead` octets ahead, or as much as the port takes."""
    off_hook(bench, client)
    assert b"CONNECT" in bench.ask(client, b"AT+VTX")
    client.write_timeout = 0
    start, written = bench.now, 0
    while bench.now - start < 8000:
        if lead is None:
            written += os.write(client.fileno(), b"\xc0" * 4096) if writable(client) else 0
        else:
            count = bench.now - start + lead - written
            written += client.write(b"\xc0" * count) or 0
        bench.run(20)
    decided = bench.now
    while not writable(client):
        bench.run(20)
    client.write(b"\x10\x18\x10\x03")
    for _ in range(200):
        bench.run(20)
    last = int(np.flatnonzero(np.concatenate(bench.far_end))[-1])
    return (last - decided) / 8


def writable(client: serial.Serial) -> bool:
    """The kernel would take more."""
    return bool(select.select([], [client.fileno()], [], 0)[1])


def test_barge_in_is_quick_only_for_a_host_that_paces_itself(tmp_path: Path) -> None:
    results = {}
    for lead in (samples(80), None):
        bench = Bench(tmp_path / f"modem{lead}")
        with serial.Serial(str(bench.port.path), 115200, timeout=0) as client:
            results[lead] = barge_in_ms(bench, client, lead)
        bench.port.close()
    assert results[samples(80)] <= 100
    assert results[None] > 1000


def exhaust(client: serial.Serial) -> None:
    """Read until the port complains."""
    while True:
        client.read(100)


def test_unplugging_in_the_middle_of_receiving_and_coming_back(bench: Bench, tmp_path: Path) -> None:
    client = serial.Serial(str(bench.port.path), 115200, timeout=0)
    off_hook(bench, client)
    assert b"CONNECT" in bench.ask(client, b"AT+VRX")
    bench.run(200)
    bench.port.unplug()
    assert not bench.modem.off_hook
    assert not bench.port.path.is_symlink()
    with pytest.raises(serial.SerialException):
        exhaust(client)
    with pytest.raises(serial.SerialException):
        client.write(b"AT\r")
    with pytest.raises(termios.error):
        client.flush()
    with pytest.raises(serial.SerialException):
        serial.Serial(str(bench.port.path), 115200)
    bench.run(100)  # nothing happens to a port without a cable
    client.close()

    bench.port.plug_in()
    with serial.Serial(str(bench.port.path), 115200, timeout=0) as again:
        bench.run(2000)
        assert bench.ask(again, b"AT") == b"AT\r\r\nOK\r\n"

    bench.port.unplug()
    bench.port.plug_in(tmp_path / "other")
    assert not (tmp_path / "modem").is_symlink()
    with serial.Serial(str(tmp_path / "other"), 115200, timeout=0) as elsewhere:
        bench.run(2000)
        assert b"OK" in bench.ask(elsewhere, b"AT")


def test_a_client_that_does_not_read_overruns_the_modem(bench: Bench, client: serial.Serial) -> None:
    off_hook(bench, client)
    assert b"CONNECT" in bench.ask(client, b"AT+VRX")
    bench.run(8000)
    said = b""
    while octets := client.read(65536):
        said += octets
        bench.run(20)
        if len(said) > 64_000:
            break
    assert b"\x10o" in said


def test_two_modems_beside_each_other(tmp_path: Path) -> None:
    benches = [Bench(tmp_path / name) for name in ("line1", "line2")]
    for bench in benches:
        with serial.Serial(str(bench.port.path), 115200, timeout=0) as client:
            assert b"OK" in bench.ask(client, b"AT")
        bench.port.close()


# ---- the wall clock


def test_the_clock_keeps_sample_time_with_wall_time(bench: Bench, client: serial.Serial) -> None:
    began = time.monotonic()
    with WallClock(bench.step, [bench.port]) as clock:
        client.timeout = 2
        client.write(b"AT\r")
        assert client.read_until(b"OK\r\n").endswith(b"OK\r\n")
        time.sleep(0.3)
    lived = time.monotonic() - began
    assert clock.skipped or abs(bench.now / 8000 - lived) < 0.08
    assert not clock.thread.is_alive()


def test_a_stall_is_not_made_up_in_a_burst() -> None:
    steps: list[float] = []
    stalled = threading.Event()

    def step(count: int) -> None:
        if len(steps) == 5 and not stalled.is_set():
            stalled.set()
            time.sleep(0.6)
        steps.append(time.monotonic())

    with WallClock(step) as clock:
        assert stalled.wait(2)
        time.sleep(0.75)
    after = [at for at in steps[6:] if at - steps[5] < 0.05]
    assert len(after) <= 20 + 6  # 200 ms of 10 ms steps, and those that fell due meanwhile
    assert clock.skipped >= samples(300)


def test_a_clock_that_died_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    complaints: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: complaints.append(args.exc_value))

    def step(count: int) -> None:
        raise ZeroDivisionError

    clock = WallClock(step)
    clock.start()
    clock.thread.join(2)
    with pytest.raises(HouseError):
        clock.stop()
    assert isinstance(complaints[0], ZeroDivisionError)
