"""The adapter's session on sample time: rings, Japan's primary answer, telephones of the shop, our own call."""

from __future__ import annotations

from itertools import pairwise

import pytest
from adapter_rig import NUMBER, Rig, make, names

from appliance.errors import OperatorError
from appliance.events import (
    CallerIdentified,
    CallerIdentity,
    ClearedBy,
    FarEndCleared,
    FaultRaised,
    LineReady,
    Prompt,
    PromptEnded,
    SeizeFailed,
    SoundLost,
    Source,
)
from appliance.line.adapter.pins import LinePin
from appliance.line.callerid.message import Standard
from appliance.units import SampleIndex, samples

SECOND = bytes(2 * samples(1000))


# ---- ready -----------------------------------------------------------------------------------------------------------


def test_ready_with_the_first_sound_and_not_before() -> None:
    rig = make()
    ready = [fact for fact in rig.facts() if isinstance(fact, LineReady)]
    assert [(fact.device, fact.profile, fact.notes) for fact in ready] == [("card", "adapter", ())]
    silent = make(loop_pin=0, tap_only=True)
    note = next(fact for fact in silent.facts() if isinstance(fact, LineReady))
    assert note.profile == "tap"
    assert any("by sound" in text for text in note.notes)
    assert any("tap only" in text for text in note.notes)


# ---- rings -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("per_cycle", [1, 2])
@pytest.mark.parametrize("hz", [15, 16, 20, 25])
def test_every_burst_is_told_once(hz: float, per_cycle: int) -> None:
    rig = make("US", number_display=False)
    for burst in range(3):
        rig.ring(100 + 6000 * burst, 2000, hz, per_cycle)
    rig.run(28_000)
    assert rig.names() == ["Rang"] * 3 + ["RingingStopped"]
    rang = [fact.at for fact in rig.facts() if type(fact).__name__ == "Rang"]
    assert rang[0] - samples(1100) <= samples(300)
    assert rig.hooks == []


def test_an_opto_with_a_capacitor_shows_no_pulses() -> None:
    rig = make("US")
    for burst in range(2):
        rig.pin(6000 * burst, LinePin.RING, True)
        rig.pin(6000 * burst + 2000, LinePin.RING, False)
    rig.run(9_000)
    assert rig.names() == ["Rang", "Rang"]


def test_glitches_a_rotary_dial_and_a_stuck_input_are_no_ring() -> None:
    rig = make()
    for spike in range(40):
        rig.ring(spike * 170, 31)  # one pulse each, three in 340 ms
    for pulse in range(10):
        rig.pin(8000 + 100 * pulse, LinePin.RING, True)
        rig.pin(8000 + 100 * pulse + 60, LinePin.RING, False)
    rig.run(10_000)
    assert rig.names() == []
    rig.pin(0, LinePin.RING, True)
    rig.run(120_000)
    assert rig.names().count("CarStarted") <= 1, "an input that sticks rings once, not for ever"
    assert not rig.session.hook


@pytest.mark.parametrize("step", [40, 160, 333, 800])
def test_any_chunking_gives_the_same_facts(step: int) -> None:
    told = []
    for size in (160, step):
        rig = make()
        rig.step = size
        rig.pin(0, LinePin.POLARITY, True)
        rig.car(500, 3)
        rig.rings(9000, 2)
        rig.pin(12_500, LinePin.LOOP, True)
        rig.pin(14_000, LinePin.LOOP, False)
        rig.run(20_000)
        told.append(rig.names())
    assert told[0] == told[1]


# ---- Japan: the number -----------------------------------------------------------------------------------------------


def hand_over(rig: Rig, polarity: bool) -> None:
    """Reversal, CAR until the primary answer, the data 200 ms later, ringing 400 ms after the on-hook."""
    rig.pin(0, LinePin.POLARITY, False)
    if polarity:
        rig.pin(1000, LinePin.POLARITY, True)
    rig.car(1500)
    rig.run(1500)
    for _ in range(400):
        if rig.session.hook:
            break
        rig.run(10)
    assert rig.session.hook


