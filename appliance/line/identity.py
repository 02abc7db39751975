"""Caller-identity fields -> one `CallerIdentity` a report. Every field is untrusted text. `line.caller` judges whose.

Spec: LINE_HARDWARE.md 1.4; CALLER_ID.md 1.4 (NTT parameters), 2.2 (SDMF and MDMF packets).
"""

from __future__ import annotations

import re
from dataclasses import replace

from appliance.events import Absence, CallerIdentified, CallerIdentity
from appliance.units import SampleIndex, later

NAME_WAIT_MS = 300
"""How long a number waits for its name. Why: report lines follow each other within one burst of 115200 bit/s text."""

NUMBER_DIGITS = 32
"""Spec: NTT allows 30 (CALLER_ID.md 1.4), E.164 15; a prefix of two on top."""

NAME_LETTERS = 40
"""Spec: MDMF names have 15 letters (CALLER_ID.md 2.2); Japanese ones were at most 20."""

_ABSENCE_WORDS = {
    "PRIVATE": Absence.WITHHELD,
    "ANONYMOUS": Absence.WITHHELD,
    "WITHHELD": Absence.WITHHELD,
    "OUT OF AREA": Absence.UNAVAILABLE,
    "OUT-OF-AREA": Absence.UNAVAILABLE,
    "UNAVAILABLE": Absence.UNAVAILABLE,
    "UNKNOWN": Absence.UNAVAILABLE,
    "COIN": Absence.PAY_PHONE,
    "PAYPHONE": Absence.PAY_PHONE,
    "PAY PHONE": Absence.PAY_PHONE,
} | {letter.value: letter for letter in Absence}

_NUMBER = re.compile(r"\+?[0-9*#]+")
_SEPARATORS = re.compile(r"[-(). ]")
_DATE = re.compile(r"\d{4}")

# Spec: CALLER_ID.md 1.4 and 2.2, parameter codes of MDMF and NTT
_DATE_TIME, _NUMBER_PARAMETER, _DIALABLE, _ABSENCE, _NAME, _NAME_ABSENCE, _DIALLED = 1, 2, 3, 4, 7, 8, 9
_SDMF, _MDMF = 0x04, 0x80
_NTT = b"\x90\x81"  # DLE SOH with parity. Spec: CALLER_ID.md 1.3


