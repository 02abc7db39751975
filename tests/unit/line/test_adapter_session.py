"""The adapter's session on sample time: rings, Japan's primary answer, telephones of the shop, our own call."""

from __future__ import annotations

import pytest
from adapter_rig import NUMBER, hand_over, make, names

from appliance.events import (
    CallerIdentified,
    FaultRaised,
    LineReady,
    SeizeFailed,
)
from appliance.line.adapter.pins import LinePin
from appliance.line.callerid.message import Standard
from appliance.units import samples

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


@pytest.mark.parametrize(("hz", "per_cycle"), [(15, 1), (16, 2), (20, 1), (25, 2)])
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


def test_a_line_that_never_sends_a_number_is_not_answered_a_third_time() -> None:
    """A private exchange that rings as fast as CAR: each primary answer costs a call."""
    rig = make()
    for _ in range(2):
        hand_over(rig, polarity=False)
        rig.run(30_000)
    assert [fact.what for fact in rig.facts() if isinstance(fact, FaultRaised)] == ["number_display"]
    held = len(rig.hooks)
    rig.car(0)
    rig.run(30_000)
    assert len(rig.hooks) == held


def test_a_reversal_is_believed_all_the_same_and_mends_it() -> None:
    rig = make()
    for _ in range(2):
        hand_over(rig, polarity=False)
        rig.run(30_000)
    hand_over(rig, polarity=True)
    rig.sound(200, 500)
    rig.run(1500)
    assert rig.names()[-2:] == ["FaultCleared", "CallerIdentified"]


def test_car_is_not_answered_although_the_settings_know_of_no_numbers() -> None:
    rig = make(number_display=False)
    rig.car(0)
    rig.rings(7000)
    rig.run(3000)
    rig.session.seize(rig.now)
    rig.run(1000)
    assert rig.hooks == []
    assert rig.names() == ["CarStarted", "SeizeFailed"]
    rig.run(5000)
    assert rig.names()[-1] == "Rang"


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
