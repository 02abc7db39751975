"""The Japanese line: reversal, CAR, primary answer, identity, receipt, ring, answer. Spec: CALLER_ID.md 1.1."""

import numpy as np
import pytest
from twin_helpers import NUMBER, POLITE, Habits, TinyTerminal, run, seconds, share_of_tone

from appliance.events import UNKNOWN_CALLER, Absence, CallerIdentity
from appliance.exchange.exchange import CallPlan, Exchange, ExchangeOptions
from appliance.exchange.office_tables import Clearing, State
from appliance.exchange.people import Progress
from appliance.exchange.terminal import SignalKind


def japan(habits=None, **options):
    exchange = Exchange(ExchangeOptions(**options))
    box = TinyTerminal(habits=habits)
    exchange.attach(box)
    return exchange, box


def test_a_terminal_that_answers_car_gets_the_number_and_then_the_ordinary_ring():
    exchange, box = japan(POLITE)
    call = exchange.place_call(CallPlan(NUMBER))
    run(exchange, 5)
    before_answer = ["reversal", "car_ring_on", "car_ring_off", "caller_id", "ring_on", "ring_off", "reversal_back"]
    assert box.kinds == before_answer
    told = next(s for s in box.signals if s.kind is SignalKind.CALLER_ID)
    assert told.identity == NUMBER
    assert told.raw.hex(" ").startswith("90 81 87 90 82 c0 0c 82 0a 30 33")
    assert call.answered_at is not None
    assert call.caller.progress is Progress.ANSWERED
    assert exchange.state is State.TALKING


def test_the_caller_hears_nothing_until_ordinary_ringing_and_is_charged_from_the_secondary_answer():
    exchange, _ = japan(Habits(700, 100, answer_after_ring_ms=400, answer_after_rings=2))
    call = exchange.place_call(CallPlan(NUMBER))
    run(exchange, 8)
    first_sound = np.flatnonzero(call.caller.ear.pcm)[0] + call.placed_at
    assert first_sound >= call.ringing_at
    assert seconds(call.answered_at) == pytest.approx(seconds(call.ringing_at) + 3.4, abs=0.02)


def test_the_modem_signal_is_at_least_60_ms_of_mark_then_the_frame():
    exchange, box = japan(POLITE)
    exchange.place_call(CallPlan(NUMBER))
    run(exchange, 5)
    sound = box.sound
    start = np.flatnonzero(np.abs(sound) > 0.01)[0]
    mark = sound[start : start + 480]
    assert share_of_tone(mark, 1300) > 0.97
    whole = sound[start : start + 3000]
    assert share_of_tone(whole, 2100, 250) > 0.1


def test_without_primary_answer_ordinary_ringing_follows_after_six_seconds_of_car():
    exchange, box = japan()
    call = exchange.place_call(CallPlan(NUMBER))
    run(exchange, 14)
    car = [s.at for s in box.signals if s.kind is SignalKind.RING_ON and s.car]
    ring = [s.at for s in box.signals if s.kind is SignalKind.RING_ON and not s.car]
    assert np.diff(car).tolist() == [8000] * 5
    assert ring[0] - car[0] == 6 * 8000
    assert np.diff(ring).tolist() == [24000] * (len(ring) - 1)
    assert SignalKind.CALLER_ID not in [s.kind for s in box.signals]
    assert call.ringing_at == ring[0]


def test_staying_off_hook_after_the_primary_answer_kills_the_call():
    exchange, box = japan(Habits(primary_answer_after_car_ms=300))
    call = exchange.place_call(CallPlan(NUMBER))
    run(exchange, 10)
    assert exchange.state is State.CLEARED
    assert call.answered_at is None
    assert call.ended_by == "exchange"
    assert call.caller.progress is Progress.CLEARED
    busy_began = exchange._office.since
    assert share_of_tone(box.sound[busy_began : busy_began + 4000], 400) > 0.95


def test_going_on_hook_before_the_identity_was_sent_leads_to_ordinary_ringing():
    exchange, box = japan(Habits(primary_answer_after_car_ms=100))
    exchange.place_call(CallPlan(NUMBER))
    run(exchange, 0.9)
    assert exchange.state is State.SENDING
    box.off_hook = False
    run(exchange, 1)
    assert exchange.state is State.RING_BURST
    assert SignalKind.CALLER_ID not in [s.kind for s in box.signals]


