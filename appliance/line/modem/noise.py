"""Tells text from babble. Why: random octets (wrong speed, a modem stuck in voice data) hold <DLE>R by chance."""

from __future__ import annotations

from appliance.units import SampleIndex, samples

BABBLE_OCTETS = 16
"""Odd octets at once that make babble. Why: a glitch is one or two; random octets get there within 30."""

CALM_PER_S = 16
"""Odd octets forgotten a second."""

BABBLE_LOST_MS = 5_000
"""Babble for so long is a lost line. Why: longer than any burst of junk at power-up, shorter than one ringing call."""

_TEXT = bytes(range(0x20, 0x7F)) + b"\r\n\t\0"


class NoiseMeter:
    """A leaky bucket of octets that no modem writes in text."""

    def __init__(self, now: SampleIndex) -> None:
        self._level = 0.0
        self._looked = now
        self._calm_at = now

    def hear(self, now: SampleIndex, text: bytes) -> None:
        """Text as it arrives (not caller identity, where anything may stand)."""
        self._leak(now)
        self._level = min(self._level + len(text.translate(None, _TEXT)), 2.0 * BABBLE_OCTETS)

    def forget(self) -> None:
        """The modem has just been understood."""
        self._level = 0.0

    def babbles(self, now: SampleIndex) -> bool:
        """Nothing that comes now can be trusted."""
        self._leak(now)
        return self._level >= BABBLE_OCTETS

    def lost(self, now: SampleIndex) -> bool:
        """It has babbled for too long."""
        if not self.babbles(now):
            self._calm_at = now
        return now - self._calm_at >= samples(BABBLE_LOST_MS)

    def _leak(self, now: SampleIndex) -> None:
        self._level = max(0.0, self._level - (now - self._looked) * CALM_PER_S / samples(1000))
        self._looked = now
