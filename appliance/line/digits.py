"""One press, one digit, though two may tell of it: the modem's own detector and our ear."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

from appliance.events import DigitHeard, SoundBlock, Source
from appliance.units import SampleIndex, samples

HEARING = samples(100)
"""Sound of the line so lately: our ear hears. Why: five blocks, what a busy USB bus may hold back."""

SETTLED = samples(200)
"""Our ear rules only after so much sound without a break. Why: of a press that began before the sound did (a prompt
has just ended in half duplex) too little may be left for us, and the modem has heard all of it."""

SAME_PRESS = samples(500)
"""The same digit from the other source within this is the same press. Why: a modem tells of a key at its release at
the latest, and most presses are shorter; somebody who presses one key twice takes 200 ms and more, and each press
told by one source cancels only one of the other."""

_REMEMBERED = 16  # presses; nobody keys more in half a second


class _By(Enum):
    EAR = "ear"
    MODEM = "modem"


@dataclass
class _Told:
    by: _By
    at: SampleIndex
    digit: str
    matched: bool = False  # the other source has told of it too


class DigitDoor:
    """Lets each press through once: by our ear while it hears the line, else by the modem.

    Tell it of every block first (`hear`), then of the digits. Instants may lie a little apart or out of order. Until
    our ear has told of a digit on this line, the modem is believed too: some chips mute the keys in their sound.
    """

    def __init__(self) -> None:
        self._told: deque[_Told] = deque(maxlen=_REMEMBERED)
        self._since = self._until = SampleIndex(0)
        self._hears = False
        self._proved = False  # our ear has told of a digit; kept over calls

    def hear(self, block: SoundBlock) -> None:
        """Sound arrived; only that of the line counts."""
        if block.source is not Source.LINE or not len(block):
            return
        if not self._hears or block.at - self._until > HEARING:
            self._since = block.at
        self._hears = True
        self._until = SampleIndex(max(self._until, block.at + len(block)))

    def take_ear(self, digit: DigitHeard) -> list[DigitHeard]:
        """A digit of our own ear; `at` is when its tone began."""
        self._proved = True
        return self._take(_By.EAR, digit)

    def take_modem(self, digit: DigitHeard) -> list[DigitHeard]:
        """A digit that the modem told of; `at` is when it did. Nothing comes of it while our ear rules."""
        return [] if self._ear_rules(digit.at) else self._take(_By.MODEM, digit)

    def reset(self) -> None:
        """Another call."""
        self._told.clear()
        self._hears = False

    def _ear_rules(self, at: SampleIndex) -> bool:
        return self._proved and self._hears and at - self._until <= HEARING and at - self._since >= SETTLED

    def _take(self, by: _By, digit: DigitHeard) -> list[DigitHeard]:
        for told in self._told:
            same = told.digit == digit.digit and abs(told.at - digit.at) <= SAME_PRESS
            if same and told.by is not by and not told.matched:
                told.matched = True
                return []
        self._told.append(_Told(by, digit.at, digit.digit))
        return [digit]
