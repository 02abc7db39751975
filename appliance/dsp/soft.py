"""What an FSK receiver hands upward: octets of which every bit says how sure it is."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from appliance.dsp.level import Sound
from appliance.units import SampleIndex


@dataclass(frozen=True)
class SoftOctets:
    """One way to read a burst: its octets in order, nothing decided yet.

    `odds`: shape (n, 8), least significant bit first as on the line; natural logarithm of how much likelier 1 (mark)
    is than 0 (space). `starts`: shape (n,), instant of the start edge of every octet, samples. `stops`: shape (n,),
    natural log-odds that the octet is followed by a stop bit (a low one hints at a slipped framing). `spoilt`: shape
    (n,), bits of every octet in which something sounded that was no carrier; shape (0,) where nobody looked.
    """

    odds: Sound
    starts: Sound
    stops: Sound
    spoilt: Sound = field(default_factory=lambda: np.zeros(0))

    def __len__(self) -> int:
        return len(self.odds)

    def hard(self) -> bytes:
        """Every bit by its sign."""
        return np.packbits(self.odds > 0, axis=1, bitorder="little").tobytes()


@dataclass(frozen=True)
class Span:
    """Where on the line clock something was heard: the instants of its first sample and after its last."""

    start: SampleIndex
    end: SampleIndex