PHASES = [  # seconds after dialling, habits, state in which the caller gives up, state right after
    (0.2, None, State.REVERSED, State.IDLE),
    (0.8, None, State.CAR_BURST, State.IDLE),
    (1.2, None, State.CAR_PAUSE, State.IDLE),
    (0.8, Habits(100), State.ANSWER_PAUSE, State.ABANDONED),
    (1.0, Habits(100), State.SENDING, State.ABANDONED),
    (1.5, Habits(100), State.RECEIPT_WAIT, State.ABANDONED),
    (1.4, Habits(100, 20), State.RING_WAIT, State.IDLE),
    (2.0, Habits(100, 20), State.RING_BURST, State.IDLE),
    (3.5, Habits(100, 20), State.RING_PAUSE, State.IDLE),
    (7.5, Habits(100, 20, 100), State.TALKING, State.CLEARED),
]


@pytest.mark.parametrize(("after_s", "habits", "during", "then"), PHASES, ids=[p[2].value for p in PHASES])
def test_the_caller_may_give_up_in_any_phase_and_the_next_call_works(after_s, habits, during, then):
    exchange, box = japan(habits)
    call = exchange.place_call(CallPlan(NUMBER))
    run(exchange, after_s)
    assert exchange.state is during
    call.caller.hang_up()
    run(exchange, 0.04)
    assert exchange.state is then
    assert call.ended_by == "caller"
    box.off_hook = False
    box._plan.clear()
    run(exchange, 1)
    assert exchange.state is State.IDLE
    assert box.kinds.count("reversal") == box.kinds.count("reversal_back")
    box.habits, box.rings = POLITE, 0
    second = exchange.place_call(CallPlan(NUMBER))
    run(exchange, 6)
    assert second.answered_at is not None


def test_an_abandoned_identity_is_followed_by_silence_then_busy_for_a_terminal_that_stays():
    exchange, _ = japan(Habits(100))
    call = exchange.place_call(CallPlan(NUMBER))
    run(exchange, 1.0)
    call.caller.hang_up()
    run(exchange, 9)
    assert exchange.state is State.ABANDONED
    run(exchange, 3)
    assert exchange.state is State.CLEARED


@pytest.mark.parametrize("plan", [CallPlan(UNKNOWN_CALLER), CallPlan(NUMBER)])
def test_a_line_without_number_display_rings_plainly_at_once(plan):
    exchange, box = japan(number_display=plan.identity == UNKNOWN_CALLER)
    call = exchange.place_call(plan)
    run(exchange, 4)
    assert box.kinds == ["ring_on", "ring_off", "ring_on"]
    assert call.ringing_at == call.placed_at


@pytest.mark.parametrize("letter", list(Absence))
def test_the_reason_for_absence_is_sent(letter):
    exchange, box = japan(POLITE)
    exchange.place_call(CallPlan(CallerIdentity(absence=letter)))
    run(exchange, 5)
    told = next(s for s in box.signals if s.kind is SignalKind.CALLER_ID)
    assert told.identity.absence is letter
    assert bytes([0x84, 0x81]) in told.raw


def test_a_damaged_frame_is_sent_as_given_and_names_nobody():
    exchange, box = japan(POLITE)
    exchange.place_call(CallPlan(NUMBER, frame=b"\x90\x81\x87garbage"))
    run(exchange, 5)
    told = next(s for s in box.signals if s.kind is SignalKind.CALLER_ID)
    assert (told.identity, told.raw) == (None, b"\x90\x81\x87garbage")
    assert exchange.state is State.TALKING


def talking(**options):
    exchange, box = japan(POLITE, **options)
    call = exchange.place_call(CallPlan(NUMBER))
    run(exchange, 6)
    assert exchange.state is State.TALKING
    return exchange, box, call


def test_after_the_far_end_clears_busy_tone_half_a_second_on_and_off_until_on_hook():
    exchange, box, call = talking()
    before = len(box.sound)
    call.caller.hang_up()
    run(exchange, 5)
    busy = box.sound[before:]
    loud = np.abs(busy[:40000]).reshape(-1, 4000).max(axis=1) > 0.01
    assert loud.tolist() == [True, False] * 5
    assert share_of_tone(busy[:4000], 400) > 0.95
    box.off_hook = False
    run(exchange, 0.1)
    assert exchange.state is State.IDLE


