"""A WAV file that is valid while it grows. 16-bit 8 kHz mono PCM, written at sample positions."""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path

from appliance.store import places
from appliance.units import RATE_HZ

HEADER_BYTES = 44
"""RIFF, fmt and data chunk headers. Spec: Multimedia Programming Interface and Data Specifications 1.0, WAVE."""

SAMPLE_BYTES = 2
_SIZES = (slice(4, 8), slice(40, 44))
"""Where the two lengths stand in the header."""


def header(samples: int) -> bytes:
    """The 44 bytes in front of `samples` samples."""
    length = samples * SAMPLE_BYTES
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, RATE_HZ, RATE_HZ * SAMPLE_BYTES, SAMPLE_BYTES, 16)
    riff = struct.pack("<4sI4s", b"RIFF", HEADER_BYTES - 8 + length, b"WAVE")
    return riff + form + struct.pack("<4sI", b"data", length)


def is_ours(octets: bytes) -> bool:
    """Whether this is a header of our form, whatever lengths it tells."""
    return _without_sizes(octets[:HEADER_BYTES]) == _without_sizes(header(0))


def _without_sizes(octets: bytes) -> bytes:
    plain = bytearray(octets)
    for place in _SIZES:
        plain[place] = bytes(4)
    return bytes(plain)


class GrowingWav:
    """One recording in progress. Every method may raise OSError; all may be called again when the disk is well.

    The file is locked (flock) while it grows, so that `mend` leaves it alone.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.samples = 0
        self.descriptor: int | None = None

    def open(self) -> None:
        """Create the file; nothing to do where that is done."""
        if self.descriptor is None:
            places.make_directories(self.path.parent)
            flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
            self.descriptor = os.open(self.path, flags, places.FILE_MODE)
            os.fchmod(self.descriptor, places.FILE_MODE)
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if self.samples == 0:
            self.write_header()

    def write(self, position: int, pcm: bytes | memoryview) -> None:
        """Put `pcm` at sample `position`. Written again after a failure it lands in the same place."""
        self.open()
        rest = memoryview(pcm)
        offset = HEADER_BYTES + position * SAMPLE_BYTES
        while rest:
            count = os.pwrite(self._open_descriptor(), rest, offset)
            rest, offset = rest[count:], offset + count
            self.samples = max(self.samples, (offset - HEADER_BYTES) // SAMPLE_BYTES)

    def write_header(self) -> None:
        """Let the header tell the length that is there."""
        os.pwrite(self._open_descriptor(), header(self.samples), 0)

    def trim(self, length: int) -> None:
        """End the file after `length` samples, with its header; what was never written is silence."""
        os.ftruncate(self._open_descriptor(), HEADER_BYTES + length * SAMPLE_BYTES)
        self.samples = length
        self.write_header()

    def _open_descriptor(self) -> int:
        if self.descriptor is None:
            raise OSError(f"{self.path.name} is not open")
        return self.descriptor
