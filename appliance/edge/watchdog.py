"""Tells the service manager that we are ready, and alive. Spec: sd_notify(3), sd_watchdog_enabled(3)."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Mapping

_BEATS_PER_DEADLINE = 3
"""Why: the manual says half the deadline; a third leaves one beat to lose."""

_UNWATCHED_S = 10.0
"""Seconds between signs of life where nobody set a deadline."""


class ServiceWatchdog:
    """Speaks to the socket that NOTIFY_SOCKET names (a path, or @ and an abstract name); silent without one.

    Why no exception: a service manager that does not listen must never end a call.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        name = environment.get("NOTIFY_SOCKET", "")
        self._address = "\0" + name[1:] if name.startswith("@") else name
        self._every_s = _interval_s(environment)
        self._next_s = 0.0

    def ready(self) -> None:
        """Start-up is finished."""
        self._say("READY=1")

    def alive(self) -> None:
        """The loop turns. Call as often as you like: it is said three times a deadline."""
        now_s = time.monotonic()
        if now_s >= self._next_s:
            self._next_s = now_s + self._every_s
            self._say("WATCHDOG=1")

    def status(self, text: str) -> None:
        """One line for `systemctl status`."""
        self._say("STATUS=" + " ".join(text.split()))

    def stopping(self) -> None:
        """We leave of our own will."""
        self._say("STOPPING=1")

    def _say(self, words: str) -> None:
        if not self._address:
            return
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.settimeout(0.05)
                out.sendto(words.encode(), self._address)
        except OSError:
            return  # nobody listens, or its queue is full: the next beat comes soon


def _interval_s(environment: Mapping[str, str]) -> float:
    """Seconds between signs of life; WATCHDOG_PID says whether the deadline is meant for us."""
    deadline_us, pid = environment.get("WATCHDOG_USEC", ""), environment.get("WATCHDOG_PID", "")
    if not deadline_us.isdecimal() or int(deadline_us) == 0 or pid not in ("", str(os.getpid())):
        return _UNWATCHED_S
    return int(deadline_us) / 1_000_000 / _BEATS_PER_DEADLINE
