"""Calls with all the oddities of real lines and modems, on the virtual clock."""

from __future__ import annotations

import pytest
from line_shop import RATE_HZ, Call, LineShop, OpenShop, prompts, voice, whole

from appliance.events import Outcome, Prompt
from appliance.exchange.ears import find_prompt
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.office_tables import Clearing
from appliance.exchange.people import Progress

NOTICE = Prompt.RECORDING_NOTICE

BOX_FIRST = ("answering", "announcing", "summoning", "inviting", "awaiting_message", "taking_message", "thanking")
"""States of a call that nobody of the staff takes, in order."""


def ringing(shop: LineShop, **identity: str) -> Call:
    """A call that has begun to ring in the shop."""
    shop.until(lambda: str(shop.exchange.state) == "idle")
    call = shop.call(**identity)  # type: ignore[arg-type]
    shop.until(lambda: call.ringing_at is not None)
    return call


def talking(shop: LineShop) -> Call:
    """A call in which caller and staff talk."""
    call = ringing(shop)
    shop.pass_s(2)
    shop.lift()
    shop.until_state("talking")
    return call


def until_box_is(shop: LineShop, state: str) -> Call:
    """A call that nobody of the staff takes, up to this state."""
    call = ringing(shop)
    for step in BOX_FIRST[: BOX_FIRST.index(state) + 1]:
        if step == "taking_message":
            shop.say(call.caller, "message_washing_machine")
        shop.until_state(step, limit_s=60)
    return call


def end(shop: LineShop, call: Call) -> None:
    """Everybody hangs up, the caller first."""
    call.caller.hang_up()
    shop.pass_s(3)
    shop.replace()
    shop.until_idle()


def assert_next_call_is_taken(shop: LineShop) -> None:
    """An ordinary call, as if nothing had ever happened."""
    number = "" if shop.modem.core.profile.name == "usr5637" else "0527771111"
    before = len(shop.calls())
    call = ringing(shop, number="0527771111")
    shop.pass_s(4)
    shop.lift()
    shop.until_state("talking")
    begun = len(call.caller.ear.pcm)
    shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    end(shop, call)
    assert len(shop.calls()) == before + 1
    assert (shop.last().number, shop.last().outcome) == (number, Outcome.TALKED)
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm[: begun + RATE_HZ])
    whole(voice("unknown_asks_hours"), shop.sound(shop.last()))


# ---- the caller gives up -----------------------------------------------------------------------------------------


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


# ---- a second caller ---------------------------------------------------------------------------------------------


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
@pytest.mark.parametrize("profile", ["cx930xx", "si24xx", "usr5637"])
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


@pytest.mark.parametrize("seconds", [0.4, 0.9, 1.4, 1.8])
def test_staff_who_lift_during_car_are_left_alone(open_shop: OpenShop, seconds: float) -> None:
    """The exchange takes it for the terminal's answer; the box must not make it worse."""
    shop = open_shop(profile="usr5637")
    call = shop.call()
    shop.pass_s(seconds)
    shop.lift()
    shop.pass_s(3)
    assert not shop.modem.off_hook
    shop.replace()
    call.caller.hang_up()
    shop.pass_s(15)
    shop.until_idle()
    assert_next_call_is_taken(shop)


def test_staff_replace_first_and_the_caller_hangs_on(open_shop: OpenShop) -> None:
    shop = open_shop()
    call = talking(shop)
    shop.replace()
    shop.until_idle()
    shop.until(lambda: call.caller.progress is Progress.CLEARED, limit_s=1)
    assert shop.last().outcome is Outcome.TALKED
    call.caller.hang_up()
    assert_next_call_is_taken(shop)


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
