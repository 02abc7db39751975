"""Calls on an adapter that is wired or set a little wrong: the box says so, and drops nobody."""

from __future__ import annotations

import pytest
from line_calls import assert_next_call_is_taken, end, ringing
from line_shop import AdapterFaults, OpenShop

from appliance.exchange.adapter_faults import Relay

pytestmark = pytest.mark.parametrize("kind", ["sound"])


def test_a_relay_that_never_opens_is_told_by_the_dial_tone(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first", board=AdapterFaults(relay=Relay.STUCK_CLOSED))
    shop.pass_s(20)
    assert "line_held" in shop.faults()
    shop.adapter.faults.relay = Relay.OBEYS
    shop.pass_s(5)
    call = ringing(shop)
    shop.until_state("summoning")
    assert "line_held" not in shop.faults(), "it rings, so nobody holds it"
    shop.lift()
    shop.pass_s(5)
    end(shop, call)


def test_contacts_that_weld_in_a_call_are_told_after_it(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first")
    call = ringing(shop)
    shop.until_state("summoning")
    assert "line_held" not in shop.faults()
    shop.adapter.faults.relay = Relay.STUCK_CLOSED
    call.caller.hang_up()
    shop.pass_s(90)
    assert "line_held" in shop.faults()


def test_a_healthy_board_is_never_blamed(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first")
    call = ringing(shop)
    shop.until_state("summoning")
    shop.lift()
    shop.pass_s(5)
    end(shop, call)
    shop.pass_s(5)
    shop.lift()  # staff listen to the dial tone
    shop.pass_s(20)
    assert not shop.faults()


@pytest.mark.parametrize("country", ["JP", "US"])
def test_a_loop_input_that_shows_our_own_relay_costs_no_call(open_shop: OpenShop, country: str) -> None:
    shop = open_shop(mode="box_first", country=country, board=AdapterFaults(loop_shows_us=True))
    for _ in range(2):
        call = ringing(shop)
        shop.until_state("summoning")
        assert shop.house.state("call/state")["number"], "fetched although our own current looked like staff"
        shop.pass_s(5)
        assert shop.seized, "the caller is still held"
        call.caller.hang_up()
        shop.until_idle(60)
        assert "own hook relay" in shop.faults()["loop_input"]
    shop.adapter.faults.loop_shows_us = False
    call = ringing(shop)
    shop.until_state("summoning")
    assert "loop_input" not in shop.faults(), "put right"
    shop.lift()
    shop.until_state("talking", limit_s=5)
    end(shop, call)


def test_a_muted_card_is_told_in_the_first_call(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first", country="US", board=AdapterFaults(muted=True))
    ringing(shop)
    shop.until(lambda: "sound_input" in shop.faults(), 60)
    shop.adapter.faults.muted = False
    shop.until(lambda: "sound_input" not in shop.faults(), 5)


@pytest.mark.parametrize("state", ["answer_pause", "sending", "receipt_wait", "ring_wait", "ring_burst"])
def test_a_card_that_is_pulled_while_the_number_comes_opens_the_loop(open_shop: OpenShop, state: str) -> None:
    shop = open_shop()
    call = shop.call()
    shop.until(lambda: str(shop.exchange.state) == state)
    shop.adapter.unplug()
    shop.until(lambda: not shop.adapter.off_hook, 1)
    shop.pass_s(8)
    call.caller.hang_up()
    shop.pass_s(12)
    shop.adapter.plug_in()
    shop.until_idle()
    assert_next_call_is_taken(shop)
