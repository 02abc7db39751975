"""Listens in on the cable between box and modem: every octet with its instant on the machine's clock.

What the modem sent as sound is read here by a small reader of our own, not by the product's. Spec: ITU-T V.253.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from appliance.exchange.ears import Pcm
from appliance.exchange.modem_codec import Law, decode
from appliance.exchange.terminal import Sound
from appliance.exchange.transcript import Direction, Transcript
from appliance.units import SampleIndex

DLE, ETX, ESC, SUB = 0x10, 0x03, 0x1B, 0x1A
CONNECT = b"CONNECT\r\n"
RECEIVES = (b"AT+VRX\r", b"AT+VTR\r")
REPORT_END = b"\x10."
"""Closes a complex report: the identity is complete. Spec: ITU-T V.253; LINE_HARDWARE.md 1.8."""


@dataclass(frozen=True)
class Wire:
    """Octets that passed at once. `clock_s`: time.monotonic(). No octets: the modem went on-hook."""

    clock_s: float
    at: SampleIndex
    way: Direction
    octets: bytes


@dataclass(frozen=True)
class Hook:
    """The relay of the modem moved."""

    at: SampleIndex
    off: bool


@dataclass(frozen=True)
class Played:
    """Sound that the modem put on the line. `clock_s`: time.monotonic()."""

    clock_s: float
    at: SampleIndex
    sound: Sound


class Tap(Transcript):
    """A transcript that keeps no sound of its own but all that passes the cable, with the machine's time."""

    def __init__(self) -> None:
        super().__init__(keep_streams=False)
        self.wires: list[Wire] = []
        self.hooks: list[Hook] = []
        self.plays: list[Played] = []

    def octets(self, at: SampleIndex, way: Direction, octets: bytes, voice: bool) -> None:
        if octets:
            self.wires.append(Wire(time.monotonic(), at, way, octets))

    def play(self, at: SampleIndex, sound: Sound) -> None:
        self.plays.append(Played(time.monotonic(), at, sound))

    def note(self, at: SampleIndex, words: str) -> None:
        super().note(at, words)
        if words in ("off-hook", "on-hook"):
            self.hooks.append(Hook(at, words == "off-hook"))
        if words in ("on-hook", "power off"):  # whatever stream ran has ended
            self.wires.append(Wire(time.monotonic(), at, Direction.TO_HOST, b""))

    def forget(self) -> None:
        """Begin anew: what passed is of no more use."""
        self.wires, self.hooks, self.plays = [], [], []


class Unshield:
    """Voice octets out of what the modem sends between CONNECT and <DLE><ETX>."""

    def __init__(self) -> None:
        self.ended = False
        self._escaped = False

    def read(self, octets: bytes) -> tuple[bytes, bytes]:
        """Voice octets, and what came after the end of the stream."""
        voice, place = bytearray(), 0
        while place < len(octets) and not self.ended:
            if self._escaped:
                voice += self._code(octets[place])
                place += 1
                continue
            mark = octets.find(DLE, place)
            end = len(octets) if mark < 0 else mark
            voice += octets[place:end]
            self._escaped = mark >= 0
            place = end + self._escaped
        return bytes(voice), octets[place:]

    def _code(self, code: int) -> bytes:
        self._escaped = False
        self.ended = code in (ETX, ESC)
        return {DLE: b"\x10", SUB: b"\x10\x10"}.get(code, b"")


@dataclass
class VoiceRun:
    """Sound that the modem sent after one CONNECT, of which it was read at `at`.

    `arrivals`: (clock_s, octets sent by then).
    """

    at: SampleIndex
    octets: bytearray = field(default_factory=bytearray)
    arrivals: list[tuple[float, int]] = field(default_factory=list)

    def pcm(self, law: Law) -> Pcm:
        """int16, shape (n,), 8 kHz."""
        return np.rint(decode(law, bytes(self.octets)) * 32768).astype(np.int16)

    @property
    def begun_at(self) -> SampleIndex:
        """The instant of the first sample, to some 20 ms: what came with CONNECT had been heard before."""
        return SampleIndex(self.at - (self.arrivals[0][1] if self.arrivals else 0))

    def sent_by(self, clock_s: float) -> int:
        """Octets sent at an instant of the machine's clock."""
        return max((count for then, count in self.arrivals if then <= clock_s), default=0)


class _RunReader:
    """Finds the voice runs in what passes the cable."""

    def __init__(self) -> None:
        self.runs: list[VoiceRun] = []
        self._receives = False
        self._asked = self._text = b""
        self._shield: Unshield | None = None

    def read(self, wire: Wire) -> None:
        if wire.way is Direction.TO_MODEM:
            self._asked = (self._asked + wire.octets)[-16:]
            if self._asked.endswith((*RECEIVES, b"AT+VTX\r")):
                self._receives = self._asked.endswith(RECEIVES)
        elif not wire.octets:
            self._shield = None
        elif self._shield is not None:
            self._voice(self._shield, wire, wire.octets)
        else:
            self._text = (self._text + wire.octets)[-4096:]
            self._look_for_connect(wire)

    def _look_for_connect(self, wire: Wire) -> None:
        _, connect, rest = self._text.partition(CONNECT)
        if not connect:
            return
        self._text = rest
        if self._receives:
            self._text = b""
            self._shield = Unshield()
            self.runs.append(VoiceRun(wire.at))
            self._voice(self._shield, wire, rest)

    def _voice(self, shield: Unshield, wire: Wire, octets: bytes) -> None:
        voice, self._text = shield.read(octets)
        run = self.runs[-1]
        run.octets += voice
        run.arrivals.append((wire.clock_s, len(run.octets)))
        if shield.ended:
            self._shield = None


def voice_runs(wires: Iterable[Wire]) -> list[VoiceRun]:
    """Every stretch of sound that the modem handed over."""
    reader = _RunReader()
    for wire in wires:
        reader.read(wire)
    return reader.runs


def report_complete_at(wires: Sequence[Wire]) -> float | None:
    """When (time.monotonic) the last octet of the first complete report was written to the box; None: not yet."""
    said = b""
    for wire in wires:
        if wire.way is Direction.TO_HOST:
            said = said[-1:] + wire.octets
            if REPORT_END in said:
                return wire.clock_s
    return None
