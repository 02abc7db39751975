"""How much each octet of a reading speaks for each of the 256 values it may have, and what is likely beforehand.

All in nats: 0 is what an octet of pure chance would say; an octet that is sure of a value gives it 8 ln 2 = 5.5.
"""

from __future__ import annotations

import numpy as np

from appliance.dsp.level import Sound
from appliance.dsp.soft import SoftOctets
from appliance.line.callerid.tlv import Content

SUREST = 12.0
"""No bit is surer than this, nats. Why: a click of the line makes a wrong bit look sure; e^-12 is one in 160 000."""

SLIPPED = -4.0
"""The most that a missing stop bit says against a reading, nats. Why: the same, for a bit that carries nothing."""

BITS = ((np.arange(256)[:, np.newaxis] >> np.arange(8)) & 1).astype(np.float64)
"""Shape (256, 8): the bits of every octet, least significant first."""

_ALL_BITS_BY_CHANCE = 8 * np.log(2)


class Evidence:
    """One reading as a table. `nats`: shape (n, 256). `surest`: of each octet the most that any value gets."""

    def __init__(self, octets: SoftOctets) -> None:
        odds = np.clip(np.nan_to_num(octets.odds), -SUREST, SUREST)
        self.odds = odds
        zeros = -np.logaddexp(0.0, odds).sum(axis=1) + _ALL_BITS_BY_CHANCE
        self.nats: Sound = zeros[:, np.newaxis] + odds @ BITS.T
        self.surest: Sound = zeros + np.maximum(odds, 0.0).sum(axis=1)
        stops = np.clip(np.nan_to_num(octets.stops), -SUREST, SUREST)
        self.stops: Sound = np.maximum(np.log(2) - np.logaddexp(0.0, -stops), SLIPPED)

    def __len__(self) -> int:
        return len(self.nats)

    def wrong_bits(self, first: int, end: int) -> float:
        """How many bits of octets `first` to `end` are expected to be wrong when read by sign."""
        return float((1 / (1 + np.exp(np.abs(self.odds[first:end])))).sum())


def _weights(*groups: tuple[float, bytes]) -> Sound:
    """Natural logarithm of the share of each octet: every group shares its weight evenly; others are forbidden."""
    shares = np.zeros(256)
    for weight, octets in groups:
        shares[list(octets)] += weight / len(octets)
    with np.errstate(divide="ignore"):
        logs: Sound = np.log(shares / shares.sum())
    return logs


_DECIMAL = b"0123456789"
_REASONS = b"POCSI"
_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ "
_SMALL_LETTERS = b"abcdefghijklmnopqrstuvwxyz"
_MARKS = bytes(octet for octet in range(0x21, 0x7F) if not chr(octet).isalnum())
_HIGH = bytes(range(0x80, 0x100))

ALPHABETS: dict[Content, Sound] = {
    Content.DIGITS: _weights((0.98, _DECIMAL), (0.01, b"*#+-() "), (0.01, _REASONS))[np.newaxis],
    Content.LETTER: _weights((0.8, b"PO"), (0.2, b"CSI"))[np.newaxis],
    Content.TEXT: _weights((0.8, _CAPITALS), (0.1, _SMALL_LETTERS), (0.05, _DECIMAL), (0.049, _MARKS), (0.001, _HIGH))[
        np.newaxis
    ],
    Content.MOMENT: np.array(
        [_weights((1.0, allowed)) for allowed in (b"01", _DECIMAL, b"0123", _DECIMAL, b"012", _DECIMAL, b"012345")]
        + [_weights((1.0, _DECIMAL))]
    ),
    Content.SMALL: _weights((0.5, bytes(range(16))), (0.5, _DECIMAL))[np.newaxis],
    Content.ANY: _weights((1.0, bytes(range(256))))[np.newaxis],
}
"""Logarithm of how likely each octet is beforehand, shape (1, 256), or (n, 256) where each place has its own row.

Why these: numbers are digits but for oddities that some exchanges send; names are capitals nearly always (BT, GR-30);
a moment counts months to 12, days to 31, hours to 23. The weights only settle ties between doubtful bits."""
