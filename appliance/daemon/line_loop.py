"""The line loop: sole owner of the call. Sound and facts in, commands out; nothing here waits but `wait`."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any

from appliance import events as ev
from appliance.alert.lamp import LampState
from appliance.call.machine import CallMachine
from appliance.call.states import HOLDING, PHASES
from appliance.daemon.ledger import Ledger
from appliance.daemon.timers import Timers
from appliance.edge.ports import Bus, Clock, LineDevice, Panel, Watchdog
from appliance.errors import IllegalEvent
from appliance.line.ear import Ear
from appliance.store.recorder import Recorder
from appliance.units import SampleIndex

log = logging.getLogger(__name__)

STEP_S = 0.02
"""Longest pause between two looks at the line, seconds. Why: one block of sound (units.BLOCK_SAMPLES)."""


CLEARING = frozenset(PHASES["Clearing"])

RELEASE_STEPS = 250
"""Looks at the line while it is let go, STEP_S each: 5 s. Why: +VLS=0 is given no longer (line.modem.limits)."""


@dataclass(frozen=True)
class LineParts:
    """What the loop drives; put together in `wiring`."""

    clock: Clock
    device: LineDevice
    machine: CallMachine
    recorder: Recorder
    ear: Ear
    lamp: LampState
    panel: Panel
    bus: Bus
    ledger: Ledger
    prompts: Mapping[ev.Prompt, bytes]
    watchdog: Watchdog
    quiet_at: Callable[[datetime], bool]


class LineLoop:
    """Runs one telephone line. `step` does all that is to be done now; `run` repeats it."""

    def __init__(self, parts: LineParts) -> None:
        self._parts = parts
        self._timers = Timers()
        self._queue: deque[ev.Fact] = deque()
        self._recording = False
        self._shown: tuple[Any, ...] = ()
        self._carry: dict[type[ev.Command], Callable[[SampleIndex, Any], None]] = {
            ev.Seize: lambda now, _: parts.device.seize(now),
            ev.Release: lambda now, _: parts.device.release(now),
            ev.Play: self._play,
            ev.StopPlaying: lambda now, _: parts.device.stop_playing(now),
            ev.Decide: self._decide,
            ev.BeginCall: self._begin_call,
            ev.EndCall: self._end_call,
            ev.StartRecording: lambda now, _: self._start_recording(now),
            ev.StopRecording: lambda now, _: self._stop_recording(now),
            ev.StartTimer: lambda now, command: self._timers.start(command.timer, now, command.ms),
            ev.StopTimer: lambda _, command: self._timers.stop(command.timer),
            ev.Summon: self._summon,
        }

    def run(self, stop: Event) -> None:
        """Take calls until `stop` is set; then close the recording and leave."""
        self._parts.watchdog.ready()
        while not stop.is_set():
            self._parts.device.wait(STEP_S)
            self.step()
        self.close()

    def step(self) -> None:
        """Hear, decide, light: all that has become due."""
        parts = self._parts
        now = parts.clock.now()
        for item in parts.device.poll(now):
            if isinstance(item, ev.SoundBlock):
                self._hear(item)
            elif (fact := parts.ear.judge(item)) is not None:
                self.take(fact)
            else:
                log.info("not believed, or heard before: %s", item)
        while (timer := self._timers.next_fired(now)) is not None:
            self.take(timer)
        for button in parts.panel.pressed():
            self.take(ev.ButtonPressed(now, button))
        for message in parts.bus.received():
            self._read(now, message)
        for fact in (*parts.recorder.tick(now), *parts.ledger.faults(now)):
            self.take(fact)
        self._light(now)
        parts.watchdog.alive()

    def close(self) -> None:
        """Leave in good order: the recording is finished, the line let go, the panel dark."""
        parts = self._parts
        parts.device.release(parts.clock.now())
        if parts.machine.state in HOLDING | CLEARING:
            self._await_release()
        now = parts.clock.now()
        if self._recording:
            self._stop_recording(now)
        parts.ledger.leave(now)
        parts.device.close()
        parts.panel.show(ev.LampFrame())
        parts.panel.close()
        parts.recorder.close()
        parts.ledger.close()
        parts.bus.close()

    def _await_release(self) -> None:
        """Wait until the modem is on-hook: left off-hook it would keep the shop's line busy for good."""
        parts = self._parts
        for _ in range(RELEASE_STEPS):
            parts.device.wait(STEP_S)
            for item in parts.device.poll(parts.clock.now()):
                if isinstance(item, ev.SoundBlock) and self._recording:
                    parts.recorder.hear(item)
                elif isinstance(item, ev.LineReleased | ev.LineLost):
                    return
        log.error("the modem did not confirm that it let go of the line")

    # ---- facts ---------------------------------------------------------------------------------------------------

    def take(self, fact: ev.Fact) -> None:
        """Take one fact, and whatever follows from it, in order."""
        self._queue.append(fact)
        if len(self._queue) > 1:  # called from within: the outer call goes on with it
            return
        while self._queue:
            self._take_one(self._queue[0])
            self._queue.popleft()
        self._parts.ledger.tell()

    def _take_one(self, fact: ev.Fact) -> None:
        parts = self._parts
        _log(fact)
        parts.lamp.take(fact)
        offset = parts.recorder.position(fact.at) if self._recording else None
        parts.ledger.take(fact, offset)
        if isinstance(fact, ev.SoundLost) and self._recording:
            self._note(parts.recorder.take(fact))
        if isinstance(fact, ev.ButtonPressed):
            self._press(fact)
        was, call_id = parts.machine.state, parts.ledger.call_id
        try:
            commands = parts.machine.take(fact)
        except IllegalEvent as error:
            log.warning("%s", error)
            return
        for command in commands:
            self._carry[type(command)](fact.at, command)
        state = parts.machine.state
        if state != was:
            self.take(ev.CallStateChanged(fact.at, parts.ledger.call_id or call_id, state.value, was.value))

    def _press(self, fact: ev.ButtonPressed) -> None:
        """SOS is an alarm at once; a mark stays in the story of the call; acknowledge quiets the panel."""
        call_id = self._parts.ledger.call_id
        if fact.button is ev.Button.SOS:
            self.take(ev.AlertRaised(fact.at, ev.Level.ALARM, "sos", f"SOS was pressed ({fact.by})", call_id))
        elif fact.button is ev.Button.MARK:
            self.take(ev.AlertRaised(fact.at, ev.Level.NOTICE, "mark", f"a mark was set ({fact.by})", call_id))
        else:
            self.take(ev.AlertAcknowledged(fact.at, fact.by))

    def _read(self, now: SampleIndex, message: ev.Message) -> None:
        """A message from the bus: a button of the page, or the life sign of another process."""
        if message.topic == "request/button":
            wanted = message.payload.get("button")
            if isinstance(wanted, str) and wanted in set(ev.Button):  # anything may come over a bus
                self.take(ev.ButtonPressed(now, ev.Button(wanted), _printable(message.payload.get("by", "page"))))
        elif message.topic.endswith("/alive"):
            self._parts.ledger.heard_of(message.topic.split("/")[0], message.payload)

    # ---- sound ---------------------------------------------------------------------------------------------------

    def _hear(self, block: ev.SoundBlock) -> None:
        if self._recording:
            self._note(self._parts.recorder.hear(block))
        for fact in self._parts.ear.hear(block):
            self.take(fact)

    def _note(self, facts: list[ev.Fact]) -> None:
        for fact in facts:
            self.take(fact)

    def _start_recording(self, now: SampleIndex) -> None:
        parts = self._parts
        call_id = parts.ledger.call_id
        file = parts.recorder.start(call_id, now, parts.clock.civil())
        self._recording = True
        parts.ear.reset(now)
        self.take(ev.RecordingStarted(now, call_id, str(file)))

    def _stop_recording(self, now: SampleIndex) -> None:
        if not self._recording:
            return
        done = self._parts.recorder.stop(now)
        self._recording = False
        self._parts.lamp.take(self._parts.ledger.recorded(now, done))

    # ---- commands ------------------------------------------------------------------------------------------------

    def _play(self, now: SampleIndex, command: ev.Play) -> None:
        self._parts.device.play(now, command.prompt, self._parts.prompts.get(command.prompt, b""))

    def _decide(self, now: SampleIndex, _: ev.Decide) -> None:
        self.take(self._parts.ledger.decide(now))

    def _begin_call(self, now: SampleIndex, command: ev.BeginCall) -> None:
        self.take(self._parts.ledger.begin(now, command.direction))

    def _end_call(self, now: SampleIndex, command: ev.EndCall) -> None:
        if self._recording:
            self._stop_recording(now)
        self.take(self._parts.ledger.end(now, command.outcome))

    def _summon(self, now: SampleIndex, command: ev.Summon) -> None:
        self._parts.lamp.summon(now, command.needed)

    # ---- light ---------------------------------------------------------------------------------------------------

    def _light(self, now: SampleIndex) -> None:
        parts = self._parts
        quiet = parts.quiet_at(parts.clock.civil())
        frame = parts.lamp.frame(now, quiet)
        parts.panel.show(frame)
        shown = (parts.lamp.pattern, parts.lamp.since)
        if shown != self._shown:
            self._shown = shown
            parts.ledger.lit(parts.lamp.since, parts.lamp.pattern)


def _log(fact: ev.Fact) -> None:
    """What the journal is to tell of the line and of faults."""
    match fact:
        case ev.LineReady(device=device, notes=notes):
            log.info("the line is ready: %s", "; ".join((device, *notes)))
        case ev.LineLost(why=why):
            log.warning("the line is lost: %s", why)
        case ev.FaultRaised(what=what, why=why):
            log.warning("fault %s: %s", what, why)
        case ev.FaultCleared(what=what):
            log.info("no fault any more: %s", what)


def _printable(name: object) -> str:
    """Who it was, as somebody on the bus says: cut to 40 characters that any file and any page can show."""
    return "".join(character for character in str(name)[:40] if character.isprintable())
