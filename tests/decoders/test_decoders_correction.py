"""Every single wrong bit of every kind of message, pairs of them, and noise. Spec: CALLER_ID.md 1.3, 2.2."""

from __future__ import annotations

from itertools import combinations

import pytest
from callerid_readings import CASES, flipped, frame, reading, told

from appliance.events import CallerIdentity


@pytest.mark.parametrize("sure", [5.0, 9.0, 20.0])
@pytest.mark.parametrize(("identity", "standard"), CASES)
def test_one_wrong_bit_is_mended_or_refused(identity: CallerIdentity, standard: str, sure: float) -> None:
    """All bits equally sure: nothing but the message's own redundancy tells which one is wrong."""
    octets = frame(identity, standard)
    bits = range(8 * len(octets))
    mended = 0
    for bit in bits:
        answer = told(reading(flipped(octets, bit), sure))
        assert answer in (None, (identity, 1))
        mended += answer is not None
    if standard == "jclip":
        assert mended == len(bits)
    elif sure == 9.0:
        assert mended >= 0.5 * len(bits)


@pytest.mark.parametrize(("identity", "standard"), CASES[:4])
def test_two_wrong_bits_are_mended_or_refused(identity: CallerIdentity, standard: str) -> None:
    """Also those that the checksum does not notice: nothing but likelihood speaks against them."""
    octets = frame(identity, standard)
    bits = 8 * len(octets)
    pairs = list(combinations(range(bits), 2))
    for first, second in pairs[:: len(pairs) // 300]:
        soft = reading(flipped(octets, first, second))
        for bit in (first, second):
            soft.odds[bit // 8, bit % 8] *= 0.1
        assert told(soft) in (None, (identity, 2))
