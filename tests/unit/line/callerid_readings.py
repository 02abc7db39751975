"""Soft octets for tests: sent octets with noise on every bit, or bits that are all equally sure."""

from __future__ import annotations

import numpy as np

from appliance.dsp.soft import SoftOctets

OCTET_SAMPLES = 200 / 3  # ten bits at 1200 bit/s


def reading(octets: bytes, sure: float = 20.0) -> SoftOctets:
    """Every bit as sent, all equally sure (nats)."""
    bits = np.unpackbits(np.frombuffer(octets, np.uint8)[:, np.newaxis], axis=1, bitorder="little")
    starts = 8000 + OCTET_SAMPLES * np.arange(len(octets))
    return SoftOctets((2.0 * bits - 1.0) * sure, starts, np.full(len(octets), sure))


def noisy_reading(octets: bytes, ebn0_db: float, random: np.random.Generator) -> SoftOctets:
    """As received by a perfect receiver with so much energy a bit over noise (antipodal signals)."""
    variance = 0.5 / 10 ** (ebn0_db / 10)
    clean = reading(octets, 1.0)
    odds = clean.odds + random.normal(0, variance**0.5, clean.odds.shape)
    stops = clean.stops + random.normal(0, variance**0.5, clean.stops.shape)
    return SoftOctets(2 * odds / variance, clean.starts, 2 * stops / variance)


def flipped(octets: bytes, *bits: int) -> bytes:
    """`octets` with these bits (counted in the order sent) turned over."""
    damaged = bytearray(octets)
    for bit in bits:
        damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged)
