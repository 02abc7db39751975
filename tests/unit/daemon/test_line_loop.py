"""The line loop: what it does, in which order, and what it does not do."""

from __future__ import annotations

from threading import Event

import pytest
from daemon_house import LoopHouse

from appliance import events as ev
from appliance.errors import HouseError
from appliance.settings import CallSettings, Settings
from appliance.store import deeds
from appliance.units import SampleIndex


@pytest.fixture
def house() -> LoopHouse:
    return LoopHouse()


# ---- sound ---------------------------------------------------------------------------------------------------------


def test_the_recorder_hears_before_the_ear(house: LoopHouse) -> None:
    house.talk()
    house.journal.lines.clear()
    house.tell(house.block(), house.block(ev.Source.BOX))
    assert house.journal.lines == [
        "recorder hears line",
        "ear hears line",
        "recorder hears box",
        "ear hears box",
    ]


def test_without_a_recording_only_the_ear_listens(house: LoopHouse) -> None:
    house.ready()
    house.tell(house.block())
    assert house.journal.lines == ["ear hears line"]


def test_recording_begins_with_the_line_and_the_ear_afresh(house: LoopHouse) -> None:
    house.talk()
    assert house.journal.lines == ["seize", "recording started", "ear reset", "play recording_notice"]
    assert house.device.said == [(ev.Prompt.RECORDING_NOTICE, b"\x01\x00" * 800)]


def test_what_the_ear_hears_is_taken_at_once(house: LoopHouse) -> None:
    house.talk()
    house.ear.facts = [ev.FarEndCleared(house.now, ev.ClearedBy.BUSY_TONE)]
    house.tell(house.block(), house.block())
    assert house.state == "clearing_held"
    # What comes after the end of a recording is not recorded.
    assert house.journal.lines[-4:] == ["ear hears line", "recording stopped", "release", "ear hears line"]


def test_lost_sound_is_marked_in_the_recording(house: LoopHouse) -> None:
    house.talk()
    house.tell(ev.SoundLost(house.now, 400, "overrun"))
    assert house.journal.lines[-1] == "recorder loses 400"
    assert "SoundLost" in house.kinds()


def test_a_prompt_without_sound_is_still_asked_for(house: LoopHouse) -> None:
    """The device ends an empty prompt at once; a missing file must not stop a call."""
    house = LoopHouse(Settings(call=CallSettings(mode="box_first")))
    house.ready()
    house.ring()
    house.tell(ev.LineSeized(house.now))
    house.tell(ev.PromptEnded(house.now, ev.Prompt.RECORDING_NOTICE, True))
    assert house.device.said[-1] == (ev.Prompt.PLEASE_WAIT, b"")


def test_what_the_recorder_tells_is_taken(house: LoopHouse) -> None:
    house.talk()
    house.recorder.facts = [ev.RecordingFailed(house.now, "the disk is full")]
    house.tell(house.block())
    assert house.last("fault/state")["faults"][0]["what"] == "recording"
    assert house.last("panel/state")["pattern"] == "fault"
    assert house.state == "talking"


# ---- a call in order -----------------------------------------------------------------------------------------------


def test_one_call_from_the_ring_to_the_end(house: LoopHouse) -> None:
    house.talk()
    call_id = house.ledger.call_id
    house.tell(house.block())
    house.tell(ev.FarEndCleared(house.now, ev.ClearedBy.BUSY_TONE))
    house.tell(ev.LineReleased(house.now))
    house.tell(ev.ExtensionReplaced(house.now))
    assert house.state == "idle"
    assert house.device.asked == ["seize", "play recording_notice", "release"]
    states = [payload["state"] for payload in house.said() if payload["type"] == "CallStateChanged"]
    assert states == [
        "idle",
        "identified",
        "deciding",
        "letting_ring",
        "joining",
        "join_announcing",
        "talking",
        "clearing_held",
        "lifted",
        "idle",
    ]
    outcomes = [deed.outcome for deed in house.scribe.deeds if isinstance(deed, deeds.EndCall)]
    assert outcomes == [ev.Outcome.TALKED]
    assert {deed.call_id for deed in house.scribe.deeds} == {call_id}
    assert house.last("call/state") == {"state": "idle", "call_id": ""}
    assert [payload["pattern"] for payload in house.said("panel/state")] == ["ready", "ringing", "recording", "ready"]


