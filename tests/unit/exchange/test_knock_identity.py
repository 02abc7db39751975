"""A second caller is told into the call: tone, alert, identity, and then the first caller again."""

import numpy as np
import pytest
from twin_helpers import NUMBER, run

from appliance.events import CallerIdentity
from appliance.exchange.circuit import silence
from appliance.exchange.ears import find_prompt
from appliance.exchange.exchange import CallPlan, Exchange, ExchangeOptions
from appliance.exchange.identity_burst import identity_burst
from appliance.exchange.knock import CAS_MS, Knock
from appliance.exchange.people import Habit, Progress
from appliance.exchange.terminal import SignalKind
from appliance.exchange.tones import sine
from appliance.units import RATE_HZ, samples

SECOND = CallerIdentity("09011112222")


@pytest.mark.parametrize("country", ["JP", "US"])
@pytest.mark.parametrize("n", [1, 37, 160, 5000])
def test_a_knock_is_the_same_however_it_is_asked(country, n):
    who = identity_burst(country, SECOND, off_hook=True)
    knock = Knock(1000, country, who)
    length = 4 * RATE_HZ
    whole = knock.laid_over(1000, np.full(length, 0.01, np.float32))
    parts = [knock.laid_over(1000 + at, np.full(min(n, length - at), 0.01, np.float32)) for at in range(0, length, n)]
    assert np.array_equal(np.concatenate(parts), whole)
    end = knock.told_at - 1000
    assert np.array_equal(whole[end - len(who.sound) : end], who.sound)
    assert np.all(whole[end:] == np.float32(0.01))
    assert knock.over(knock.told_at, 160)
    assert not knock.over(knock.told_at - 1, 160)


def test_a_plain_knock_is_the_tone_alone():
    knock = Knock(0, "US", None)
    assert knock.told_at is None
    heard = knock.laid_over(0, silence(RATE_HZ))
    assert heard[: samples(300)].any()
    assert not heard[samples(300) :].any()


def talking(country, **options):
    exchange = Exchange(ExchangeOptions(country=country, number_display=True, call_waiting=True, **options))
    exchange.phone.habit = Habit(lift_after_ringing_s=1)
    first = exchange.place_call(CallPlan(NUMBER))
    run(exchange, 10)
    assert first.caller.progress is Progress.ANSWERED
    return exchange


@pytest.mark.parametrize("country", ["JP", "US"])
def test_the_shop_hears_alert_and_number_once(country):
    exchange = talking(country, call_waiting_identity=True)
    begun = len(exchange.phone.ear.pcm)
    second = exchange.place_call(CallPlan(SECOND))
    run(exchange, 25)
    heard = exchange.phone.ear.pcm[begun:]
    burst = identity_burst(country, SECOND, off_hook=True).sound
    found = find_prompt(burst, heard)
    assert found.score > 0.99
    assert find_prompt(burst, heard[found.at + len(burst) :]).score < 0.5
    cas = sine(2130, samples(CAS_MS), -15) + sine(2750, samples(CAS_MS), -15)
    alert = find_prompt(cas, heard[: found.at])
    assert alert.score > 0.99
    assert 50 <= (found.at - alert.at - len(cas)) * 1000 / RATE_HZ <= 500
    assert second.caller.progress is Progress.RINGBACK
    told = [one for one in exchange.history if one.what == SignalKind.CALLER_ID.replace("_", " ")]
    assert len([one for one in told if one.at > second.placed_at]) == 1


@pytest.mark.parametrize("plan", [CallPlan(), CallPlan(SECOND)])
def test_nothing_is_told_without_the_service_or_a_number(plan):
    exchange = talking("JP", call_waiting_identity=plan == CallPlan())
    begun = exchange.now
    exchange.place_call(plan)
    run(exchange, 5)
    after = [one.what for one in exchange.history if one.at >= begun]
    assert "call waiting" in after
    assert "caller id" not in after
