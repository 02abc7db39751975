"""An adapter that is wired a little wrong: what it makes of that, and what it says."""

from __future__ import annotations

from adapter_rig import Rig, make

from appliance.events import FaultCleared, FaultRaised, SoundBlock
from appliance.line.adapter.capture_clock import CaptureClock
from appliance.line.adapter.loop import Hook, LoopWatch
from appliance.line.adapter.pins import LinePin, PinChange
from appliance.line.adapter.proof import MuteProof
from appliance.settings import AdapterSettings, LineSettings, Settings
from appliance.store.timeline import Timeline
from appliance.units import BLOCK_SAMPLES, SampleIndex, samples


def fresh() -> Rig:
    """An adapter at its very start, before any pin has told its state."""
    return Rig(Settings(line=LineSettings(kind="sound", country="US"), adapter=AdapterSettings("card")))


def found_so(rig: Rig, pin: LinePin, on: bool) -> None:
    rig.session.take_pin(PinChange(rig.now, pin, on))


def raised(rig: Rig) -> list[str]:
    return [fact.what for fact in rig.facts() if isinstance(fact, FaultRaised)]


def cleared(rig: Rig) -> list[str]:
    return [fact.what for fact in rig.facts() if isinstance(fact, FaultCleared)]


def test_a_ring_input_that_rests_on_is_no_call_and_is_told_once() -> None:
    rig = fresh()
    found_so(rig, LinePin.RING, True)
    rig.run(30_000)
    assert rig.names() == ["FaultRaised"]
    assert raised(rig) == ["ring_input"]
    rig.pin(0, LinePin.RING, False)
    rig.run(10_000)
    assert cleared(rig) == ["ring_input"]
    rig.rings(0, 2, 2000, 6000)
    rig.run(12_000)
    assert rig.names().count("Rang") == 2


def test_a_ring_in_mid_burst_at_the_start_is_heard_all_the_same() -> None:
    rig = fresh()
    found_so(rig, LinePin.RING, True)
    rig.ring(20, 1500)
    rig.run(3_000)
    assert rig.names() == ["Rang"]


def test_ringing_beside_a_lifted_phone_says_that_the_loop_input_lies() -> None:
    rig = fresh()
    found_so(rig, LinePin.LOOP, True)
    rig.run(10_000)
    rig.rings(0, 2, 2000, 6000)
    rig.run(12_000)
    assert raised(rig) == ["loop_input"]
    assert rig.names().count("Rang") == 2
    rig.pin(0, LinePin.LOOP, False)  # a lift, or so it would be with an input that is right
    rig.pin(9_000, LinePin.LOOP, True)
    rig.run(30_000)
    assert "ExtensionLifted" not in rig.names()
    rig.pin(0, LinePin.LOOP, False)
    rig.rings(5_000, 1, 2000)
    rig.run(10_000)
    assert cleared(rig) == ["loop_input"]


def follow(watch: LoopWatch, *moves: tuple[int, str, bool]) -> list[Hook]:
    """`moves`: instant in ms, "relay" or "loop", what it does; looked at every 20 ms in between."""
    found: list[Hook] = []
    for ms in range(0, 20_000, 20):
        now = SampleIndex(samples(ms))
        for at, who, on in moves:
            if at == ms and who == "relay":
                watch.relay(now, on)
            elif at == ms:
                found += [news.what for news in watch.take(now, on)]
        found += [news.what for news in watch.tick(now)]
    return found


def test_current_that_comes_and_goes_with_our_relay_is_ours() -> None:
    moves = [(1000, "relay", True), (1020, "loop", True), (9000, "relay", False), (9020, "loop", False)]
    assert follow(LoopWatch(SampleIndex(0)), *moves) == [Hook.SHOWS_US]


def test_a_phone_that_is_lifted_as_we_close_is_told_when_we_let_go() -> None:
    moves = [(1000, "relay", True), (1020, "loop", True), (9000, "relay", False), (15_000, "loop", False)]
    assert follow(LoopWatch(SampleIndex(0)), *moves) == [Hook.LIFTED, Hook.REPLACED]


def test_a_loop_input_that_is_known_to_be_right_tells_a_lift_at_once() -> None:
    moves = [(1000, "relay", True), (3000, "relay", False), (5000, "relay", True), (5020, "loop", True)]
    watch = LoopWatch(SampleIndex(0))
    assert follow(watch, *moves, (9000, "relay", False), (9020, "loop", False)) == [Hook.LIFTED, Hook.REPLACED]


def test_a_card_that_hears_nothing_is_told_in_a_call_and_not_before() -> None:
    proof = MuteProof()
    block = SoundBlock(SampleIndex(0), b"\7\0" * BLOCK_SAMPLES)
    told = [proof.muted(block) for _ in range(250)]
    assert told == [False] * 249 + [True]
    assert not proof.muted(SoundBlock(SampleIndex(0), b"\7\0" * 159 + b"\6\0"))
    assert not proof.muted(block)


def test_an_hour_of_a_slow_card_loses_nothing_and_stays_with_the_clock() -> None:
    """200 ppm: the card has given 0.7 s less than the clock has counted."""
    clock = CaptureClock()
    worst = 0
    for block in range(1, 3600 * 50):
        now = SampleIndex(block * 160 + block * 160 // 5000)
        at, lost = clock.take(now, 160)
        assert not lost
        worst = max(worst, now - 160 - at)
    assert worst <= samples(16)


def test_a_slow_card_leaves_no_mark_in_the_recording() -> None:
    clock = CaptureClock()
    timeline = Timeline(SampleIndex(0))
    length = 0
    for block in range(1, 50 * 200):
        at, _ = clock.take(SampleIndex(block * 160 + block * 160 // 5000), 160)
        length += sum(map(len, timeline.hear(SoundBlock(at, b"\1\0" * 160)))) // 2
    assert timeline.marks == ()
    assert timeline.padding_samples >= samples(30)
    assert abs(length - 200 * 8000 * 1.0002) < samples(300)


def test_a_clock_that_is_set_right_tears_no_number() -> None:
    rig = make("US")
    rig.ring(0, 2000)
    rig.sound(2500, 900)
    rig.run(2900)
    resets = rig.listener.resets
    rig.now = SampleIndex(rig.now + samples(15))
    rig.run(1500)
    assert rig.names() == ["Rang", "CallerIdentified"]
    assert rig.listener.resets == resets
    rig.now = SampleIndex(rig.now + samples(300))
    rig.run(100)
    assert rig.listener.resets == resets + 1, "now sound is missing"