@pytest.mark.parametrize("polarity", [True, False])
def test_primary_answer_message_on_hook_ring(polarity: bool) -> None:
    rig = make(polarity_pin=13 if polarity else 0)
    hand_over(rig, polarity)
    closed = rig.hooks[0][0] - 2500  # ms since the first CAR burst began
    assert closed < (900 if polarity else 1400)
    rig.sound(200, 500)
    facts = rig.run(1000)
    assert facts == [CallerIdentified(facts[0].at, NUMBER)]
    opened = rig.hooks[1][0] - rig.hooks[0][0]
    assert 700 <= opened <= 700 + 300, "on-hook within 300 ms of the message"
    rig.rings(300)
    assert names(rig.run(3500)) == ["Rang", "Rang"]
    assert rig.names() == ["CarStarted", "CallerIdentified", "Rang", "Rang"]
    rig.run(20_000)
    assert rig.names()[-1] == "RingingStopped"
    assert len(rig.hooks) == 2


def test_a_broken_message_is_hung_up_at_once_and_it_rings() -> None:
    rig = make()
    rig.listener.identity = None
    hand_over(rig, polarity=False)
    rig.sound(200, 500)
    rig.run(2000)
    assert rig.hooks[1][0] - rig.hooks[0][0] <= 700 + 300
    rig.rings(0)
    rig.run(2000)
    assert rig.names() == ["CarStarted", "Rang"]


def test_nobody_sends_anything() -> None:
    rig = make()
    hand_over(rig, polarity=False)
    rig.run(8000)
    assert 3200 <= rig.hooks[1][0] - rig.hooks[0][0] <= 3300
    rig.rings(0)
    rig.run(2000)
    assert rig.names() == ["CarStarted", "Rang"]


def test_it_never_ends_but_we_do() -> None:
    rig = make()
    rig.listener.identity = None
    hand_over(rig, polarity=False)
    rig.sound(200, 20_000)
    rig.run(9000)
    assert 6900 <= rig.hooks[1][0] - rig.hooks[0][0] <= 7100


def test_a_line_without_the_service_is_not_answered_although_it_reverses() -> None:
    rig = make(polarity_pin=13)
    rig.pin(0, LinePin.POLARITY, False)
    rig.pin(100, LinePin.POLARITY, True)
    rig.rings(600)
    rig.run(12_000)
    assert rig.hooks == [], "off-hook in an ordinary ring would be the answer"
    assert rig.names()[:2] == ["CarStarted", "Rang"]


def test_an_exchange_that_saw_no_answer_rings_in_the_end() -> None:
    """Without a relay that works CAR goes on for its six seconds."""
    rig = make()
    rig.relay_works = False
    rig.car(0, 6)
    rig.rings(7000, 2)
    rig.run(9000)
    assert rig.names().count("CarStarted") == 1
    assert "Rang" in rig.names()
    assert not rig.session.hook
    assert any(isinstance(fact, FaultRaised) and fact.what == "hook" for fact in rig.facts())


def test_the_caller_gives_up_after_the_number() -> None:
    rig = make()
    hand_over(rig, polarity=False)
    rig.sound(200, 500)
    rig.run(15_000)
    assert rig.names() == ["CarStarted", "CallerIdentified", "RingingStopped"]
    rig.car(0, 3)
    rig.run(4000)
    assert rig.hooks[2][1], "the next caller's number is fetched, too"


@pytest.mark.parametrize("lifted_ms", [300, 1300, 2000])
def test_a_phone_that_is_lifted_in_car_has_the_line(lifted_ms: int) -> None:
    rig = make()
    rig.car(0, 2)
    rig.pin(lifted_ms, LinePin.LOOP, True)
    rig.run(6000)
    assert rig.names() == ["CarStarted", "ExtensionLifted"]
    assert not rig.session.hook
    if rig.hooks:
        assert rig.hooks[-1][0] - 1000 <= lifted_ms + 150, "given up when the phone was lifted"