class IdentityReader:
    """Collects the fields of one call's report. `waits_for_name`: names are in use on this line (not in Japan)."""

    def __init__(self, waits_for_name: bool) -> None:
        self._waits_for_name = waits_for_name
        self.next_call()

    def next_call(self) -> None:
        """Forget what was collected; the next identity is that of another call."""
        self._number = self._name = self._dialled = self._date = self._time = ""
        self._absence: Absence | None = None
        self._name_absence: Absence | None = None
        self._due: SampleIndex | None = None
        self._told: CallerIdentified | None = None

    def take_field(self, now: SampleIndex, tag: str, value: bytes) -> list[CallerIdentified]:
        """One `TAG=value` line."""
        if self._told is not None:
            return self._take_late(now, tag, value)
        if tag in ("NMBR", "DDN"):
            self._take_number(value)
        elif tag == "NAME":
            self._take_name(value)
        elif tag == "DDN_NMBR":
            self._dialled = self._dialled or clean_number(value)
        elif tag == "DATE":
            self._date = self._date or _digits_of(value)
        elif tag == "TIME":
            self._time = self._time or _digits_of(value)
        elif tag == "MESG":
            return self.take_packet(now, _from_hex(value), bare=True)
        return self._judge(now)

    def take_packet(self, now: SampleIndex, packet: bytes, bare: bool = False) -> list[CallerIdentified]:
        """A whole SDMF or MDMF packet (+VCID=2), or a Japanese frame; a wrong checksum says nothing.

        `bare`: it may as well be parameters only."""
        if self._told is not None or len(packet) < 3:
            return []
        if packet.startswith(_NTT):
            self._take_parameters(_ntt_content(packet))
            return self._judge(now)
        body = packet[2 : packet[1] + 2]
        if packet[0] not in (_SDMF, _MDMF) or len(packet) < packet[1] + 3 or sum(packet[: packet[1] + 3]) % 256:
            if bare:
                self._take_parameters(packet)
            return self._judge(now)
        if packet[0] == _MDMF:
            self._take_parameters(body)
        elif packet[0] == _SDMF:
            self._take_parameters(bytes([_DATE_TIME, 8]) + body[:8])
            self._take_number(body[8:])
        return self._judge(now)

    def tick(self, now: SampleIndex) -> list[CallerIdentified]:
        """Time went by: a number whose name did not come is told without."""
        if self._due is None or now < self._due:
            return []
        return self._tell(now)

    def _judge(self, now: SampleIndex) -> list[CallerIdentified]:
        number_known = bool(self._number) or self._absence is not None
        name_known = bool(self._name) or self._name_absence is not None
        if number_known and (name_known or not self._waits_for_name):
            return self._tell(now)
        if (number_known or name_known) and self._due is None:
            self._due = later(now, NAME_WAIT_MS)
        return []

    def _tell(self, now: SampleIndex) -> list[CallerIdentified]:
        self._due = None
        moment = self._date + self._time if len(self._date) == len(self._time) == 4 else ""
        identity = CallerIdentity(
            number=self._number,
            absence=None if self._number else self._absence,
            name=self._name,
            name_absence=None if self._name else self._name_absence,
            dialled=self._dialled,
            datetime=moment,
        )
        self._told = CallerIdentified(now, identity)
        return [self._told]

    def _take_late(self, now: SampleIndex, tag: str, value: bytes) -> list[CallerIdentified]:
        """A dialled number printed behind the caller's is told after it. Why: nothing may delay the caller's."""
        told = self._told
        if tag != "DDN_NMBR" or told is None or told.identity.dialled or now > later(told.at, NAME_WAIT_MS):
            return []
        dialled = clean_number(value)
        if not dialled:
            return []
        self._told = CallerIdentified(now, replace(told.identity, dialled=dialled))
        return [self._told]

    def _take_number(self, value: bytes) -> None:
        if self._number:
            return
        self._absence = absence_of(value) or self._absence
        self._number = clean_number(value)

    def _take_name(self, value: bytes) -> None:
        if self._name:
            return
        self._name_absence = absence_of(value) or self._name_absence
        if self._name_absence is None:
            self._name = clean_text(value)

    def _take_parameters(self, body: bytes) -> None:
        """Type, length, content, again and again; a truncated one ends the walk."""
        while len(body) >= 2 and len(body) >= body[1] + 2:
            kind, content, body = body[0], body[2 : body[1] + 2], body[body[1] + 2 :]
            if kind in (_NUMBER_PARAMETER, _DIALABLE, _ABSENCE):
                self._take_number(content)
            elif kind in (_NAME, _NAME_ABSENCE):
                self._take_name(content)
            elif kind == _DIALLED:
                self._dialled = self._dialled or clean_number(content)
            elif kind == _DATE_TIME and not self._date:
                self._date, self._time = _digits_of(content[:4]), _digits_of(content[4:8])


def absence_of(value: bytes) -> Absence | None:
    """The reason for which no number is given, if `value` is one."""
    return _ABSENCE_WORDS.get(value.decode("ascii", "replace").strip().upper())


def clean_number(value: bytes) -> str:
    """The digits of a number; empty when anything else is in it. Why: a wrong number is worse than none."""
    text = _SEPARATORS.sub("", value.decode("ascii", "replace").strip().strip("\0"))
    return text[:NUMBER_DIGITS] if _NUMBER.fullmatch(text) else ""


def clean_text(value: bytes) -> str:
    """Readable text: what is not UTF-8 or not printable is left out."""
    text = value.decode("utf-8", "ignore")
    return "".join(letter for letter in text if letter.isprintable()).strip()[:NAME_LETTERS]


def _digits_of(value: bytes) -> str:
    text = value.decode("ascii", "replace").replace(":", "").replace("/", "").strip()
    return text if _DATE.fullmatch(text) else ""


def _ntt_content(frame: bytes) -> bytes:
    """The parameters of a Japanese frame (the modem has checked its CRC). Spec: CALLER_ID.md 1.3."""
    octets = bytes(octet & 0x7F for octet in frame)  # bit 8 is parity
    _, _, text = octets.partition(b"\x10\x02")
    content, _, _ = text.replace(b"\x10\x10", b"\xff").partition(b"\x10\x03")
    return content.replace(b"\xff", b"\x10")[2:]  # after type and length


def _from_hex(value: bytes) -> bytes:
    try:
        return bytes.fromhex(value.decode("ascii", "replace"))
    except ValueError:
        return b""
