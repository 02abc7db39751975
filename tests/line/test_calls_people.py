"""A second caller, the staff, and all the ways in which a call ends, on the virtual clock."""

from __future__ import annotations

import pytest
from line_calls import BOX_FIRST, NOTICE, assert_next_call_is_taken, end, ringing, talking, until_box_is
from line_shop import ADAPTER, RATE_HZ, OpenShop, both_kinds, prompts, voice, whole

from appliance.events import Outcome
from appliance.exchange.ears import find_prompt
from appliance.exchange.office_tables import Clearing
from appliance.exchange.people import Progress

# ---- a second caller ---------------------------------------------------------------------------------------------


@both_kinds
def test_call_waiting_is_nobodys_business_but_the_staffs(open_shop: OpenShop) -> None:
    shop = open_shop(call_waiting=True)
    call = talking(shop)
    shop.say(call.caller, "suzuki_orders")
    heard_before = len(call.caller.ear.pcm)
    second = shop.call("09011112222")
    shop.pass_s(8)
    assert shop.state == "talking"
    assert second.caller.progress is Progress.RINGBACK
    notice = find_prompt(prompts("JP")[NOTICE], call.caller.ear.pcm[heard_before:])
    assert not notice.heard, "the box spoke into a call in progress"
    second.caller.hang_up()
    end(shop, call)
    assert len(shop.calls()) == 1
    assert (shop.last().number, shop.last().outcome) == ("0661234567", Outcome.TALKED)
    assert_next_call_is_taken(shop)


@both_kinds
def test_a_second_caller_hears_busy_while_the_box_has_the_line(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first")
    call = ringing(shop)
    shop.until_state("summoning")
    second = shop.call("09011112222")
    assert second.caller.progress is Progress.BUSY
    second.caller.hang_up()
    end(shop, call)
    assert len(shop.calls()) == 1


# ---- the staff ---------------------------------------------------------------------------------------------------


@both_kinds
@pytest.mark.parametrize("state", BOX_FIRST)
def test_staff_may_take_over_in_any_state(open_shop: OpenShop, state: str) -> None:
    """Whoever lifts gets the caller, and nobody is cut while they talk."""
    shop = open_shop(mode="box_first", settings={"call.message_after_s": "5"})
    call = until_box_is(shop, state)
    shop.lift()
    shop.until_state("talking", limit_s=15)
    shop.pass_s(15)
    assert call.caller.progress is Progress.ANSWERED
    asked = shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    whole(voice("unknown_asks_hours"), shop.exchange.phone.ear.pcm)
    end(shop, call)
    assert shop.last().outcome is Outcome.TALKED
    found = whole(voice("unknown_asks_hours"), shop.sound(shop.last()))
    assert abs(shop.recorded_from(shop.last()) + found.at - asked) < RATE_HZ // 20


@pytest.mark.parametrize("seconds", [0.0, 0.06, 0.2, 0.6, 1.1, 2.9])
@pytest.mark.parametrize("profile", ["cx930xx", "si24xx", "usr5637", ADAPTER])
def test_staff_may_lift_at_any_moment_of_the_ringing(open_shop: OpenShop, profile: str, seconds: float) -> None:
    """Also before the modem has told of the first ring: every call is announced and recorded."""
    shop = open_shop(profile=profile)
    call = ringing(shop)
    shop.pass_s(seconds)
    shop.lift()
    shop.until_state("talking", limit_s=15)
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    end(shop, call)
    assert (shop.last().direction, shop.last().outcome) == ("in", Outcome.TALKED)


@pytest.mark.parametrize(
    ("profile", "seconds"),
    [*(("usr5637", s) for s in (0.4, 0.9, 1.4, 1.8)), *((ADAPTER, s) for s in (0.4, 0.9, 1.4))],
)
def test_staff_who_lift_during_car_are_left_alone(open_shop: OpenShop, profile: str, seconds: float) -> None:
    """The exchange takes it for the terminal's answer; the box must not make it worse.

    After 1.4 s the adapter has fetched the number, and who lifts has the caller.
    """
    shop = open_shop(profile=profile)
    call = shop.call()
    shop.pass_s(seconds)
    shop.lift()
    shop.pass_s(3)
    assert not shop.seized
    shop.replace()
    call.caller.hang_up()
    shop.pass_s(15)
    shop.until_idle()
    assert_next_call_is_taken(shop)


@both_kinds
def test_staff_replace_first_and_the_caller_hangs_on(open_shop: OpenShop) -> None:
    shop = open_shop()
    call = talking(shop)
    shop.replace()
    shop.until_idle()
    shop.until(lambda: call.caller.progress is Progress.CLEARED, limit_s=1)
    assert shop.last().outcome is Outcome.TALKED
    call.caller.hang_up()
    assert_next_call_is_taken(shop)


@both_kinds
@pytest.mark.parametrize("record", [True, False])
def test_a_call_out_is_never_disturbed(open_shop: OpenShop, record: bool) -> None:
    shop = open_shop(settings={"recording.outgoing": str(record).lower(), "call.join_outgoing_s": "6"})
    callee = shop.exchange.expect_outgoing("supplier", 3)
    shop.lift()
    shop.pass_s(1)
    shop.exchange.phone.press("0312345678")
    shop.until(lambda: callee.progress is Progress.ANSWERED, 30)
    shop.pass_s(8)
    asked = shop.say(callee, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    assert not any(find_prompt(sound, callee.ear.pcm).heard for sound in prompts("JP").values())
    callee.hang_up()
    shop.pass_s(4)
    shop.replace()
    shop.until_idle()
    assert shop.last().direction == "out"
    assert bool(shop.last().recording) is record
    if record:
        found = whole(voice("unknown_asks_hours"), shop.sound(shop.last()))
        assert abs(shop.recorded_from(shop.last()) + found.at - asked) < RATE_HZ // 20
    assert_next_call_is_taken(shop)


# ---- the end -----------------------------------------------------------------------------------------------------


@both_kinds
@pytest.mark.parametrize("clearing", list(Clearing))
@pytest.mark.parametrize("mode", ["staff_first", "box_first"])
def test_every_way_in_which_a_line_clears(open_shop: OpenShop, clearing: Clearing, mode: str) -> None:
    shop = open_shop(mode=mode, clearing=clearing, settings={"call.message_after_s": "5"})
    call = ringing(shop)
    if mode == "staff_first":
        shop.pass_s(1)
        shop.lift()
        shop.until_state("talking")
        shop.pass_s(3)
        call.caller.hang_up()
        shop.pass_s(1)
        shop.replace()
    else:
        shop.until_state("awaiting_message", limit_s=40)
        shop.say(call.caller, "message_washing_machine")
        shop.pass_s(5)
        call.caller.hang_up()
    hung_up = shop.now
    shop.until_idle(limit_s=60)
    assert shop.last().outcome is (Outcome.TALKED if mode == "staff_first" else Outcome.MESSAGE)
    if clearing is Clearing.BUSY_TONE:
        assert shop.now - hung_up < 5 * RATE_HZ
    shop.until(lambda: str(shop.exchange.state) == "idle")
    assert_next_call_is_taken(shop)
