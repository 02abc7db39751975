"""The real line process on an adapter: alsa-lib, gpiozero and the wall clock; only the wires are simulated."""

from __future__ import annotations

import time

import pytest
from line_shop import prompts, voice, wav_sound, whole
from real_box import ADAPTER, RealBox, until

from appliance.events import Outcome, Prompt
from appliance.exchange.people import Progress
from appliance.units import RATE_HZ

pytest.importorskip("alsaaudio", reason="pyalsaaudio is not installed (pip install 'denwaban[sound]')")

NUMBER = "0312345678"


def line_states(box: RealBox) -> list[str]:
    """What the exchange's line went through."""
    told = [one.what for one in box.exchange.history if one.who == "exchange"]
    return [what.removeprefix("line: ") for what in told if what.startswith("line: ")]


def test_a_call_with_number_display_by_the_wall_clock(box: RealBox) -> None:
    box.start_broker()
    watch = box.watch()
    box.start_adapter_exchange()
    box.start_line()
    until(lambda: watch.get("line/state", "state") == "ready", why=box.said)
    call = box.call(NUMBER)
    until(lambda: watch.get("call/state", "number") == NUMBER, why=lambda: f"{line_states(box)} {box.said()}")
    until(lambda: call.ringing_at is not None, why=box.said)
    states = line_states(box)
    at = states.index("answer pause")
    assert states[at : at + 4] == ["answer pause", "sending", "receipt wait", "ring wait"]
    until(lambda: watch.get("call/state", "state") == "letting_ring", why=box.said)
    time.sleep(1)
    box.lift()
    until(lambda: watch.get("call/state", "state") == "talking", why=box.said)
    with box.wall.lock:
        call.caller.say(voice("unknown_asks_hours"))
    time.sleep(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    assert call.caller.progress is Progress.ANSWERED
    box.hang_up(call)
    store = box.store()
    until(lambda: watch.get("call/state", "state") == "idle" and store.calls(), why=box.said)
    (record,) = store.calls()
    assert (record.number, record.outcome) == (NUMBER, Outcome.TALKED)
    recording = wav_sound(box.data / record.recording)
    whole(voice("unknown_asks_hours"), recording)
    whole(prompts("JP")[Prompt.RECORDING_NOTICE], recording)
    whole(prompts("JP")[Prompt.RECORDING_NOTICE], call.caller.ear.pcm)
    assert box.stop_line() == 0
    with box.wall.lock:
        assert not box.adapter.off_hook


def test_the_sound_card_is_pulled_in_mid_call_and_plugged_in_again(box: RealBox) -> None:
    box.start_broker()
    watch = box.watch()
    box.start_adapter_exchange()
    box.start_line()
    until(lambda: watch.get("line/state", "state") == "ready", why=box.said)
    call = box.call(NUMBER)
    until(lambda: call.ringing_at is not None, why=box.said)
    time.sleep(1)
    box.lift()
    until(lambda: watch.get("call/state", "state") == "talking", why=box.said)
    with box.wall.lock:
        box.card.unplug()
    until(lambda: watch.get("line/state", "state") == "lost", why=box.said)
    assert call.caller.progress is Progress.ANSWERED, "staff and caller talk on"
    until(lambda: not box.adapter.off_hook, why=box.said)
    with box.wall.lock:
        box.card.plug_in()
    until(lambda: watch.get("line/state", "state") == "ready", why=box.said)
    assert box.alive()
    box.hang_up(call)
    until(lambda: watch.get("call/state", "state") == "idle" and str(box.exchange.state) == "idle", why=box.said)
    box.call("0661234567")
    until(lambda: watch.get("call/state", "number") == "0661234567", why=box.said)


def test_a_box_that_stops_in_mid_call_opens_the_loop(box: RealBox) -> None:
    """Pins of a process that was killed fall back to inputs here. On a Pi they do not: `denwaban line --let-go`."""
    box.start_broker()
    watch = box.watch()
    box.start_adapter_exchange()
    box.write_settings(**{**ADAPTER, "call": {"mode": "box_first"}})
    box.start_line()
    until(lambda: watch.get("line/state", "state") == "ready", why=box.said)
    box.call(NUMBER)
    until(lambda: box.adapter.off_hook and watch.get("call/state", "state") == "announcing", why=box.said)
    assert box.child is not None
    box.child.kill()
    until(lambda: not box.adapter.off_hook, 2)
