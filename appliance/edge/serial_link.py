"""A serial port (USB modem, UART or pty) as a byte pipe that never blocks its user. Implements `ports.SerialLink`.

Spec: LINE_HARDWARE.md 1.7 (one thread reads all the time), 1.10 (three families of exceptions), 4.1 (ptys).
"""

from __future__ import annotations

import errno
import os
import select
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import serial

from appliance.errors import LineGone

BUFFER_OCTETS = 65_536
"""Room for what was read and not yet fetched. Why: 8 s of 8-bit voice; the line loop is late by < 1 s or dead."""

READ_OCTETS = 4_096
"""At most so many at once. Why: the kernel's tty buffer."""

BREATH_SECONDS = 0.004
"""Pause of the reader between two reads. Why: a modem hands over 1-64 octets at a time; this makes at most 250 wake-ups
a second and costs 4 ms of the 50 ms that a ring may take to become an event."""

SOUND_OCTETS = 64
SOUND_BREATH_SECONDS = 0.016
"""The pause after so many octets at once, which are sound and no news (8 octets a millisecond). Why: a USB modem hands
over 64 every 8 ms; half the wake-ups of a call. An event among the sound comes late by no more than a block."""

WRITE_SECONDS = 0.02
"""How long a write may wait for room. Spec: `ports.SerialLink.write`, 50 ms; less than half."""

DTR_SECONDS = 0.25
"""How long DTR is dropped. Spec: ITU-T V.250 S25 counts in 0.01 s, default 50 ms; five times that."""

CLOSE_SECONDS = 0.5
"""How long the closing of the port is waited for. Why: a healthy one closes within a millisecond; a serial driver may
wait 30 s (closing_wait) for octets that a stuck modem never takes, and the line loop must not."""


@contextmanager
def _faults(port: str) -> Iterator[None]:
    """Every fault of pyserial, of the system and of the terminal layer becomes `LineGone`."""
    try:
        yield
    except (serial.SerialException, OSError, termios.error) as error:
        raise LineGone(_in_words(port, error)) from error


def _in_words(port: str, error: BaseException) -> str:
    """What happened, and what to do about it."""
    number = getattr(error, "errno", None)
    if number in (errno.EACCES, errno.EPERM):
        return (
            f"permission denied on {port}: add the user to the group dialout (sudo usermod -aG dialout USER), restart"
        )
    if number == errno.ENOENT:
        return f"there is no {port}: is the modem plugged in?"
    if number in (errno.EBUSY, errno.EAGAIN):
        return f"{port} is in use by another program (ModemManager?)"
    if number in (None, errno.EIO, errno.ENXIO, errno.ENODEV):
        return f"{port} is gone: the modem was pulled out or lost its power"
    return f"{port} does not work: {error}"


class PySerialLink:
    """Opens `port`; raises `LineGone`. A thread of its own reads into a bounded buffer."""

    def __init__(self, port: str, baud: int) -> None:
        self._port = port
        self._buffer = bytearray()
        self._dropped = 0
        self._fault: LineGone | None = None
        self._arrived = threading.Condition()
        self._closing = False
        with _faults(port):
            try:
                self._serial = serial.Serial(port, baud, timeout=0, write_timeout=0, exclusive=True)
            except ValueError as error:
                raise LineGone(f"{port} does not know {baud} bit/s: {error}") from error
        self._wake_out, self._wake_in = os.pipe()
        self._reader = threading.Thread(target=self._read_all, name=f"serial {port}", daemon=True)
        self._reader.start()

    def read(self) -> bytes:
        """All bytes that have arrived; raises `LineGone` once the port is gone and everything was read."""
        with self._arrived:
            octets = bytes(self._buffer)
            self._buffer.clear()
            if not octets and self._fault is not None:
                raise self._fault
            return octets

    def write(self, octets: bytes) -> int:
        """Hand over what the port takes at once; how many octets."""
        if not octets:
            return 0
        with _faults(self._port):
            _, writable, _ = select.select([], [self._serial.fileno()], [], WRITE_SECONDS)
            return int(self._serial.write(octets) or 0) if writable else 0

    def wait(self, seconds: float) -> None:
        """Sleep until something has arrived, `seconds` at most."""
        with self._arrived:
            if not self._buffer and self._fault is None:
                self._arrived.wait(seconds)

    def lost(self) -> int:
        """Octets dropped for want of room since last asked."""
        with self._arrived:
            dropped, self._dropped = self._dropped, 0
            return dropped

    def pulse_dtr(self) -> None:
        """Drop and raise DTR; a pty has none (ENOTTY) and a dead port is noticed elsewhere."""
        with suppress(serial.SerialException, OSError, termios.error):
            self._serial.dtr = False
            time.sleep(DTR_SECONDS)
            self._serial.dtr = True

    def close(self) -> None:
        """Stop reading and give the port back, within `CLOSE_SECONDS` and a breath; harmless when repeated."""
        if self._closing:
            return
        self._closing = True
        os.write(self._wake_in, b".")
        self._reader.join()
        os.close(self._wake_in)
        os.close(self._wake_out)
        closer = threading.Thread(target=self._give_back, name=f"close {self._port}", daemon=True)
        closer.start()
        closer.join(CLOSE_SECONDS)

    def _give_back(self) -> None:
        """Forget what was not sent, so that the driver need not wait for it, and close."""
        with suppress(serial.SerialException, OSError, termios.error):
            termios.tcflush(self._serial.fileno(), termios.TCOFLUSH)
        with suppress(serial.SerialException, OSError, termios.error):
            self._serial.close()

    def _read_all(self) -> None:
        """The reader thread: until closed or gone."""
        try:
            with _faults(self._port):
                self._read_on()
        except LineGone as fault:
            with self._arrived:
                self._fault = fault
                self._arrived.notify_all()

    def _read_on(self) -> None:
        while True:
            ready, _, _ = select.select([self._serial.fileno(), self._wake_out], [], [])
            if self._closing:
                return
            if ready:
                octets = self._serial.read(READ_OCTETS)
                self._keep(octets)
                time.sleep(SOUND_BREATH_SECONDS if len(octets) >= SOUND_OCTETS else BREATH_SECONDS)

    def _keep(self, octets: bytes) -> None:
        with self._arrived:
            room = BUFFER_OCTETS - len(self._buffer)
            self._buffer += octets[:room]
            self._dropped += max(0, len(octets) - room)
            self._arrived.notify_all()