def test_a_cue_of_the_modem_that_the_ear_does_not_believe_ends_nothing(house: LoopHouse) -> None:
    house.talk()
    house.ear.trusting = False
    house.tell(ev.FarEndCleared(house.now, ev.ClearedBy.MODEM_BUSY))
    assert house.state == "talking"
    house.ear.trusting = True
    house.tell(ev.FarEndCleared(house.now, ev.ClearedBy.MODEM_BUSY))
    assert house.state == "clearing_held"


def test_a_fact_is_told_after_what_it_leads_to_was_done_in_order(house: LoopHouse) -> None:
    house.ready()
    house.ring()
    kinds = house.kinds()
    begun, changed = kinds.index("CallStarted"), [i for i, kind in enumerate(kinds) if kind == "CallStateChanged"]
    assert kinds.index("CallerIdentified") < begun < changed[1]
    assert kinds.index("Rang") < kinds.index("Decided")


def test_the_lamp_says_recording_only_while_that_is_true(house: LoopHouse) -> None:
    """The device lets the line go by itself while staff talk on: nothing records their call any more."""
    house.talk()
    assert house.last("panel/state")["pattern"] == "recording"
    house.tell(ev.LineReleased(house.now))
    assert house.state == "unrecorded"
    assert house.recorder.started_at is None
    assert house.last("panel/state")["pattern"] == "ready"


def test_an_illegal_event_changes_nothing(house: LoopHouse) -> None:
    house.ready()
    before = (house.state, house.last("call/state"), len(house.scribe.deeds), list(house.device.asked))
    house.tell(ev.Decided(house.now, ev.Decision.REFUSE, "out of the blue"))
    assert (house.state, house.last("call/state"), len(house.scribe.deeds), list(house.device.asked)) == before
    house.ring()
    assert house.state == "letting_ring"


def test_timers_are_the_machines(house: LoopHouse) -> None:
    """A call that never rings is given up; the timer does not fire again."""
    house.ready()
    house.tell(ev.CarStarted(house.now))
    assert house.state == "car"
    house.pass_ms(11_980)
    assert house.state == "car"
    house.pass_ms(40)
    assert house.state == "idle"
    house.pass_ms(30_000)
    assert [kind for kind in house.kinds() if kind == "CallEnded"] == ["CallEnded"]


# ---- buttons and messages ------------------------------------------------------------------------------------------


def test_sos_is_an_alarm_at_once_and_acknowledge_ends_it(house: LoopHouse) -> None:
    house.talk()
    house.panel.buttons = [ev.Button.SOS]
    house.loop.step()
    assert house.lamp.pattern == "alarm"
    assert house.panel.frame.red
    assert house.panel.frame.buzzer
    (raised,) = house.said("alert/event")
    assert (raised["level"], raised["kind"], raised["call_id"]) == ("alarm", "sos", house.ledger.call_id)
    house.pass_ms(100)
    house.panel.buttons = [ev.Button.ACKNOWLEDGE]
    house.loop.step()
    assert house.lamp.pattern == "recording"
    assert house.kinds("alert/event") == ["AlertRaised", "AlertAcknowledged"]
    assert house.state == "talking", "no button touches a call"
    assert house.device.asked == ["seize", "play recording_notice"]


def test_a_mark_stays_in_the_story_at_its_place_in_the_recording(house: LoopHouse) -> None:
    house.talk()
    house.pass_ms(2000)
    house.panel.buttons = [ev.Button.MARK]
    house.loop.step()
    (mark,) = (deed for deed in house.scribe.deeds if isinstance(deed, deeds.AddEvent) and deed.kind == "AlertRaised")
    assert mark.offset_samples == 16_000
    assert mark.payload["kind"] == "mark"


def test_the_page_has_the_same_buttons(house: LoopHouse) -> None:
    house.ready()
    house.page.publish(ev.Message("request/button", {"button": "sos", "by": "page:" + "x" * 100}))
    house.loop.step()
    assert house.lamp.pattern == "alarm"
    (raised,) = house.said("alert/event")
    assert len(raised["why"]) < 80


