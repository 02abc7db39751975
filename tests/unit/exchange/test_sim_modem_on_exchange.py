"""The simulated modem plugged into the simulated exchange: one Japanese call through both."""

from __future__ import annotations

import pytest

from appliance.events import CallerIdentity
from appliance.exchange.exchange import CallPlan, Exchange, ExchangeOptions
from appliance.exchange.modem import SimModem
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.office_tables import State
from appliance.units import samples


class Shop:
    """A line with a modem on it and a host that only types and reads."""

    def __init__(self, profile: str, country: str = "JP") -> None:
        self.exchange = Exchange(ExchangeOptions(country=country))
        self.modem = SimModem(profile, 0, faults=ModemFaults(split_reads=False))
        self.exchange.attach(self.modem)

    def run(self, ms: int) -> bytes:
        said = b""
        for _ in range(samples(ms) // 160):
            self.exchange.advance(160)
            said += self.modem.host_read()
        return said

    def at(self, command: bytes, ms: int = 200) -> bytes:
        self.modem.host_write(command + b"\r")
        return self.run(ms)


@pytest.mark.parametrize(
    ("profile", "set_up", "rings"),
    [("cx930xx", b"AT!4886=01;+VCID=1", 1), ("si24xx", b"AT+VCDT=3;+VCID=1", 1), ("usr5637", b"AT+VCID=1", 6)],
)
def test_a_call_with_number_rings_is_answered_and_cleared(profile: str, set_up: bytes, rings: int) -> None:
    shop = Shop(profile)
    shop.run(2000)
    assert shop.at(set_up).endswith(b"OK\r\n")
    shop.exchange.place_call(CallPlan(CallerIdentity(number="0312345678")))
    said = shop.run(7500)
    assert (b"0312345678" in said) == (rings == 1)
    assert said.count(b"RING") >= rings
    shop.run(500)
    shop.at(b"AT+FCLASS=8")
    assert shop.at(b"AT+VLS=1").endswith(b"OK\r\n")
    assert shop.exchange.state is State.TALKING
    assert b"CONNECT" in shop.at(b"AT+VRX")
    shop.modem.host_write(b"\x10!")
    assert shop.run(100).endswith(b"\x10\x03\r\nOK\r\n")
    shop.at(b"AT+VLS=0")
    assert not shop.modem.off_hook
    assert shop.exchange.state is not State.TALKING


def test_answering_during_car_is_the_primary_answer_and_no_call_is_taken() -> None:
    shop = Shop("usr5637")
    shop.run(2000)
    shop.at(b"AT+VCID=1;+FCLASS=8")
    call = shop.exchange.place_call(CallPlan(CallerIdentity(number="0312345678")))
    shop.run(800)
    shop.at(b"AT+VLS=1", 3000)
    assert shop.modem.off_hook
    assert call.answered_at is None
