"""What a kill left behind: the recording against what had passed the line until then, the database, the calls."""

from __future__ import annotations

import sqlite3
import wave
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from appliance.daemon.wiring import load_prompts
from appliance.events import Prompt
from appliance.exchange.ears import Pcm, to_pcm
from appliance.store import places
from appliance.store.rows import CallRecord
from appliance.units import RATE_HZ
from bench.recording import KEY_SAMPLES, SHORTEST_SAMPLES, find, read_wav
from bench.tap import Tap, VoiceRun, voice_runs

LOST_LIMIT_S = 1.0
"""Why: the promise of the README: at most one second of sound is lost."""

AUDIBLE = 200
"""Of a 16-bit sample. Why: a voice prompt's first sound; its fade-in lies below."""


@dataclass(frozen=True)
class Passed:
    """Sound of a call that passed between box and line until an instant. Instants: samples of the exchange's clock."""

    begun: int
    ended: int
    runs: list[VoiceRun]
    notice_at: int | None  # first sound of the first prompt


@dataclass(frozen=True)
class Heard:
    """How a recording compares. `lost_s`: what had passed and is not in it; `trouble`: empty where it is sound."""

    lost_s: float
    trouble: str = ""
    there: bool = True


def passed(tap: Tap, until_s: float, cleared_at: int | None = None) -> Passed | None:
    """What passed until `until_s` (time.monotonic), and until the far end had cleared; None: nothing yet."""
    runs = [run for run in voice_runs(list(tap.wires)) if run.sent_by(until_s)]
    spans = [(run.begun_at, run.begun_at + run.sent_by(until_s)) for run in runs]
    plays = [play for play in list(tap.plays) if play.clock_s <= until_s and np.abs(to_pcm(play.sound)).max() > AUDIBLE]
    spans += [(play.at, play.at + len(play.sound)) for play in plays]
    if not spans:
        return None
    ended = max(end for _, end in spans)
    if cleared_at is not None:
        ended = min(ended, cleared_at)
    return Passed(min(begin for begin, _ in spans), ended, runs, plays[0].at if plays else None)


def compare(path: Path | None, sound: Passed | None) -> Heard:
    """The recording at `path` (None: there is none) against what passed."""
    if path is None:
        return Heard((sound.ended - sound.begun) / RATE_HZ if sound else 0.0, there=False)
    try:
        wav = read_wav(path)
    except (OSError, EOFError, ValueError, wave.Error) as error:
        return Heard(0.0, f"{path.name}: {error}")
    if sound is None:
        return Heard(0.0)
    zero, trouble = _zero(wav, sound)
    if zero is None:
        return Heard((sound.ended - sound.begun) / RATE_HZ, trouble)
    return Heard(max(0, sound.ended - zero - len(wav)) / RATE_HZ, trouble)


def _zero(wav: Pcm, sound: Passed) -> tuple[int | None, str]:
    """The instant of the recording's first sample, told by what is in it; and what is wrong with that."""
    zero = _notice_zero(wav, sound.notice_at)
    for run in sound.runs:
        match = find(wav, run) if len(run.octets) >= SHORTEST_SAMPLES else None
        if match is None:
            continue
        if match.wrong:
            return zero, f"{match.wrong} of {match.compared} samples are not what the modem sent"
        zero = run.begun_at - match.place
    return zero, ""


def _notice_zero(wav: Pcm, notice_at: int | None) -> int | None:
    prompt = notice()
    first = int(np.flatnonzero(np.abs(prompt) > AUDIBLE)[0])
    place = wav.tobytes().find(prompt[first : first + KEY_SAMPLES].tobytes())
    return None if notice_at is None or place < 0 or place % 2 else notice_at - place // 2


@cache
def notice() -> Pcm:
    """What the box says first in a stranger's call."""
    return np.frombuffer(load_prompts("JP")[Prompt.RECORDING_NOTICE], "<i2").astype(np.int16)


def database_trouble(data: Path) -> str:
    """What SQLite finds wrong with the database; empty where it is sound."""
    with closing(sqlite3.connect(f"file:{places.database(data)}?mode=ro", uri=True)) as connection:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        found += [f"foreign key: {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    return "" if found == ["ok"] else "; ".join(found)


def calls_trouble(data: Path, rows: Sequence[CallRecord]) -> str:
    """What is wrong with these calls, all of which are over, and with their recordings."""
    for row in rows:
        if row.ended_at is None or row.outcome is None:
            return f"call {row.id} has no end"
        if not row.recording:
            continue
        path = data / row.recording
        if not path.exists():
            return f"the recording of {row.id} is not there"
        if row.samples != len(read_wav(path)):
            return f"call {row.id} tells {row.samples} samples, its recording has {len(read_wav(path))}"
        if path.stat().st_mode & 0o777 != places.FINISHED_MODE:
            return f"{path.name} can still be written to"
    known = {row.recording for row in rows}
    strays = [
        path for path in sorted((data / places.RECORDINGS).rglob("*.wav")) if str(path.relative_to(data)) not in known
    ]
    return f"{strays[0].name} belongs to no call" if strays else ""


def left_over(config: Path, mine: Sequence[int]) -> list[int]:
    """Processes with this settings file that are neither `mine` nor children of mine: left by one that was killed."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes().split(b"\0")
            stat = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        if str(config).encode() in words and stat[0] != "Z":
            parents[int(entry.name)] = int(stat[1])
    return [pid for pid, parent in parents.items() if pid not in mine and parent not in mine]
