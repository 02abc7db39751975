"""Calls on an adapter line: the primary answer by our own relay, a tap that never answers, and a board with faults."""

from __future__ import annotations

import pytest
from line_calls import NOTICE, assert_next_call_is_taken, end, ringing, talking
from line_shop import RATE_HZ, AdapterFaults, LineShop, OpenShop, prompts, voice, whole

from appliance.events import Absence, CallerIdentity, Outcome
from appliance.exchange.adapter_faults import Relay
from appliance.exchange.caller_id_frames import jclip, jclip_parameters
from appliance.exchange.damage import Damage
from appliance.exchange.exchange import CallPlan
from appliance.exchange.people import Progress
from appliance.units import samples

pytestmark = pytest.mark.parametrize("kind", ["sound"])

NUMBER = "0312345678"

HAND_OVER = ["answer pause", "sending", "receipt wait", "ring wait", "ring burst"]
"""What the line goes through when the number is fetched. Spec: CALLER_ID.md 1.1."""


def instant(shop: LineShop, what: str, since: int = 0) -> int:
    """When something first happened on the exchange."""
    return next(one.at for one in shop.exchange.history if one.what == what and one.at >= since)


def driven(shop: LineShop) -> list[str]:
    """What the box did with the relay."""
    return [deed.what for deed in shop.adapter.history if deed.what.startswith("relay")]


# ---- ナンバー・ディスプレイ ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("polarity", [True, False])
def test_the_number_is_fetched_by_our_own_relay_before_it_rings(open_shop: OpenShop, polarity: bool) -> None:
    shop = open_shop(board=AdapterFaults(polarity_wired=polarity), known={NUMBER: "山本 太郎"})
    call = shop.call(NUMBER)
    shop.until(lambda: call.ringing_at is not None)
    line = shop.line_history()
    at = line.index("answer pause")
    assert line[at : at + 5] == HAND_OVER
    assert call.answered_at is None, "the primary answer is no answer: the caller pays nothing yet"
    car, off_hook = instant(shop, "line: car burst"), instant(shop, "off-hook")
    assert off_hook - car < samples(2500), "the exchange waits 6 s, and people even less"
    told, on_hook = instant(shop, "line: receipt wait"), instant(shop, "on-hook")
    assert 0 <= on_hook - told <= samples(300)
    shop.pass_s(2)
    assert shop.house.state("call/state")["name"] == "山本 太郎"
    assert not shop.seized
    call.caller.hang_up()
    shop.until_idle()
    assert (shop.last().number, shop.last().outcome) == (NUMBER, Outcome.ABANDONED)


@pytest.mark.parametrize("damage_db", [-6.0, -20.0])
@pytest.mark.parametrize("absence", list(Absence))
def test_why_there_is_no_number_on_a_weak_line(open_shop: OpenShop, absence: Absence, damage_db: float) -> None:
    shop = open_shop(damage=Damage(level_db=damage_db, noise_dbm0=-55.0, mu_law=True, band_pass=True))
    call = ringing(shop, number="", absence=absence)
    shop.pass_s(1.5)
    shop.lift()
    shop.until_state("talking")
    end(shop, call)
    assert (shop.last().number, shop.last().absence) == ("", absence)


@pytest.mark.parametrize("state", ["car burst", "answer pause", "sending", "receipt wait", "ring wait"])
def test_a_caller_may_give_up_at_every_step_of_the_hand_over(open_shop: OpenShop, state: str) -> None:
    shop = open_shop()
    call = shop.call(NUMBER)
    shop.until(lambda: shop.line_history()[-1:] == [state])
    call.caller.hang_up()
    shop.until(lambda: str(shop.exchange.state) == "idle", 15)
    shop.pass_s(15)
    assert shop.house.idle()
    assert not shop.seized
    assert all(one.outcome is Outcome.ABANDONED for one in shop.calls())
    assert_next_call_is_taken(shop)


def test_a_frame_that_cannot_be_read_costs_the_number_and_not_the_call(open_shop: OpenShop) -> None:
    shop = open_shop()
    octets = bytearray(jclip(jclip_parameters(CallerIdentity(number=NUMBER))))
    octets[9] ^= 0x05
    octets[14] ^= 0x12
    call = shop.exchange.place_call(CallPlan(CallerIdentity(number=NUMBER), frame=bytes(octets)))
    shop.until(lambda: call.ringing_at is not None)
    shop.pass_s(2)
    shop.lift()
    shop.until_state("talking")
    end(shop, call)
    assert (shop.last().number, shop.last().outcome) == ("", Outcome.TALKED)


@pytest.mark.parametrize("told", ["true", "false"])
def test_a_line_without_the_service_is_never_answered_by_mistake(open_shop: OpenShop, told: str) -> None:
    """Whatever the setting says: rings of a second are no CAR."""
    shop = open_shop(number_display=False, settings={"line.number_display": told})
    call = ringing(shop)
    shop.pass_s(20)
    assert call.caller.progress is Progress.RINGBACK
    assert driven(shop) == []
    shop.lift()
    shop.until_state("talking")
    end(shop, call)
    assert shop.last().outcome is Outcome.TALKED


# ---- full duplex ---------------------------------------------------------------------------------------------------


def test_a_caller_who_talks_over_the_notice_is_recorded(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first")
    call = ringing(shop)
    shop.until_state("announcing")
    shop.pass_s(1)
    begun = shop.say(call.caller, "unknown_asks_hours")
    shop.until_state("summoning")
    shop.pass_s(3)
    end(shop, call)
    record = shop.last()
    found = whole(voice("unknown_asks_hours"), shop.sound(record))
    assert abs(shop.recorded_from(record) + found.at - begun) <= samples(40)
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)


