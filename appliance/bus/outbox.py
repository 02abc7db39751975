"""What waits to be sent: bounded, states before stale news, nothing kept past its use. Its owner locks it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True)
class Letter:
    """One packed message. `born`: monotonic seconds."""

    topic: str
    octets: bytes
    retain: bool
    born: float


class Outbox:
    """Letters in order. A newer state of a topic takes the place of an older one; only events are ever dropped."""

    def __init__(self, room: int, life_s: float) -> None:
        self._room = room
        self._life_s = life_s
        self._waiting: OrderedDict[str | int, Letter] = OrderedDict()
        self._states: dict[str, Letter] = {}
        self._serial = 0
        self._events = 0
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, letter: Letter) -> None:
        """Append a letter; where there is no room left the oldest event goes."""
        if letter.retain:
            self._states[letter.topic] = letter
            self._waiting.pop(letter.topic, None)
            self._waiting[letter.topic] = letter
            return
        if self._events >= self._room:
            oldest = next(key for key in self._waiting if isinstance(key, int))
            self._remove(oldest)
            self.dropped += 1
        self._append_event(letter)

    def take(self) -> Letter | None:
        """The next letter to send."""
        if not self._waiting:
            return None
        return self._remove(next(iter(self._waiting)))

    def begin_again(self, unsent: list[Letter], now: float) -> None:
        """After a new connection: every state, then `unsent`, then what waited; events past their life are dropped."""
        events = [letter for letter in (*unsent, *self._waiting.values()) if not letter.retain]
        fresh = [letter for letter in events if now - letter.born <= self._life_s]
        kept = fresh[-self._room :]
        self.dropped += len(events) - len(kept)
        self._waiting = OrderedDict(self._states.items())
        self._events = 0
        for letter in kept:
            self._append_event(letter)

    def _append_event(self, letter: Letter) -> None:
        self._serial += 1
        self._events += 1
        self._waiting[self._serial] = letter

    def _remove(self, key: str | int) -> Letter:
        if isinstance(key, int):
            self._events -= 1
        return self._waiting.pop(key)
