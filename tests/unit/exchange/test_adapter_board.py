"""The simulated adapter as hardware: what its optos, its relay and its sound card do on a call."""

import numpy as np
import pytest
from twin_helpers import NUMBER, noise

from appliance.exchange.adapter import SimAdapter
from appliance.exchange.adapter_card import CAPTURE_SAMPLES, PLAY_SAMPLES
from appliance.exchange.adapter_faults import AdapterFaults, Relay
from appliance.exchange.adapter_optos import AdapterPin
from appliance.exchange.ears import find_prompt, to_pcm
from appliance.exchange.exchange import CallPlan, Exchange, ExchangeOptions
from appliance.exchange.office_tables import Clearing, State
from appliance.exchange.people import Progress
from appliance.units import BLOCK_SAMPLES, RATE_HZ, samples


class Bench:
    """An exchange with an adapter on it, and all that the adapter has shown."""

    def __init__(self, options=None, **faults):
        self.exchange = Exchange(options or ExchangeOptions())
        self.adapter = SimAdapter(self.exchange.options.country, AdapterFaults(**faults))
        self.exchange.attach(self.adapter)
        self.moves = []
        self.captured = []

    def run(self, seconds, step=BLOCK_SAMPLES):
        for _ in range(round(seconds * RATE_HZ / step)):
            self.exchange.advance(step)
            self.moves += self.adapter.pin_moves()
            self.captured += self.adapter.card.take()

    def until(self, state):
        for _ in range(2000):
            if self.exchange.state is state:
                return
            self.run(0.02)
        raise AssertionError(self.exchange.state)

    def pulses(self, since=0):
        return [one.at for one in self.moves if one.pin is AdapterPin.RING and one.on and one.at >= since]

    def of(self, pin):
        return [one.on for one in self.moves if one.pin is pin]

    @property
    def sound(self):
        return np.concatenate([np.frombuffer(one.pcm, "<i2") for one in self.captured])


