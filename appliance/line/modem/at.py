"""Reads what a modem writes as text: results, rings and caller-identity lines; garbage is tolerated.

Spec: ITU-T V.250 5.7 (result codes), V.253 (+VCID, +VDR); LINE_HARDWARE.md 1.4 for the forms seen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto

LINE_OCTETS = 400
"""Octets of one line; a longer one is dropped. Why: an MDMF packet in hex is 516, a real one under 100 octets."""


class Reply(Enum):
    """How a command, or a stretch of voice data, ended."""

    OK = auto()
    ERROR = auto()
    CONNECT = auto()
    VCON = auto()
    NO_CARRIER = auto()
    NO_DIALTONE = auto()
    NO_ANSWER = auto()
    BUSY = auto()
    ENDED = auto()  # <DLE><ETX> or <DLE><ESC>: the modem's voice data is over
    MET = auto()  # what the script waited for came true
    TIMEOUT = auto()


@dataclass(frozen=True)
class Result:
    reply: Reply


@dataclass(frozen=True)
class RingLine:
    pass


@dataclass(frozen=True)
class Field:
    """One line of caller identity. `value` is untrusted: any octets."""

    tag: str
    value: bytes


@dataclass(frozen=True)
class BurstLength:
    """DRON: how long the last ring burst lasted."""

    on_ms: int


@dataclass(frozen=True)
class RawReport:
    """A whole caller-identity packet (+VCID=2): SDMF, MDMF, or the Japanese frame."""

    packet: bytes


@dataclass(frozen=True)
class Info:
    """Any other line: an answer to a question, an echo, garbage."""

    text: str


Line = Result | RingLine | Field | BurstLength | RawReport | Info

_RESULTS = {
    b"OK": Reply.OK,
    b"ERROR": Reply.ERROR,
    b"CONNECT": Reply.CONNECT,
    b"VCON": Reply.VCON,
    b"NO CARRIER": Reply.NO_CARRIER,
    b"NO DIALTONE": Reply.NO_DIALTONE,
    b"NO DIAL TONE": Reply.NO_DIALTONE,
    b"NO ANSWER": Reply.NO_ANSWER,
    b"BUSY": Reply.BUSY,
}
_FIELD = re.compile(rb"(DATE|TIME|NMBR|NAME|MESG|DDN_NMBR|DDN|ERRM)[ \t]*=[ \t]*(.*)", re.DOTALL)
_DRON = re.compile(rb"DRON[ \t]*=[ \t]*(\d{1,3})")
_RING = re.compile(rb"RING( ?[A-Z0-9])?")
_RAW = re.compile(rb"(?:04|80|9081)(?:[0-9A-F]{2}){3,}", re.IGNORECASE)
_ENDS = re.compile(rb"[\r\n]")
_FIELD_BEGINS = (b"NAME", b"NMBR", b"MESG", b"DATE", b"TIME", b"DDN")
_LONGEST_TAG = 8


def parse(line: bytes) -> Line:
    """What one line means."""
    line = line.strip(b" \t\0")
    if line in _RESULTS:
        return Result(_RESULTS[line])
    if _RING.fullmatch(line):
        return RingLine()
    if found := _FIELD.fullmatch(line):
        return Field(found[1].decode("ascii"), found[2].strip())
    if found := _DRON.fullmatch(line):
        return BurstLength(int(found[1]) * 100)
    if _RAW.fullmatch(line):
        return RawReport(bytes.fromhex(line.decode("ascii")))
    if line.startswith((b"+CME ERROR", b"+FCERROR")):
        return Result(Reply.ERROR)
    return Info(line.decode("ascii", "replace"))


class LineReader:
    """Octets -> lines. CR or LF ends a line at once; empty lines are dropped."""

    def __init__(self) -> None:
        self.overlong = 0
        self._buffer = bytearray()
        self._skipping = False

    def feed(self, octets: bytes) -> None:
        self._buffer += octets

    def line(self) -> bytes | None:
        """The next whole line without its end; None when there is none yet."""
        while found := _ENDS.search(self._buffer):
            line = bytes(self._buffer[: found.start()])
            del self._buffer[: found.end()]
            if self._skipping or len(line) > LINE_OCTETS:
                self.overlong += not self._skipping
                self._skipping = False
            elif line:
                return line
        if len(self._buffer) > LINE_OCTETS or self._skipping:
            self.overlong += not self._skipping
            self._skipping = True
            self._buffer.clear()
        return None

    def rest(self) -> bytes:
        """Octets after the last line, now no longer ours: after CONNECT, sound follows (an LF may come first)."""
        rest = bytes(self._buffer)
        self.forget()
        return rest

    def forget(self) -> None:
        """Drop an unfinished line."""
        self._buffer.clear()
        self._skipping = False

    def stray(self, octets: bytes) -> bytes:
        """Of octets about to be fed, those outside caller identity, in which strange octets are nothing strange."""
        first, *others = _ENDS.split(octets)
        pieces = [] if bytes(self._buffer[:_LONGEST_TAG] + first).startswith(_FIELD_BEGINS) else [first]
        pieces += [piece for piece in others if not piece.startswith(_FIELD_BEGINS)]
        return b"".join(pieces)


def salvaged(report: bytes) -> bytes:
    """What can be believed of an identity report whose end never came, as lines.

    The field that was cut off is left out. Why: half a number is the wrong number.
    """
    *lines, unfinished = re.split(rb"[\r\n]+", report)
    fields = [index for index, line in enumerate(lines) if isinstance(parse(line), Field)]
    if fields and not unfinished:
        del lines[fields[-1]]
    return b"".join(line + b"\r\n" for line in lines)
