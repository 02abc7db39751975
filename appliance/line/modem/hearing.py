"""One run of voice data from the modem: octets -> sound blocks, counted in samples from its first instant."""

from __future__ import annotations

from appliance.events import SoundBlock, SoundLost
from appliance.line.modem.codecs import Codec, to_pcm
from appliance.units import SampleIndex, samples

GAP_MS = 20
"""Lost sound shorter than this is not made good. Why: one block; the modem's own buffering is as uncertain."""


class Hearing:
    """Sound since CONNECT. `at`: the instant of the next sample."""

    def __init__(self, now: SampleIndex, codec: Codec) -> None:
        self.at = now
        self.heard = 0  # samples
        self._codec = codec
        self._half = b""  # the first octet of a 16-bit sample
        self._line_feed_due = True  # CONNECT ends with CR LF; the CR already told us

    def hear(self, octets: bytes) -> list[SoundBlock]:
        """Voice data, un-shielded."""
        if self._line_feed_due and octets:
            self._line_feed_due = False
            octets = octets.removeprefix(b"\n")
        if self._codec.octets_per_sample == 2:
            octets = self._half + octets
            whole = len(octets) & ~1
            self._half, octets = octets[whole:], octets[:whole]
        if not octets:
            return []
        block = SoundBlock(self.at, to_pcm(self._codec.form, octets))
        self._move(len(block))
        self.heard += len(block)
        return [block]

    def lose(self, octets: int, why: str) -> list[SoundLost]:
        """`octets` never reached us: the time that they stood for is skipped."""
        count = octets // self._codec.octets_per_sample
        if octets % self._codec.octets_per_sample:
            self._half = b"" if self._half else b"\0"  # keep in step with the two halves of a sample
        lost = SoundLost(self.at, count, why)
        self._move(count)
        return [lost]

    def overrun(self, now: SampleIndex, why: str) -> list[SoundLost]:
        """The modem dropped sound and does not say how much: what the clock says is missing is skipped."""
        missing = now - self.at
        count = missing if missing >= samples(GAP_MS) else 0
        lost = SoundLost(self.at, count, why)
        self._move(count)
        return [lost]

    def _move(self, count: int) -> None:
        self.at = SampleIndex(self.at + count)
