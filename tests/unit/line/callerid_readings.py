"""Messages and soft octets for tests: octets as sent, with noise on every bit, or all bits equally sure."""

from __future__ import annotations

import numpy as np

from appliance.dsp.soft import SoftOctets
from appliance.events import Absence, CallerIdentity
from appliance.exchange import caller_id_frames as twin
from appliance.line.callerid.reading import Languages, read

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


JAPANESE = CallerIdentity("0312345678")
DIALLED = CallerIdentity("09012345678", dialled="0698765432")
AMERICAN = CallerIdentity("2125551234", name="SMITH J", datetime="11231959")
PRIVATE = CallerIdentity(absence=Absence.WITHHELD, datetime="11231959")


def frame(identity: CallerIdentity, standard: str) -> bytes:
    if standard == "jclip":
        return twin.jclip(twin.jclip_parameters(identity))
    return twin.sdmf(identity) if standard == "sdmf" else twin.mdmf(twin.mdmf_parameters(identity))


CASES = [
    (JAPANESE, "jclip"),
    (DIALLED, "jclip"),
    (CallerIdentity(absence=Absence.WITHHELD), "jclip"),
    (AMERICAN, "mdmf"),
    (PRIVATE, "mdmf"),
    (CallerIdentity("2125551234", datetime="11231959"), "sdmf"),
    (PRIVATE, "sdmf"),
]


def told(octets: SoftOctets) -> tuple[CallerIdentity, int] | None:
    verdict = read(octets, Languages())
    return (verdict.message.identity, verdict.message.mended) if verdict and verdict.message else None
