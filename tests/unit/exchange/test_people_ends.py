"""Callers and staff: what they say, hear and do by themselves."""

import wave

import numpy as np
import pytest
from twin_helpers import NUMBER, noise, run, seconds

from appliance.exchange.exchange import CallPlan, Exchange, ExchangeOptions
from appliance.exchange.people import Attention, Habit, Mouth, Progress
from appliance.exchange.tones import CNG, dtmf, one_cycle, sine


def call(**options):
    exchange = Exchange(ExchangeOptions(number_display=False, **options))
    return exchange, exchange.place_call(CallPlan(NUMBER))


@pytest.mark.parametrize("n", [1, 7, 160, 500])
def test_a_mouth_says_the_same_however_it_is_asked(n):
    mouth = Mouth()
    first, second = noise(333, 1), noise(150, 2)
    mouth.say(first)
    mouth.say(second)
    said = np.concatenate([mouth.speak(n) for _ in range(483 // n + 2)])
    assert np.array_equal(said[:483], np.concatenate([first, second]))
    assert not said[483:].any()
    assert not mouth.speaking


def test_int16_and_float_are_both_understood():
    mouth = Mouth()
    mouth.say(np.array([16384, -32768], np.int16))
    assert mouth.speak(2).tolist() == [0.5, -1.0]


def test_caller_and_staff_hear_each_other_to_the_sample():
    exchange, one = call()
    exchange.phone.habit = Habit(lift_after_ringing_s=2)
    run(exchange, 3)
    assert seconds(one.answered_at) == 2.0
    hello, reply = (noise(4000, 1) * 32768).astype(np.int16), (noise(4000, 2) * 32768).astype(np.int16)
    began = exchange.now
    one.caller.say(hello)
    exchange.phone.say(reply)
    run(exchange, 1)
    assert np.array_equal(exchange.phone.ear.between(began, began + 4000), hello)
    assert np.array_equal(one.caller.ear.between(began, began + 4000), reply)


def test_staff_come_when_summoned_and_only_then():
    exchange, _ = call()
    wanted = []
    exchange.phone.summoned = lambda: bool(wanted)
    exchange.phone.habit = Habit(lift_after_summons_s=1.5)
    run(exchange, 5)
    assert not exchange.phone.off_hook
    wanted.append(True)
    run(exchange, 1.4)
    assert not exchange.phone.off_hook
    run(exchange, 0.2)
    assert exchange.phone.off_hook


def test_the_phone_forgets_a_ringing_that_has_stopped():
    exchange, one = call()
    run(exchange, 2)
    assert exchange.phone.ringing_since == 0
    one.caller.hang_up()
    run(exchange, 6)
    assert exchange.phone.ringing_since is None


def test_staff_do_not_lift_during_car_by_habit():
    exchange = Exchange()
    exchange.phone.habit = Habit(lift_after_ringing_s=0)
    one = exchange.place_call(CallPlan(NUMBER))
    run(exchange, 6)
    assert not exchange.phone.off_hook
    run(exchange, 2)
    assert one.answered_at is not None


def test_digits_and_the_fax_tone_arrive_at_the_phone():
    exchange, one = call()
    exchange.phone.habit = Habit(lift_after_ringing_s=0)
    run(exchange, 0.1)
    began = exchange.now
    one.caller.press("1#")
    one.caller.send_fax_calling_tone()
    run(exchange, 2)
    heard = exchange.phone.ear.between(began, began + 3200 + 4000) / 32768
    assert np.allclose(heard, np.concatenate([dtmf("1#"), one_cycle(CNG)[:4000]]), atol=1e-4)
    one.caller.hang_up()
    assert one.caller.progress is Progress.HUNG_UP
    assert not one.caller.mouth.speaking


def test_attention_measures_sound_then_quiet():
    attention = Attention()
    for _ in range(100):
        attention.hear(noise(160))
    for _ in range(20):
        attention.hear(np.zeros(160, np.float32))
    assert attention.heard_out(1.9, 0.4)
    assert not attention.heard_out(2.1, 0.4)
    assert not attention.heard_out(1.9, 0.5)
    attention.forget()
    assert not attention.heard_out(0.1, 0)


def vowel(n):
    """A hundred-and-thirty-hertz voice with formants: many harmonics."""
    return sum((sine(130 * k, n, -20 - abs(k - 5)) for k in range(1, 25)), np.zeros(n, np.float32))


@pytest.mark.parametrize(("sound", "beep"), [(sine(1000, 3200, -10), True), (vowel(3200), False), (noise(3200), False)])
def test_a_beep_is_told_from_a_voice(sound, beep):
    attention = Attention()
    attention.awaits_beep = True
    for at in range(0, len(sound), 160):
        attention.hear(sound[at : at + 160])
    assert attention.beeped is beep


def test_what_each_party_heard_is_written_as_wav(tmp_path):
    exchange, _ = call()
    exchange.phone.habit = Habit(lift_after_ringing_s=1)
    run(exchange, 3)
    names = sorted(path.name for path in exchange.export_sound(tmp_path / "ears"))
    assert names == ["call-1-caller.wav", "shop-phone.wav"]
    with wave.open(str(tmp_path / "ears" / "call-1-caller.wav")) as file:
        assert (file.getframerate(), file.getsampwidth(), file.getnchannels()) == (8000, 2, 1)
        assert file.getnframes() == exchange.now


def test_sound_need_not_be_kept():
    exchange, one = call(keep_sound=False)
    exchange.phone.habit = Habit(lift_after_ringing_s=1)
    run(exchange, 3)
    assert len(one.caller.ear.pcm) == len(exchange.phone.ear.pcm) == 0


def test_the_history_tells_the_story_with_dates():
    exchange, _ = call()
    exchange.phone.habit = Habit(lift_after_ringing_s=1)
    run(exchange, 2)
    story = [(seconds(h.at), h.who, h.what) for h in exchange.history]
    assert story[0] == (0.0, "0312345678", "dials the shop")
    assert (1.0, "shop phone", "off-hook") in story
    assert (1.0, "exchange", "line: talking") in story
