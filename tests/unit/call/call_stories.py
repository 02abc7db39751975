"""Calls as people know them: what happens, what the box does, how the call is filed."""

from __future__ import annotations

from appliance import events as ev
from appliance.call.machine import CallConfig, CallMachine
from appliance.call.tables import State
from appliance.call.timers import Timer
from appliance.events import ClearedBy, Decision, Outcome, Prompt
from appliance.units import SampleIndex

AT = SampleIndex(0)
RANG, STOPPED = ev.Rang(AT), ev.RingingStopped(AT)
LIFTED, REPLACED = ev.ExtensionLifted(AT), ev.ExtensionReplaced(AT)
SEIZED, RELEASED = ev.LineSeized(AT), ev.LineReleased(AT)
VOICE, SILENCE = ev.VoiceBegan(AT), ev.SilenceBegan(AT)
BUSY = ev.FarEndCleared(AT, ClearedBy.BUSY_TONE)
KNOWN_NUMBER = ev.CallerIdentified(AT, ev.CallerIdentity("0312345678"))


def said(prompt: Prompt) -> ev.Fact:
    return ev.PromptEnded(AT, prompt, complete=True)


def fired(timer: Timer) -> ev.Fact:
    return ev.TimerFired(AT, timer.value)


class Call:
    """A ready machine and all that it has said so far."""

    def __init__(self, decision: Decision = Decision.ANNOUNCE, **config: object) -> None:
        self.machine = CallMachine(CallConfig(**config))  # type: ignore[arg-type]
        self.decision = decision
        self.said: list[ev.Command] = []
        self.take(ev.LineReady(AT, "modem", "generic"))

    def take(self, *facts: ev.Fact) -> Call:
        for fact in facts:
            commands = self.machine.take(fact)
            self.said.extend(commands)
            if ev.Decide() in commands:
                self.take(ev.Decided(AT, self.decision))
        return self

    def rings(self) -> Call:
        """Rings with the number known, as in Japan."""
        return self.take(ev.CarStarted(AT), KNOWN_NUMBER, RANG)

    @property
    def state(self) -> State:
        return self.machine.state

    def acts(self) -> list[ev.Command]:
        """What was said but for timers, which `test_call_rules` keeps."""
        return [command for command in self.said if not isinstance(command, ev.StartTimer | ev.StopTimer)]

    def heard(self) -> list[Prompt]:
        return [command.prompt for command in self.said if isinstance(command, ev.Play)]

    def outcome(self) -> Outcome:
        (outcome,) = [command.outcome for command in self.said if isinstance(command, ev.EndCall)]
        return outcome


def box_first(decision: Decision = Decision.ANNOUNCE) -> Call:
    return Call(decision, mode="box_first")


def summoning() -> Call:
    return box_first().rings().take(SEIZED, said(Prompt.RECORDING_NOTICE))


def taking_message(decision: Decision = Decision.MESSAGE) -> Call:
    return box_first(decision).rings().take(SEIZED, said(Prompt.RECORDING_NOTICE), said(Prompt.LEAVE_MESSAGE))
