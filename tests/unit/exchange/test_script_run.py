"""A script played against an exchange with a tiny box, and with none."""

import numpy as np
import pytest
from twin_helpers import Habits, TinyTerminal, noise, seconds

from appliance.errors import OperatorError
from appliance.events import Button
from appliance.exchange.exchange import Exchange, ExchangeOptions
from appliance.exchange.people import Progress
from appliance.exchange.script import parse_script
from appliance.exchange.script_runner import House, ScriptRunner
from appliance.exchange.tones import sine

EXPECT = '[call.expect]\noutcome = "talked"\ncaller = "x"\nannouncement = "none"\nrecording_s = "none"\nlamps = []\n'


def script(*calls, gap_s=1):
    head = f'[script]\ntitle_ja = "a"\ntitle_en = "a"\ngap_s = {gap_s}\n'
    body = [
        f'[[call]]\nid = "c{n}"\ntitle_ja = "a"\ntitle_en = "a"\nwhy = "a"\nnumber = "031111222{n}"\n{steps}\n{EXPECT}'
        for n, steps in enumerate(calls)
    ]
    return parse_script(head + "".join(body), "test.toml")


def voice(name):
    return noise(8000, sum(name.encode()))


def play(runner, exchange, limit_s=400, step=160):
    while not runner.finished and exchange.now < limit_s * 8000:
        exchange.advance(step)
    return runner.results


TALK = """
caller = [{ do = "say", voice = "one", after = "reply" }, { do = "hang_up", after = "reply", wait_s = 0.5 }]
staff = [
    { do = "lift", after = "ringing", wait_s = 2 },
    { do = "say", voice = "two", wait_s = 1 },
    { do = "say", voice = "three", after = "reply" },
    { do = "replace", after = "cleared", wait_s = 1 },
]
"""


def test_two_people_talk_in_turn_and_both_hang_up():
    exchange = Exchange()
    (result,) = play(ScriptRunner(exchange, script(TALK), voice), exchange)
    assert (result.unfinished, result.stuck) == ((), False)
    assert seconds(result.answered_at - result.call.ringing_at) == pytest.approx(2.0, abs=0.03)
    talk = result.caller_heard[result.answered_at - result.started_at :]
    assert np.abs(talk[8000:16000]).max() > 5000
    assert result.call.ended_by == "caller"
    assert result.staff_heard.any()


def test_the_same_script_gives_the_same_history_at_any_step():
    def histories(step):
        exchange = Exchange()
        play(ScriptRunner(exchange, script(TALK, TALK), voice), exchange, step=step)
        return exchange.history

    assert histories(80) == histories(160) == histories(800)


def test_calls_follow_each_other_after_the_gap_and_when_the_house_is_ready():
    exchange, asked = Exchange(), []

    def ready():
        asked.append(exchange.now)
        return exchange.now > 8000 * 40

    house = House(unplug=asked.clear, plug_in=asked.clear, press=lambda button: None, ready=ready)
    give_up = 'caller = [{ do = "hang_up", after = "car" }]'
    calls = (give_up, "gap_s = 5\n" + give_up, give_up)
    results = play(ScriptRunner(exchange, script(*calls, gap_s=3), voice, house), exchange)
    assert seconds(results[0].started_at) == pytest.approx(40, abs=0.1)
    assert results[1].started_at - results[0].ended_at == pytest.approx(3 * 8000, abs=160)
    assert results[2].started_at - results[1].ended_at == pytest.approx(5 * 8000, abs=160)


def test_the_house_is_pulled_pressed_and_plugged_in_time():
    exchange, done = Exchange(), []
    house = House(
        unplug=lambda: done.append(("unplug", exchange.now)),
        plug_in=lambda: done.append(("plug_in", exchange.now)),
        press=lambda button: done.append((button, exchange.now)),
    )
    steps = """
caller = [{ do = "hang_up", at_s = 3 }]
others = [
    { do = "press_button", button = "sos", at_s = 1 },
    { do = "unplug", at_s = 2 },
    { do = "plug_in", wait_s = 6 },
]"""
    (result,) = play(ScriptRunner(exchange, script(steps), voice, house), exchange)
    start = result.started_at
    assert [(what, pytest.approx(seconds(at - start), abs=0.03)) for what, at in done] == [
        (Button.SOS, 1.0),
        ("unplug", 2.0),
        ("plug_in", 8.0),
    ]
    assert result.ended_at >= done[-1][1] - 160  # the call is not over before the plug is back


def test_a_script_that_needs_a_house_says_so():
    steps = 'others = [{ do = "unplug" }]'
    with pytest.raises(OperatorError, match="needs a box"):
        ScriptRunner(Exchange(), script(steps), voice)


def test_a_caller_waits_for_the_beep_of_the_box():
    exchange = Exchange(ExchangeOptions(number_display=False))
    box = TinyTerminal(habits=Habits(answer_after_ring_ms=400, clear_after_answer_ms=12_000))
    exchange.attach(box)
    box.says = np.concatenate([noise(40000), np.zeros(8000), sine(1000, 4000, -10)]).astype(np.float32)
    beep_ends_s = len(box.says) / 8000
    steps = 'caller = [{ do = "say", voice = "one", after = "beep" }, { do = "hang_up" }]'
    (result,) = play(ScriptRunner(exchange, script(steps), voice), exchange, limit_s=30)
    assert (result.unfinished, result.stuck) == ((), False)
    caller_speaks_at = np.flatnonzero(np.abs(box.sound) > 0.05)[0]
    assert seconds(caller_speaks_at - result.answered_at) == pytest.approx(beep_ends_s + 0.3, abs=0.05)


def test_a_forgotten_call_is_ended_and_told_as_stuck():
    exchange = Exchange()
    steps = 'max_s = 20\ncaller = [{ do = "say", voice = "one", after = "answered" }]'
    (result,) = play(ScriptRunner(exchange, script(steps), voice), exchange)
    assert result.stuck
    assert result.unfinished == ("caller say one (after answered)",)
    assert result.call.caller.progress is Progress.HUNG_UP


def test_a_knock_waits_for_a_call_in_progress():
    exchange = Exchange()
    box = TinyTerminal("tap")
    exchange.attach(box)
    steps = TALK + 'others = [{ do = "knock" }]'
    (result,) = play(ScriptRunner(exchange, script(steps), voice), exchange)
    told = [s.at for s in box.signals if s.kind == "call_waiting"]
    assert len(told) == 1
    assert told[0] >= result.answered_at
