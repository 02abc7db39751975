"""Every byte between host and modem with its instant, and everything the modem played to the line."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np

from appliance.exchange.terminal import Sound
from appliance.units import RATE_HZ, SampleIndex

SHOWN_OCTETS = 48
"""Octets of a voice stream shown on one line of text. Why: a terminal line; the whole stands in `entries`."""


class Direction(StrEnum):
    TO_MODEM = ">"
    TO_HOST = "<"


@dataclass
class Entry:
    """Consecutive octets one way. `octets` is empty and `count` tells how many where streams are not kept."""

    at: SampleIndex
    way: Direction
    octets: bytes
    voice: bool
    count: int

    def line(self) -> str:
        """One line of text: seconds, direction, what was said."""
        shown = self.octets if not self.voice else self.octets[:SHOWN_OCTETS]
        body = repr(shown)[1:] if shown else "-"
        more = f" ... {self.count} octets of voice" if self.voice else ""
        return f"{self.at / RATE_HZ:12.4f} {self.way} {body}{more}"


@dataclass
class PlayedRun:
    """Sound put on the line without a gap, from the instant `at` on."""

    at: SampleIndex
    blocks: list[Sound] = field(default_factory=list)
    length: int = 0

    @property
    def sound(self) -> Sound:
        return np.concatenate(self.blocks) if self.blocks else np.zeros(0, np.float32)


class Transcript:
    """What was said over the cable and played to the line.

    With `keep_streams` False voice is counted and not stored. Why: eight hours of call are 230 MB each way.
    """

    def __init__(self, keep_streams: bool = True) -> None:
        self.keep_streams = keep_streams
        self.entries: list[Entry] = []
        self.played: list[PlayedRun] = []
        self.notes: list[tuple[SampleIndex, str]] = []

    def octets(self, at: SampleIndex, way: Direction, octets: bytes, voice: bool) -> None:
        """Note `octets`; a voice stream that is not kept grows one entry a direction."""
        if not octets:
            return
        dropped = voice and not self.keep_streams
        last = self.entries[-1] if self.entries else None
        if last and last.way == way and last.voice == voice and (dropped or last.at == at):
            last.count += len(octets)
            if not dropped:
                last.octets += octets
            return
        self.entries.append(Entry(at, way, b"" if dropped else octets, voice, len(octets)))

    def play(self, at: SampleIndex, sound: Sound) -> None:
        """Note sound that went to the line (copied by reference: the caller does not change it afterwards)."""
        last = self.played[-1] if self.played else None
        if last is None or last.at + last.length != at:
            last = PlayedRun(at)
            self.played.append(last)
        last.length += len(sound)
        if self.keep_streams:
            last.blocks.append(sound)

    def note(self, at: SampleIndex, words: str) -> None:
        """Note something that is not octets: hook, flash, unplugged."""
        self.notes.append((at, words))

    def sent(self, way: Direction) -> bytes:
        """All kept octets of one direction."""
        return b"".join(entry.octets for entry in self.entries if entry.way == way)

    def text(self) -> str:
        """The whole story in order of time."""
        rows = [(entry.at, 1, entry.line()) for entry in self.entries]
        rows += [(at, 0, f"{at / RATE_HZ:12.4f} * {words}") for at, words in self.notes]
        rows += [(run.at, 2, f"{run.at / RATE_HZ:12.4f} ~ played {run.length} samples") for run in self.played]
        return "\n".join(row[2] for row in sorted(rows, key=lambda row: row[:2])) + "\n"

    def write(self, path: Path) -> None:
        """Write `text()` to a file."""
        path.write_text(self.text(), encoding="utf-8")