@pytest.mark.parametrize("button", [None, 1, [], {}, ["sos"], "SOS", "", "fire"])
def test_no_such_button(house: LoopHouse, button: object) -> None:
    house.ready()
    house.page.publish(ev.Message("request/button", {"button": button}))
    house.loop.step()
    assert house.said("alert/event") == []
    assert house.lamp.pattern == "ready"


def test_a_process_that_died_is_shown(house: LoopHouse) -> None:
    house.ready()
    house.page.publish(ev.Message("clerk/alive", {"alive": False}, retain=True))
    house.loop.step()
    house.loop.step()
    assert [fault["what"] for fault in house.last("fault/state")["faults"]] == ["clerk"]
    assert house.lamp.pattern == "service"


def test_a_sick_store_is_shown_until_it_is_well(house: LoopHouse) -> None:
    house.ready()
    house.scribe.news = [ev.FaultRaised(house.now, "store", "locked")]
    house.loop.step()
    assert house.lamp.pattern == "fault"
    house.scribe.news = [ev.FaultCleared(house.now, "store")]
    house.loop.step()
    assert house.lamp.pattern == "ready"


def test_without_anybody_who_writes_down_the_process_ends(house: LoopHouse) -> None:
    """The service manager starts it again; a box that forgets its calls is worse than a second of absence."""
    house.ready()
    house.scribe.lives = False
    with pytest.raises(HouseError):
        house.loop.step()


# ---- the end -------------------------------------------------------------------------------------------------------


def test_close_in_mid_call_ends_the_recording_and_lets_the_line_go(house: LoopHouse) -> None:
    house.talk()
    house.journal.lines.clear()
    house.device.lets_go_after = 3
    house.loop.close()
    assert house.journal.lines == [
        "release",
        *["wait"] * 3,
        "recording stopped",
        "device closed",
        "panel closed",
        "recorder closed",
        "scribe closed",
    ]
    (end,) = (deed for deed in house.scribe.deeds if isinstance(deed, deeds.EndCall))
    assert end.outcome is ev.Outcome.INTERRUPTED
    assert any(isinstance(deed, deeds.CloseRecording) for deed in house.scribe.deeds)
    assert house.panel.frame == ev.LampFrame()
    assert house.last("call/state")["state"] == "fault"
    assert house.last("line/alive") == {"alive": False, "stopped": True}


def test_close_does_not_wait_for_ever_for_a_modem_that_does_not_let_go(house: LoopHouse) -> None:
    house.talk()
    house.loop.close()
    assert house.journal.lines.count("wait") <= 250
    assert house.journal.lines[-1] == "scribe closed"


def test_what_is_heard_while_the_line_is_let_go_is_recorded(house: LoopHouse) -> None:
    house.talk()
    house.device.coming = [house.block(), ev.LineReleased(house.now)]
    house.loop.close()
    (closed,) = (deed for deed in house.scribe.deeds if isinstance(deed, deeds.CloseRecording))
    assert closed.samples == 160


def test_close_in_rest_writes_nothing(house: LoopHouse) -> None:
    house.ready()
    house.loop.close()
    assert house.scribe.deeds == []


def test_run_works_until_it_is_stopped(house: LoopHouse) -> None:
    stop = Event()
    waits = 0

    def wait(seconds: float) -> None:
        nonlocal waits
        assert 0 < seconds <= 0.02
        house.clock.move(20)
        waits += 1
        if waits == 5:
            stop.set()

    house.device.wait = wait  # type: ignore[method-assign]
    house.loop.run(stop)
    assert house.watchdog.is_ready
    assert house.watchdog.signs == 5
    assert house.journal.lines[-1] == "scribe closed"


def test_the_panel_goes_dark_and_the_line_is_let_go_even_before_it_was_ready(house: LoopHouse) -> None:
    house.loop.step()
    house.loop.close()
    assert house.device.asked == ["release", "device closed"]


def test_facts_from_within_keep_their_order() -> None:
    """What a fact leads to is taken after it, never in the midst of it."""
    house = LoopHouse()
    house.loop.take(ev.LineReady(SampleIndex(0), "modem", "cx930xx"))
    house.loop.take(ev.Rang(SampleIndex(0)))
    kinds = house.kinds()
    assert kinds == ["LineReady", "CallStateChanged", "Rang", "CallStarted", "CallStateChanged"]
