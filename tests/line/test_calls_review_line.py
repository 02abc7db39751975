"""What a sceptical engineer found on the line: callers in quick succession, the modem's own jack, hook reports."""

from __future__ import annotations

import pytest
from line_shop import RATE_HZ, Call, LineShop, OpenShop, both_kinds, prompts, voice, whole

from appliance.events import Outcome, Prompt
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.modem_jack import ModemWithPhone
from appliance.exchange.people import Progress

A, B = "0311111111", "0322222222"

SPLITTER = "the phone is plugged into the modem; put it beside the modem with a splitter"
NOT_VERIFIED = "not verified yet: whether this modem tells when the phone is lifted"


def notes(shop: LineShop) -> list[str]:
    told = shop.house.state("line/state").get("notes", [])
    assert isinstance(told, list)
    return told


def off_hook_since(shop: LineShop, begun: int) -> list[str]:
    """Who went off-hook since then."""
    return [one.who for one in shop.exchange.history if one.at > begun and one.what == "off-hook"]


def on_the_jack(shop: LineShop) -> None:
    """Move the shop's telephone to the modem's own PHONE jack."""
    exchange = shop.exchange
    exchange.detach(shop.modem)
    exchange.detach(exchange.phone)
    exchange.attach(ModemWithPhone(shop.modem, exchange.phone))


# ---- the next caller comes before the last one counts as gone ------------------------------------------------------


@pytest.mark.parametrize("pause_s", [0.2, 0.6, 1.1, 1.7, 2.4, 3.5, 5.0])
@pytest.mark.parametrize("ring", ["fresh", "long"])
def test_the_next_callers_car_is_never_answered(open_shop: OpenShop, ring: str, pause_s: float) -> None:
    shop = open_shop(profile="usr5637", settings={"call.message_after_s": "10"})
    first = shop.call(A)
    if ring == "long":
        shop.until_state("ringing_long", limit_s=60)
    else:
        shop.until_state("letting_ring", limit_s=60)
    first.caller.hang_up()
    shop.pass_s(pause_s)
    shop.until(lambda: str(shop.exchange.state) == "idle", limit_s=3)
    begun = shop.now
    second = shop.call(B)
    shop.until(lambda: second.ringing_at is not None, limit_s=12)
    assert off_hook_since(shop, begun) == []
    shop.pass_s(1)
    shop.lift()
    shop.until_state("talking", limit_s=20)
    assert second.caller.progress is Progress.ANSWERED
    second.caller.hang_up()
    shop.pass_s(3)
    shop.replace()
    shop.until_idle()
    assert [one.outcome for one in shop.calls()] == [Outcome.ABANDONED, Outcome.TALKED]


@both_kinds
@pytest.mark.parametrize("pause_s", [0.3, 1.0, 2.0, 3.0])
def test_the_next_caller_has_a_number_of_his_own(open_shop: OpenShop, pause_s: float) -> None:
    shop = open_shop(known={A: "known"})
    first = shop.call(A)
    shop.until_state("ringing_silent")
    shop.pass_s(3.2)
    first.caller.hang_up()
    shop.pass_s(pause_s)
    shop.until(lambda: str(shop.exchange.state) == "idle", limit_s=3)
    second = shop.call(B)
    shop.until(lambda: second.ringing_at is not None, limit_s=12)
    shop.pass_s(1)
    shop.lift()
    shop.until_state("talking", limit_s=20)
    whole(prompts("JP")[Prompt.RECORDING_NOTICE], second.caller.ear.pcm)
    second.caller.hang_up()
    shop.pass_s(3)
    shop.replace()
    shop.until_idle()
    told = [(one.number, one.outcome) for one in shop.calls()]
    assert told == [(A, Outcome.ABANDONED), (B, Outcome.TALKED)]


# ---- the shop's telephone on the modem's own jack ------------------------------------------------------------------


def talked(shop: LineShop) -> Call:
    """Staff lift, and hear the caller."""
    call = shop.call(A)
    shop.until(lambda: call.ringing_at is not None)
    shop.pass_s(2)
    shop.lift()
    shop.pass_s(8)
    begun = len(shop.exchange.phone.ear.pcm)
    shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    whole(voice("unknown_asks_hours"), shop.exchange.phone.ear.pcm[begun:])
    assert call.caller.progress is Progress.ANSWERED
    return call


def end(shop: LineShop, call: Call) -> None:
    call.caller.hang_up()
    shop.pass_s(3)
    shop.replace()
    shop.until_idle()


def test_the_twin_cuts_the_phone_on_its_jack_off(open_shop: OpenShop) -> None:
    shop = open_shop()
    on_the_jack(shop)
    call = shop.call(A)
    shop.until(lambda: call.ringing_at is not None)
    shop.modem.runner.seize()
    shop.pass_s(0.5)
    shop.lift()
    begun = len(shop.exchange.phone.ear.pcm)
    shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(3)
    assert not shop.exchange.phone.ear.pcm[begun:].any()


def test_staff_on_the_modems_jack_are_not_cut_off(open_shop: OpenShop) -> None:
    shop = open_shop()
    on_the_jack(shop)
    assert SPLITTER not in notes(shop)
    call = talked(shop)
    assert shop.state == "unrecorded"
    assert SPLITTER in notes(shop)
    end(shop, call)
    assert not shop.modem.off_hook
    end(shop, talked(shop))


def test_staff_on_the_modems_jack_are_recorded_where_the_modem_keeps_the_jack(open_shop: OpenShop) -> None:
    shop = open_shop(faults=ModemFaults(local_label=True))
    on_the_jack(shop)
    call = talked(shop)
    assert shop.state == "talking"
    assert SPLITTER not in notes(shop)
    end(shop, call)
    whole(voice("unknown_asks_hours"), shop.sound(shop.last()))
    assert shop.last().outcome is Outcome.TALKED


@pytest.mark.parametrize("label", [False, True])
def test_staff_lift_the_phone_on_the_jack_while_the_box_has_the_line(open_shop: OpenShop, label: bool) -> None:
    shop = open_shop(mode="box_first", faults=ModemFaults(local_label=label))
    on_the_jack(shop)
    call = shop.call(A)
    shop.until_state("summoning")
    shop.lift()
    shop.pass_s(1.5)
    begun = len(shop.exchange.phone.ear.pcm)
    shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    whole(voice("unknown_asks_hours"), shop.exchange.phone.ear.pcm[begun:])
    assert call.caller.progress is Progress.ANSWERED
    assert shop.modem.off_hook is label
    end(shop, call)
    assert shop.last().outcome is Outcome.TALKED


# ---- a modem that does not tell of the hook ------------------------------------------------------------------------


def test_hook_reports_are_not_taken_for_granted(open_shop: OpenShop) -> None:
    shop = open_shop(profile="usr5637", number_display=False)
    assert NOT_VERIFIED in notes(shop)
    shop.lift()
    shop.pass_s(1)
    assert NOT_VERIFIED not in notes(shop)
    shop.replace()
    shop.until_idle()
    ready = [one for one in shop.said("line/state") if one["state"] == "ready"]
    assert len(ready) == 2


def test_a_modem_that_is_mute_of_the_hook_says_so_for_good(open_shop: OpenShop) -> None:
    shop = open_shop(profile="usr5637", number_display=False, faults=ModemFaults(detect_extension=False))
    shop.lift()
    shop.pass_s(5)
    shop.replace()
    shop.pass_s(5)
    assert NOT_VERIFIED in notes(shop)
