"""Sound files of any kind become the house's sound: 8 kHz, 16-bit scale, in blocks."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from appliance.edge import sound_files
from appliance.edge.sound_files import read_any, read_blocks
from appliance.errors import OperatorError

TONE_HZ, SECONDS, PEAK = 1000, 0.5, 0.3


def tone(rate: int) -> NDArray[np.float64]:
    return np.asarray(PEAK * np.sin(2 * np.pi * TONE_HZ * np.arange(round(rate * SECONDS)) / rate), float)


def heard(path: Path) -> NDArray[np.float64]:
    """All blocks as one, shape (n, channels)."""
    return np.concatenate(list(read_blocks(path)))


def snr_db(sound: NDArray[np.float64]) -> float:
    """How far above its errors the tone is, but for the ends; right only where no sample is early or late."""
    wanted = tone(8000)[: len(sound)] * 32768
    middle = slice(200, -200)
    error = (sound[: len(wanted)] - wanted)[middle]
    return float(10 * np.log10(np.mean(wanted[middle] ** 2) / max(np.mean(error**2), 1e-9)))


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 44100, 48000, 96000])
def test_any_rate(tmp_path: Path, rate: int) -> None:
    soundfile.write(tmp_path / "a.wav", tone(rate), rate, subtype="PCM_24")
    sound = heard(tmp_path / "a.wav")
    assert sound.shape == (8000 * SECONDS, 1)
    assert snr_db(sound[:, 0]) > 70


@pytest.mark.parametrize(
    ("kind", "form", "least_db"),
    [
        ("PCM_U8", "WAV", 30),
        ("PCM_16", "WAV", 70),
        ("PCM_24", "WAVEX", 100),
        ("PCM_32", "WAV", 100),
        ("FLOAT", "WAV", 100),
        ("DOUBLE", "WAV", 100),
        ("ULAW", "WAV", 30),
        ("ALAW", "WAV", 30),
        ("PCM_16", "FLAC", 70),
        ("VORBIS", "OGG", 20),
        ("ULAW", "AU", 30),
    ],
)
def test_any_width(tmp_path: Path, kind: str, form: str, least_db: float) -> None:
    soundfile.write(tmp_path / "a", tone(8000), 8000, subtype=kind, format=form)
    assert snr_db(heard(tmp_path / "a")[:, 0]) > least_db


def test_every_channel_is_kept_and_a_voice_is_their_mean(tmp_path: Path) -> None:
    left, right = tone(16000), np.zeros(8000)
    soundfile.write(tmp_path / "a.wav", np.column_stack([left, right]), 16000)
    sound = heard(tmp_path / "a.wav")
    assert snr_db(sound[:, 0]) > 60
    assert not sound[:, 1].any()
    voice = np.frombuffer(read_any(tmp_path / "a.wav"), "<i2")
    assert snr_db(voice * 2.0) > 60


def test_resampling_does_not_depend_on_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    soundfile.write(tmp_path / "a.wav", tone(44100), 44100)
    whole = heard(tmp_path / "a.wav")
    monkeypatch.setattr(sound_files, "BLOCK_FRAMES", 1001)
    np.testing.assert_allclose(heard(tmp_path / "a.wav"), whole, atol=1e-6)


PCM = np.rint(tone(8000) * 32768).astype("<i2").tobytes()


def header(riff: int, sound: int) -> bytes:
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 16000, 2, 16)
    return struct.pack("<4sI4s", b"RIFF", riff, b"WAVE") + form + struct.pack("<4sI", b"data", sound)


@pytest.mark.parametrize(
    ("riff", "sound"),
    [
        (36 + len(PCM), len(PCM)),  # the truth
        (36, 0),  # a recorder that has just begun: ours, and Python's
        (0, 0),
        (36 + 2000, 2000),  # one that writes the length now and then
        (36 + 10 * len(PCM), 10 * len(PCM)),  # cut off
        (0xFFFFFFFF, 0xFFFFFFFF),  # a stream: ffmpeg
        (0x7FFFF024, 0x7FFFF000),  # a stream: sox
    ],
)
def test_a_wrong_length_in_the_header_hides_nothing(tmp_path: Path, riff: int, sound: int) -> None:
    (tmp_path / "a.wav").write_bytes(header(riff, sound) + PCM)
    assert read_any(tmp_path / "a.wav") == PCM


def test_what_follows_the_sound_is_not_heard(tmp_path: Path) -> None:
    title = struct.pack("<4sI4s4sI6s", b"LIST", 18, b"INFO", b"INAM", 6, b"a name")
    (tmp_path / "a.wav").write_bytes(header(36 + len(PCM) + len(title), len(PCM)) + PCM + title)
    assert read_any(tmp_path / "a.wav") == PCM


def test_half_a_sample_at_the_end_is_not_heard(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(header(36 + len(PCM), len(PCM)) + PCM[:1001])
    assert read_any(tmp_path / "a.wav") == PCM[:1000]


def test_no_sound_is_sound_of_no_length(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.zeros(0), 8000)
    assert read_any(tmp_path / "a.wav") == b""


def test_what_is_no_number_is_silence_and_what_is_too_loud_is_cut(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.wav", np.array([np.nan, np.inf, -np.inf, 1e30, 1.0]), 8000, subtype="FLOAT")
    assert heard(tmp_path / "a.wav")[:, 0].tolist() == [0, 8 * 32768, -8 * 32768, 8 * 32768, 32768]


@pytest.mark.parametrize(
    ("octets", "says"),
    [
        (b"", "no sound file that can be read"),
        (b"Dear diary, " * 100, "no sound file that can be read"),
        (header(36, 0)[:30], "no sound file that can be read"),
        (header(36, 0).replace(struct.pack("<I", 8000), struct.pack("<I", 7)) + PCM, "7 samples a second"),
        (header(36, 0).replace(struct.pack("<HHI", 1, 1, 8000), struct.pack("<HHI", 1, 40, 8000)), "channels"),
    ],
)
def test_what_cannot_be_heard_is_said_in_one_line(tmp_path: Path, octets: bytes, says: str) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(octets)
    with pytest.raises(OperatorError, match=says) as told:
        read_any(path)
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)


def test_missing_files_and_directories(tmp_path: Path) -> None:
    with pytest.raises(OperatorError, match="there is no file"):
        read_any(tmp_path / "nobody.wav")
    with pytest.raises(OperatorError, match=r"cannot read .*: Is a directory"):
        read_any(tmp_path)


def test_a_file_that_breaks_off_gives_what_it_has_before_it_complains(tmp_path: Path) -> None:
    sound = np.random.default_rng(1).uniform(-0.5, 0.5, 8000 * 30)
    soundfile.write(tmp_path / "a.flac", sound, 8000)
    octets = bytearray((tmp_path / "a.flac").read_bytes())
    middle = len(octets) // 2
    octets[middle:] = b"\0" * (len(octets) - middle)
    (tmp_path / "a.flac").write_bytes(octets)
    blocks = read_blocks(tmp_path / "a.flac")
    first = next(blocks)
    assert len(first) == sound_files.BLOCK_FRAMES
    with pytest.raises(OperatorError, match="no sound file that can be read"):
        list(blocks)
