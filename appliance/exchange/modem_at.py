"""AT command lines: from octets to lines, from a line to single commands. Spec: ITU-T V.250, 5.2-5.4."""

from __future__ import annotations

import re
from dataclasses import dataclass

from appliance.exchange.modem_registers import Registers
from appliance.units import SampleIndex, samples

LINE_OCTETS = 255
"""Longest command body. Why: LINE_HARDWARE.md 1.9 says 50-100 for +VTS alone; lists of commands are longer."""

PARTIAL_LINE_SAMPLES = samples(30_000)
"""A line without its end is forgotten after this. Why: ours; longer than any person types, shorter than a heartbeat."""

EXTENDED = re.compile(r"([+\-#!][A-Z][A-Z0-9]*|[+\-#!]\d+)(=\?|\?|=([^;]*)|)(?:;|$)")
BASIC = re.compile(r"([&%\\*]?[A-Z])(\d*)(\?|=\?|=\d+)?")


@dataclass(frozen=True)
class AtCommand:
    """One command: `name` ("+VSM", "S", "E", "D"), how it is used and its argument text."""

    name: str
    use: str  # "do", "set", "read" (?), "test" (=?)
    args: str = ""

    @property
    def text(self) -> str:
        """As typed, for the knobs that go by the beginning of a command."""
        mark = {"do": "", "set": "=", "read": "?", "test": "=?"}[self.use]
        return f"{self.name}{mark}{self.args}" if self.name[0] in "+-#!" else f"{self.name}{self.args}{mark.strip('=')}"

    def numbers(self) -> list[int]:
        """Decimal arguments; raises ValueError for anything else."""
        return [int(part) if part else 0 for part in self.args.split(",")]


class LineReader:
    """Collects octets until the end of a command line."""

    def __init__(self) -> None:
        self.line = bytearray()
        self.last = b""
        self.last_octet_at = SampleIndex(0)

    def read(self, octet: int, now: SampleIndex, registers: Registers) -> bytes | None:
        """Take one octet; the body of a command line when it is complete (without AT), otherwise None."""
        if now - self.last_octet_at > PARTIAL_LINE_SAMPLES:
            self.line.clear()
        self.last_octet_at = now
        if octet == registers.s[3]:
            return self.complete()
        if octet == registers.s[5]:
            del self.line[-1:]
        elif octet >= 0x20:
            self.line.append(octet & 0x7F)
        if self.line.upper() == b"A/":
            self.line.clear()
            return self.last
        return None

    def complete(self) -> bytes | None:
        """The body behind the last AT, None where there is no AT."""
        line, self.line = bytes(self.line), bytearray()
        start = re.search(rb"[aA] *[tT]", line)
        if start is None:
            return None
        self.last = line[start.end() :]
        return self.last


def normalised(body: bytes) -> str:
    """Upper case, no spaces. Spec: ITU-T V.250, 5.2.1."""
    return body.decode("ascii").upper().replace(" ", "")


def split_line(body: bytes) -> list[AtCommand | None]:
    """The commands of a line in order; None stands for what cannot be understood and ends the list."""
    text = normalised(body)
    commands: list[AtCommand | None] = []
    if len(text) > LINE_OCTETS:
        return [None]
    while text:
        command, text = next_command(text)
        commands.append(command)
        if command is None:
            break
    return commands


def next_command(text: str) -> tuple[AtCommand | None, str]:
    """The first command of a text and the rest."""
    if text[0] == ";":
        return AtCommand("", "do"), text[1:]
    if text[0] == "D":
        number, _, rest = text[1:].partition(";")
        return AtCommand("D", "do", number), rest
    if text[0] in "+-#!":
        return extended(text)
    found = BASIC.match(text)
    if found is None:
        return None, ""
    return basic(found), text[found.end() :]


def extended(text: str) -> tuple[AtCommand | None, str]:
    found = EXTENDED.match(text)
    if found is None:
        return None, ""
    use = {"": "do", "?": "read", "=?": "test"}.get(found[2], "set")
    return AtCommand(found[1], use, found[3] or ""), text[found.end() :]


def basic(found: re.Match[str]) -> AtCommand | None:
    name, number, tail = found[1], found[2], found[3] or ""
    if name == "S" and number and tail:
        use = {"?": "read", "=?": "test"}.get(tail, "set")
        return AtCommand("S", use, number + (tail if use == "set" else ""))
    if tail and tail != "?":
        return None
    return AtCommand(name, "read" if tail else "do", number)
