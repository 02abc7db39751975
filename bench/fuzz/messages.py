"""Messages at random, by the twin: whole, cut, spliced, with wrong lengths and flipped bits; their bits on the line."""

from __future__ import annotations

import numpy as np

from appliance.events import Absence, CallerIdentity
from appliance.exchange import caller_id_frames as frames
from appliance.exchange import fsk
from bench.fuzz.judge import Bits

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ abc.,-'0123456789"
ABSENCES = (*Absence, None)


def digits(random: np.random.Generator, n: int) -> str:
    return "".join(str(digit) for digit in random.integers(0, 10, n))


def identity(random: np.random.Generator) -> CallerIdentity:
    """Anybody, or nobody. Why every length: each format has lengths that look like a code of its own (16 is DLE)."""
    number = digits(random, int(random.integers(0, 25)))
    date = f"{random.integers(1, 13):02}{random.integers(1, 32):02}{random.integers(24):02}{random.integers(60):02}"
    name = "".join(random.choice(list(LETTERS), int(random.integers(0, 21))))
    return CallerIdentity(
        number=number,
        absence=ABSENCES[int(random.integers(len(ABSENCES)))] if not number else None,
        name=name,
        name_absence=None if name else ABSENCES[int(random.integers(len(ABSENCES)))],
        dialled=digits(random, int(random.integers(0, 17))) if random.random() < 0.3 else "",
        datetime=date,
    )


def frame(random: np.random.Generator) -> bytes:
    """One whole frame of any standard, sometimes with parameters that no standard knows."""
    who = identity(random)
    extra = b""
    if random.random() < 0.3:
        length = int(random.integers(0, 12))
        extra = bytes([int(random.integers(256)), length]) + random.bytes(length)
    kind = int(random.integers(3))
    if kind == 0:
        parameters = frames.jclip_parameters(who) + extra
        return frames.jclip(parameters, length_counts_stuffing=bool(random.integers(2)))
    return frames.mdmf(frames.mdmf_parameters(who) + extra) if kind == 1 else frames.sdmf(who)


def mutated(random: np.random.Generator, octets: bytes) -> bytes:
    """A few accidents: flipped bits, cuts, repeats, swaps, lies about lengths, octets out of nowhere."""
    out = bytearray(octets)
    for _ in range(int(random.integers(1, 5))):
        if not out:
            break
        place, span = int(random.integers(len(out))), int(random.integers(1, 9))
        match int(random.integers(7)):
            case 0:
                out[place] ^= 1 << int(random.integers(8))
            case 1:
                del out[place : place + span]
            case 2:
                out[place:place] = out[place : place + span]
            case 3:
                out[place] = int(random.integers(256))
            case 4:
                out[place:place] = random.bytes(span)
            case 5:
                out[1 % len(out)] = int(random.choice([0, 1, 0x10, 0x7F, 0x80, 0xFF, len(out) & 0xFF]))
            case _:
                out[place : place + span] = out[place : place + span][::-1]
    return bytes(out)


def spliced(random: np.random.Generator, one: bytes, other: bytes) -> bytes:
    """The beginning of one and the end of the other."""
    return one[: int(random.integers(len(one) + 1))] + other[int(random.integers(len(other) + 1)) :]


def line_bits(random: np.random.Generator, octets: bytes) -> Bits:
    """The octets framed in some way: any seizure, marks and stop bits, now and then changing from octet to octet."""
    burst = fsk.Burst(
        seizure=int(random.choice([0, 30, 96, 300])),
        marks=int(random.choice([0, 10, 55, 72, 96, 180])),
        stop=int(random.choice([1, 1, 1, 2, 4, 10])),
        trailing=int(random.integers(0, 12)),
        dbm0=0.0,
    )
    bits = np.array(fsk.line_bits(octets, burst), np.uint8)
    if random.random() < 0.2:  # marks of any length, in or between octets: some exchanges pause, some stumble
        stretched = int(random.integers(len(bits) + 1))
        bits = np.insert(bits, stretched, np.ones(int(random.integers(0, 60)), np.uint8))
    return bits


def plain_bits(octets: bytes) -> Bits:
    """The octets framed as they ought to be: what somebody meant to send."""
    return np.array(fsk.line_bits(octets, fsk.Burst(seizure=0, marks=80, stop=1, trailing=5, dbm0=0.0)), np.uint8)


def random_bits(random: np.random.Generator) -> Bits:
    """Seizure and marks that make a receiver believe in it, then nothing but chance."""
    n = int(random.integers(50, 2500))
    chance = (random.random(n) < random.choice([0.5, 0.5, 0.2, 0.8])).astype(np.uint8)
    opening = line_bits(random, b"")
    return np.concatenate([opening, chance, np.ones(int(random.integers(0, 30)), np.uint8)])


def random_octets(random: np.random.Generator) -> bytes:
    """Octets by chance; often begun as a message begins, so that they get past the first look."""
    octets = random.bytes(int(random.integers(1, 120)))
    openings = (b"", b"\x80", b"\x04", b"\x90\x81\x87\x90\x82\xc0")
    return bytes(openings[int(random.integers(len(openings)))]) + octets
