"""The line process itself, with a real pty and a real Mosquitto: what it survives, and what it says."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from line_shop import prompts, wav_sound, whole
from real_box import RealBox, until

from appliance.events import Outcome, Prompt
from appliance.exchange.people import Progress

NOTICE = Prompt.RECORDING_NOTICE


def test_a_call_during_which_the_broker_is_killed_and_comes_back(box: RealBox) -> None:
    """The bus is for others: the call is taken, announced and recorded without it; then everything is told again."""
    box.write_settings(panel={"driver": "gpiozero"})  # and there are no pins on this machine
    box.start_exchange()
    box.start_broker()
    box.start_line()
    watch = box.watch()
    until(lambda: watch.get("line/state", "state") == "ready", why=box.said)
    until(lambda: watch.get("call/state", "state") == "idle")
    until(lambda: "no GPIO pins" in watch.faults().get("panel", ""), why=lambda: str(watch.faults()))
    until(lambda: watch.get("panel/state", "pattern") == "service")

    call = box.call()
    until(lambda: watch.get("call/state", "number") == "0661234567")
    until(lambda: call.ringing_at is not None)
    time.sleep(1)
    box.lift()
    until(lambda: watch.get("call/state", "recording") is True)
    assert box.broker.pid is not None
    os.kill(box.broker.pid, signal.SIGKILL)
    until(lambda: box.broker.pid is None)
    time.sleep(5)
    assert box.alive()
    box.broker.look()  # started again, with nothing retained
    later = box.watch()
    until(lambda: later.get("line/state", "state") == "ready", why=box.said)
    assert later.get("call/state", "number") == "0661234567"
    assert later.get("panel/state", "pattern") in ("recording", "fault", "service")
    assert later.get("line/alive", "alive") is True
    assert call.caller.progress is Progress.ANSWERED
    box.hang_up(call)
    until(lambda: later.get("call/state", "state") == "idle")
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    (record,) = box.store().calls()
    assert record.outcome is Outcome.TALKED
    sound = wav_sound(box.data / record.recording)
    assert len(sound) == record.samples
    whole(prompts("JP")[NOTICE], sound)
    assert box.stop_line() == 0


def test_without_a_broker_at_the_start(box: RealBox) -> None:
    box.start_exchange()
    box.start_line()
    until(lambda: "cx930xx" in box.said() or box.modem.core.registers.fclass == 8, why=box.said)
    time.sleep(0.5)
    box.start_broker()
    watch = box.watch()
    until(lambda: watch.get("line/state", "state") == "ready", why=box.said)
    assert watch.get("line/state", "profile") == "cx930xx"
    until(lambda: watch.get("call/state", "state") == "idle" and watch.get("panel/state", "pattern") == "ready")
    assert watch.get("fault/state", "faults") == []
    assert box.stop_line() == 0
    until(lambda: watch.get("line/alive", "stopped") is True)


def test_stopped_in_mid_call_it_lets_the_line_go(box: RealBox) -> None:
    """`systemctl restart` while a caller is on hold: recording closed, call on record, the line free for the next."""
    box.write_settings(call={"mode": "box_first"})
    box.start_exchange()
    box.start_broker()
    box.start_line()
    watch = box.watch()
    until(lambda: watch.get("call/state", "state") == "idle", why=box.said)
    box.call()
    until(lambda: watch.get("call/state", "recording") is True, why=box.said)
    time.sleep(1.5)
    assert box.stop_line() == 0
    until(lambda: not box.modem.off_hook, 3)
    (record,) = box.store().calls()
    assert record.outcome is Outcome.INTERRUPTED
    assert record.samples is not None
    assert record.samples > 8000
    assert len(wav_sound(box.data / record.recording)) == record.samples
    assert watch.get("call/state", "state") == "fault"


def test_the_cable_is_pulled_in_mid_call_and_put_back(box: RealBox) -> None:
    """A real file that dies under a real reader; what was recorded is whole, plugging in is all the repair."""
    box.write_settings(call={"mode": "box_first"})
    box.start_exchange()
    box.start_broker()
    box.start_line()
    watch = box.watch()
    until(lambda: watch.get("call/state", "state") == "idle", why=box.said)
    call = box.call()
    until(lambda: watch.get("call/state", "recording") is True, why=box.said)
    time.sleep(1)
    with box.wall.lock:
        box.plug.unplug()
    until(lambda: "line" in watch.faults(), 3, why=box.said)
    until(lambda: watch.get("panel/state", "pattern") == "fault")
    (record,) = box.store().calls()
    assert record.outcome is Outcome.LINE_LOST
    assert len(wav_sound(box.data / record.recording)) == record.samples
    box.hang_up(call)
    with box.wall.lock:
        box.plug.plug_in()
    until(lambda: watch.get("line/state", "state") == "ready", 10, why=box.said)
    until(lambda: watch.faults() == {} and watch.get("panel/state", "pattern") == "ready")
    assert box.alive()
    assert box.stop_line() == 0


def test_a_port_that_is_no_modem_is_told_and_outlived(box: RealBox) -> None:
    """Silence first, then an echo, then nothing at all, then the modem: the box takes what comes."""
    box.stranger_at_the_port(lambda _: b"")
    box.start_broker()
    box.start_line("-X", "importtime")
    watch = box.watch()
    until(lambda: watch.get("line/state", "state") == "lost", why=box.said)
    assert watch.get("line/state", "why") == "nothing on this port answers like a modem"
    until(lambda: watch.get("panel/state", "pattern") == "fault")
    assert "line" in watch.faults()
    box.stranger_leaves()
    until(lambda: "is the modem plugged in?" in str(watch.get("line/state", "why")), why=box.said)
    box.stranger_at_the_port(lambda octets: octets)
    until(lambda: watch.get("line/state", "why") == "nothing on this port answers like a modem", why=box.said)
    box.stranger_leaves()
    until(lambda: "is the modem plugged in?" in str(watch.get("line/state", "why")), why=box.said)
    assert box.alive()
    box.start_exchange()
    until(lambda: watch.get("line/state", "state") == "ready", why=box.said)
    until(lambda: watch.get("panel/state", "pattern") == "ready")
    assert box.stop_line() == 0
    # Nothing in the line process knows the simulator, the page, or the makers of the database.
    imported = {line.rpartition("|")[2].strip() for line in box.said().splitlines() if line.startswith("import time:")}
    assert "appliance.daemon.line_loop" in imported
    for room in ("appliance.exchange", "appliance.daemon.demo", "web", "flask", "alembic", "speech"):
        assert not [name for name in imported if name == room or name.startswith(f"{room}.")], room


def test_settings_with_mistakes_end_it_with_all_complaints(box: RealBox) -> None:
    box.write_settings(
        '[line]\nkind = "modem"\nprot = "/dev/ttyACM0"\ncountry = "Japan"\n'
        '[call]\nmode = "staf_first"\n[colour]\nlamp = "blue"\n'
    )
    box.start_line()
    assert box.child is not None
    assert box.child.wait(20) == 2
    said = box.said()
    for words in ("line.prot", "did you mean", "line.port", "line.country", "call.mode", "[colour]"):
        assert words.lower() in said.lower(), f"{words} is missing in:\n{said}"
    assert "Traceback" not in said


def test_a_data_directory_that_cannot_be_made_is_told_and_calls_are_taken(box: RealBox) -> None:
    box.data.write_text("in the way")
    box.start_exchange()
    box.start_broker()
    box.start_line()
    watch = box.watch()
    until(lambda: watch.get("line/state", "state") == "ready", why=box.said)
    until(watch.faults, why=box.said)
    call = box.call()
    until(lambda: watch.get("call/state", "number") == "0661234567", why=box.said)
    until(lambda: call.ringing_at is not None)
    time.sleep(1)
    box.lift()
    until(lambda: watch.get("call/state", "state") == "talking", why=box.said)
    whole(prompts("JP")[NOTICE], call.caller.ear.pcm)
    box.hang_up(call)
    until(lambda: watch.get("call/state", "state") == "idle", why=box.said)
    assert "recording" in watch.faults()
    assert box.stop_line() == 0


def test_nothing_of_the_simulator_is_loaded_by_the_wiring() -> None:
    program = "import sys, appliance.daemon.wiring; print(*sorted(sys.modules), sep='\\n')"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    modules = done.stdout.split()
    assert "appliance.edge.modem_line" in modules
    assert not [name for name in modules if name.startswith(("appliance.exchange", "web", "flask"))]
