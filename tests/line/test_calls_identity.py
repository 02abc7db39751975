"""Caller identity in every broken form: the right caller or none, never a wrong one, and the call goes on."""

from __future__ import annotations

from typing import Any

import pytest
from line_shop import ADAPTER, LineShop, OpenShop, both_kinds, prompts, whole

from appliance.events import Absence, Outcome, Prompt
from appliance.exchange.modem_faults import CidForm, ModemFaults

JAPAN = ("JP", "0312345678")
STATES = ("US", "2125550147")

READABLE = (CidForm.NORMAL, CidForm.NO_DATE, CidForm.NO_NAME, CidForm.DUPLICATED, CidForm.MESG, CidForm.RAW_HEX)
"""Forms that hold the number undamaged."""

MODEMS = (("cx930xx", JAPAN), ("si24xx", JAPAN), ("usr5637", STATES), ("cx930xx", STATES), ("si24xx", STATES))


def talk(shop: LineShop, number: str, **identity: Any) -> None:
    """One call, taken by staff, to its end."""
    call = shop.call(number, **identity)
    shop.until(lambda: call.ringing_at is not None)
    shop.pass_s(9 if shop.plan.country == "US" else 4)  # there the number comes after the first ring
    shop.lift()
    shop.until_state("talking")
    shop.pass_s(2)
    call.caller.hang_up()
    shop.pass_s(5)
    shop.replace()
    shop.until_idle()
    shop.until(lambda: str(shop.exchange.state) == "idle")
    whole(prompts(shop.plan.country)[Prompt.RECORDING_NOTICE], call.caller.ear.pcm)


@pytest.mark.parametrize("form", list(CidForm))
@pytest.mark.parametrize(("profile", "country"), MODEMS)
def test_the_right_caller_or_none(open_shop: OpenShop, profile: str, country: tuple[str, str], form: CidForm) -> None:
    place, number = country
    shop = open_shop(country=place, profile=profile, faults=ModemFaults(cid_form=form))
    talk(shop, number, name="BAKER CAROL" if place == "US" else "", datetime="11240100")
    assert len(shop.calls()) == 1
    assert shop.last().outcome is Outcome.TALKED
    assert shop.last().number in (number, "")
    assert form is CidForm.GARBLED or shop.last().caller_name in ("BAKER CAROL", "")
    assert shop.last().caller_name.isprintable()
    if form in READABLE:
        assert shop.last().number == number
    shop.plan.faults.cid_form = CidForm.NORMAL
    talk(shop, number[:-1] + "9")
    assert shop.last().number == number[:-1] + "9", "the broken report spoilt the next call"


@pytest.mark.parametrize("delay_ms", [50, 300, 700, 1500, 2500, 3500, 5000])
def test_a_late_report_names_the_caller_still(open_shop: OpenShop, delay_ms: int) -> None:
    """Between the rings, or after a few."""
    shop = open_shop(faults=ModemFaults(cid_delay_ms=delay_ms), known={"0312345678": "山本 太郎"})
    call = shop.call("0312345678")
    shop.until(lambda: call.ringing_at is not None)
    shop.pass_s(7)
    assert shop.house.state("call/state")["name"] == "山本 太郎"
    shop.lift()
    shop.until_state("talking")
    call.caller.hang_up()
    shop.pass_s(4)
    shop.replace()
    shop.until_idle()
    assert len(shop.calls()) == 1
    assert shop.last().name == "山本 太郎"


@pytest.mark.parametrize("absence", ["P", "C", "O", "S"])
@pytest.mark.parametrize("profile", ["cx930xx", "si24xx", ADAPTER])
def test_why_there_is_no_number(open_shop: OpenShop, profile: str, absence: str) -> None:
    shop = open_shop(profile=profile)
    talk(shop, "", absence=Absence(absence))
    assert shop.last().number == ""
    assert shop.last().absence is Absence(absence)


@both_kinds
def test_a_line_without_number_display(open_shop: OpenShop) -> None:
    shop = open_shop(number_display=False)
    talk(shop, "0312345678")
    assert (shop.last().number, shop.last().absence) == ("", None)


@both_kinds
def test_names_are_harmless_text(open_shop: OpenShop) -> None:
    """The name is what a stranger's exchange sent."""
    shop = open_shop(country="US")
    for name in ("<script>alert(1)</script>", "A\x00B\x1b[31m", "名前" * 40, "'; DROP TABLE calls; --"):
        talk(shop, "2125550147", name=name)
        assert shop.last().number == "2125550147"
        assert len(shop.last().caller_name) <= 40
        assert shop.last().caller_name.isprintable()


@both_kinds
def test_how_often_somebody_has_called(open_shop: OpenShop) -> None:
    shop = open_shop()
    for before in range(3):
        call = shop.call("0312345678")
        shop.until(lambda call=call: call.ringing_at is not None)  # type: ignore[misc]
        shop.pass_s(2)
        assert shop.house.state("call/state")["calls_today"] == before + 1
        call.caller.hang_up()
        shop.until_idle()
    assert [one.outcome for one in shop.calls()] == [Outcome.ABANDONED] * 3
