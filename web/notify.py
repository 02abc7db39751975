"""What the service manager hears from the page: that it is ready, and that it lives. Spec: sd_notify(3)."""

from __future__ import annotations

import os
import socket
import time

BEAT_S = 5.0
"""Pause between two signs of life, seconds. Why: well under half of any WatchdogSec= worth setting."""


class Notifier:
    """Tells systemd on `address`; silently nothing where there is none."""

    def __init__(self, address: str) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._next = 0.0

    @classmethod
    def from_environment(cls) -> Notifier:
        """Takes NOTIFY_SOCKET out of the environment. Why: the server would say READY before a page can be served."""
        return cls(os.environ.pop("NOTIFY_SOCKET", ""))

    def ready(self) -> None:
        self._tell("READY=1")

    def beat(self) -> None:
        """Say that we live, at most every five seconds; call as often as you like."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + BEAT_S
            self._tell("WATCHDOG=1")

    def _tell(self, state: str) -> None:
        if not self._address:
            return
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as wire:
            try:
                wire.sendto(state.encode(), self._address)
            except OSError:
                return  # a manager that is gone restarts us; nothing here could mend it
