"""Runs one script of commands at a time against the modem, without any input or output of its own.

A script is a generator: it yields a `Wish` (octets to send, what to wait for, for how long) and is resumed with the
`Answer`. Why: a conversation reads from top to bottom, and every wait has its time limit beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from appliance.errors import LineError
from appliance.line.modem.at import Reply
from appliance.units import SampleIndex, later

RESULTS = frozenset({Reply.OK, Reply.ERROR})

ANSWER_LINES = 64
"""Lines of one answer that are kept. Why: the longest, +VSM=?, has about ten; garbage must not fill the memory."""


class ModemFailed(LineError):
    """The modem did not do what it must; the text says so in plain words."""


@dataclass(frozen=True)
class Wish:
    """What a script wants next. `met`: a condition that also ends the wait."""

    octets: bytes = b""
    until: frozenset[Reply] = RESULTS
    timeout_ms: float = 2_000  # Why: any command but the named slow ones answers within 1 s (LINE_HARDWARE.md 1.5)
    met: Callable[[], bool] | None = None


@dataclass(frozen=True)
class Answer:
    """How the wait ended, and the lines that came meanwhile."""

    reply: Reply
    lines: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.reply is Reply.OK


Script = Generator[Wish, Answer, None]


def command(text: str, timeout_ms: float = 2_000, until: frozenset[Reply] = RESULTS) -> Wish:
    """A command line and its result."""
    return Wish(text.encode("ascii") + b"\r", until, timeout_ms)


def pause(ms: float) -> Wish:
    """Nothing but time."""
    return Wish(until=frozenset(), timeout_ms=ms)


class Dialogue:
    """The one conversation with the modem. `send` takes the octets that are to go out."""

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._send = send
        self._script: Script | None = None
        self._wish: Wish | None = None
        self._deadline = SampleIndex(0)
        self._lines: list[str] = []

    @property
    def busy(self) -> bool:
        return self._script is not None

    @property
    def awaits_result(self) -> bool:
        """A result now would be the answer to something that we sent."""
        return self._wish is not None and bool(self._wish.until)

    def start(self, now: SampleIndex, script: Script) -> None:
        """Begin a script; one that is under way is dropped. Raises what the script raises."""
        self.drop()
        self._script = script
        self._step(now, None)

    def drop(self) -> None:
        """End the script where it stands."""
        if self._script is not None:
            self._script.close()
        self._script = self._wish = None

    def take_reply(self, now: SampleIndex, reply: Reply) -> bool:
        """Give a result to the script; whether it was waiting for it."""
        if self._wish is None or reply not in self._wish.until:
            return False
        self._step(now, reply)
        return True

    def take_line(self, text: str) -> None:
        if len(self._lines) < ANSWER_LINES:
            self._lines.append(text)

    def tick(self, now: SampleIndex) -> None:
        """Look at the time limit and at the condition of the present wish."""
        if self._wish is None:
            return
        if self._wish.met is not None and self._wish.met():
            self._step(now, Reply.MET)
        elif now >= self._deadline:
            self._step(now, Reply.TIMEOUT)

    def _step(self, now: SampleIndex, reply: Reply | None) -> None:
        script = self._script
        if script is None:
            return
        lines, self._lines = tuple(self._lines), []
        self._wish = None
        try:
            wish = next(script) if reply is None else script.send(Answer(reply, lines))
        except StopIteration:
            self._script = None
            return
        except ModemFailed:
            self._script = None
            raise
        self._wish = wish
        self._deadline = later(now, wish.timeout_ms)
        if wish.octets:
            self._send(wish.octets)
