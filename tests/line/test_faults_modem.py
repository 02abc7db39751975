"""A modem that breaks in every way, on the virtual clock: told in plain words, survived, and the next call is taken."""

from __future__ import annotations

import random

import pytest
from line_shop import LineShop, OpenShop, prompts, voice, whole

from appliance.events import Outcome, Prompt
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.people import Progress
from appliance.units import RATE_HZ

LADDER_S = 75
"""A cured modem is back within this. Why: the last rung of the ladder comes once a minute; set-up takes seconds."""


def ringing(shop: LineShop, number: str = "0661234567") -> object:
    shop.until(lambda: str(shop.exchange.state) == "idle")
    call = shop.call(number)
    shop.until(lambda: call.ringing_at is not None)
    return call


def end(shop: LineShop, call: object) -> None:
    """Everybody leaves."""
    call.caller.hang_up()  # type: ignore[attr-defined]
    shop.pass_s(3)
    shop.replace()


def assert_next_call_is_taken(shop: LineShop) -> None:
    shop.until_idle(LADDER_S)
    call = ringing(shop, "0527771111")
    shop.pass_s(4)
    shop.lift()
    shop.until_state("talking")
    shop.say(call.caller, "unknown_asks_hours")  # type: ignore[attr-defined]
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    end(shop, call)
    shop.until_idle(LADDER_S)
    assert (shop.last().number, shop.last().outcome) == ("0527771111", Outcome.TALKED)
    whole(prompts("JP")[Prompt.RECORDING_NOTICE], call.caller.ear.pcm)  # type: ignore[attr-defined]
    whole(voice("unknown_asks_hours"), shop.sound(shop.last()))
    assert shop.faults() == {}
    assert shop.lamps()[-1] == "ready"


# ---- random octets ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("per_s", [5, 40, 300, 5000])
def test_a_minute_of_random_octets_in_idle_is_no_call(open_shop: OpenShop, per_s: int, seed: int) -> None:
    shop = open_shop(seed=seed)
    shop.plan.faults.babble_per_s = per_s
    shop.pass_s(60)
    shop.plan.faults.babble_per_s = 0
    assert shop.calls() == []
    assert not shop.modem.off_hook
    assert_next_call_is_taken(shop)
    assert len(shop.calls()) == 1


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("per_s", [5, 40, 300, 5000])
def test_a_minute_of_random_octets_in_a_call_cuts_nobody(open_shop: OpenShop, per_s: int, seed: int) -> None:
    """Staff and caller talk on, whatever the box makes of it."""
    shop = open_shop(seed=seed)
    call = ringing(shop)
    shop.pass_s(2)
    shop.lift()
    shop.until_state("talking")
    shop.plan.faults.babble_per_s = per_s
    for _ in range(6):
        shop.say(call.caller, "unknown_asks_hours")  # type: ignore[attr-defined]
        shop.pass_s(10)
    shop.plan.faults.babble_per_s = 0
    assert call.caller.progress is Progress.ANSWERED  # type: ignore[attr-defined]
    assert len(shop.calls()) == 1
    end(shop, call)
    shop.until_idle(LADDER_S)
    assert shop.calls()[0].number == "0661234567"
    assert shop.calls()[0].outcome in (Outcome.TALKED, Outcome.LINE_LOST)
    assert_next_call_is_taken(shop)
    assert len(shop.calls()) == 2


@pytest.mark.parametrize("seed", range(4))
def test_random_octets_while_it_rings(open_shop: OpenShop, seed: int) -> None:
    shop = open_shop(seed=seed, mode="box_first")
    call = ringing(shop)
    shop.plan.faults.babble_per_s = 300
    shop.pass_s(30)
    shop.plan.faults.babble_per_s = 0
    end(shop, call)
    assert_next_call_is_taken(shop)
    assert all(one.outcome is not None for one in shop.calls())


