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

    def trim(self) -> None:
        """End the file with the last whole sample and the header that belongs to it."""
        os.ftruncate(self._open_descriptor(), HEADER_BYTES + self.samples * SAMPLE_BYTES)
        self.write_header()

    def _open_descriptor(self) -> int:
        if self.descriptor is None:
            raise OSError(f"{self.path.name} is not open")
        return self.descriptor


def free_name(directory: Path, stem: str) -> Path:
    """A name in `directory` that no recording has. Why: a clock set back must not overwrite a call."""
    path = directory / f"{stem}.wav"
    number = 2
    while _exists(path):
        path = directory / f"{stem}-{number}.wav"
        number += 1
    return path


def _exists(path: Path) -> bool:
    """Whether the name is taken; no, where the disk does not even tell: opening the file meets that fault again."""
    try:
        return path.exists()
    except OSError:
        return False
