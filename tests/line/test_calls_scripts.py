"""The scripted calls of the demo on the virtual clock: on every modem that fits, on the adapter, and on bad lines."""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import pytest

from appliance.daemon.demo import play_fast
from appliance.daemon.demo_report import Verdict
from appliance.daemon.demo_shop import EXCHANGE, MODEMS, DemoOptions, DemoShop
from appliance.exchange.adapter import SimAdapter
from appliance.exchange.damage import CITY, CLEAN, RURAL, Damage
from appliance.exchange.exchange import Exchange, ExchangeOptions
from appliance.exchange.modem import SimModem
from appliance.exchange.script import Script, load_script

SCRIPTS: Mapping[str, Script] = {
    name: load_script(EXCHANGE / "scripts" / f"{name}.toml") for name in ("shop_day", "staff_first", "us_shop")
}

DAMAGES: Mapping[str, Damage] = {"clean": CLEAN, "city": CITY, "rural": RURAL}

ADAPTER = "adapter"
"""Not a modem: the line of kind "sound"."""

FITS = {
    "shop_day": ("cx930xx", "si24xx", ADAPTER),
    "staff_first": ("cx930xx", "si24xx", ADAPTER),
    "us_shop": ("usr5637", "cx930xx", "si24xx", ADAPTER),
}
"""What knows the caller identity of the script's country."""

NUMBERLESS = ("withheld", "message", "unplugged", "after_plugging_in", "sos", "fax")
"""Calls of the shop's day that take the same way where nobody's number is known."""

_played = ExitStack()


@dataclass(frozen=True)
class Played:
    verdicts: Mapping[str, Verdict]
    line: tuple[str, ...]  # states of the line, in order


@pytest.fixture(scope="module", autouse=True)
def tidy() -> Iterator[None]:
    with _played:
        yield
    _play.cache_clear()


def numberless(script: Script) -> Script:
    """The script for a modem that never tells a number: everybody is a stranger and hears the notice."""
    calls = []
    for call in script.calls:
        if script is SCRIPTS["shop_day"] and call.id not in NUMBERLESS:
            continue
        silent = call.expect.announcement is None and call.expect.recording_s is not None
        length = (8.0, 45.0) if silent else call.expect.recording_s  # the notice makes people wait, or not
        expect = replace(call.expect, caller="any", states=(), any_announcement=silent, recording_s=length)
        calls.append(replace(call, expect=expect))
    return replace(script, calls=tuple(calls))


@cache
def _play(name: str, device: str, damage: str) -> Played:
    script = SCRIPTS[name]
    if device not in FITS[name]:
        script = numberless(script)
    folder = Path(_played.enter_context(tempfile.TemporaryDirectory(prefix="denwaban-script-")))
    shop = DemoShop(script, DemoOptions(fast=True, line="sound" if device == ADAPTER else "modem"), folder)
    options = ExchangeOptions(
        country=script.country, number_display=script.number_display, damage=DAMAGES[damage], keep_sound=True
    )
    shop.exchange = Exchange(options)
    shop.terminal = _terminal(device, script.country)
    watch = play_fast(shop, threading.Event())
    shop.store.close()
    line = tuple(one.what for one in shop.exchange.history if one.who == "exchange")
    return Played({verdict.scripted.id: verdict for verdict in watch.verdicts}, line)


def _terminal(device: str, country: str) -> SimModem | SimAdapter:
    return SimAdapter(country) if device == ADAPTER else SimModem(device, MODEMS[country][1])


def everything() -> Iterator[tuple[str, str, str, str]]:
    """Script, modem or adapter, line, call."""
    for name, script in SCRIPTS.items():
        for device in FITS[name]:
            for call in script.calls:
                yield name, device, "clean", call.id
    for damage in ("city", "rural"):
        for name in ("staff_first", "us_shop"):
            for call in SCRIPTS[name].calls:
                yield name, MODEMS[SCRIPTS[name].country][0], damage, call.id
                yield name, ADAPTER, damage, call.id
    for call in SCRIPTS["shop_day"].calls:
        yield "shop_day", "cx930xx", "rural", call.id
        yield "shop_day", ADAPTER, "city", call.id
        yield "shop_day", ADAPTER, "rural", call.id


@pytest.mark.parametrize(("name", "device", "damage", "call"), list(everything()))
def test_every_call_of_the_scripts_goes_as_it_should(name: str, device: str, damage: str, call: str) -> None:
    verdict = _play(name, device, damage).verdicts[call]
    assert verdict.complaints == ()


def strangers() -> Iterator[tuple[str, str]]:
    for name in ("shop_day", "staff_first"):
        for call in numberless(SCRIPTS[name]).calls:
            yield name, call.id


@pytest.mark.parametrize(("name", "call"), list(strangers()))
def test_a_modem_without_japanese_numbers_takes_every_call_without_one(name: str, call: str) -> None:
    assert _play(name, "usr5637", "clean").verdicts[call].complaints == ()


@pytest.mark.parametrize("name", ["shop_day", "staff_first"])
def test_such_a_modem_never_answers_during_car(name: str) -> None:
    """An answer during CAR would be taken for the primary answer: the exchange would send data and cut the call."""
    line = _play(name, "usr5637", "clean").line
    assert "line: car burst" in line
    assert "line: answer pause" not in line


@pytest.mark.parametrize("name", ["shop_day", "staff_first"])
def test_the_adapter_fetches_the_number_and_lets_go_before_it_rings(name: str) -> None:
    line = [one for one in _play(name, ADAPTER, "clean").line if one.startswith("line: ")]
    handed_over = [line[at - 1 : at + 3] for at, state in enumerate(line) if state == "line: receipt wait"]
    assert len(handed_over) >= len(SCRIPTS[name].calls) // 2
    assert all(
        one == ["line: sending", "line: receipt wait", "line: ring wait", "line: ring burst"] for one in handed_over
    )
