"""Reads a sound file of any common kind into the house's sound: 8 kHz, in blocks, so that hours need no memory.

libsndfile decodes (WAV of every width, mu-law, A-law, float; FLAC, Ogg, AIFF, AU, MP3), libsoxr resamples.
`edge.sounds` reads our own prompts, which have one form only.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import numpy as np
import soundfile
import soxr

from appliance.dsp.level import Sound
from appliance.errors import OperatorError
from appliance.units import RATE_HZ

FULL_SCALE = 32768.0
"""What 1.0 of libsndfile is in our sound. Spec: `dsp.level.Sound`."""

LOUDEST = 8.0
"""Samples of a float file are cut here, in full scales. Why: 18 dB above full scale is no telephone, and the square of
what a broken file may hold does not fit a float."""

LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 4400, 768_000
"""Why: 2200 Hz, the highest tone of caller identity, needs 4400; sound cards end at 768 kHz. What a broken header may
tell beyond that would ask for gigabytes."""

MOST_CHANNELS = 16
"""Why: eight lines in both directions; every channel costs as much time as a file of its own."""

BLOCK_FRAMES = 1 << 16
"""Frames read at once. Why: 8 s at 8 kHz; of 16 channels at that rate, 8 MB."""

_NO_SOUND = "{path} is no sound file that can be read: {why}"
_RIFF = struct.Struct("<4sI4s")
_CHUNK = struct.Struct("<4sI")
_LONGEST = 0xFFFF_FFFF
"""The greatest length that a RIFF header can tell. Spec: Multimedia Programming Interface 1.0, RIFF."""


def read_blocks(path: Path) -> Iterator[Sound]:
    """The sound of a file, block by block: float64, shape (n, channels), 8 kHz, full scale ±32768.

    The end of a file whose header tells less or more than is there, as of a recording still growing, is the end of
    the file. Raises: OperatorError where it is missing, may not be read, is no sound, or breaks off undecodable.
    """
    try:
        with path.open("rb", buffering=0) as file, _decoder(file) as decoder:
            _check(path, decoder)
            yield from _resampled(decoder)
    except FileNotFoundError:
        raise OperatorError(f"there is no file {path}") from None
    except OSError as error:
        raise OperatorError(f"cannot read {path}: {error.strerror or error}") from None
    except soundfile.LibsndfileError as error:
        raise OperatorError(_NO_SOUND.format(path=path, why=error.error_string.rstrip("."))) from None


def read_any(path: Path) -> bytes:
    """The whole of a file as one voice: int16 little-endian, mono (the mean of its channels), 8 kHz.

    Raises: OperatorError as `read_blocks`.
    """
    mixed = (np.rint(block.mean(axis=1)).clip(-FULL_SCALE, FULL_SCALE - 1) for block in read_blocks(path))
    return b"".join(block.astype("<i2").tobytes() for block in mixed)


def _check(path: Path, decoder: soundfile.SoundFile) -> None:
    if not LOWEST_RATE_HZ <= decoder.samplerate <= HIGHEST_RATE_HZ:
        raise OperatorError(
            f"{path} has {decoder.samplerate} samples a second; wanted: {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ}"
        )
    if decoder.channels > MOST_CHANNELS:
        raise OperatorError(f"{path} has {decoder.channels} channels; wanted: at most {MOST_CHANNELS}")


def _resampled(decoder: soundfile.SoundFile) -> Iterator[Sound]:
    if decoder.samplerate == RATE_HZ:
        yield from _decoded(decoder)
        return
    stream = soxr.ResampleStream(decoder.samplerate, RATE_HZ, decoder.channels, dtype="float64", quality="HQ")
    for block in _decoded(decoder):
        yield stream.resample_chunk(block)
    yield stream.resample_chunk(np.zeros((0, decoder.channels)), last=True)


def _decoded(decoder: soundfile.SoundFile) -> Iterator[Sound]:
    while len(block := decoder.read(BLOCK_FRAMES, dtype="float64", always_2d=True)):
        yield np.nan_to_num(block, nan=0.0).clip(-LOUDEST, LOUDEST) * FULL_SCALE


@contextmanager
def _decoder(file: FileIO) -> Iterator[soundfile.SoundFile]:
    """libsndfile on an open file, or pipe."""
    grown = _grown(file) if file.seekable() else None
    source = file.fileno() if grown is None else grown
    with soundfile.SoundFile(source, closefd=False) as decoder:
        yield decoder


class _Grown:
    """A WAV file whose header is read as if it told the length that is there.

    Why: a recorder writes the length when it is done, and some write 0 until then; libsndfile believes them.
    """

    def __init__(self, file: FileIO, place: int, length: int) -> None:
        self._file = file
        self._place = place
        self._told = struct.pack("<I", length)
        self.seek, self.tell = file.seek, file.tell

    def read(self, count: int) -> bytes:
        """`count` octets from here, those of the length replaced."""
        begin = self._file.tell()
        octets = bytearray(self._file.read(count))
        for place, octet in enumerate(self._told, self._place):
            if begin <= place < begin + len(octets):
                octets[place - begin] = octet
        return bytes(octets)


def _grown(file: FileIO) -> _Grown | None:
    """The file as `_Grown` where it goes on behind the end of its last chunk, the sound; None for any other file."""
    size = file.seek(0, 2)
    file.seek(0)
    try:
        kind, told, form = _RIFF.unpack(file.read(_RIFF.size))
        if (kind, form) != (b"RIFF", b"WAVE"):
            return None
        place, length = _sound_chunk(file)
    except struct.error:  # shorter than its own headers: libsndfile knows what to say
        return None
    finally:
        file.seek(0)
    end = place + _CHUNK.size + length
    last = end + 1 >= told + _CHUNK.size  # of the RIFF; + 1: chunks are padded to even lengths
    there = min(size - place - _CHUNK.size, _LONGEST)
    return _Grown(file, place + 4, there) if last and end + 1 < size else None


def _sound_chunk(file: FileIO) -> tuple[int, int]:
    """Place and told length of the chunk `data`. Raises struct.error where there is none."""
    while True:
        place = file.tell()
        name, length = _CHUNK.unpack(file.read(_CHUNK.size))
        if name == b"data":
            return place, length
        file.seek(length + length % 2, 1)