@pytest.mark.parametrize(("knob", "value"), [("garble_rate", 0.02), ("drop_rate", 0.02), ("garble_rate", 0.5)])
def test_a_bad_cable(open_shop: OpenShop, knob: str, value: float) -> None:
    """Wrong and missing octets in both rest and call."""
    shop = open_shop()
    setattr(shop.plan.faults, knob, value)
    shop.pass_s(20)
    call = ringing(shop)
    shop.pass_s(3)
    shop.lift()
    shop.pass_s(20)
    assert call.caller.progress is Progress.ANSWERED  # type: ignore[attr-defined]
    setattr(shop.plan.faults, knob, 0.0)
    end(shop, call)
    assert_next_call_is_taken(shop)


# ---- modems that do not do as they are told -------------------------------------------------------------------------

BROKEN = {
    "mute": (ModemFaults(mute=True), "nothing on this port answers like a modem"),
    "refuse_all": (ModemFaults(refuse_all=True), "the modem answers ERROR to everything"),
    "stuck": (ModemFaults(stuck=True), "nothing on this port answers like a modem"),
    "data_only": (ModemFaults(data_only=True), "this port is a modem that cannot do voice"),
    "wrong_baud": (ModemFaults(fixed_baud=9600), ""),
    "no_sound": (ModemFaults(results={"+VSM": "ERROR"}), "the modem accepts no form of sound that we know"),
}


@pytest.mark.parametrize("trouble", list(BROKEN))
def test_a_broken_modem_at_the_start_is_told_in_plain_words(open_shop: OpenShop, trouble: str) -> None:
    faults, words = BROKEN[trouble]
    shop = open_shop(ready=False, faults=ModemFaults(**{**vars(faults), "slow_ms": {}}))
    shop.until(lambda: "line" in shop.faults())
    assert words in shop.faults()["line"]
    shop.pass_s(5)
    assert shop.lamps()[-1] == "fault"
    assert shop.state == "fault"
    assert shop.house.state("line/state")["state"] == "lost"
    call = shop.call()  # and the shop's telephones work as ever
    shop.pass_s(8)
    shop.lift()
    shop.pass_s(1)
    assert call.caller.progress is Progress.ANSWERED
    end(shop, call)
    for name, value in vars(ModemFaults()).items():
        setattr(shop.plan.faults, name, value)
    assert_next_call_is_taken(shop)


IN_TROUBLE = {
    "mute": {"mute": True},
    "refuse_all": {"refuse_all": True},
    "stuck": {"stuck": True},
}


@pytest.mark.parametrize("trouble", list(IN_TROUBLE))
def test_a_modem_that_breaks_in_rest_is_noticed_by_its_heartbeat(open_shop: OpenShop, trouble: str) -> None:
    shop = open_shop()
    for name, value in IN_TROUBLE[trouble].items():
        setattr(shop.plan.faults, name, value)
    if trouble == "stuck":  # only a reset helps: the ladder gets there
        shop.until(lambda: "line" in shop.faults(), limit_s=70)
    elif trouble == "mute":
        shop.until(lambda: "line" in shop.faults(), limit_s=70)
        assert "stopped answering" in shop.faults()["line"] or "nothing" in shop.faults()["line"]
        shop.plan.faults.mute = False
    else:  # it answers; that it obeys nothing is found by the next call
        shop.pass_s(60)
        shop.plan.faults.refuse_all = False
    assert shop.calls() == []
    assert_next_call_is_taken(shop)


