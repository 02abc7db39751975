"""Caller-identity fields -> one `CallerIdentity` a report. Every field is untrusted text. `line.caller` judges whose.

Spec: LINE_HARDWARE.md 1.4; CALLER_ID.md 1.4 (NTT parameters), 2.2 (SDMF and MDMF packets).
"""

from __future__ import annotations

from dataclasses import replace

from appliance.events import Absence, CallerIdentified, CallerIdentity
from appliance.line.callerid import bellcore, etsi, jclip, tlv
from appliance.line.callerid.fields import (
    NAME_LETTERS,
    NUMBER_DIGITS,
    absence_of,
    clean_number,
    clean_text,
    four_digits,
)
from appliance.units import SampleIndex, later

NAME_WAIT_MS = 300
"""How long a number waits for its name. Why: report lines follow each other within one burst of 115200 bit/s text."""

__all__ = [
    "NAME_LETTERS",
    "NAME_WAIT_MS",
    "NUMBER_DIGITS",
    "IdentityReader",
    "absence_of",
    "clean_number",
    "clean_text",
]

_BARE = bellcore.TABLE | {0x09: jclip.TABLE[0x09]}
"""Codes of parameters without a message around them: nothing tells whose they are; 09 is Japan's."""
_NTT = bytes(jclip.WITH_PARITY[octet] for octet in jclip.OPENING[:2])


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
            self._date = self._date or four_digits(value)
        elif tag == "TIME":
            self._time = self._time or four_digits(value)
        elif tag == "MESG":
            return self.take_packet(now, _from_hex(value), bare=True)
        return self._judge(now)

    def take_packet(self, now: SampleIndex, packet: bytes, bare: bool = False) -> list[CallerIdentified]:
        """A whole SDMF or MDMF packet (+VCID=2), or a Japanese frame; a wrong checksum says nothing.

        `bare`: it may as well be parameters only."""
        if self._told is not None or len(packet) < 3:
            return []
        identity = _identity_in(packet, bare)
        if identity is not None:
            self._take_identity(identity)
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

    def _take_identity(self, identity: CallerIdentity) -> None:
        """What is not known yet."""
        if not self._number:
            self._absence = identity.absence or self._absence
            self._number = identity.number
        if not self._name:
            self._name_absence = identity.name_absence or self._name_absence
            self._name = "" if self._name_absence else identity.name
        self._dialled = self._dialled or identity.dialled
        if not self._date:
            self._date, self._time = identity.datetime[:4], identity.datetime[4:]


def _identity_in(packet: bytes, bare: bool) -> CallerIdentity | None:
    """Who is calling, by a packet that a modem has checked (Japan) or that has its checksum."""
    if packet.startswith(_NTT):
        return jclip.identity_of(jclip.checked_parameters(packet))
    message = bellcore.packet_at(packet)
    if message is not None:
        return etsi.identity_of(message) if etsi.speaks(message) else bellcore.identity_of(message)
    return tlv.fold(tlv.walk(packet)[0], _BARE) if bare else None


def _from_hex(value: bytes) -> bytes:
    try:
        return bytes.fromhex(value.decode("ascii", "replace"))
    except ValueError:
        return b""
