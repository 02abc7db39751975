"""Whether a telephone of the shop is lifted, told by sound alone: for a tap without a loop-current input.

Spec: LINE_HARDWARE.md 2, class B.
"""

from __future__ import annotations

from appliance.events import ClearedBy, FarEndCleared, SilenceBegan, SoundBlock, VoiceBegan
from appliance.line.adapter.loop import Hook, HookNews
from appliance.line.ear import Ear
from appliance.units import SampleIndex, later

PROOF_MS = 1_200
"""Sound that is still there after so long is a conversation. Why: caller identity by FSK lasts 1.1 s at most (300 bits
of seizure, 180 of mark, 60 octets)."""

PATIENCE_MS = 2_000
"""So long may pass until it is heard again. Why: people answer each other faster."""

RING_TAIL_MS = 300
"""After a ring burst the coupling swings out."""


class TapEar:
    """Hears the idle line. Voice or a dial tone: lifted. 12 s of silence, busy or dial tone: replaced."""

    def __init__(self, country: str) -> None:
        self.lifted = False
        self._ear = Ear(country)
        self._proof_from: SampleIndex | None = None  # voice was heard: is it still there after this?
        self._proving = False
        self._deaf_until = SampleIndex(0)

    def rings(self, at: SampleIndex) -> None:
        """There is ringing current on the line: what is heard is that, and nobody has lifted."""
        self.lifted = False
        self._deaf_until = later(at, RING_TAIL_MS)
        self._forget(at)

    def identity(self, at: SampleIndex) -> None:
        """What sounded like voice was data."""
        if not self.lifted:
            self._forget(at)

    def hear(self, block: SoundBlock) -> list[HookNews]:
        """What `block` tells of the shop's telephones."""
        if block.at < self._deaf_until:
            return []
        end = SampleIndex(block.at + len(block))
        if self._proof_from is not None and not self._proving and end >= self._proof_from:
            self._proving = True
            self._ear.reset(block.at)
        found = [news for fact in self._ear.hear(block) if (news := self._judge(fact)) is not None]
        if self._proving and self._proof_from is not None and end >= later(self._proof_from, PATIENCE_MS):
            self._forget(end)
        return found

    def _judge(self, fact: object) -> HookNews | None:
        match fact:
            case VoiceBegan(at=at) if not self.lifted and self._proving:
                return self._tell(at, Hook.LIFTED)
            case VoiceBegan(at=at) if not self.lifted:
                self._proof_from = later(at, PROOF_MS)
            case FarEndCleared(at=at, by=ClearedBy.DIAL_TONE) if not self.lifted:
                return self._tell(at, Hook.LIFTED)
            case FarEndCleared(at=at) | SilenceBegan(at=at) if self.lifted:
                return self._tell(at, Hook.REPLACED)
        return None

    def _tell(self, at: SampleIndex, what: Hook) -> HookNews:
        self.lifted = what is Hook.LIFTED
        self._proof_from, self._proving = None, False
        return HookNews(at, what)

    def _forget(self, at: SampleIndex) -> None:
        self._proof_from, self._proving = None, False
        self._ear.reset(at)
