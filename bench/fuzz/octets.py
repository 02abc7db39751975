"""Soft octets at random for the parsers: whole frames in noise, mutated ones, and nothing but chance."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from appliance.dsp.level import Sound
from appliance.dsp.soft import SoftOctets
from appliance.exchange.caller_id_frames import crc16
from appliance.line.callerid import bellcore, etsi, jclip
from appliance.line.callerid.reading import Languages, read
from appliance.line.identity import IdentityReader
from appliance.units import RATE_HZ, SampleIndex
from bench.fuzz import messages
from bench.fuzz.cases import OctetCase, Verdict
from bench.fuzz.judge import sent_in_octets

Random = np.random.Generator

OCTET_SAMPLES = 10 * RATE_HZ / 1200
"""Start, eight bits, stop. Spec: CALLER_ID.md 2.1."""

SURE = 12.0
"""Log-odds of a bit that nobody doubts: one wrong in 160 000."""


def make(kind: str, random: Random) -> OctetCase:
    """A case of that kind (see `KINDS`)."""
    return KINDS[kind](random)


def judge(case: OctetCase, soft_too: bool = True) -> Verdict:
    """Let the parsers read the case: each by itself what the signs say, then, if `soft_too`, all together the odds."""
    verdict = Verdict()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            _read_hard(case.octets.hard(), verdict)
            for v23 in (False, True) if soft_too else ():
                _read(case, Languages(v23=v23), verdict)
        except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
            verdict.troubles.append(f"parsers: {type(error).__name__}: {error}")
    return verdict


def _read_hard(octets: bytes, verdict: Verdict) -> None:
    """Every parser at every place, as receiver and modem's packet come by them; its check done anew by the twin."""
    for place in range(len(octets)):
        rest = octets[place:]
        frame, packet = jclip.frame_at(rest), bellcore.packet_at(rest)
        if frame is not None:
            jclip.identity_of(frame.parameters)
            told, check = rest[2 : frame.size - 2], rest[frame.size - 2 : frame.size]
            if crc16(told).to_bytes(2, "little") != check:
                verdict.troubles.append(f"JCLIP: a frame with a wrong CRC was believed: {rest[: frame.size].hex()}")
        if packet is not None:
            bellcore.identity_of(packet)
            etsi.identity_of(packet)
            if sum(rest[: packet.size]) % 256:
                verdict.troubles.append(f"Bellcore: a wrong checksum was believed: {rest[: packet.size].hex()}")
    jclip.checked_parameters(octets)
    for bare in (False, True):
        IdentityReader(waits_for_name=False).take_packet(SampleIndex(0), octets, bare)


def _read(case: OctetCase, languages: Languages, verdict: Verdict) -> None:
    found = read(case.octets, languages)
    if found is None or found.message is None:
        return
    verdict.messages += 1
    mended_by_right = case.sent is None and found.message.mended > 0
    if mended_by_right or any(sent_in_octets(found.message, octets) for octets in case.sent or ()):
        return
    if any(sent_in_octets(found.message, octets) for octets in (*case.damaged, case.octets.hard())):
        verdict.by_chance += 1
    else:
        verdict.unsent("parsers", found.message, mutilated=bool(case.sent))


def soft(octets: bytes, surety: float | Sound = SURE, stops: Sound | None = None) -> SoftOctets:
    """The octets with log-odds of that size: for all bits, or shape (n, 8)."""
    bits = np.unpackbits(np.frombuffer(octets, np.uint8), bitorder="little").reshape(-1, 8)
    return _placed(np.asarray((2.0 * bits - 1) * surety, np.float64), stops)


def _placed(odds: Sound, stops: Sound | None = None) -> SoftOctets:
    n = len(odds)
    return SoftOctets(
        odds, np.asarray(np.arange(n) * OCTET_SAMPLES, np.float64), np.full(n, SURE) if stops is None else stops
    )


def _in_noise(random: Random, octets: bytes) -> SoftOctets:
    """As a receiver gives them that hears right: log-odds of ±1 in white noise, from nearly clean to hopeless."""
    bits = np.unpackbits(np.frombuffer(octets, np.uint8), bitorder="little").reshape(-1, 8)
    noise: NDArray[np.float64] = random.standard_normal((len(octets), 9)) * (deviation := random.uniform(0.2, 1.0))
    heard = np.column_stack([2.0 * bits - 1, np.ones(len(octets))]) + noise
    odds = 2 * heard / deviation**2
    return _placed(odds[:, :8], odds[:, 8])


def noisy(random: Random) -> OctetCase:
    """A whole frame in noise, among octets of chance."""
    frame = (
        random.bytes(int(random.integers(0, 12))) + messages.frame(random) + random.bytes(int(random.integers(0, 12)))
    )
    return OctetCase("noisy", _in_noise(random, frame), (frame,))


def mutants(random: Random) -> OctetCase:
    """Frames with accidents, or the halves of two: nothing doubtful about their bits."""
    one, other = messages.frame(random), messages.frame(random)
    octets = messages.mutated(random, one) if random.random() < 0.7 else messages.spliced(random, one, other)
    return OctetCase("mutants", soft(octets), (one, other))


def noisy_mutants(random: Random) -> OctetCase:
    """Accidents and noise together."""
    one, other = messages.frame(random), messages.frame(random)
    octets = messages.mutated(random, one) if random.random() < 0.7 else messages.spliced(random, one, other)
    return OctetCase("noisy_mutants", _in_noise(random, octets), (one, other), (octets,))


def chance(random: Random) -> OctetCase:
    """Octets that nobody sent, sure of themselves."""
    return OctetCase("chance", soft(messages.random_octets(random)))


def doubt(random: Random) -> OctetCase:
    """Log-odds by chance, as of noise alone, now and then with what no receiver should give."""
    n = int(random.integers(0, 150))
    odds = random.standard_normal((n, 8)) * random.choice([0.1, 1.0, 4.0, 30.0, 1e6])
    stops = random.standard_normal(n) * 3
    if n and random.random() < 0.1:
        odds[int(random.integers(n)), int(random.integers(8))] = random.choice([np.inf, -np.inf, 0.0, np.nan])
    return OctetCase("doubt", _placed(odds, stops))


KINDS: Mapping[str, Callable[[Random], OctetCase]] = {
    kind.__name__: kind for kind in (noisy, mutants, noisy_mutants, chance, doubt)
}
