"""Recordings of lines for the tests of `denwaban callerid` and `denwaban dtmf`, made by the twin transmitters."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from numpy.typing import NDArray

from appliance.__main__ import main
from appliance.events import Absence, CallerIdentity
from appliance.exchange import caller_id_frames as frames
from appliance.exchange import fsk, tones

Float = NDArray[np.float64]
"""Sound, full scale 1.0, 8 kHz unless said otherwise."""

JAPAN = CallerIdentity(number="0312345678", dialled="0698765432")
WITHHELD = CallerIdentity(absence=Absence.WITHHELD)
SMITH = CallerIdentity(number="2125550100", name="SMITH JOHN", datetime="11241305")
UNKNOWN = CallerIdentity(absence=Absence.UNAVAILABLE, name_absence=Absence.UNAVAILABLE, datetime="11241306")
SINGLE = CallerIdentity(number="2125550199", datetime="01020304")


def jclip(who: CallerIdentity) -> Float:
    return _sound(frames.jclip(frames.jclip_parameters(who)), fsk.V23, fsk.JAPAN_BURST)


def mdmf(who: CallerIdentity) -> Float:
    return _sound(frames.mdmf(frames.mdmf_parameters(who)), fsk.BELL_202, fsk.US_BURST)


def etsi(who: CallerIdentity) -> Float:
    return _sound(frames.mdmf(frames.mdmf_parameters(who)), fsk.V23, fsk.US_BURST)


def sdmf(who: CallerIdentity) -> Float:
    return _sound(frames.sdmf(who), fsk.BELL_202, fsk.US_BURST)


def keys(digits: str) -> Float:
    return tones.dtmf(digits, tones.KeyPress(on_ms=70, off_ms=70)).astype(float)


def _sound(octets: bytes, modulation: fsk.Modulation, burst: fsk.Burst) -> Float:
    return fsk.transmit(octets, modulation, burst).astype(float)


def quiet(seconds: float) -> Float:
    return np.zeros(round(8000 * seconds))


def write(path: Path, *parts: Float, rate: int = 8000, kind: str = "PCM_16", channels: int = 1) -> Path:
    """One file of all parts, on every channel alike."""
    sound = np.concatenate(parts)
    sound = sound if rate == 8000 else soxr.resample(sound, 8000, rate)
    soundfile.write(path, np.tile(sound[:, np.newaxis], (1, channels)), rate, subtype=kind)
    return path


@dataclass(frozen=True)
class Done:
    """What a command said and with what status it ended."""

    returncode: int
    stdout: str
    stderr: str


def command(*arguments: str | Path, language: str = "C.UTF-8") -> Done:
    """`denwaban ...` in this process. Why: thirty interpreters take half a minute."""
    said, complained = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(said), redirect_stderr(complained):
        patch.setenv("LC_ALL", language)
        try:
            status = main([str(argument) for argument in arguments])
        except SystemExit as wrong:  # argparse
            status = int(wrong.code or 0)
    return Done(status, said.getvalue(), complained.getvalue())


def objects(done: Done) -> list[dict[str, Any]]:
    """The objects of --json, one a line."""
    assert done.stderr == ""
    assert done.returncode == 0
    return [json.loads(line) for line in done.stdout.splitlines()]
