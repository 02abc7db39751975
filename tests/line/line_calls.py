"""Calls as the tests on the virtual clock need them: begun, brought to a state, ended, and the next one taken."""

from __future__ import annotations

from line_shop import RATE_HZ, Call, LineShop, prompts, voice, whole

from appliance.events import Outcome, Prompt

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
    deaf = shop.plan.kind == "modem" and shop.modem.core.profile.name == "usr5637"
    number = "" if deaf else "0527771111"
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
