"""Any split, any garbage, any speed: the modem session stays sound. Spec: LINE_HARDWARE.md 1.8, 4.2 item 14."""

from __future__ import annotations

import itertools
import time

import numpy as np
from fake_voice_modem import CX, FakeModem
from hypothesis import given, settings
from hypothesis import strategies as st
from modem_rig import Rig

from appliance.events import (
    CallerIdentified,
    DigitHeard,
    ExtensionLifted,
    ExtensionReplaced,
    FarEndCleared,
    LineLost,
    Rang,
    RingingStopped,
)
from appliance.line.modem.session import ModemSession
from appliance.settings import LineSettings
from appliance.units import SampleIndex, samples

JAPAN = LineSettings()
JAPAN_NO_DISPLAY = LineSettings(number_display=False)


def sound(ms: int) -> bytes:
    """A tone as int16 LE."""
    return (9000 * np.sin(np.arange(samples(ms)) * 0.7)).astype("<i2").tobytes()


STREAM = (
    b"\r\nRING\r\n\x10R"
    b"\r\nDATE = 1123\r\nNMBR = 0312345678\r\n\x10P\x10p\x10X\r\nNMBR=P\r\n\x10.\x10/\x105\x105\x10~\xff\xfe"
    b"\x10"
)
VOICE = (
    b"\xff\x10\x10\x80" * 40
    + b"\x10/\x105\x105\x10~"
    + b"\x10\x1a" * 9
    + b"\x10b"
    + b"\x01" * 50
    + b"\x10P\x7f\x10\x03\r\nNO CARRIER\r\n"
)


def after_stream(cuts: list[int], seized: bool) -> tuple[list[object], bytes]:
    def split(octets: bytes) -> list[bytes]:
        edges = sorted({cut % (len(octets) + 1) for cut in cuts} | {0, len(octets)})
        return [octets[a:b] for a, b in itertools.pairwise(edges)]

    rig = Rig(FakeModem(CX), JAPAN_NO_DISPLAY, split)
    rig.up()
    if seized:
        rig.session.seize(rig.now)
        rig.run(0.1)
        rig.modem.mode = "text"
    rig.modem.out += VOICE if seized else STREAM
    rig.run(0.5)
    return list(rig.facts), b"".join(block.pcm for block in rig.blocks)


WHOLE = {seized: after_stream([], seized) for seized in (False, True)}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 400), max_size=40), st.booleans())
def test_any_split_gives_the_same_facts_and_sound(cuts: list[int], seized: bool) -> None:
    assert after_stream(cuts, seized) == WHOLE[seized]


def test_the_streams_above_say_something() -> None:
    assert [type(fact) for fact in WHOLE[False][0]][1:] == [
        Rang,
        CallerIdentified,
        ExtensionLifted,
        ExtensionReplaced,
        CallerIdentified,
    ]
    assert [type(fact) for fact in WHOLE[True][0]][2:] == [DigitHeard, FarEndCleared, ExtensionLifted, FarEndCleared]
    assert len(WHOLE[True][1]) > 2 * 250


def test_reception_is_300_times_faster_than_real_time() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    block = bytes(range(160)).replace(b"\x10", b"\x10\x10")
    begun = time.process_time()
    for _ in range(3000):  # one minute
        rig.now = SampleIndex(rig.now + 160)
        rig.session.receive(rig.now, block)
        rig.session.tick(rig.now)
        rig.session.to_send(rig.now)
    assert time.process_time() - begun < 0.2


def test_nothing_is_taken_while_lost() -> None:
    session = ModemSession(JAPAN, SampleIndex(0))
    found = session.tick(SampleIndex(0))
    for second in range(1, 10):
        found += session.tick(SampleIndex(second * 8000))
    assert [type(fact) for fact in found] == [LineLost]
    assert session.receive(SampleIndex(80000), b"\r\nRING\r\n\x10R") == []
    assert not session.ready
    assert RingingStopped not in {type(fact) for fact in session.tick(SampleIndex(999999))}
