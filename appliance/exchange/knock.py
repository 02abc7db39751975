"""A second caller: the call-waiting tone, and who it is, laid over the call in progress.

Spec: CALLER_ID.md 2.3. That the telephone acknowledges (DTMF D) is taken for given: the exchange does not wait for it.
"""

from __future__ import annotations

import numpy as np

from appliance.exchange.office import IdentityBurst
from appliance.exchange.terminal import LineSignal, SignalKind, Sound
from appliance.exchange.tones import TONES, ToneName, one_cycle, sine
from appliance.units import SampleIndex, samples

CAS_HZ = (2130.0, 2750.0)
CAS_MS = 80
CAS_DBM0 = -15.0
"""Spec: Telcordia GR-30-CORE: the CPE alerting signal, both tones together for 80-85 ms, -15 dBm each."""

CAS_AFTER_MS = 20
"""From the end of the tone. Why: ours; GR-30 lets both follow each other at once."""

IDENTITY_AFTER_MS = 200
"""From the end of CAS. Spec: GR-30-CORE: up to 160 ms for the acknowledgement, the data 50-500 ms after it."""


class Knock:
    """One knock, from `begun` on: the tone mixed into the call, then, the far end muted, CAS and the identity."""

    def __init__(self, begun: SampleIndex, country: str, who: IdentityBurst | None) -> None:
        self.begun = begun
        self._tone = one_cycle(TONES[country][ToneName.CALL_WAITING])
        self._who = who
        self._alone = np.zeros(0, np.float32) if who is None else _alert(who)
        self.told_at = None if who is None else SampleIndex(begun + len(self._tone) + len(self._alone))
        """When the last octet has been sent."""

    def over(self, at: SampleIndex, n: int) -> bool:
        """Whether nothing of it falls into the `n` samples from `at`."""
        return at - self.begun >= len(self._tone) + len(self._alone) or at + n <= self.begun

    def laid_over(self, at: SampleIndex, call: Sound) -> Sound:
        """What the shop hears of the `call` from `at` on, and of the knock."""
        since, n = at - self.begun, len(call)
        mixed = call.copy()
        tone = self._tone[since : since + n]
        mixed[: len(tone)] += tone
        first = max(0, since - len(self._tone))
        start = max(0, len(self._tone) - since)  # where in this stretch the far end is muted
        alone = self._alone[first : first + max(0, n - start)]
        mixed[start : start + len(alone)] = alone
        return mixed

    def told(self) -> LineSignal:
        """The signal that the identity has been sent. Only where there is one."""
        assert self._who is not None
        assert self.told_at is not None
        return LineSignal(self.told_at, SignalKind.CALLER_ID, identity=self._who.identity, raw=self._who.octets)


def _alert(who: IdentityBurst) -> Sound:
    """CAS, the time for an answer, the identity."""
    cas = sum((sine(hz, samples(CAS_MS), CAS_DBM0) for hz in CAS_HZ), np.zeros(samples(CAS_MS), np.float32))
    pause, wait = (np.zeros(samples(ms), np.float32) for ms in (CAS_AFTER_MS, IDENTITY_AFTER_MS))
    return np.concatenate([pause, cas, wait, who.sound])
