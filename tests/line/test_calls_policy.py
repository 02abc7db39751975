"""What the owner chose, as callers and staff live through it: pass, announce, skip, ask to redial, refuse, message."""

from __future__ import annotations

import pytest
from line_shop import RATE_HZ, Call, LineShop, OpenShop, both_kinds, prompts, voice, whole

from appliance.events import Absence, Outcome, Prompt
from appliance.exchange.ears import find_prompt
from appliance.exchange.people import Progress

pytestmark = both_kinds

MODES = ("staff_first", "box_first")


def ringing(shop: LineShop, number: str = "0661234567", absence: Absence | None = None) -> Call:
    call = shop.call(number if absence is None else "", absence=absence)
    shop.until(lambda: call.ringing_at is not None)
    return call


def heard(call: Call) -> list[Prompt]:
    """Every prompt of which the caller heard something."""
    return [prompt for prompt, sound in prompts("JP").items() if find_prompt(sound, call.caller.ear.pcm).heard]


def end(shop: LineShop, call: Call) -> None:
    call.caller.hang_up()
    shop.pass_s(4)
    shop.replace()
    shop.until_idle()


@pytest.mark.parametrize("mode", MODES)
def test_a_withheld_number_is_asked_to_redial(open_shop: OpenShop, mode: str) -> None:
    shop = open_shop(mode=mode, settings={"policy.withheld": '"ask_redial"'})
    call = ringing(shop, absence=Absence.WITHHELD)
    shop.until(lambda: call.caller.progress is Progress.CLEARED, limit_s=30)
    whole(prompts("JP")[Prompt.ASK_REDIAL], call.caller.ear.pcm)
    assert heard(call) == [Prompt.ASK_REDIAL]
    call.caller.hang_up()
    shop.until_idle()
    assert shop.last().outcome is Outcome.ASKED_REDIAL


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("absence", [Absence.PAY_PHONE, Absence.UNAVAILABLE, Absence.CONFLICT])
def test_other_reasons_are_nobodys_fault(open_shop: OpenShop, mode: str, absence: Absence) -> None:
    shop = open_shop(mode=mode, settings={"policy.withheld": '"refuse"'})
    call = ringing(shop, absence=absence)
    shop.pass_s(3)
    shop.lift()
    shop.until_state("talking")
    end(shop, call)
    assert shop.last().outcome is Outcome.TALKED
    whole(prompts("JP")[Prompt.RECORDING_NOTICE], call.caller.ear.pcm)


@pytest.mark.parametrize("mode", MODES)
def test_staff_get_a_call_that_is_being_turned_away(open_shop: OpenShop, mode: str) -> None:
    """Whoever lifts takes the call, and the caller hears that it is recorded."""
    shop = open_shop(mode=mode, settings={"policy.withheld": '"refuse"'})
    call = ringing(shop, absence=Absence.WITHHELD)
    shop.until_state("refusing")
    shop.pass_s(1)
    shop.lift()
    shop.until_state("talking")
    shop.pass_s(10)
    assert call.caller.progress is Progress.ANSWERED
    whole(prompts("JP")[Prompt.RECORDING_NOTICE], call.caller.ear.pcm)
    end(shop, call)
    assert shop.last().outcome is Outcome.TALKED


@pytest.mark.parametrize(("policy", "announced"), [("pass", False), ("skip", False), ("announce", True)])
def test_what_a_known_customer_hears(open_shop: OpenShop, policy: str, announced: bool) -> None:
    shop = open_shop(known={"0661234567": "山本"}, settings={"policy.known": f'"{policy}"'})
    call = ringing(shop)
    shop.pass_s(3)
    shop.lift()
    shop.until_state("talking")
    shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 1)
    end(shop, call)
    assert heard(call) == ([Prompt.RECORDING_NOTICE] if announced else [])
    whole(voice("unknown_asks_hours"), shop.sound(shop.last()))


@pytest.mark.parametrize("mode", MODES)
def test_outside_opening_hours_a_message_is_taken_at_once(open_shop: OpenShop, mode: str) -> None:
    shop = open_shop(mode=mode, settings={"hours.open": '"mon-sun 03:00-04:00"'})  # it is ten in the morning
    call = ringing(shop)
    shop.until_state("awaiting_message", limit_s=40)
    shop.say(call.caller, "message_washing_machine")
    shop.pass_s(len(voice("message_washing_machine")) / RATE_HZ)
    shop.until(lambda: call.caller.progress is Progress.CLEARED, limit_s=60)
    assert heard(call) == [Prompt.RECORDING_NOTICE, Prompt.LEAVE_MESSAGE, Prompt.MESSAGE_THANKS]
    call.caller.hang_up()
    shop.until_idle()
    assert shop.last().outcome is Outcome.MESSAGE
    assert "needs_staff" not in shop.lamps()


def test_a_call_that_is_passed_rings_for_ever(open_shop: OpenShop) -> None:
    shop = open_shop(settings={"policy.unknown": '"pass"'})
    call = ringing(shop)
    shop.pass_s(120)
    assert call.caller.progress is Progress.RINGBACK
    call.caller.hang_up()
    shop.until_idle()
    assert shop.last().recording == ""
    assert shop.last().outcome is not None


def test_a_caller_who_says_nothing_after_the_tone_leaves_no_message(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first", settings={"call.message_after_s": "5"})
    call = ringing(shop)
    shop.until_state("awaiting_message", limit_s=40)
    shop.until(lambda: call.caller.progress is Progress.CLEARED, limit_s=30)
    call.caller.hang_up()
    shop.until_idle()
    assert shop.last().outcome is Outcome.NO_MESSAGE


def test_a_long_message_is_not_cut_in_mid_sentence(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first", settings={"call.message_after_s": "5", "call.message_max_s": "20"})
    call = ringing(shop)
    shop.until_state("awaiting_message", limit_s=40)
    for _ in range(6):
        shop.say(call.caller, "message_washing_machine")
    length = 6 * len(voice("message_washing_machine")) / RATE_HZ
    assert length > 30
    shop.pass_s(length)
    assert call.caller.progress is Progress.ANSWERED
    shop.until(lambda: call.caller.progress is Progress.CLEARED, limit_s=40)
    assert Prompt.MESSAGE_THANKS in heard(call)
    call.caller.hang_up()
    shop.until_idle()
    assert shop.last().outcome is Outcome.MESSAGE
    assert len(shop.sound(shop.last())) > length * RATE_HZ


def test_quiet_hours_silence_the_buzzer_and_not_the_lamp(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first", settings={"panel.quiet_hours": '"00:00-23:59"'})
    call = ringing(shop)
    shop.until_state("summoning", limit_s=40)
    shop.pass_s(5)
    end(shop, call)
    assert "needs_staff" in shop.lamps()
    assert any(frame.amber for frame in shop.panel.shown)
    assert not any(frame.buzzer for frame in shop.panel.shown)