def test_the_shops_own_display_phone_may_fetch_the_number_for_us() -> None:
    rig = make(tap_only=True)
    rig.ring(0, 500)
    rig.pin(600, LinePin.LOOP, True)
    rig.sound(900, 500)
    rig.pin(1600, LinePin.LOOP, False)
    rig.rings(3000)
    rig.run(5000)
    assert rig.names() == ["CarStarted", "ExtensionLifted", "CallerIdentified", "ExtensionReplaced", "Rang"]
    assert rig.hooks == []


def test_never_seized_while_the_number_is_handed_over() -> None:
    rig = make()
    hand_over(rig, polarity=False)
    rig.session.seize(rig.now)
    facts = rig.run(20)
    assert [fact.why for fact in facts if isinstance(fact, SeizeFailed)] == [
        "the exchange is still handing over the number"
    ]
    rig.session.release(rig.now)
    rig.run(20)
    assert rig.session.hook, "the machine's release is not that of the primary answer"


# ---- elsewhere: the number between the rings -------------------------------------------------------------------------


@pytest.mark.parametrize("standard", [Standard.MDMF, Standard.DTMF])
def test_identity_between_the_rings_is_told_once(standard: Standard) -> None:
    rig = make("US")
    rig.listener.standard = standard
    rig.rings(0, 3, on=2000, every=6000)
    rig.sound(2500, 500)
    rig.sound(8500, 500)
    rig.run(16_000)
    assert rig.names() == ["Rang", "CallerIdentified", "Rang", "Rang"]
    assert rig.hooks == []


def test_identity_before_the_first_ring() -> None:
    rig = make("US")
    rig.sound(0, 500)
    rig.rings(1000, 1, on=2000)
    rig.run(3000)
    assert rig.names() == ["CallerIdentified", "Rang"]


def test_keys_that_nobody_announced_are_no_identity() -> None:
    rig = make("US")
    rig.listener.standard = Standard.DTMF
    rig.sound(0, 500)
    rig.pin(2000, LinePin.LOOP, True)
    rig.sound(3000, 500)
    rig.run(5000)
    assert rig.names() == ["ExtensionLifted"]


def test_another_number_on_a_line_in_use_is_a_second_caller() -> None:
    rig = make("US")
    rig.pin(0, LinePin.LOOP, True)
    rig.sound(1000, 500)
    rig.run(3000)
    assert rig.names() in (["ExtensionLifted"], ["ExtensionLifted", "CallWaitingHeard"])


# ---- our own call ----------------------------------------------------------------------------------------------------


def seized(**adapter: object) -> Rig:
    rig = make("US", **adapter)
    rig.rings(0, 1, on=2000)
    rig.run(500)
    rig.session.seize(rig.now)
    rig.run(500)
    assert rig.names() == ["Rang", "LineSeized"]
    return rig


def test_seized_out_of_the_ring_and_sound_flows() -> None:
    rig = seized()
    assert rig.hooks[0][1]
    rig.sound(0, 100)
    rig.run(1000)
    line = rig.blocks(Source.LINE)
    assert sum(map(len, line)) >= samples(1000)
    assert all(later.at == earlier.at + len(earlier) for earlier, later in pairwise(line))
    rig.session.release(rig.now)
    assert names(rig.run(20)) == ["LineReleased"]
    assert not rig.session.hook
    assert not rig.blocks(Source.BOX)


