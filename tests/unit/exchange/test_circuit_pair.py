"""The pair: who hears whom, who is told of whose hook."""

import numpy as np
import pytest
from twin_helpers import TinyTerminal, noise

from appliance.errors import OperatorError
from appliance.exchange.circuit import Circuit, Loop
from appliance.exchange.damage import CLEAN, Damage
from appliance.exchange.terminal import LineSignal, SignalKind
from appliance.units import SampleIndex

AT = SampleIndex(0)


def pair(damage=CLEAN):
    circuit = Circuit(damage, seed=1)
    one, two = TinyTerminal("one"), TinyTerminal("two")
    circuit.plug(AT, one)
    circuit.plug(AT, two)
    return circuit, one, two


def test_each_hears_the_other_and_the_exchange_but_not_itself():
    circuit, one, two = pair()
    one.off_hook = two.off_hook = True
    circuit.poll(AT)
    one.says, two.says, far = noise(160, 1), noise(160, 2), noise(160, 3)
    first, second = one.says.copy(), two.says.copy()
    leaving = circuit.carry(AT, 160, far)
    assert np.allclose(one.sound, far + second, atol=1e-6)
    assert np.allclose(two.sound, far + first, atol=1e-6)
    assert np.allclose(leaving, first + second, atol=1e-6)


def test_speech_of_an_on_hook_terminal_is_ignored():
    circuit, one, two = pair()
    two.off_hook = True
    circuit.poll(AT)
    one.says = noise(160)
    leaving = circuit.carry(AT, 160, None)
    assert not leaving.any()
    assert not two.sound.any()


def test_the_exchange_sees_the_first_lift_and_the_last_replace_the_others_see_all():
    circuit, one, two = pair()
    one.off_hook = True
    assert [(t.name, off, loop) for t, off, loop in circuit.poll(AT)] == [("one", True, Loop.LIFTED)]
    two.off_hook = True
    assert [loop for *_, loop in circuit.poll(AT)] == [None]
    one.off_hook = False
    assert [loop for *_, loop in circuit.poll(AT)] == [None]
    two.off_hook = False
    assert [loop for *_, loop in circuit.poll(AT)] == [Loop.REPLACED]
    assert one.kinds == ["extension_off", "extension_on"]
    assert two.kinds == ["extension_off", "extension_on"]


def test_a_terminal_plugged_into_a_used_line_is_told_so():
    circuit, one, _ = pair()
    one.off_hook = True
    circuit.poll(AT)
    late = TinyTerminal("late")
    circuit.plug(AT, late)
    assert late.kinds == ["extension_off"]


def test_a_pulled_terminal_opens_the_loop_and_may_come_back():
    circuit, one, two = pair()
    one.off_hook = True
    circuit.poll(AT)
    circuit.pull(one)
    assert [loop for *_, loop in circuit.poll(AT)] == [Loop.REPLACED]
    assert two.kinds[-1] == "extension_on"
    circuit.tell(LineSignal(AT, SignalKind.RING_ON))
    assert one.signals == []
    circuit.plug(AT, one)
    with pytest.raises(OperatorError, match="already"):
        circuit.plug(AT, TinyTerminal("two"))
    with pytest.raises(OperatorError, match="no terminal"):
        circuit.pull(TinyTerminal("nobody"))


def test_an_identity_reaches_only_the_terminal_that_listens():
    circuit, one, two = pair()
    one.off_hook = True
    circuit.poll(AT)
    circuit.tell(LineSignal(AT, SignalKind.CALLER_ID))
    assert one.kinds == ["caller_id"]
    assert "caller_id" not in two.kinds


def test_the_echo_comes_back_after_its_time_at_its_level():
    circuit, one, two = pair(Damage(echo_db=-20, echo_ms=30))
    one.off_hook = two.off_hook = True
    circuit.poll(AT)
    one.says = first = noise(1600)
    for n in range(10):
        circuit.carry(SampleIndex(n * 160), 160, None)
    assert not one.sound[:240].any()
    assert np.allclose(one.sound[240:], first[: 1600 - 240] * 0.1, atol=1e-6)
    assert np.allclose(two.sound, first, atol=1e-6)
