"""Walks every reachable situation of the call machine, in a world that does all that lines, devices and staff can do.

The world is written from the facts' meaning, not from the tables: it knows what was asked of the device, which timers
run, whether a phone is off the hook, and who speaks.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from appliance import events as ev
from appliance.call.machine import CallConfig, CallMachine
from appliance.call.tables import State
from appliance.call.timers import Timer
from appliance.errors import IllegalEvent
from appliance.units import SampleIndex

AT = SampleIndex(0)

ALWAYS: tuple[ev.Fact, ...] = (
    ev.LineReady(AT, "modem", "generic"),
    ev.LineLost(AT, "unplugged"),
    ev.CarStarted(AT),
    ev.Rang(AT),
    ev.RingingStopped(AT),
    ev.CallerIdentified(AT, ev.CallerIdentity("0312345678")),
    ev.ExtensionLifted(AT),
    ev.ExtensionReplaced(AT),
    ev.LineReleased(AT),
    ev.DigitHeard(AT, "1"),
    ev.FaxToneHeard(AT, "cng"),
    ev.FaxToneHeard(AT, "ced"),
    ev.CallWaitingHeard(AT),
    ev.FarEndCleared(AT, ev.ClearedBy.BUSY_TONE),
    ev.FarEndCleared(AT, ev.ClearedBy.DIAL_TONE),
    ev.FarEndCleared(AT, ev.ClearedBy.SILENCE),
    ev.SilenceBegan(AT),
    ev.VoiceBegan(AT),
)
"""What may come at any moment, in any order, as often as it likes."""


@dataclass(frozen=True)
class World:
    """What is true outside the machine, as far as the rules need it."""

    state: State = State.FAULT
    wanted: bool = False  # the last word to the device was Seize
    held: bool = False  # the device confirmed it
    in_call: bool = False
    called: bool = False  # CAR, a number or a ring since the call began: somebody calls the shop
    answerable: bool = False  # a number or an ordinary ring since the call began: the exchange has had its answer
    rang: bool = False  # an ordinary ring since the call began
    off_hook: bool = False  # a phone of the shop is off the hook
    in_use: bool = False  # it was lifted without being called, or stayed off the hook after the last call
    recording: bool = False
    recorded: bool = False  # a recording was begun in this call
    summoned: bool = False
    prompt: ev.Prompt | None = None
    asked: bool = False
    speech: bool = False
    timers: frozenset[str] = frozenset()

    def facts(self) -> Iterator[ev.Fact]:
        """All that can happen next."""
        yield from ALWAYS
        if self.wanted and not self.held:
            yield ev.LineSeized(AT)
            yield ev.SeizeFailed(AT, "no answer")
        if self.prompt:
            yield ev.PromptEnded(AT, self.prompt, complete=True)
        if self.asked:
            yield from (ev.Decided(AT, decision) for decision in ev.Decision)
        yield from (ev.TimerFired(AT, timer) for timer in sorted(self.timers))


@dataclass(frozen=True)
class Step:
    """One thing that happened: the world before, the fact, what the machine said, the world after."""

    before: World
    fact: ev.Fact
    commands: tuple[ev.Command, ...]
    after: World


class Broken(AssertionError):
    """A rule of the house does not hold."""


def _heard(world: World, fact: ev.Fact) -> World:  # noqa: C901, PLR0912 - one case a fact
    """The world once `fact` has happened, before the machine has said anything."""
    if world.state is State.FAULT:  # a device that does not work knows nothing of hooks
        return world
    match fact:
        case ev.LineLost():
            return replace(world, off_hook=False, in_use=False, held=False)
        case ev.CarStarted() | ev.CallerIdentified() | ev.Rang():
            return _called(world, fact) if world.in_call else world
        case ev.ExtensionLifted():
            return replace(world, off_hook=True, in_use=world.in_use or not (world.called or world.held))
        case ev.ExtensionReplaced():
            return replace(world, off_hook=False, in_use=False)
        case ev.LineSeized():
            return replace(world, held=True, speech=False)
        case ev.LineReleased():
            stale = world.wanted and not world.held  # the answer to the Release before this Seize
            return replace(world, held=False, wanted=stale, prompt=None)
        case ev.VoiceBegan():
            return replace(world, speech=True)
        case ev.SilenceBegan():
            return replace(world, speech=False)
        case ev.PromptEnded():
            return replace(world, prompt=None)
        case ev.Decided():
            return replace(world, asked=False)
        case ev.TimerFired(timer=Timer.OFF_HOOK_LIMIT):  # so long off the hook without a call: it was put back unseen
            return replace(world, off_hook=False, in_use=False, timers=frozenset())
        case ev.TimerFired(timer=timer):
            return replace(world, timers=world.timers - {timer})
    return world


def _called(world: World, fact: ev.Fact) -> World:
    """The world of a call in which somebody calls the shop, and it was told by `fact`."""
    rang = world.rang or isinstance(fact, ev.Rang)
    answerable = world.answerable or not isinstance(fact, ev.CarStarted)
    return replace(world, called=True, answerable=answerable, rang=rang)


def _obey(world: World, command: ev.Command) -> World:  # noqa: C901 - one case a command
    match command:
        case ev.Seize():
            _must(not world.wanted, "Seize twice")
            return replace(world, wanted=True)
        case ev.Release():
            return replace(world, wanted=False, held=False, prompt=None)
        case ev.Play(prompt=prompt):
            _must(world.wanted and world.held, "Play off the line")
            _must(not world.in_use, "Play into a call that was in progress without us")
            return replace(world, prompt=prompt)
        case ev.StopPlaying():
            return replace(world, prompt=None)
        case ev.Decide():
            return replace(world, asked=True)
        case ev.BeginCall():
            _must(not world.in_call, "BeginCall in a call")
            return replace(world, in_call=True, recorded=False)
        case ev.EndCall():
            _must(world.in_call, "EndCall without a call")
            _must(not world.recording, "EndCall while recording")
            _must(not world.summoned, "EndCall while staff are summoned")
            return replace(
                world, in_call=False, called=False, answerable=False, rang=False, asked=False, in_use=world.off_hook
            )
        case ev.StartRecording():
            _must(world.in_call and not world.recorded, "StartRecording outside a call, or a second one in it")
            return replace(world, recording=True, recorded=True)
        case ev.StopRecording():
            _must(world.recording, "StopRecording without a recording")
            return replace(world, recording=False)
        case ev.Summon(needed=needed):
            _must(needed is not world.summoned, "Summon twice the same")
            return replace(world, summoned=needed)
        case ev.StartTimer(timer=timer):
            return replace(world, timers=world.timers | {timer})
        case ev.StopTimer(timer=timer):
            _must(timer in world.timers, f"StopTimer {timer} that does not run")
            return replace(world, timers=world.timers - {timer})
    raise Broken(f"an unknown command: {command}")


def _must(true: bool, rule: str) -> None:
    if not true:
        raise Broken(rule)


def step(machine: CallMachine, before: World, fact: ev.Fact) -> Step | None:
    """What `fact` leads to; None where the machine refuses it. Raises: Broken, with the whole step told."""
    machine._state, machine._speech = before.state, before.speech
    try:
        commands = machine.take(fact)
    except IllegalEvent:
        assert (machine.state, machine._speech) == (before.state, before.speech), "an illegal event changed something"
        return None
    after = _heard(before, fact)
    try:
        for command in commands:
            after = _obey(after, command)
            if command == ev.BeginCall("in"):
                after = _called(after, fact)
    except Broken as rule:
        raise Broken(f"{rule}: {fact} in {before} gave {commands}") from None
    return Step(before, fact, commands, replace(after, state=machine.state))


def walk(config: CallConfig) -> tuple[list[Step], list[tuple[World, ev.Fact]]]:
    """Every step that can be taken from the start, and every fact that was refused on the way."""
    machine, start = CallMachine(config), World()
    seen, queue = {start}, deque([start])
    steps: list[Step] = []
    refused: list[tuple[World, ev.Fact]] = []
    while queue:
        world = queue.popleft()
        for fact in world.facts():
            taken = step(machine, world, fact)
            if taken is None:
                refused.append((world, fact))
                continue
            steps.append(taken)
            if taken.after not in seen:
                seen.add(taken.after)
                queue.append(taken.after)
    return steps, refused
