"""Our own receivers as the box runs them: a stream of blocks, no look ahead."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.dsp.dtmf import DtmfReceiver
from appliance.dsp.level import Sound
from appliance.line.callerid.message import CallerIdMessage
from appliance.line.callerid.receiver import CallerIdReceiver
from appliance.units import BLOCK_SAMPLES, SampleIndex

STEP_SAMPLES = 5 * BLOCK_SAMPLES
"""100 ms. Why: any chunking gives the same events, and this takes less time; speed is measured in blocks of 20 ms."""


def blocks(sound: Sound, step: int = STEP_SAMPLES) -> Iterator[tuple[SampleIndex, Sound]]:
    """`sound` piece by piece with its instants."""
    for at in range(0, len(sound), step):
        yield SampleIndex(at), sound[at : at + step]


def caller_id(sound: Sound) -> list[CallerIdMessage]:
    """What `auto` hears."""
    receiver = CallerIdReceiver("auto")
    messages = [message for at, block in blocks(sound) for message in receiver.hear(at, block)]
    return messages + receiver.flush()


def dtmf(sound: Sound) -> str:
    """The digits that are heard."""
    receiver = DtmfReceiver()
    digits = [digit for at, block in blocks(sound) for digit in receiver.hear(at, block)]
    return "".join(digit.digit for digit in digits + receiver.flush())
