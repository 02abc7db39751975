"""Caller-ID messages at random, and the sound of each: by the twin in `exchange`, or by libspandsp."""

from __future__ import annotations

import string
from dataclasses import dataclass

import numpy as np

from appliance.dsp.level import Sound
from appliance.events import Absence, CallerIdentity
from appliance.exchange import caller_id_frames as frames
from appliance.exchange import fsk
from appliance.line.callerid.message import Standard
from bench.decoding import spandsp
from bench.decoding.sounds import FULL_SCALE, at_level

SIGNALS = ("class", "clip", "jclip")
"""Bell 202 with MDMF and seizure; V.23 with MDMF and seizure; V.23 with NTT's frame and marks alone."""

MODULATIONS = {"class": fsk.BELL_202, "clip": fsk.V23, "jclip": fsk.V23}
BURSTS = {"class": fsk.US_BURST, "clip": fsk.US_BURST, "jclip": fsk.JAPAN_BURST}
STANDARDS = {"class": Standard.MDMF, "clip": Standard.MDMF, "jclip": Standard.JCLIP}

FIRST_SEED = 10_000
"""Of what is reported. Why: decoders are tuned on smaller ones."""

LEVEL_DBM0 = -20.0
"""Of a signal in noise. Why: the measured peers of issue 3."""

AROUND_S = 0.4
"""Line before and after a message. Why: longer than any receiver needs to settle; noise there may start a false one."""

NUMBER_HIDDEN = 0.1
"""Share of messages with a reason in place of the number. Why: some, so that all fields are tried."""


@dataclass(frozen=True)
class Sent:
    """What was sent, and how. `seed` makes it again."""

    signal: str
    seed: int
    identity: CallerIdentity
    octets: bytes  # on the line, check included
    body: bytes  # type, length, parameters: what spandsp's transmitter wants


def randomly(*parts: int | str) -> np.random.Generator:
    """A stream of its own for each use of each seed."""
    return np.random.default_rng([part if isinstance(part, int) else sum(part.encode()) for part in parts])


def message(signal: str, seed: int) -> Sent:
    """The message of that seed."""
    random = randomly("message", signal, seed)
    if signal == "jclip":
        identity = _in_japan(random)
        parameters = frames.jclip_parameters(identity)
        return Sent(signal, seed, identity, frames.jclip(parameters), _body(frames.JCLIP_CALL, parameters))
    identity = _abroad(random, 15 if signal == "class" else 20)
    parameters = frames.mdmf_parameters(identity)
    return Sent(signal, seed, identity, frames.mdmf(parameters), _body(frames.MDMF_CALL, parameters))


def _body(kind: int, parameters: bytes) -> bytes:
    return bytes([kind, len(parameters)]) + parameters


def _digits(random: np.random.Generator, n: int) -> str:
    return "".join(str(digit) for digit in random.integers(0, 10, n))


def _in_japan(random: np.random.Generator) -> CallerIdentity:
    """Ten or eleven digits; sometimes the number dialled as well. Spec: CALLER_ID.md 1.4."""
    dialled = "0" + _digits(random, 9) if random.random() < 0.3 else ""
    if random.random() < NUMBER_HIDDEN:
        return CallerIdentity(absence=list(Absence)[int(random.integers(len(Absence)))], dialled=dialled)
    return CallerIdentity(number="0" + _digits(random, int(random.integers(9, 11))), dialled=dialled)


def _abroad(random: np.random.Generator, most: int) -> CallerIdentity:
    """Date, number and name; names up to `most` letters, numbers of 7–12 digits. Spec: CALLER_ID.md 2.2."""
    date = f"{random.integers(1, 13):02}{random.integers(1, 29):02}{random.integers(24):02}{random.integers(60):02}"
    letters = list(string.ascii_uppercase + " ")
    name = "".join(random.choice(letters, int(random.integers(5, most + 1)))).strip() or "A"
    if random.random() < NUMBER_HIDDEN:
        hidden = Absence.WITHHELD if random.random() < 0.5 else Absence.UNAVAILABLE
        return CallerIdentity(absence=hidden, name=name, datetime=date)
    return CallerIdentity(number=_digits(random, int(random.integers(7, 13))), name=name, datetime=date)


def sound_of(
    sent: Sent, modulation: fsk.Modulation | None = None, burst: fsk.Burst | None = None, dbm0: float = LEVEL_DBM0
) -> Sound:
    """The message by our twin transmitter, with silent line around it; other framing where given."""
    modulation, burst = modulation or MODULATIONS[sent.signal], burst or BURSTS[sent.signal]
    bits = fsk.line_bits(sent.octets, burst)
    return amid_silence(fsk.modulate(bits, modulation, dbm0).astype(float) * FULL_SCALE, sent)


def sound_by_spandsp(sent: Sent) -> Sound:
    """The message by spandsp's own transmitter, at the same level."""
    return amid_silence(at_level(spandsp.transmit(sent.signal, sent.body), LEVEL_DBM0), sent)


def amid_silence(sound: Sound, sent: Sent) -> Sound:
    """Silence around it. Why at random: no receiver may profit from where its blocks begin."""
    before = round(AROUND_S * 8000) + int(randomly("before", sent.signal, sent.seed).integers(0, 400))
    return np.concatenate([np.zeros(before), sound, np.zeros(round(AROUND_S * 8000))])
