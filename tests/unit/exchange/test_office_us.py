"""The American line and the table itself."""

import pytest
from twin_helpers import Habits, TinyTerminal, run, seconds

from appliance.errors import IllegalEvent, OperatorError
from appliance.events import CallerIdentity
from appliance.exchange.exchange import CallPlan, Exchange, ExchangeOptions
from appliance.exchange.office import Office
from appliance.exchange.office_tables import DURATIONS_MS, NEXT, PHASES, Clearing, Event, OnPair, State
from appliance.exchange.terminal import SignalKind
from appliance.units import SampleIndex

CAROL = CallerIdentity("2125550147", name="BAKER CAROL", datetime="11231405")


def us(habits=None):
    exchange = Exchange(ExchangeOptions(country="US"))
    box = TinyTerminal(habits=habits)
    exchange.attach(box)
    return exchange, box, exchange.place_call(CallPlan(CAROL))


def test_the_identity_comes_on_hook_between_the_first_and_the_second_ring():
    exchange, box, call = us()
    run(exchange, 14)
    rings = [s.at for s in box.signals if s.kind is SignalKind.RING_ON]
    told = next(s for s in box.signals if s.kind is SignalKind.CALLER_ID)
    assert [seconds(at) for at in rings] == [0, 6, 12]
    assert 2.5 < seconds(told.at) < 5.8  # data window, second ring at least 200 ms later
    assert told.identity == CAROL
    assert told.raw[0] == 0x80
    assert sum(told.raw) % 256 == 0
    assert call.ringing_at == call.placed_at


def test_answering_in_the_middle_of_the_identity_cuts_it_and_talks():
    exchange, box, _ = us(Habits(answer_after_ring_ms=2800))
    run(exchange, 5)
    assert exchange.state is State.TALKING
    assert SignalKind.CALLER_ID not in [s.kind for s in box.signals]
    assert not box.sound[int(3.2 * 8000) : 4 * 8000].any()


def test_all_terminals_hear_the_identity_as_none_is_off_hook():
    exchange, box, _ = us()
    second = TinyTerminal("second")
    exchange.attach(second)
    run(exchange, 6)
    assert [t.kinds.count("caller_id") for t in (box, second)] == [1, 1]


def test_an_unknown_country_is_refused_in_plain_words():
    with pytest.raises(OperatorError, match="JP, US"):
        ExchangeOptions(country="XX")


def test_an_event_the_table_does_not_know_changes_nothing():
    told = []
    office = Office("JP", Clearing.BUSY_TONE, told.append, lambda *moved: told.append(moved))
    with pytest.raises(IllegalEvent, match="replaced while idle"):
        office.take(SampleIndex(0), Event.REPLACED)
    assert (office.state, told) == (State.IDLE, [])


OPEN = {s for s, e in NEXT if e is Event.LIFTED}
CLOSED = {s for s, e in NEXT if e is Event.REPLACED}


def test_every_state_is_described_and_knows_what_a_hook_does():
    assert set(PHASES) == set(State)
    assert set(State) == OPEN | CLOSED
    assert not OPEN & CLOSED


def test_every_state_can_be_reached_and_left():
    reached = set(NEXT.values()) | {State.LOOP_OPEN, State.DEAD_LINE}
    assert reached == set(State)
    assert {s for s, _ in NEXT} == set(State)


def test_every_call_phase_lets_the_caller_go():
    in_call = {s for s, phase in PHASES.items() if phase.caller != "no_call"}
    assert in_call == {s for s, e in NEXT if e is Event.CALLER_GONE}


@pytest.mark.parametrize("country", ["JP", "US"])
def test_every_duration_has_a_timer_row(country):
    for state in DURATIONS_MS[country]:
        assert (state, Event.TIMER) in NEXT
    for state, phase in PHASES.items():
        if phase.pair is OnPair.IDENTITY:
            assert (state, Event.TIMER) in NEXT
