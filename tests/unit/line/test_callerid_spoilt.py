"""Messages that clicks, gaps and other tones spoil: many are read, and none is mended by guessing."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from appliance.dsp.level import Sound
from appliance.dsp.soft import SoftOctets
from appliance.events import CallerIdentity
from appliance.exchange import caller_id_frames as frames
from appliance.exchange.fsk import BELL_202, US_BURST, V23, transmit
from appliance.line.callerid.evidence import SUREST
from appliance.line.callerid.reading import MOST_SPOILT, Languages, read
from appliance.line.callerid.receiver import CallerIdReceiver
from appliance.units import RATE_HZ, SampleIndex

Random = np.random.Generator


def caller(random: Random) -> CallerIdentity:
    number = "".join(str(digit) for digit in random.integers(0, 10, 10))
    name = "".join(random.choice(list("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), int(random.integers(5, 12))))
    return CallerIdentity(number, name=name, datetime=f"0{random.integers(1, 10)}17{random.integers(10, 24)}30")


def heard(sound: Sound) -> list[CallerIdentity]:
    receiver = CallerIdReceiver("fsk")
    return [message.identity for message in receiver.hear(SampleIndex(0), sound) + receiver.flush()]


def spoil_by_clicks(random: Random, message: Sound) -> None:
    for place in random.integers(0, len(message) - 60, 3):
        decay = np.exp(-np.arange(60) / 8)
        message[place : place + 60] += random.choice([-1, 1]) * random.uniform(1000, 30000) * decay


def spoil_by_gaps(random: Random, message: Sound) -> None:
    for place in random.integers(0, len(message) - 160, 2):
        message[place : place + int(random.integers(5, 80))] = 0


def spoil_by_tones(random: Random, message: Sound) -> None:
    for place in random.integers(0, len(message) - 200, 2):
        turns = random.uniform(900, 2400) * np.arange(200) / RATE_HZ
        message[place : place + 200] += 2000 * np.sin(2 * np.pi * turns)


@pytest.mark.parametrize(
    ("spoil", "least"), [(spoil_by_clicks, 14), (spoil_by_gaps, 0), (spoil_by_tones, 3)]
)  # fmt: skip
def test_spoilt_messages_are_right_or_not_told(spoil: Callable[[Random, Sound], None], least: int) -> None:
    right = 0
    for seed in range(24):
        random = np.random.default_rng(seed)
        sent = caller(random)
        octets = frames.mdmf(frames.mdmf_parameters(sent))
        message = transmit(octets, V23 if seed % 2 else BELL_202, US_BURST).astype(np.float64) * 16384
        first = round((US_BURST.seizure + US_BURST.marks) / 1200 * RATE_HZ)
        spoil(random, message[first:])
        line = np.concatenate([np.zeros(2000), message, np.zeros(2000)])
        found = heard(line + random.normal(0, 5, len(line)))
        assert found in ([sent], [])
        right += bool(found)
    assert right >= least


def test_a_checksum_mends_nothing_where_much_is_spoilt() -> None:
    sent = CallerIdentity("2125551234", datetime="11231959")
    octets = np.frombuffer(frames.mdmf(frames.mdmf_parameters(sent)), np.uint8)
    odds: Sound = (2.0 * np.unpackbits(octets, bitorder="little").astype(np.float64).reshape(-1, 8) - 1) * SUREST
    odds[-3, 0] /= -SUREST  # a doubtful bit that is wrong
    starts = np.arange(len(odds)) * 10 * RATE_HZ / 1200
    for bits in (MOST_SPOILT, MOST_SPOILT + 1):
        spoilt = np.zeros(len(odds))
        spoilt[4] = bits
        verdict = read(SoftOctets(odds, starts, np.full(len(odds), SUREST), spoilt), Languages())
        assert (verdict is None) is (bits > MOST_SPOILT)
        assert verdict is None or (verdict.message is not None and verdict.message.identity == sent)