def test_a_prompt_is_told_as_it_leaves_and_ends_with_its_last_sample() -> None:
    rig = seized()
    pcm = (SampleIndex(7).to_bytes(2, "little")) * samples(700)
    began = rig.now
    rig.session.play(rig.now, Prompt.RECORDING_NOTICE, pcm)
    rig.carry_out()
    facts = rig.run(1000)
    assert facts == [PromptEnded(facts[0].at, Prompt.RECORDING_NOTICE, complete=True)]
    assert samples(700) <= facts[0].at - began <= samples(760)
    assert bytes(rig.on_line) == pcm
    box = rig.blocks(Source.BOX)
    assert b"".join(block.pcm for block in box) == pcm
    assert abs(box[0].at - began) <= samples(40)
    assert all(later.at == earlier.at + len(earlier) for earlier, later in pairwise(box))
    assert sum(len(block) for block in rig.blocks(Source.LINE) if block.at >= began) >= samples(980)


def test_stopping_is_heard_at_once_and_what_was_not_said_is_not_told() -> None:
    rig = seized()
    rig.session.play(rig.now, Prompt.RECORDING_NOTICE, b"\1\1" * samples(3000))
    rig.run(500)
    stopped = rig.ms
    rig.session.stop_playing(rig.now)
    facts = rig.run(1000)
    assert facts == [PromptEnded(facts[0].at, Prompt.RECORDING_NOTICE, complete=False)]
    assert rig.played_at[-1] <= stopped + 100
    assert sum(map(len, rig.blocks(Source.BOX))) * 2 == len(rig.on_line)
    rig.session.stop_playing(rig.now)
    assert rig.run(100) == []


def test_a_prompt_is_replaced_by_the_next() -> None:
    rig = seized()
    rig.session.play(rig.now, Prompt.RECORDING_NOTICE, b"\1\1" * samples(3000))
    rig.run(300)
    rig.session.play(rig.now, Prompt.PLEASE_WAIT, b"\2\2" * samples(300))
    ended = [fact for fact in rig.run(600) if isinstance(fact, PromptEnded)]
    assert [(fact.prompt, fact.complete) for fact in ended] == [
        (Prompt.RECORDING_NOTICE, False),
        (Prompt.PLEASE_WAIT, True),
    ]
    assert rig.on_line.endswith(b"\2\2" * samples(300))


def test_a_starved_card_makes_a_prompt_later_not_shorter() -> None:
    rig = seized()
    rig.session.play(rig.now, Prompt.RECORDING_NOTICE, b"\1\1" * samples(1000))
    rig.run(200)
    rig.room = 0
    rig.run(500)
    rig.room = samples(250)
    rig.run(1500)
    box = rig.blocks(Source.BOX)
    assert sum(map(len, box)) == samples(1000)
    assert any(later.at > earlier.at + len(earlier) for earlier, later in pairwise(box))


def test_lost_sound_is_told_in_a_call_only() -> None:
    rig = seized()
    rig.lost = [SoundLost(rig.now, 160, "overrun")]
    assert [type(fact).__name__ for fact in rig.run(20)] == ["SoundLost"]
    idle = make()
    idle.lost = [SoundLost(idle.now, 160, "overrun")]
    assert idle.run(20) == []


def test_the_far_end_clears_by_a_break_of_the_loop_beside_a_lifted_phone() -> None:
    rig = seized()
    rig.pin(0, LinePin.LOOP, True)
    rig.pin(5000, LinePin.LOOP, False)
    rig.pin(5500, LinePin.LOOP, True)
    facts = rig.run(6000)
    assert facts[-1] == FarEndCleared(facts[-1].at, ClearedBy.LOOP)
    assert names(facts) == ["ExtensionLifted", "FarEndCleared"]
    rig.pin(0, LinePin.LOOP, False)
    assert names(rig.run(1500)) == ["ExtensionReplaced"]