@pytest.mark.parametrize(("country", "per_second"), [("JP", 32), ("US", 40)])
def test_the_ring_opto_pulses_twice_a_cycle_and_only_in_bursts(country, per_second):
    bench = Bench(ExchangeOptions(country=country, number_display=False), transients=False)
    call = bench.exchange.place_call(CallPlan(NUMBER))
    bench.run(3)
    burst = 1 if country == "JP" else 2
    assert len(bench.pulses()) == per_second * burst
    assert max(bench.pulses()) < call.ringing_at + burst * RATE_HZ
    assert set(np.diff(bench.pulses())) == {RATE_HZ // per_second}
    ons = [one.on for one in bench.moves if one.pin is AdapterPin.RING]
    assert ons == [True, False] * (len(ons) // 2)


@pytest.mark.parametrize("step", [37, 80, 160, 1000])
def test_any_step_gives_the_same_moves_and_the_same_sound(step):
    bench, other = Bench(), Bench()
    for one in (bench, other):
        one.exchange.place_call(CallPlan(NUMBER))
    bench.run(4, step)
    other.run(4)
    until = min(bench.moves[-1].at, other.moves[-1].at)
    assert [one for one in bench.moves if one.at <= until] == [one for one in other.moves if one.at <= until]
    n = min(len(bench.sound), len(other.sound))
    assert np.array_equal(bench.sound[:n], other.sound[:n])


def test_off_hook_stops_the_pulses_and_the_number_is_captured():
    bench = Bench()
    bench.exchange.place_call(CallPlan(NUMBER))
    bench.until(State.CAR_BURST)
    bench.run(0.2)
    bench.adapter.relay(True)
    bench.until(State.RECEIPT_WAIT)
    seized = next(one.at for one in bench.exchange.history if one.who == "adapter")
    assert bench.pulses(seized + BLOCK_SAMPLES) == []
    carrier = bench.sound[-samples(300) :].astype(float)
    assert 2500 < carrier.std() < 4500
    bench.adapter.relay(False)
    bench.until(State.RING_BURST)


def test_us_numbers_are_captured_on_hook():
    bench = Bench(ExchangeOptions(country="US"))
    bench.exchange.place_call(CallPlan(NUMBER))
    bench.until(State.SENDING_ON_HOOK)
    bench.run(0.3)
    assert not bench.adapter.off_hook
    assert bench.sound[-samples(200) :].astype(float).std() > 2000


def test_the_loop_opto_shows_the_shops_telephone_and_not_our_own_hook():
    bench = Bench()
    bench.adapter.relay(True)
    bench.run(0.5)
    assert bench.of(AdapterPin.LOOP) == []
    bench.adapter.relay(False)
    bench.run(0.5)
    bench.exchange.phone.lift()
    bench.run(0.5)
    bench.exchange.phone.replace()
    bench.run(0.5)
    assert bench.of(AdapterPin.LOOP) == [True, False]


def test_an_interrupted_loop_is_seen_while_the_telephone_is_lifted():
    bench = Bench(ExchangeOptions(number_display=False, clearing=Clearing.LOOP_BREAK))
    call = bench.exchange.place_call(CallPlan(NUMBER))
    bench.run(1)
    bench.exchange.phone.lift()
    bench.run(1)
    call.caller.hang_up()
    bench.run(3)
    assert bench.of(AdapterPin.LOOP) == [True, False, True]


@pytest.mark.parametrize("wired", [True, False])
def test_the_polarity_opto_where_it_is_wired(wired):
    bench = Bench(polarity_wired=wired)
    bench.exchange.place_call(CallPlan(NUMBER))
    bench.run(0.3)
    assert bench.of(AdapterPin.POLARITY) == [True] * wired


def test_what_is_no_ringing_gives_single_pulses():
    bench = Bench()
    bench.exchange.phone.lift()
    bench.run(1)
    bench.exchange.phone.replace()
    bench.run(1)
    assert len(bench.pulses()) == 2
    glitchy = Bench(glitches_per_s=5)
    glitchy.run(10)
    assert 20 < len(glitchy.pulses()) < 90


def talking(**faults):
    bench = Bench(ExchangeOptions(number_display=False), **faults)
    call = bench.exchange.place_call(CallPlan(NUMBER))
    bench.run(1.1)
    bench.adapter.relay(True)
    bench.run(0.1)
    return bench, call


def test_played_sound_reaches_the_caller_and_comes_back_weaker():
    bench, call = talking(noise_dbm0=-90.0)
    said = to_pcm(noise(RATE_HZ, 1) * 0.1)
    rest = said.astype("<i2").tobytes()
    while rest:
        rest = rest[bench.adapter.card.write(rest) :]
        bench.run(0.02)
    bench.run(1)
    assert find_prompt(said, call.caller.ear.pcm).score > 0.99
    echo = find_prompt(said, bench.sound)
    assert echo.score > 0.99
    level = bench.sound[echo.at : echo.at + RATE_HZ].astype(float).std() / said.astype(float).std()
    assert 20 * np.log10(level) == pytest.approx(-16, abs=0.5)


def test_on_hook_the_card_plays_into_nothing():
    bench = Bench()
    bench.adapter.card.write(b"\x00\x40" * PLAY_SAMPLES)
    bench.run(0.1)
    assert bench.adapter.card.queued() == PLAY_SAMPLES - samples(100)
    assert abs(bench.sound.astype(int)).max() < 100


@pytest.mark.parametrize(
    ("relay", "seized"), [(Relay.STUCK_OPEN, False), (Relay.STUCK_CLOSED, True), (Relay.NONE, False)]
)
def test_a_relay_that_does_not_obey(relay, seized):
    bench = Bench(relay=relay)
    for driven in (True, False):
        bench.adapter.relay(driven)
        bench.run(0.1)
        assert bench.adapter.off_hook is seized
    assert [deed.what for deed in bench.adapter.history] == ["relay driven", "relay let go"]


def test_a_host_that_does_not_read_in_time_is_told_what_it_lost():
    bench = Bench()
    for _ in range(60):
        bench.exchange.advance(BLOCK_SAMPLES)
    kept = bench.adapter.card.take()
    assert sum(len(one.pcm) // 2 for one in kept) == CAPTURE_SAMPLES
    bench.run(0.04)
    lost = bench.captured[0]
    assert (lost.at, lost.lost) == (CAPTURE_SAMPLES, 60 * BLOCK_SAMPLES - CAPTURE_SAMPLES)
    assert bench.captured[1].at == 60 * BLOCK_SAMPLES


def test_a_stalled_card_loses_the_time_in_which_it_stood():
    bench = Bench()
    bench.run(0.1)
    bench.adapter.faults.stalled = True
    bench.run(0.5)
    bench.adapter.faults.stalled = False
    bench.run(0.1)
    at = 0
    for one in bench.captured:
        assert one.at == at
        at += one.lost + len(one.pcm) // 2
    assert sum(one.lost for one in bench.captured) == samples(500)


def test_the_sound_card_may_be_pulled_and_the_relay_stays():
    bench, call = talking()
    bench.adapter.unplug()
    bench.captured.clear()
    bench.run(1)
    assert bench.captured == []
    assert call.caller.progress is Progress.ANSWERED
    bench.adapter.plug_in()
    bench.run(0.1)
    assert len(bench.sound) == samples(100)