@pytest.mark.parametrize("mode", ["staff_first", "box_first"])
@pytest.mark.parametrize("trouble", list(IN_TROUBLE))
@pytest.mark.parametrize("after_s", [0.0, 2.0, 5.0, 9.0])
def test_a_modem_that_breaks_in_a_call(open_shop: OpenShop, trouble: str, mode: str, after_s: float) -> None:
    """What was recorded is kept, staff can talk, the fault is told, and the line comes back."""
    shop = open_shop(mode=mode)
    call = ringing(shop)
    if mode == "staff_first":
        shop.pass_s(1)
        shop.lift()
    shop.pass_s(after_s)
    for name, value in IN_TROUBLE[trouble].items():
        setattr(shop.plan.faults, name, value)
    shop.pass_s(15)
    if mode == "staff_first":
        assert call.caller.progress is Progress.ANSWERED  # type: ignore[attr-defined]
    for name in IN_TROUBLE[trouble]:
        if name != "stuck":
            setattr(shop.plan.faults, name, False)
    end(shop, call)
    if trouble == "stuck":  # a modem that died unseen while it rang is found by the heartbeat
        shop.until(lambda: "fault" in shop.states()[2:], limit_s=70)
    shop.until_idle(LADDER_S)
    assert len(shop.calls()) == 1
    assert all(one.outcome is not None for one in shop.calls())
    assert_next_call_is_taken(shop)


def test_off_hook_refused_leaves_the_call_to_ring(open_shop: OpenShop) -> None:
    """The box cannot answer: the shop's telephones ring on and staff can take the call."""
    shop = open_shop(mode="box_first", faults=ModemFaults(results={"+VLS=1": "ERROR"}))
    call = ringing(shop)
    shop.pass_s(10)
    assert call.caller.progress is Progress.RINGBACK  # type: ignore[attr-defined]
    shop.lift()
    shop.pass_s(2)
    assert call.caller.progress is Progress.ANSWERED  # type: ignore[attr-defined]
    shop.plan.faults.results.clear()
    end(shop, call)
    assert_next_call_is_taken(shop)


# ---- the plug -------------------------------------------------------------------------------------------------------

MOMENTS = 36


@pytest.mark.parametrize("seed", range(MOMENTS))
def test_unplugged_at_a_random_moment_of_a_call(open_shop: OpenShop, seed: int) -> None:
    chance = random.Random(seed)
    mode = chance.choice(["staff_first", "box_first"])
    shop = open_shop(mode=mode, settings={"call.message_after_s": "6"}, seed=seed)
    call = shop.call()
    staff_at = chance.uniform(2, 12) if chance.random() < 0.6 else None
    out_at, away_s = chance.uniform(0.1, 30), chance.uniform(0.1, 12)
    begun = shop.now
    for block in range(round((out_at + away_s) * 50)):
        if staff_at is not None and block == round(staff_at * 50):
            shop.lift()
        if block == 400:
            shop.say(call.caller, "message_washing_machine")
        if block == round(out_at * 50):
            state = shop.state
            shop.modem.power_off()
        shop.house.advance()
    assert shop.lamps()[-1] in ("fault", "starting"), f"pulled after {out_at:.2f} s in {state}"
    assert "line" in shop.faults()
    on_line = call.caller.progress is Progress.ANSWERED and shop.exchange.phone.off_hook
    shop.modem.power_cycle()
    shop.pass_s(2)
    if on_line:
        assert call.caller.progress is Progress.ANSWERED, "plugging in cut the staff's call"
    end(shop, call)
    shop.until_idle(LADDER_S)
    for one in shop.calls():
        assert one.outcome is not None
        assert one.ended_at is not None
        assert (one.samples is None) == (one.recording == "")
        if one.recording:
            assert len(shop.sound(one)) == one.samples
    if state not in ("idle", "clearing", "clearing_held", "lifted"):
        assert shop.calls()[0].outcome is Outcome.LINE_LOST, f"pulled in {state} at {shop.now - begun}"
    assert_next_call_is_taken(shop)


def test_unplugged_for_long_and_back_under_load(open_shop: OpenShop) -> None:
    """Out and in ten times within seconds: as many times lost, and no more than one fault told."""
    shop = open_shop()
    for _ in range(10):
        shop.modem.power_off()
        shop.pass_s(1.5)
        shop.modem.power_cycle()
        shop.pass_s(0.7)
    assert_next_call_is_taken(shop)