def test_a_relay_that_does_not_close_is_told_and_not_tried_with_every_ring() -> None:
    rig = make("US")
    rig.relay_works = False
    rig.rings(0, 4, on=2000, every=6000)
    rig.run(3000)
    rig.session.seize(rig.now)
    facts = rig.run(4000)
    assert names(facts) == ["LineSeized", "FaultRaised", "LineReleased"]
    rig.run(5000)
    rig.session.seize(rig.now)
    assert names(rig.run(100))[0] == "SeizeFailed"
    assert not rig.session.hook
    rig.relay_works = True
    rig.run(600_000)
    rig.session.seize(rig.now)
    assert names(rig.run(9000)) == ["LineSeized"]
    rig.session.release(rig.now)
    assert names(rig.run(100)) == ["FaultCleared", "LineReleased"]


def test_the_first_burst_of_the_next_callers_car_is_not_answered() -> None:
    rig = make()
    hand_over(rig, polarity=False)
    rig.sound(200, 500)
    rig.run(1500)
    rig.rings(0, 1)
    rig.run(3000)
    rig.car(0, 2)  # the first caller has gone, the next one comes
    rig.run(300)
    rig.session.seize(rig.now)
    facts = rig.run(2000)
    assert names(facts) == ["SeizeFailed", "RingingStopped", "CarStarted"]


def test_an_ordinary_ring_is_answered_as_soon_as_it_proves_to_be_one() -> None:
    rig = make()
    hand_over(rig, polarity=False)
    rig.sound(200, 500)
    rig.run(1500)
    rig.rings(0, 1)
    rig.run(300)
    rig.session.seize(rig.now)
    facts = rig.run(1000)
    assert names(facts) == ["LineSeized"]


# ---- flash and dialling ----------------------------------------------------------------------------------------------


def test_flash_then_digits_after_the_dial_tone() -> None:
    rig = seized()
    rig.run(3000)
    rig.session.flash(rig.now, 600)
    began = rig.ms
    rig.session.dial(rig.now, "21,#")
    rig.carry_out()
    assert rig.run(4000) == []
    assert [(ms - began, closed) for ms, closed in rig.hooks[1:]] == [(0, False), (600, True)]
    assert 1600 <= rig.played_at[0] - began <= 1700
    assert len(rig.on_line) == 2 * samples(3 * 200 + 1000)
    assert rig.blocks(Source.BOX)


@pytest.mark.parametrize("ms", [50, 1600])
def test_what_no_exchange_takes_for_a_flash(ms: int) -> None:
    with pytest.raises(OperatorError):
        seized().session.flash(SampleIndex(0), ms)


def test_what_is_no_digit() -> None:
    for digits in ("", "12a", "1 2"):
        with pytest.raises(OperatorError):
            seized().session.dial(SampleIndex(0), digits)


def test_neither_off_the_line() -> None:
    rig = make()
    rig.session.flash(rig.now, 600)
    rig.session.dial(rig.now, "21")
    assert rig.run(1000) == []
    assert not rig.on_line


# ---- a tap -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("adapter", [{"tap_only": True}, {"hook_pin": 0}])
def test_a_tap_never_answers_and_never_speaks(adapter: dict[str, object]) -> None:
    rig = make(**adapter)
    rig.car(0, 6)
    rig.rings(7000, 2)
    rig.run(8500)
    rig.session.seize(rig.now)
    assert names(rig.run(20)) == ["SeizeFailed"]
    rig.pin(0, LinePin.LOOP, True)
    rig.run(500)
    rig.session.seize(rig.now)
    rig.session.play(rig.now, Prompt.RECORDING_NOTICE, SECOND)
    rig.session.flash(rig.now)
    facts = rig.run(1000)
    assert names(facts) == ["LineSeized", "PromptEnded"]
    assert rig.blocks(Source.LINE)
    assert not rig.on_line
    assert rig.hooks == []
    rig.session.release(rig.now)
    assert names(rig.run(20)) == ["LineReleased"]


def test_a_number_that_is_withheld_is_an_identity_too() -> None:
    rig = make("US")
    rig.listener.identity = CallerIdentity()
    rig.rings(0, 1, on=2000)
    rig.sound(2500, 500)
    rig.run(4000)
    assert "CallerIdentified" in rig.names()