def test_a_line_may_show_the_end_by_a_loop_break():
    exchange, box, call = talking(clearing=Clearing.LOOP_BREAK)
    call.caller.hang_up()
    run(exchange, 2)
    assert box.kinds[-2:] == ["loop_break", "loop_back"]
    assert exchange.state is State.CLEARED


def test_a_line_may_show_the_end_by_nothing_at_all():
    exchange, box, call = talking(clearing=Clearing.SILENCE)
    before = len(box.sound)
    call.caller.hang_up()
    run(exchange, 20)
    assert not box.sound[before:].any()


def test_when_the_shop_clears_the_caller_hears_busy():
    exchange, box, call = talking()
    box.off_hook = False
    run(exchange, 2)
    assert call.ended_by == "shop"
    assert call.caller.progress is Progress.CLEARED
    assert share_of_tone(call.caller.ear.pcm[-8000:].astype(float), 400) > 0.9
    assert exchange.state is State.IDLE


def test_a_hand_over_within_the_flash_time_keeps_the_call():
    exchange, box, call = talking()
    box.off_hook = False
    run(exchange, 0.2)
    assert exchange.state is State.HELD
    exchange.phone.lift()
    run(exchange, 1)
    assert exchange.state is State.TALKING
    assert call.ended_at is None


def test_a_second_caller_gets_busy_tone_and_disturbs_nobody():
    exchange, box, call = talking()
    before = len(box.signals)
    second = exchange.place_call(CallPlan(CallerIdentity("0698765432")))
    run(exchange, 2)
    assert second.caller.progress is Progress.BUSY
    assert share_of_tone(second.caller.ear.pcm[:4000].astype(float), 400) > 0.9
    assert len(box.signals) == before
    second.caller.hang_up()
    run(exchange, 1)
    assert (second.ended_by, call.ended_at) == ("caller", None)


def test_with_call_waiting_a_second_caller_knocks_until_giving_up():
    exchange, box, _ = talking(call_waiting=True)
    second = exchange.place_call(CallPlan(CallerIdentity("0698765432")))
    before = len(box.sound)
    run(exchange, 4)
    assert box.kinds.count("call_waiting") == 2
    assert share_of_tone(box.sound[before : before + 4000], 400) > 0.5
    assert second.caller.progress is Progress.RINGBACK
    second.caller.hang_up()
    run(exchange, 8)
    assert box.kinds.count("call_waiting") == 2
    assert exchange.state is State.TALKING


def test_lifting_an_idle_phone_gives_dial_tone_and_forgetting_it_the_howler():
    exchange, box = japan()
    exchange.phone.lift()
    run(exchange, 1)
    assert share_of_tone(exchange.phone.ear.pcm[-4000:].astype(float), 400) > 0.95
    assert box.kinds == ["extension_off"]
    run(exchange, 81)
    assert exchange.state is State.HOWLER
    exchange.phone.replace()
    run(exchange, 0.1)
    assert exchange.state is State.IDLE


def test_an_outgoing_call_is_dialled_rings_and_is_answered():
    exchange, _ = japan()
    callee = exchange.expect_outgoing("customer", answer_after_s=4)
    exchange.phone.lift()
    run(exchange, 1)
    exchange.phone.press("0312345678")
    run(exchange, 2.5)
    assert exchange.state is State.DIALLING
    run(exchange, 4)
    assert exchange.state is State.CALLING
    run(exchange, 4)
    assert exchange.state is State.TALKING
    assert callee.progress is Progress.ANSWERED
    assert exchange.calls[-1].outgoing


def scenario(step):
    exchange, box = japan(POLITE, seed=3)
    call = exchange.place_call(CallPlan(NUMBER))
    call.caller.press("12#")
    run(exchange, 6.4, step)
    call.caller.hang_up()
    run(exchange, 2.4, step)
    box.off_hook = False
    run(exchange, 1.6, step)
    return exchange.history, box.signals, box.sound, call.caller.ear.pcm, call.answered_at


def test_steps_of_any_size_give_the_same_history_to_the_sample():
    usual = scenario(160)
    for step in (80, 800, 37):
        other = scenario(step)
        assert other[0] == usual[0]
        assert other[1] == usual[1]
        assert np.array_equal(other[2], usual[2])
        assert np.array_equal(other[3], usual[3])
        assert other[4] == usual[4]
