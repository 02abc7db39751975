"""Un-shields and shields voice data: the octet 0x10 (DLE) announces an event, an end mark or itself.

Spec: ITU-T V.253, <DLE> shielded data; LINE_HARDWARE.md 1.8 for what the chips really send.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

DLE = b"\x10"
ETX = b"\x03"

ABORT_RECEIVE = DLE + b"!"
"""Host to modem: end +VRX now. Spec: V.253."""
ESCAPE_RECEIVE = DLE + b"\x1b"
"""Host to modem: end +VRX on Si24xx. Spec: AN93 table 112."""
END_DUPLEX = DLE + b"^"
"""Host to modem: end +VTR. Spec: V.253."""
END_TRANSMIT = DLE + ETX
"""Host to modem: end +VTX after everything has been played."""
CANCEL_TRANSMIT = b"\x00" + DLE + b"\x18"
"""Host to modem: forget what is not yet played. The NUL disarms a DLE whose partner was never sent."""

REPORT_OCTETS = 512
"""Octets of one complex report before it is taken as unended. Why: an MDMF packet is at most 258 octets long."""

BRACKET_OCTETS = 4000
"""Octets of voice after the last repeat of a digit at which an unclosed bracket is stale.

Why: 0.5 s at 8 kHz and 8 bits; a held key repeats every 70 ms (LINE_HARDWARE.md 1.8)."""


class Kind(Enum):
    """What the modem tells in the middle of everything else. Value: its code octet, empty where there are several."""

    END = "\x03"
    ESCAPED = "\x1b"
    RING = "R"
    RINGBACK = "r"
    BUSY = "b"
    REORDER = "K"
    DIAL_TONE = "d"
    STUTTER_TONE = "i"
    ANSWER_TONE = "a"
    DATA_ANSWER = "f"
    FAX_CALLING = "c"
    DATA_CALLING = "e"
    FAX_SIGNAL = "m"
    TDD = "t"
    PHONE_REPLACED = "h"
    PHONE_LIFTED = "H"
    EXTENSION_REPLACED = "p"
    EXTENSION_LIFTED = "P"
    LOOP_BREAK = "l"
    POLARITY = "L"
    QUIET = "q"
    SILENCE = "s"
    RECEIVE_OVERRUN = "o"
    TRANSMIT_UNDERRUN = "u"
    VOICE = "v"
    CALL_WAITING = "w"
    BONG = "$"
    SIT = "J"
    XON = "Q"
    XOFF = "S"
    INVALID_FORMAT = "E"
    LOST_DATA = "Y"
    TIMING_MARK = "T"
    DIGIT = "digit"
    REPORT = "report"


_SIMPLE = {ord(kind.value): kind for kind in Kind if len(kind.value) == 1}
_SIMPLE[ord("V")] = Kind.VOICE
_SIMPLE[ord("W")] = Kind.CALL_WAITING
_DIGITS = frozenset(b"0123456789ABCD*#")
_TONE_BEGINS = ord("/")
_TONE_ENDS = frozenset(b"~\x7f")  # AN93 rev 1.4 prints 7E, rev 1.3 prints 7F
_REPORT_BEGINS = ord("X")
_REPORT_ENDS = ord(".")
_DOUBLE = 0x1A
_NOTHING = 0x00
_VOICE_ENDS = frozenset((0x03, 0x1B))


@dataclass(frozen=True, slots=True)
class Signal:
    """One event. `position`: octets of plain data before it since the reader was made."""

    kind: Kind
    position: int
    digit: str = ""  # of DIGIT
    report: bytes = b""  # of REPORT
    ended: bool = True  # of REPORT; False: its end never came, what is in it may be anything


class DleReader:
    """Octets as they arrive -> plain data and signals, in order; any split of the octets gives the same."""

    def __init__(self) -> None:
        self.position = 0
        self.unknown = 0
        self._escaped = False
        self._plain: list[bytes] = []
        self._found: list[bytes | Signal] = []
        self._report: bytearray | None = None
        self._in_tone = False
        self._tone_has_digit = False
        self._digit_at = 0
        self._brackets_seen = False

    def read(self, octets: bytes) -> list[bytes | Signal]:
        """Everything that the octets held: `bytes` is plain data (voice or text)."""
        for index, piece in enumerate(octets.split(DLE)):
            if index:
                if self._escaped:
                    self._take_plain(DLE)
                self._escaped = not self._escaped
            if not piece:
                continue
            if self._escaped:
                self._escaped = False
                self._take_code(piece[0])
                piece = piece[1:]  # noqa: PLW2901 - what is left of it
            if piece:
                self._take_plain(piece)
        self._flush()
        found, self._found = self._found, []
        return found

    @property
    def in_report(self) -> bool:
        """A complex report has begun and not ended."""
        return self._report is not None

    def give_up_report(self) -> list[bytes | Signal]:
        """The end of the report does not come: take what there is of it."""
        self._end_report(ended=False)
        found, self._found = self._found, []
        return found

    def _take_plain(self, piece: bytes) -> None:
        if self._report is not None:
            room = REPORT_OCTETS - len(self._report)
            self._report += piece[:room]
            if len(self._report) < REPORT_OCTETS:
                return
            piece = piece[room:]
            self._end_report(ended=False)
        if piece:
            self._plain.append(piece)
            self.position += len(piece)

    def _flush(self) -> None:
        if self._plain:
            self._found.append(b"".join(self._plain))
            self._plain = []

    def _tell(self, kind: Kind, digit: str = "") -> None:
        self._flush()
        self._found.append(Signal(kind, self.position, digit))

    def _take_code(self, code: int) -> None:
        if code == _DOUBLE:
            self._take_plain(DLE + DLE)
            return
        self._end_report(ended=code == _REPORT_ENDS)
        if code in _DIGITS:
            self._take_digit(chr(code))
        elif code == _TONE_BEGINS:
            self._in_tone, self._tone_has_digit, self._brackets_seen = True, False, True
            self._digit_at = self.position
        elif code in _TONE_ENDS:
            self._in_tone = False
        elif code == _REPORT_BEGINS:
            self._report = bytearray()
        elif code in _SIMPLE:
            self._in_tone = self._in_tone and code not in _VOICE_ENDS
            self._tell(_SIMPLE[code])
        elif code not in (_NOTHING, _REPORT_ENDS):
            self.unknown += 1

    def _end_report(self, ended: bool) -> None:
        report, self._report = self._report, None
        if report is not None:
            self._flush()
            self._found.append(Signal(Kind.REPORT, self.position, report=bytes(report), ended=ended))

    def _take_digit(self, digit: str) -> None:
        """One digit per bracket; a chip without brackets sends one code per digit.

        A chip that is known to bracket and whose opening mark was lost gets an implied one.
        """
        stale = self._in_tone and self.position - self._digit_at > BRACKET_OCTETS
        if self._brackets_seen and (not self._in_tone or stale):
            self._in_tone, self._tone_has_digit = True, False
        self._digit_at = self.position
        if self._in_tone and self._tone_has_digit:
            return
        self._tone_has_digit = True
        self._tell(Kind.DIGIT, digit=digit)


def shield(octets: bytes) -> bytes:
    """Voice data as it must be sent: every 0x10 doubled (SUB for pairs is not understood by all chips)."""
    return octets.replace(DLE, DLE + DLE)
