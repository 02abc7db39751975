"""Calls with all the oddities of real lines and modems, on the virtual clock."""

from __future__ import annotations

import pytest
from line_calls import BOX_FIRST, NOTICE, assert_next_call_is_taken, end, ringing, talking, until_box_is
from line_shop import RATE_HZ, OpenShop, both_kinds, prompts, voice, whole

from appliance.events import Outcome
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.people import Progress

# ---- the caller gives up -----------------------------------------------------------------------------------------


@both_kinds
@pytest.mark.parametrize("seconds", [0.2, 0.7, 1.2, 1.6, 2.2, 2.8, 3.4, 3.7, 3.9, 4.5, 5.5, 8.0])
@pytest.mark.parametrize("mode", ["staff_first", "box_first"])
def test_a_caller_may_give_up_at_any_moment_before_the_answer(open_shop: OpenShop, mode: str, seconds: float) -> None:
    shop = open_shop(mode=mode)
    call = shop.call()
    shop.pass_s(seconds)
    call.caller.hang_up()
    shop.until_idle()
    shop.pass_s(13)  # what was not known to be a call at all is forgotten by now
    assert shop.state == "idle"
    assert all(one.outcome is Outcome.ABANDONED for one in shop.calls() if one.recording == "")
    assert len(shop.calls()) <= 1
    assert_next_call_is_taken(shop)


@both_kinds
@pytest.mark.parametrize("state", BOX_FIRST)
def test_a_caller_may_give_up_in_any_state_of_the_box(open_shop: OpenShop, state: str) -> None:
    shop = open_shop(mode="box_first", settings={"call.message_after_s": "10"})
    call = until_box_is(shop, state)
    shop.pass_s(0.4)
    call.caller.hang_up()
    hung_up = shop.now
    shop.until_idle()
    assert shop.now - hung_up < 20 * RATE_HZ  # deaf while it speaks, and two prompts follow each other
    assert len(shop.calls()) == 1
    wanted = {"taking_message": Outcome.MESSAGE, "thanking": Outcome.MESSAGE}
    wanted |= dict.fromkeys(("inviting", "awaiting_message"), Outcome.NO_MESSAGE)
    assert shop.last().outcome is wanted.get(state, Outcome.ABANDONED)
    assert_next_call_is_taken(shop)


@both_kinds
@pytest.mark.parametrize("seconds", [0.0, 0.1, 0.5, 1.0, 2.0, 6.0])
def test_a_caller_may_give_up_while_the_box_joins(open_shop: OpenShop, seconds: float) -> None:
    shop = open_shop()
    call = ringing(shop)
    shop.pass_s(2)
    shop.lift()
    shop.pass_s(seconds)
    end(shop, call)
    assert len(shop.calls()) == 1
    assert shop.last().outcome is Outcome.TALKED
    assert_next_call_is_taken(shop)


@both_kinds
def test_calls_back_to_back(open_shop: OpenShop) -> None:
    """The next caller rings in the very moment in which the line is free."""
    shop = open_shop()
    for number in ("0311110001", "0311110002", "0311110003"):
        call = shop.call(number)
        assert call.caller.progress is not Progress.BUSY
        shop.until(lambda call=call: call.ringing_at is not None)  # type: ignore[misc]
        shop.pass_s(2)
        shop.lift()
        shop.until_state("talking", limit_s=12)
        call.caller.hang_up()
        shop.pass_s(3)
        shop.replace()
        shop.until(lambda: str(shop.exchange.state) == "idle")
    shop.until_idle()
    assert [(one.number, one.outcome) for one in shop.calls()] == [
        ("0311110001", Outcome.TALKED),
        ("0311110002", Outcome.TALKED),
        ("0311110003", Outcome.TALKED),
    ]


