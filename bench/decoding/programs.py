"""Peers that are programs: minimodem for FSK octets, multimon-ng for DTMF. Each hears a file, as users give it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import wave
from pathlib import Path

from appliance.dsp.level import Sound
from appliance.errors import HouseError
from appliance.exchange.fsk import Modulation
from appliance.units import RATE_HZ
from bench.decoding.sounds import digitised, pcm, resampled

MULTIMON_HZ = 22_050
"""The rate that multimon-ng wants raw sound in. Spec: its manual."""


MINIMODEM_BAND_HZ = "100"
"""Width of its filters. Why: all four tones are whole multiples; with its own 200 it hears V.23 far worse."""


def installed(program: str) -> bool:
    return shutil.which(program) is not None


def minimodem(sound: Sound, modulation: Modulation) -> bytes:
    """The octets that minimodem hears, in order, noise and all: the frame is for the caller to find."""
    with tempfile.TemporaryDirectory(prefix="denwaban-bench-") as folder:
        path = Path(folder) / "line.wav"
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE_HZ)
            file.writeframes(pcm(sound))
        tones = ["-M", f"{modulation.mark_hz:g}", "-S", f"{modulation.space_hz:g}", "-b", MINIMODEM_BAND_HZ]
        said = _run(["minimodem", "--rx", "-q", "-8", "-f", str(path), *tones, "--binary-output", "1200"])
    return bytes(int(bits[::-1], 2) for bits in said.decode("ascii", "replace").split() if _is_octet(bits))


def _is_octet(bits: str) -> bool:
    return len(bits) == 8 and set(bits) <= {"0", "1"}


def multimon(sound: Sound) -> str:
    """The DTMF digits that multimon-ng hears."""
    faster = digitised(resampled(sound, MULTIMON_HZ))
    said = _run(["multimon-ng", "-q", "-t", "raw", "-a", "DTMF", "-"], pcm(faster))
    return "".join(re.findall(r"^DTMF: (.)", said.decode("ascii", "replace"), re.MULTILINE))


def _run(command: list[str], sound: bytes = b"") -> bytes:
    """What the program prints. Raises HouseError where it fails."""
    try:
        return subprocess.run(command, input=sound, capture_output=True, check=True, timeout=120).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise HouseError(f"{command[0]} failed: {error}") from error
