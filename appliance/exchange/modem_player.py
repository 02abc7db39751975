"""Plays +VTS tones and dialled digits to the line, and flashes the hook."""

from __future__ import annotations

from collections import deque

import numpy as np

from appliance.exchange.modem_core import Core
from appliance.exchange.modem_tones import Piece
from appliance.exchange.terminal import Sound
from appliance.units import milliseconds


class Player:
    """A queue of tones and flashes; sample exact but for the hook, which moves at the edges of the circuit's steps."""

    def __init__(self, core: Core) -> None:
        self.core = core
        self.pieces: deque[Piece] = deque()
        self.place = 0  # samples of the first piece already played

    @property
    def busy(self) -> bool:
        return bool(self.pieces)

    def play(self, pieces: list[Piece]) -> None:
        self.pieces.extend(piece for piece in pieces if piece.length)
        self.flash_if_due()

    def stop(self) -> None:
        self.pieces.clear()
        self.place = 0

    def flash_if_due(self) -> None:
        """Open the loop when a flash begins. Why: a flash of n ms is n ms of an open loop, then closed again."""
        if self.pieces and self.pieces[0].flash and self.place == 0:
            self.core.transcript.note(self.core.now, f"flash {milliseconds(self.pieces[0].length)} ms")
            self.core.hook(False)

    def speak(self, count: int) -> Sound:
        """The next `count` samples."""
        sound = np.zeros(count, np.float32)
        done = 0
        while done < count and self.pieces:
            piece = self.pieces[0]
            part = min(count - done, piece.length - self.place)
            sound[done : done + part] = piece.sound(self.place, part)
            done += part
            self.place += part
            if self.place == piece.length:
                self.pieces.popleft()
                self.place = 0
                if piece.flash:
                    self.core.hook(True)
                self.flash_if_due()
        return sound