@both_kinds
def test_a_caller_who_redials_at_once_is_a_new_call(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first")
    first = ringing(shop)
    shop.pass_s(0.2)
    first.caller.hang_up()
    shop.until(lambda: str(shop.exchange.state) == "idle")
    call = ringing(shop, number="0661234567")
    shop.until_state("summoning", limit_s=40)
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    assert shop.last().number in ("0661234567", "")


# ---- the modem's reports -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", BOX_FIRST)
def test_a_ring_report_off_hook_changes_nothing(open_shop: OpenShop, state: str) -> None:
    """A late RING, a second line's ringing, a modem that counts the burst in which it answered."""
    shop = open_shop(mode="box_first", settings={"call.message_after_s": "5"})
    call = until_box_is(shop, state)
    shop.modem.inject(b"R")
    shop.pass_s(0.5)
    assert call.caller.progress is Progress.ANSWERED
    assert len(shop.calls()) == 1
    if state in ("announcing", "answering"):
        shop.until_state("summoning")
        whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    call.caller.hang_up()
    shop.until_idle()
    assert len(shop.calls()) == 1
    assert_next_call_is_taken(shop)


@pytest.mark.parametrize("rings", [1, 2, 3])
@pytest.mark.parametrize("profile", ["cx930xx", "si24xx", "usr5637"])
def test_off_hook_ignored_for_some_rings(open_shop: OpenShop, profile: str, rings: int) -> None:
    """OK to +VLS=1 and the line rings on: the box asks again, and the caller hears the notice from its beginning."""
    shop = open_shop(mode="box_first", profile=profile, faults=ModemFaults(ignore_off_hook_rings=rings))
    call = ringing(shop)
    shop.until(lambda: call.answered_at is not None, limit_s=40)
    shop.until_state("summoning", limit_s=40)
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    call.caller.hang_up()
    shop.until_idle()
    assert len(shop.calls()) == 1
    shop.plan.faults.ignore_off_hook_rings = 0
    assert_next_call_is_taken(shop)


@pytest.mark.parametrize("slow_ms", [1000, 3000, 4500])
@pytest.mark.parametrize("mode", ["staff_first", "box_first"])
def test_a_slow_ok_is_waited_for(open_shop: OpenShop, mode: str, slow_ms: int) -> None:
    shop = open_shop(mode=mode, faults=ModemFaults(slow_ms={"+VLS=1": slow_ms}))
    call = ringing(shop)
    if mode == "staff_first":
        shop.pass_s(2)
        shop.lift()
    shop.until_state("talking" if mode == "staff_first" else "summoning", limit_s=40)
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    end(shop, call)
    assert len(shop.calls()) == 1


def test_everything_slow(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first", faults=ModemFaults(slow_ms={"": 250}, reply_ms=100, connect_ms=300))
    call = ringing(shop)
    shop.until_state("summoning", limit_s=40)
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    end(shop, call)
    assert_next_call_is_taken(shop)


def test_an_ok_that_never_comes_leaves_the_call_to_the_staff(open_shop: OpenShop) -> None:
    shop = open_shop(faults=ModemFaults(results={"+VLS=1": "ERROR"}))
    call = ringing(shop)
    shop.pass_s(2)
    shop.lift()
    shop.until_state("unrecorded", limit_s=40)
    asked = shop.exchange.phone.ear
    shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    whole(voice("unknown_asks_hours"), asked.pcm)
    assert "recording" not in shop.lamps()
    shop.plan.faults.results.clear()
    end(shop, call)
    assert_next_call_is_taken(shop)


def test_a_modem_that_lets_the_line_go_by_itself_in_mid_call(open_shop: OpenShop) -> None:
    """Staff talk on; the lamp must not say that the call is still recorded."""
    shop = open_shop()
    call = talking(shop)
    shop.pass_s(2)
    shop.modem.runner.hang_up()
    shop.modem.core.result("NO CARRIER")
    shop.pass_s(6)
    assert call.caller.progress is Progress.ANSWERED
    if shop.state != "talking":
        assert shop.lamps()[-1] != "recording"
    end(shop, call)
    assert_next_call_is_taken(shop)


def test_false_digits_and_nonsense_change_nothing(open_shop: OpenShop) -> None:
    shop = open_shop()
    call = talking(shop)
    for code in (b"/", b"5", b"~", b"J", b"m", b"a", b"c", b"e", b"t", b"y", b"Z", b"\x7f", b"X", b"."):
        shop.modem.inject(code)
        shop.pass_s(0.1)
    shop.pass_s(2)
    assert shop.state == "talking"
    end(shop, call)
    assert shop.last().outcome is Outcome.TALKED
