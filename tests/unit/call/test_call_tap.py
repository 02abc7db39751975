"""The machine on a line that cannot answer: it never asks for the line but beside a lifted telephone."""

from __future__ import annotations

import pytest

from appliance import events as ev
from appliance.call.machine import CallConfig, CallMachine
from appliance.settings import AdapterSettings, CallSettings, LineSettings, Settings
from appliance.units import SampleIndex

TAP = Settings(
    line=LineSettings(kind="sound"), adapter=AdapterSettings(capture="card", tap_only=True), call=CallSettings()
)


class Shop:
    """A machine, and what it said."""

    def __init__(self) -> None:
        self.machine = CallMachine(CallConfig.of(TAP))
        self.said: list[ev.Command] = []
        self.at = 0
        self.take(ev.LineReady(SampleIndex(0), "card", "tap"))

    def take(self, *facts: ev.Fact) -> list[ev.Command]:
        said = [command for fact in facts for command in self.machine.take(fact)]
        self.said += said
        return said

    def ringing(self, decision: ev.Decision) -> None:
        at = SampleIndex(0)
        self.take(ev.CarStarted(at), ev.CallerIdentified(at, ev.CallerIdentity("0312345678")), ev.Rang(at))
        self.take(ev.Decided(at, decision))


AT = SampleIndex(0)


def test_the_settings_of_a_tap() -> None:
    config = CallConfig.of(TAP)
    assert (config.mode, config.message_after_ms) == ("tap_only", 0)


@pytest.mark.parametrize("decision", list(ev.Decision))
def test_whatever_is_decided_it_rings_on_and_is_missed(decision: ev.Decision) -> None:
    shop = Shop()
    shop.ringing(decision)
    for _ in range(20):
        shop.take(ev.Rang(AT))
    assert ev.EndCall(ev.Outcome.MISSED) in shop.take(ev.RingingStopped(AT))
    assert not [command for command in shop.said if isinstance(command, ev.Seize | ev.Play)]
    assert shop.machine.state == "idle"


@pytest.mark.parametrize("decision", list(ev.Decision))
def test_a_lifted_phone_is_recorded_without_a_word(decision: ev.Decision) -> None:
    shop = Shop()
    shop.ringing(decision)
    assert ev.Seize() in shop.take(ev.ExtensionLifted(AT))
    assert ev.StartRecording() in shop.take(ev.LineSeized(AT))
    assert shop.machine.state == "talking"
    assert not [command for command in shop.said if isinstance(command, ev.Play)]
    assert ev.EndCall(ev.Outcome.TALKED) in shop.take(ev.ExtensionReplaced(AT))


def test_a_phone_that_was_put_down_at_once_does_not_trap_the_machine() -> None:
    shop = Shop()
    shop.ringing(ev.Decision.ANNOUNCE)
    shop.take(ev.ExtensionLifted(AT), ev.SeizeFailed(AT, "tap only"), ev.LineReleased(AT))
    assert shop.machine.state == "unrecorded"
    shop.take(ev.ExtensionReplaced(AT))
    assert shop.machine.state == "idle"
