"""A recording as bytes to send: finished as it lies on disk, growing as a WAV of what is there by now.

Why a length in the address (`?samples=`): the file grows between two range requests of one player; each address
names one unchanging WAV, so every range of it is true.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from appliance.store.wav import HEADER_BYTES, SAMPLE_BYTES, header, is_ours
from appliance.units import RATE_HZ


@dataclass(frozen=True)
class Recording:
    """One recording on disk. `samples`: how many there are by now."""

    path: Path
    samples: int

    @property
    def seconds(self) -> float:
        return self.samples / RATE_HZ


def find_recording(root: Path, file: str) -> Recording | None:
    """The recording `file` (relative to `root`); None where it is not there, not a WAV of ours, or outside `root`."""
    if not file or "\0" in file:
        return None
    try:
        path = (root / file).resolve()
        if not path.is_relative_to(root.resolve()) or not path.is_file():
            return None
        with path.open("rb") as wav:
            ours = is_ours(wav.read(HEADER_BYTES))
            size = os.fstat(wav.fileno()).st_size
    except OSError:
        return None
    return Recording(path, (size - HEADER_BYTES) // SAMPLE_BYTES) if ours else None


class PartialWav(io.RawIOBase):
    """The first `samples` of a recording as a whole WAV file to read and seek in."""

    def __init__(self, recording: Recording, samples: int) -> None:
        super().__init__()
        self._header = header(samples)
        self.size = HEADER_BYTES + samples * SAMPLE_BYTES
        self._at = 0
        self._file: BinaryIO = recording.path.open("rb")

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        origin = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self.size}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        wanted = self.size - self._at if size < 0 else min(size, self.size - self._at)
        if wanted <= 0:
            return b""
        octets = self._header[self._at : self._at + wanted]
        missing = wanted - len(octets)
        if missing:
            self._file.seek(self._at + len(octets))
            octets += self._file.read(missing)
        self._at += len(octets)
        return octets

    def close(self) -> None:
        self._file.close()
        super().close()
