"""A full disk, a sick database, a broken bus message in mid-call: the call goes on and the owner is told."""

from __future__ import annotations

import resource
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial

import pytest
from line_shop import Call, LineShop, OpenShop, prompts, voice, whole

from appliance.daemon import wiring
from appliance.daemon.wiring import prepare_data
from appliance.events import Message, Outcome, Prompt
from appliance.exchange.people import Progress
from appliance.store import places, scribe
from appliance.store.calls import Store
from appliance.units import RATE_HZ


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A locked database is given up and tried again at once: the virtual clock waits for nothing on the wall."""
    monkeypatch.setattr(scribe, "RETRY_S", 0.0)
    monkeypatch.setattr(wiring, "Store", partial(Store, busy_ms=10))


@contextmanager
def full_disk(after: int) -> Iterator[None]:
    """No file may grow beyond `after` bytes: the kernel itself refuses, as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (after, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def locked(shop: LineShop) -> Iterator[None]:
    """Another process holds the write lock of the database."""
    with closing(sqlite3.connect(places.database(shop.data), isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


def talking(shop: LineShop, number: str = "0661234567") -> Call:
    """A call in which caller and staff talk."""
    shop.until(lambda: str(shop.exchange.state) == "idle")
    call = shop.call(number)
    shop.until(lambda: call.ringing_at is not None)
    shop.pass_s(4)
    shop.lift()
    shop.until_state("talking")
    return call


def say(shop: LineShop, call: Call, name: str = "unknown_asks_hours") -> None:
    shop.say(call.caller, name)
    shop.pass_s(len(voice(name)) / RATE_HZ + 0.5)


def end(shop: LineShop, call: Call) -> None:
    call.caller.hang_up()
    shop.pass_s(4)
    shop.replace()
    shop.until_idle()


def assert_next_call_is_taken(shop: LineShop) -> None:
    call = talking(shop, "0527771111")
    say(shop, call)
    end(shop, call)
    shop.pass_s(1)
    assert (shop.last().number, shop.last().outcome) == ("0527771111", Outcome.TALKED)
    whole(prompts("JP")[Prompt.RECORDING_NOTICE], call.caller.ear.pcm)
    whole(voice("unknown_asks_hours"), shop.sound(shop.last()))


# ---- the disk ------------------------------------------------------------------------------------------------------


def test_a_disk_that_fills_in_mid_call(open_shop: OpenShop) -> None:
    """The call goes on, lamp and page tell the owner; what the memory kept is written when there is room again."""
    shop = open_shop()
    call = talking(shop)
    say(shop, call)
    with full_disk(20_001):
        say(shop, call, "yamamoto_asks_delivery")
        shop.pass_s(3)
        assert call.caller.progress is Progress.ANSWERED
        assert shop.state == "talking"
        assert "recording" in shop.faults()
        assert "disk" in shop.faults()["recording"]
        assert shop.lamps()[-1] == "fault"
    shop.pass_s(3)
    assert "recording" not in shop.faults()
    say(shop, call, "unknown_thanks")
    end(shop, call)
    record = shop.last()
    assert record.outcome is Outcome.TALKED
    for name in ("unknown_asks_hours", "yamamoto_asks_delivery", "unknown_thanks"):
        whole(voice(name), shop.sound(record))
    assert shop.faults() == {}
    assert shop.lamps()[-1] == "ready"
    assert_next_call_is_taken(shop)


def test_a_disk_that_is_full_from_the_first_ring_to_the_end(open_shop: OpenShop) -> None:
    shop = open_shop()
    with full_disk(0):
        call = talking(shop)
        say(shop, call)
        whole(prompts("JP")[Prompt.RECORDING_NOTICE], call.caller.ear.pcm)
        assert {"recording", "store"} <= set(shop.faults())
        assert shop.house.state("call/state")["number"] == "0661234567"
        end(shop, call)
    shop.pass_s(1)
    assert_next_call_is_taken(shop)
    assert shop.faults() == {}


def test_little_room_is_told_and_the_call_recorded(open_shop: OpenShop) -> None:
    shop = open_shop(settings={"recording.min_free_mb": "1000000"})
    free_mb = shutil.disk_usage(shop.data).free // 2**20
    if free_mb >= 1_000_000:
        pytest.skip("this disk is larger than the largest threshold")
    call = talking(shop)
    say(shop, call)
    assert "disk_low" in shop.faults()
    end(shop, call)
    assert shop.lamps()[-1] == "service"
    whole(voice("unknown_asks_hours"), shop.sound(shop.last()))


# ---- the database --------------------------------------------------------------------------------------------------


def test_a_database_locked_in_mid_call(open_shop: OpenShop) -> None:
    """Recording and page go on, facts wait beside the database and are brought in."""
    shop = open_shop(known={"0661234567": "山本 太郎"})
    call = talking(shop)
    with locked(shop):
        say(shop, call)
        end(shop, call)
        assert "store" in shop.faults()
        assert shop.last().outcome is None
        second = talking(shop)
        assert shop.house.state("call/state")["name"] == "山本 太郎"  # reading goes on
        end(shop, second)
    shop.pass_s(1)
    assert_next_call_is_taken(shop)
    assert shop.faults() == {}
    first, second_record, third = shop.calls()
    assert first.outcome is second_record.outcome is third.outcome is Outcome.TALKED
    whole(voice("unknown_asks_hours"), shop.sound(first))
    kinds = [event.kind for event in shop.store.events(first.id)]
    assert kinds.count("RecordingStopped") == 1
    assert not (shop.data / places.SPILL).exists()


def test_a_database_that_turns_to_garbage(open_shop: OpenShop) -> None:
    shop = open_shop()
    call = talking(shop)
    for path in shop.data.glob("denwaban.db*"):
        path.write_bytes(b"no database" * 5000)
    say(shop, call)
    assert shop.state == "talking"
    assert shop.house.state("call/state")["recording"] is True
    end(shop, call)
    assert "store" in shop.faults()
    second = talking(shop, "0312345678")
    assert shop.house.state("call/state")["number"] == "0312345678"
    say(shop, second)
    whole(prompts("JP")[Prompt.RECORDING_NOTICE], second.caller.ear.pcm)
    end(shop, second)
    assert shop.state == "idle"


def test_a_data_directory_that_goes_away(open_shop: OpenShop) -> None:
    """Somebody tidied up: calls are taken; after the next start everything is in its place again."""
    shop = open_shop()
    call = talking(shop)
    shutil.rmtree(shop.data)
    say(shop, call)
    end(shop, call)
    second = talking(shop, "0312345678")
    say(shop, second)
    whole(prompts("JP")[Prompt.RECORDING_NOTICE], second.caller.ear.pcm)
    end(shop, second)
    assert shop.state == "idle"
    assert prepare_data(shop.settings) == ""


# ---- the bus -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "payload",
    [
        {},
        {"button": None},
        {"button": 7},
        {"button": ["sos"]},
        {"button": {"sos": 1}},
        {"button": "sos" * 1000},
        {"button": "sos", "by": {"a": [1] * 100}},
        {"button": "sos", "by": None},
        {"button": "acknowledge", "by": "x" * 10_000},
    ],
)
def test_nonsense_from_the_page_does_not_end_the_line(open_shop: OpenShop, payload: dict[str, object]) -> None:
    shop = open_shop()
    shop.house.page.publish(Message("request/button", payload))
    for topic in ("web/alive", "clerk/alive"):
        shop.house.page.publish(Message(topic, {"alive": payload}))
        shop.house.page.publish(Message(topic, {"alive": []}))
    shop.pass_s(0.1)
    call = talking(shop)
    end(shop, call)
    assert shop.last().outcome is Outcome.TALKED


def test_sos_from_the_page_in_and_out_of_a_call(open_shop: OpenShop) -> None:
    shop = open_shop()
    for pressed_in_call in (False, True):
        call = talking(shop) if pressed_in_call else None
        shop.house.page.publish(Message("request/button", {"button": "sos", "by": "page:anna"}))
        shop.pass_s(0.1)
        assert shop.lamps()[-1] == "alarm"
        raised = [one for one in shop.said("alert/event") if one["type"] == "AlertRaised"][-1]
        assert raised["call_id"] == (shop.last().id if pressed_in_call else "")
        shop.house.page.publish(Message("request/button", {"button": "acknowledge", "by": "page:anna"}))
        shop.pass_s(0.1)
        assert shop.lamps()[-1] == ("recording" if pressed_in_call else "ready")
        if call is not None:
            assert shop.state == "talking"
            end(shop, call)
    kinds = [event.kind for event in shop.store.events(shop.last().id)]
    assert {"AlertRaised", "AlertAcknowledged"} <= set(kinds)


def test_a_dead_process_is_told_and_cleared(open_shop: OpenShop) -> None:
    shop = open_shop()
    for process in ("web", "clerk"):
        shop.house.page.publish(Message(f"{process}/alive", {"alive": False}, retain=True))
        shop.pass_s(0.1)
        assert process in shop.faults()
        assert shop.lamps()[-1] == "service"
        shop.house.page.publish(Message(f"{process}/alive", {"alive": True}, retain=True))
        shop.pass_s(0.1)
        assert shop.faults() == {}
    shop.house.page.publish(Message("clerk/alive", {"alive": False, "stopped": True}, retain=True))
    shop.pass_s(0.1)
    assert shop.faults() == {}
