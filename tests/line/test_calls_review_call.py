"""Calls in which staff are quick, late or absent-minded, and in which nobody ever hangs up."""

from __future__ import annotations

import pytest
from line_shop import ADAPTER, RATE_HZ, Call, LineShop, OpenShop, both_kinds, prompts, voice, whole

from appliance.call.timers import FIXED, Duration, Timer
from appliance.events import Outcome, Prompt
from appliance.exchange.ears import find_prompt
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.people import Progress
from appliance.units import Milliseconds

NOTICE = Prompt.RECORDING_NOTICE


def ringing(shop: LineShop) -> Call:
    """A call that has begun to ring in the shop."""
    call = shop.call()
    shop.until(lambda: call.ringing_at is not None)
    return call


def end(shop: LineShop, call: Call) -> None:
    call.caller.hang_up()
    shop.pass_s(3)
    shop.replace()
    shop.until_idle()


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limits that only end what nobody else ends, cut down to seconds."""
    for timer, ms in ((Timer.LONG_SILENCE, 20_000), (Timer.MESSAGE_CAP, 20_000), (Timer.LISTEN_LIMIT, 60_000)):
        monkeypatch.setitem(FIXED, timer, Duration(Milliseconds(ms), "a test"))  # type: ignore[misc]


# ---- staff who lift quickly --------------------------------------------------------------------------------------


@both_kinds
@pytest.mark.parametrize("after_s", [0.5, 2.0, 4.0, 6.0])
def test_lifted_early_on_a_line_without_the_service_is_announced_and_recorded(
    open_shop: OpenShop, after_s: float
) -> None:
    """The setting says number display, the line has none: the first rings are taken for CAR."""
    shop = open_shop(number_display=False, settings={"line.number_display": "true"})
    call = ringing(shop)
    shop.pass_s(after_s)
    shop.lift()
    lifted = shop.now
    shop.until_state("join_announcing", limit_s=5)
    assert shop.now - lifted < 4 * RATE_HZ
    shop.until_state("talking")
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    end(shop, call)
    assert [(one.direction, one.outcome) for one in shop.calls()] == [("in", Outcome.TALKED)]
    whole(voice("unknown_asks_hours"), shop.sound(shop.last()))


@both_kinds
def test_lifted_between_the_number_and_the_first_ring(open_shop: OpenShop) -> None:
    shop = open_shop()
    call = shop.call()
    shop.until_state("identified")
    shop.until(lambda: str(shop.exchange.state) == "ring_wait", 1)  # the exchange has seen the loop open
    shop.lift()
    shop.until_state("join_announcing", limit_s=2)
    shop.until_state("talking")
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    end(shop, call)
    assert (shop.last().number, shop.last().outcome) == ("0661234567", Outcome.TALKED)
    assert len(shop.calls()) == 1


@pytest.mark.parametrize(
    ("profile", "seconds"),
    [*(("usr5637", s) for s in (0.6, 1.1, 1.6, 2.4, 4.4)), *((ADAPTER, s) for s in (0.6, 1.1, 1.4))],
)
def test_staff_who_lift_in_car_and_hang_up_in_time_are_called_in_the_ordinary_way(
    open_shop: OpenShop, profile: str, seconds: float
) -> None:
    """A person makes the primary answer and hangs up, as the exchange asks: it must ring on for the next lift."""
    shop = open_shop(profile=profile)
    call = shop.call()
    shop.pass_s(seconds)
    shop.lift()
    shop.pass_s(2.5)
    assert not shop.seized
    shop.replace()
    shop.until(lambda: call.ringing_at is not None)
    shop.pass_s(9)
    assert call.caller.progress is Progress.RINGBACK
    shop.lift()
    shop.until_state("talking")
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    end(shop, call)


# ---- staff who dial late -----------------------------------------------------------------------------------------


@both_kinds
def test_an_outgoing_call_that_is_dialled_late_is_recorded(open_shop: OpenShop) -> None:
    """The dial tone that the box hears first is our own exchange's."""
    shop = open_shop(settings={"call.join_outgoing_s": "5"})
    callee = shop.exchange.expect_outgoing("supplier", 3)
    shop.lift()
    shop.pass_s(15)
    assert str(shop.exchange.state) == "dial_tone"
    shop.exchange.phone.press("0312345678")
    shop.until(lambda: callee.progress is Progress.ANSWERED, 30)
    shop.say(callee, "suzuki_orders")
    shop.pass_s(len(voice("suzuki_orders")) / RATE_HZ + 0.5)
    shop.replace()
    shop.until_idle()
    assert [(one.direction, one.outcome) for one in shop.calls()] == [("out", Outcome.TALKED)]
    whole(voice("suzuki_orders"), shop.sound(shop.last()))
    assert not any(find_prompt(sound, callee.ear.pcm).heard for sound in prompts("JP").values())


