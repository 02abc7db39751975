"""The adapter's session in our own call: seized, saying, stopping, flash and digits, tap only."""

from __future__ import annotations

from itertools import pairwise

import pytest
from adapter_rig import Rig, hand_over, make, names

from appliance.errors import OperatorError
from appliance.events import (
    CallerIdentity,
    ClearedBy,
    FarEndCleared,
    Prompt,
    PromptEnded,
    SoundLost,
    Source,
)
from appliance.line.adapter.pins import LinePin
from appliance.units import SampleIndex, samples

SECOND = bytes(2 * samples(1000))


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
    rig.step = 800
    rig.run(600_000)
    rig.step = 160
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
