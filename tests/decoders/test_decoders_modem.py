"""Minutes of random octets from a modem make no call. Spec: LINE_HARDWARE.md 1.8, 4.2 item 14."""

from __future__ import annotations

import random

import pytest
from fake_voice_modem import CX, FakeModem
from modem_rig import Rig

from appliance.events import ExtensionLifted, LineLost, LineReady, LineSeized, Rang
from appliance.settings import LineSettings

JAPAN = LineSettings()


@pytest.mark.parametrize("seed", range(4))
def test_a_minute_of_random_octets(seed: int) -> None:
    """No crash, no call out of nothing, a lost line, bounded memory; and back at once when it is over."""
    rig = Rig(FakeModem(CX), JAPAN).up()
    noise = random.Random(seed)
    for _ in range(600):
        rig.modem.out += noise.randbytes(1100)
        rig.run(0.1)
        rig.modem.mode = "text"
        if rig.session.wants_recovery:
            rig.session.restart(rig.now)
    assert rig.of(LineLost)
    assert not rig.of(LineSeized)
    assert len(rig.of(LineReady)) == 1
    assert not rig.of(Rang)
    assert not rig.of(ExtensionLifted)
    assert len(rig.session.to_send(rig.now)) < 100
    rig.session.restart(rig.now)
    rig.modem.out.clear()
    rig.run(5)
    assert rig.kinds()[-1] == "LineReady"


@pytest.mark.parametrize("seed", range(3))
def test_random_octets_in_a_call(seed: int) -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    noise = random.Random(seed)
    for _ in range(300):
        rig.modem.out += noise.randbytes(1100)
        rig.run(0.1)
    assert len(rig.of(LineSeized)) == 1
    assert sum(len(block) for block in rig.blocks) < 300 * 2000
