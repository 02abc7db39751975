"""The list of what is broken: from facts, from the bus, from other processes."""

from __future__ import annotations

from typing import Any

import pytest

from appliance import events as ev
from appliance.bus.memory import MemoryBus
from appliance.daemon.troubles import BUS_PATIENCE, Troubles
from appliance.units import SampleIndex

T0 = SampleIndex(0)


class Knobbed(MemoryBus):
    """A bus whose broker can be away."""

    there = True

    def connected(self) -> bool:
        return self.there


class House:
    def __init__(self) -> None:
        self.bus = Knobbed("line")
        self.minute = 0
        self.troubles = Troubles(self.bus, lambda: f"2026-11-24T09:{self.minute:02}")

    def faults(self) -> list[dict[str, str]]:
        rows: Any = self.bus.broker.retained["fault/state"].payload["faults"]
        return list(rows)

    def keys(self) -> list[str]:
        return [row["what"] for row in self.faults()]

    def told(self) -> int:
        return sum(message.topic == "fault/state" for message in self.bus.published)


@pytest.fixture
def house() -> House:
    return House()


def test_at_the_start_nothing_is_broken_and_that_is_said(house: House) -> None:
    assert house.faults() == []
    assert house.bus.broker.retained["fault/state"].retain


@pytest.mark.parametrize(
    ("broken", "whole", "what"),
    [
        (ev.LineLost(T0, "pulled"), ev.LineReady(T0, "modem", "cx930xx"), "line"),
        (ev.RecordingFailed(T0, "full"), ev.RecordingStarted(T0, "c1", "f.wav"), "recording"),
        (ev.RecordingFailed(T0, "full"), ev.FaultCleared(T0, "recording"), "recording"),
        (ev.DiskLow(T0, 12), ev.FaultCleared(T0, "disk_low"), "disk_low"),
        (ev.FaultRaised(T0, "store", "locked"), ev.FaultCleared(T0, "store"), "store"),
    ],
)
def test_a_fault_comes_and_goes(house: House, broken: ev.Fact, whole: ev.Fact, what: str) -> None:
    house.troubles.take(broken)
    assert house.keys() == [what]
    assert house.faults()[0]["why"]
    house.troubles.take(whole)
    assert house.faults() == []


def test_a_repeated_fault_is_told_once_and_keeps_its_beginning(house: House) -> None:
    house.troubles.take(ev.LineLost(T0, "pulled"))
    told = house.told()
    house.minute = 5
    house.troubles.take(ev.LineLost(T0, "pulled"))
    assert house.told() == told
    house.troubles.take(ev.LineLost(T0, "nothing answers"))
    assert house.faults() == [{"what": "line", "why": "nothing answers", "since": "2026-11-24T09:00"}]
    assert house.told() == told + 1


def test_several_faults_stand_side_by_side_and_clearing_the_whole_is_silent(house: House) -> None:
    house.troubles.take(ev.LineLost(T0, "pulled"))
    house.troubles.take(ev.DiskLow(T0, 3))
    assert house.keys() == ["line", "disk_low"]
    told = house.told()
    house.troubles.take(ev.FaultCleared(T0, "store"))
    assert house.told() == told


def test_the_bus_may_be_away_for_a_while(house: House) -> None:
    assert house.troubles.news(T0) == []
    house.bus.there = False
    assert house.troubles.news(SampleIndex(1000)) == []
    assert house.troubles.news(SampleIndex(1000 + BUS_PATIENCE - 1)) == []
    (raised,) = house.troubles.news(SampleIndex(1000 + BUS_PATIENCE))
    assert isinstance(raised, ev.FaultRaised)
    assert (raised.what, raised.at) == ("bus", 1000 + BUS_PATIENCE)
    assert house.troubles.news(SampleIndex(9 * BUS_PATIENCE)) == []
    house.bus.there = True
    assert house.troubles.news(SampleIndex(10 * BUS_PATIENCE)) == [
        ev.FaultCleared(SampleIndex(10 * BUS_PATIENCE), "bus")
    ]
    house.bus.there = False
    assert house.troubles.news(SampleIndex(10 * BUS_PATIENCE + 1)) == []


def test_a_short_absence_of_the_bus_is_nothing(house: House) -> None:
    for second in range(0, 60, 4):
        house.bus.there = False
        assert house.troubles.news(SampleIndex(second * 8000)) == []
        house.bus.there = True
        assert house.troubles.news(SampleIndex(second * 8000 + 24_000)) == []


@pytest.mark.parametrize("process", ["web", "clerk"])
def test_a_dead_process_is_raised_once_and_cleared(house: House, process: str) -> None:
    for _ in range(3):
        house.troubles.heard_of(process, {"alive": False})
    (raised,) = house.troubles.news(T0)
    assert isinstance(raised, ev.FaultRaised)
    assert raised.what == process
    assert "calls are taken" in raised.why
    house.troubles.heard_of(process, {"alive": True})
    assert house.troubles.news(T0) == [ev.FaultCleared(T0, process)]


def test_who_said_goodbye_is_not_dead_and_strangers_are_not_ours(house: House) -> None:
    house.troubles.heard_of("clerk", {"alive": False, "stopped": True})
    house.troubles.heard_of("speech", {"alive": False})
    house.troubles.heard_of("line", {"alive": False})
    house.troubles.heard_of("web", {"alive": ["no"]})
    assert house.troubles.news(T0) == []