@both_kinds
def test_an_outgoing_call_that_nobody_dials_is_let_go(open_shop: OpenShop) -> None:
    """The exchange's own patience: dial tone, then busy."""
    shop = open_shop(settings={"call.join_outgoing_s": "5"})
    shop.lift()
    shop.until_state("lifted", limit_s=40)
    assert not shop.seized
    shop.replace()
    shop.until_idle()


# ---- nobody hangs up ---------------------------------------------------------------------------------------------


@both_kinds
@pytest.mark.usefixtures("short")
def test_a_talk_whose_end_nobody_reports_is_let_go(open_shop: OpenShop) -> None:
    """The hook report is lost and the other party stays silent on the line: the shop must be able to call again."""
    shop = open_shop(faults=ModemFaults())
    call = ringing(shop)
    shop.pass_s(1)
    shop.lift()
    shop.until_state("talking")
    call.caller.mouth.repeat(voice("unknown_asks_hours"))
    shop.pass_s(60)
    assert shop.state == "talking"
    shop.hide_the_hook()
    call.caller.mouth.stop()
    shop.replace()
    shop.until(lambda: not shop.seized, limit_s=45)
    assert shop.last().outcome is Outcome.TALKED
    shop.pass_s(1)
    assert str(shop.exchange.state) == "idle"


@both_kinds
@pytest.mark.usefixtures("short")
def test_a_radio_beside_the_receiver_does_not_keep_the_line(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first", settings={"call.message_after_s": "5", "call.message_max_s": "30"})
    call = ringing(shop)
    shop.until_state("awaiting_message", limit_s=60)
    call.caller.mouth.repeat(voice("message_washing_machine"))
    shop.until_state("thanking", limit_s=90)
    shop.until(lambda: not shop.seized, limit_s=60)
    assert shop.last().outcome is Outcome.MESSAGE


@both_kinds
@pytest.mark.usefixtures("short")
@pytest.mark.parametrize("message_after_s", ["10", "300"])
def test_nor_does_one_that_the_box_listens_to(open_shop: OpenShop, message_after_s: str) -> None:
    shop = open_shop(mode="box_first", settings={"call.message_after_s": message_after_s})
    call = ringing(shop)
    shop.until_state("summoning", limit_s=40)
    call.caller.mouth.repeat(voice("message_washing_machine"))
    shop.until(lambda: not shop.seized, limit_s=120)


# ---- who speaks is heard out -------------------------------------------------------------------------------------


@both_kinds
def test_a_caller_who_speaks_is_not_interrupted_by_the_invitation(open_shop: OpenShop) -> None:
    """Perhaps it is staff who speak with the caller, and the modem cannot tell that a phone was lifted."""
    shop = open_shop(mode="box_first", settings={"call.message_after_s": "10"}, faults=ModemFaults())
    shop.hide_the_hook()
    call = ringing(shop)
    shop.until_state("summoning", limit_s=40)
    shop.lift()
    call.caller.mouth.repeat(voice("message_washing_machine"))
    shop.until_state("hearing_out")
    shop.pass_s(40)
    invitation = prompts("JP")[Prompt.LEAVE_MESSAGE]
    assert not find_prompt(invitation, call.caller.ear.pcm).heard
    call.caller.mouth.stop()
    shop.until_state("inviting", limit_s=20)
    shop.until_state("awaiting_message")
    whole(invitation, call.caller.ear.pcm)
    end(shop, call)
