"""Outbox, payloads and the bus inside one process."""

from __future__ import annotations

import pytest

from appliance.bus import payloads
from appliance.bus.codec import PayloadError
from appliance.bus.memory import MemoryBroker, MemoryBus
from appliance.bus.outbox import Letter, Outbox
from appliance.edge.ports import Bus
from appliance.errors import HouseError
from appliance.events import Message


def letter(name: str, retain: bool = False, born: float = 0.0) -> Letter:
    return Letter(name, name.encode(), retain, born)


def emptied(outbox: Outbox) -> list[str]:
    taken = []
    while (one := outbox.take()) is not None:
        taken.append(one.octets.decode())
    return taken


def test_letters_leave_in_order_and_a_newer_state_replaces_the_older() -> None:
    outbox = Outbox(10, 30.0)
    outbox.put(Letter("state", b"old", True, 0))
    outbox.put(letter("event 1"))
    outbox.put(Letter("state", b"new", True, 0))
    outbox.put(letter("event 2"))
    assert emptied(outbox) == ["event 1", "new", "event 2"]
    assert outbox.dropped == 0


def test_a_full_outbox_drops_the_oldest_event_and_never_a_state() -> None:
    outbox = Outbox(3, 30.0)
    outbox.put(letter("a state", retain=True))
    for number in range(5):
        outbox.put(letter(f"event {number}"))
    outbox.put(letter("b state", retain=True))
    assert len(outbox) == 5
    assert emptied(outbox) == ["a state", "event 2", "event 3", "event 4", "b state"]
    assert outbox.dropped == 2


def test_a_new_connection_begins_with_every_state_and_forgets_stale_events() -> None:
    outbox = Outbox(10, 30.0)
    outbox.put(letter("a state", retain=True))
    assert emptied(outbox) == ["a state"]
    outbox.put(letter("fresh", born=95.0))
    unsent = [letter("stale", born=10.0), letter("unsent", born=90.0), letter("a state", retain=True)]
    outbox.begin_again(unsent, now=100.0)
    assert emptied(outbox) == ["a state", "unsent", "fresh"]
    assert outbox.dropped == 1


def test_beginning_again_keeps_to_the_room() -> None:
    outbox = Outbox(2, 30.0)
    outbox.put(letter("event 3"))
    outbox.begin_again([letter("event 1"), letter("event 2")], now=1.0)
    assert emptied(outbox) == ["event 2", "event 3"]
    outbox.put(letter("event 4"))
    outbox.put(letter("event 5"))
    outbox.put(letter("event 6"))
    assert emptied(outbox) == ["event 5", "event 6"]
    assert outbox.dropped == 2


def test_payloads_are_json_objects_of_sane_size() -> None:
    message = Message("line/state", {"state": "ready", "why": "山"}, True)
    assert payloads.unpack("line/state", payloads.pack(message), True) == message
    for octets in (b"", b"3", b"[]", b"\xff", b"{", b"[" * 5000, b'"' + b"x" * 70000 + b'"'):
        with pytest.raises(PayloadError):
            payloads.unpack("x", octets)


@pytest.mark.parametrize(
    "message",
    [
        Message("", {}),
        Message("a/+", {}),
        Message("#", {}),
        Message("a", {"b": object()}),
        Message("a", {"b": float("nan")}),
    ],
)
def test_what_no_bus_can_carry_is_a_fault_of_the_house(message: Message) -> None:
    with pytest.raises(HouseError):
        payloads.pack(message)


def test_memory_bus_carries_retains_and_records() -> None:
    broker = MemoryBroker()
    line = MemoryBus("line", ["request/button", "+/alive"], broker)
    line.publish(Message("call/state", {"state": "idle"}, retain=True))
    line.publish(Message("call/event", {"type": "Rang"}))
    web = MemoryBus("web", ["call/#", "line/alive"], broker)
    assert [message.topic for message in web.received()] == ["line/alive", "call/state"]
    web.publish(Message("request/button", {"button": "sos"}))
    line.publish(Message("call/event", {"type": "Rang"}))
    assert [message.topic for message in line.received()] == ["line/alive", "web/alive", "request/button"]
    assert [message.topic for message in web.received()] == ["call/event"]
    assert web.received() == []
    web.close()
    web.close()
    assert line.received() == [payloads.goodbye("web")]
    assert broker.retained["web/alive"].payload == {"alive": False, "stopped": True}
    assert len(line.published) == 7


def test_memory_bus_is_a_bus_and_copies_what_it_carries() -> None:
    bus: Bus = MemoryBus("line", ["line/state"])
    payload = {"notes": ["a"]}
    bus.publish(Message("line/state", payload, True))
    payload["notes"].append("b")
    assert bus.received() == [Message("line/state", {"notes": ["a"]}, True)]
    bus.close()
    bus.publish(Message("line/state", {}))
    assert not bus.connected()
