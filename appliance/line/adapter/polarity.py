"""The polarity input: which way round is normal, and when the exchange reverses the pair.

Spec: CALLER_ID.md 1.1 row 1 (NTT), 2.1 (alert by line reversal).
"""

from __future__ import annotations

from appliance.units import SampleIndex, later

NORMAL_MS = 60_000
"""A polarity that stays for so long on a calm line is the normal one. Why: nobody knows how the two wires were
connected, and an exchange that signals a call with it goes back within seconds of its end."""


class PolarityWatch:
    """Follows the polarity input. The first state is taken for normal until the line proves otherwise."""

    def __init__(self, now: SampleIndex) -> None:
        self._normal: bool | None = None
        self._on = False
        self._changed_at = now

    def take(self, at: SampleIndex, on: bool) -> bool:
        """The input changed; whether that is a reversal."""
        first = self._normal is None
        if first:
            self._normal = on
        if on is self._on and not first:
            return False
        self._on, self._changed_at = on, at
        return on is not self._normal

    def tick(self, now: SampleIndex, calm: bool) -> None:
        """Time went by. `calm`: nothing rings and nobody is off the hook."""
        if not calm:
            self._changed_at = max(self._changed_at, now)
        elif self._normal is not None and now >= later(self._changed_at, NORMAL_MS):
            self._normal = self._on