# ---- tap only ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["JP", "US"])
def test_a_tap_records_what_staff_answer_and_never_seizes(open_shop: OpenShop, country: str) -> None:
    shop = open_shop(country=country, tap_only=True)
    call = ringing(shop, number=NUMBER if country == "JP" else "2125550147")
    shop.pass_s(8)
    shop.lift()
    shop.pass_s(1)
    asked = shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    told = shop.say(shop.exchange.phone, "staff_tells_hours")
    shop.pass_s(len(voice("staff_tells_hours")) / RATE_HZ + 0.5)
    end(shop, call)
    record = shop.last()
    assert record.outcome is Outcome.TALKED
    for name, at in (("unknown_asks_hours", asked), ("staff_tells_hours", told)):
        found = whole(voice(name), shop.sound(record))
        assert abs(shop.recorded_from(record) + found.at - at) <= samples(40)
    assert driven(shop) == []
    assert not [one for one in shop.exchange.history if one.who == "adapter"]
    assert record.number == ("" if country == "JP" else "2125550147"), "Japan hands the number to whoever answers CAR"


def test_a_tap_lets_a_call_ring_that_nobody_takes(open_shop: OpenShop) -> None:
    shop = open_shop(tap_only=True)
    call = ringing(shop)
    shop.pass_s(60)
    assert call.caller.progress is Progress.RINGBACK
    call.caller.hang_up()
    shop.until_idle()
    assert driven(shop) == []
    assert shop.last().recording == ""


# ---- a board with faults ---------------------------------------------------------------------------------------------


def test_single_pulses_of_the_ring_input_are_no_call(open_shop: OpenShop) -> None:
    shop = open_shop(board=AdapterFaults(glitches_per_s=0.7))
    shop.pass_s(60)
    assert shop.state == "idle"
    assert shop.calls() == []
    assert driven(shop) == []
    assert_next_call_is_taken(shop)


def test_lost_sound_is_marked_and_the_call_goes_on(open_shop: OpenShop) -> None:
    shop = open_shop()
    call = talking(shop)
    shop.pass_s(2)
    shop.adapter.card.lose(samples(300))
    shop.pass_s(2)
    asked = shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    end(shop, call)
    record = shop.last()
    found = whole(voice("unknown_asks_hours"), shop.sound(record))
    assert abs(shop.recorded_from(record) + found.at - asked) <= samples(40), "what was lost kept its place"
    (closed,) = (one for one in shop.store.events(record.id) if one.kind == "RecordingStopped")
    lost = [(mark["kind"], mark["samples"]) for mark in closed.payload["marks"] if mark["kind"] != "tail"]
    assert lost == [("lost", samples(300))]


def test_a_short_stall_is_survived(open_shop: OpenShop) -> None:
    shop = open_shop()
    call = talking(shop)
    shop.adapter.faults.stalled = True
    shop.pass_s(0.3)
    shop.adapter.faults.stalled = False
    shop.pass_s(2)
    assert shop.state == "talking"
    end(shop, call)
    assert_next_call_is_taken(shop)


def test_the_sound_card_is_pulled_in_mid_call(open_shop: OpenShop) -> None:
    shop = open_shop()
    call = talking(shop)
    shop.pass_s(2)
    shop.adapter.unplug()
    shop.pass_s(3)
    assert call.caller.progress is Progress.ANSWERED, "staff and caller talk on"
    assert not shop.seized, "who is deaf holds no line"
    assert "line" in shop.faults()
    shop.adapter.plug_in()
    shop.until(lambda: "line" not in shop.faults(), 60)
    end(shop, call)
    assert_next_call_is_taken(shop)
    assert len(shop.calls()[0].recording) > 0


def test_the_sound_card_is_pulled_while_the_box_alone_holds_the_line(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first")
    call = ringing(shop)
    shop.until_state("summoning")
    shop.adapter.unplug()
    shop.until(lambda: not shop.seized, 5)
    call.caller.hang_up()
    shop.pass_s(5)
    shop.adapter.plug_in()
    shop.until_idle()
    assert_next_call_is_taken(shop)


def test_a_relay_that_does_not_close_leaves_the_call_to_the_staff(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first", board=AdapterFaults(relay=Relay.STUCK_OPEN))
    call = ringing(shop)
    shop.pass_s(30)
    assert call.caller.progress is Progress.RINGBACK
    assert "recording" not in shop.lamps()
    shop.lift()
    shop.pass_s(5)
    assert call.caller.progress is Progress.ANSWERED
    end(shop, call)
    assert "hook" in shop.faults()
    assert shop.last().outcome is Outcome.TALKED


# ---- a second caller is told in mid-call -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("country", "first", "second"), [("JP", "0661234567", "09011112222"), ("US", "2125550147", "2125550188")]
)
def test_who_knocks_is_told_in_mid_call(open_shop: OpenShop, country: str, first: str, second: str) -> None:
    shop = open_shop(country=country, call_waiting=True, call_waiting_identity=True)
    call = ringing(shop, number=first)
    shop.pass_s(8)
    shop.lift()
    shop.until_state("talking")
    knocker = shop.call(second)
    shop.pass_s(8)
    knocks = shop.said(kind="CallWaitingHeard")
    assert knocks, "the tone was not told"
    assert [one["identity"]["number"] for one in knocks if one["identity"]["number"]] == [second]
    assert shop.state == "talking"
    asked = shop.say(call.caller, "unknown_asks_hours")
    knocker.caller.hang_up()
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    end(shop, call)
    assert [(one.number, one.outcome) for one in shop.calls()] == [(first, Outcome.TALKED)]
    found = whole(voice("unknown_asks_hours"), shop.sound(shop.last()))
    assert abs(shop.recorded_from(shop.last()) + found.at - asked) <= samples(40)
