"""Playing a call script against an exchange: people act when their conditions come true, time is counted in samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from appliance.errors import OperatorError
from appliance.events import Button
from appliance.exchange.ears import Pcm
from appliance.exchange.exchange import Call, CallPlan, Exchange
from appliance.exchange.office_tables import State
from appliance.exchange.people import Attention, Caller, Mouth, Progress
from appliance.exchange.script import LISTENING, Actor, After, Do, Script, ScriptedCall, Step
from appliance.units import SampleIndex, samples

POLITENESS_MS = 2500
"""How long a person listens to busy tone before hanging up, unless the script says otherwise.

Why: long enough for the box to hear two beats of 0.5/0.5 s, short enough for a demo.
"""

Sounds = Callable[[str], npt.NDArray[np.int16] | npt.NDArray[np.float32]]


@dataclass
class House:
    """What a script may ask of the box's house. `ready`: the box can take the next call."""

    unplug: Callable[[], None]
    plug_in: Callable[[], None]
    press: Callable[[Button], None]
    ready: Callable[[], bool] = lambda: True


@dataclass(frozen=True)
class CallResult:
    """What became of one scripted call, as the people in it know.

    `unfinished`: steps whose time never came (but for hanging up, which people do by themselves). `stuck`: the call had
    to be ended after its `max_s`.
    """

    scripted: ScriptedCall
    call: Call
    ended_at: SampleIndex
    caller_heard: Pcm
    staff_heard: Pcm
    unfinished: tuple[str, ...]
    stuck: bool

    @property
    def started_at(self) -> SampleIndex:
        return self.call.placed_at

    @property
    def answered_at(self) -> SampleIndex | None:
        return self.call.answered_at


@dataclass
class _Part:
    """One actor's way through the steps."""

    steps: list[Step]
    doing: Step | None = None  # a deed that takes time
    ready_at: SampleIndex | None = None  # when the condition of the first step came true


@dataclass
class _Running:
    scripted: ScriptedCall
    call: Call
    parts: dict[Actor, _Part]
    happened: set[After] = field(default_factory=set)
    stuck: bool = False

    @property
    def caller(self) -> Caller:
        return self.call.caller


class ScriptRunner:
    """Follows an exchange and lives through a script as the exchange advances.

    `sounds` gives the sound of a voice by name (8 kHz). Raises OperatorError where the script needs a house and
    there is none.
    """

    def __init__(self, exchange: Exchange, script: Script, sounds: Sounds, house: House | None = None) -> None:
        needs_house = {Do.UNPLUG, Do.PLUG_IN, Do.PRESS_BUTTON}
        if house is None and any(step.do in needs_house for call in script.calls for step in call.steps):
            raise OperatorError("this script pulls plugs or presses buttons: it needs a box to do that to")
        self.results: list[CallResult] = []
        self._exchange = exchange
        self._house = house
        self._sounds = {name: sounds(name) for name in sorted(script.voices)}
        self._usual_gap = self._gap = samples(script.gap_s * 1000)
        self._to_come = list(script.calls)
        self._running: _Running | None = None
        self._quiet_since: SampleIndex | None = exchange.now
        exchange.follow(self._live)

    @property
    def finished(self) -> bool:
        return not self._to_come and self._running is None

    @property
    def present(self) -> ScriptedCall | None:
        """The call that is being lived through."""
        return self._running.scripted if self._running else None

    # ---- one look at the world -------------------------------------------------------------------------------------

    def _live(self, at: SampleIndex) -> None:
        if self._running is None:
            self._begin_next(at)
            return
        run = self._running
        self._observe(at, run)
        for actor, part in run.parts.items():
            self._live_part(at, run, actor, part)
        self._be_polite(at, run)
        self._end_when_over(at, run)

    def _begin_next(self, at: SampleIndex) -> None:
        if not self._to_come or self._quiet_since is None or at - self._quiet_since < self._gap:
            return
        if self._house is not None and not self._house.ready():
            return
        scripted = self._to_come.pop(0)
        call = self._exchange.place_call(CallPlan(scripted.identity, name=f"caller of {scripted.id!r}"))
        parts = {actor: _Part(list(scripted.steps_of(actor))) for actor in Actor}
        self._running = _Running(scripted, call, parts)
        self._quiet_since = None
        self._exchange.phone.attention.forget()

    def _observe(self, at: SampleIndex, run: _Running) -> None:
        exchange, happened = self._exchange, run.happened
        if exchange.state is State.CAR_BURST:
            happened.add(After.CAR)
        if run.call.ringing_at is not None:
            happened.add(After.RINGING)
        if run.call.answered_at is not None:
            happened.add(After.ANSWERED)
        if exchange.phone.summoned():
            happened.add(After.SUMMONED)
        if exchange.phone.off_hook:
            happened.add(After.LIFTED)
        elif After.LIFTED in happened:
            happened.add(After.REPLACED)
        if run.call.over:
            happened.add(After.CLEARED)

    # ---- steps -----------------------------------------------------------------------------------------------------

    def _live_part(self, at: SampleIndex, run: _Running, actor: Actor, part: _Part) -> None:
        while True:
            if part.doing is not None:
                if self._mouth(run, actor).speaking:
                    return
                if part.doing.do is Do.SAY:
                    run.happened.add(After.CALLER_SPOKE if actor is Actor.CALLER else After.STAFF_SPOKE)
                part.doing = None
                self._attention(run, actor).forget()
            if not part.steps or not self._is_due(at, run, part):
                return
            step = part.steps.pop(0)
            part.ready_at = None
            if self._do(run, step):
                part.doing = step
            elif actor is not Actor.OTHERS:
                self._attention(run, actor).forget()

    def _is_due(self, at: SampleIndex, run: _Running, part: _Part) -> bool:
        step = part.steps[0]
        if step.do is Do.KNOCK and self._exchange.state is not State.TALKING:
            return False
        if step.at_s is not None:
            return at - run.call.placed_at >= samples(step.at_s * 1000)
        if part.ready_at is None and self._holds(run, step):
            part.ready_at = at
        return part.ready_at is not None and at - part.ready_at >= samples(step.wait_s * 1000)

    def _holds(self, run: _Running, step: Step) -> bool:
        if step.after is After.PREVIOUS:
            return True
        if step.after in LISTENING:
            attention = self._attention(run, step.actor)
            attention.awaits_beep = step.after is After.BEEP
            heard = attention.beeped or step.after is not After.BEEP
            return heard and attention.heard_out(step.heard_s, step.quiet_s)
        return step.after in run.happened

    def _do(self, run: _Running, step: Step) -> bool:
        """Do it; True where it takes time to be done."""
        phone = self._exchange.phone
        match step.do:
            case Do.SAY:
                self._mouth(run, step.actor).say(self._sounds[step.voice])
            case Do.PRESS:
                (run.caller if step.actor is Actor.CALLER else phone).press(step.digits)
            case Do.FAX:
                run.caller.send_fax_calling_tone()
            case Do.HANG_UP:
                run.caller.hang_up()
            case Do.LIFT:
                phone.lift()
            case Do.REPLACE:
                phone.replace()
            case Do.KNOCK:
                self._exchange.knock()
            case _:
                self._do_in_house(step)
        return step.do in (Do.SAY, Do.PRESS)

    def _do_in_house(self, step: Step) -> None:
        house = self._house
        if house is None:
            return
        if step.do is Do.UNPLUG:
            house.unplug()
        elif step.do is Do.PLUG_IN:
            house.plug_in()
        elif step.do is Do.PRESS_BUTTON and step.button is not None:
            house.press(step.button)

    def _mouth(self, run: _Running, actor: Actor) -> Mouth:
        return run.caller.mouth if actor is Actor.CALLER else self._exchange.phone.mouth

    def _attention(self, run: _Running, actor: Actor) -> Attention:
        return run.caller.attention if actor is Actor.CALLER else self._exchange.phone.attention

    # ---- the end ---------------------------------------------------------------------------------------------------

    def _be_polite(self, at: SampleIndex, run: _Running) -> None:
        phone = self._exchange.phone
        over = run.call.ended_at is not None and at - run.call.ended_at >= samples(POLITENESS_MS)
        busy = run.caller.progress is Progress.BUSY and at - run.call.placed_at >= samples(POLITENESS_MS)
        if at - run.call.placed_at >= samples(run.scripted.max_s * 1000) and not run.stuck:
            run.stuck = over = True
        if (over or busy) and run.caller.off_hook:
            run.caller.hang_up()
        if over and phone.off_hook:
            phone.replace()

    def _end_when_over(self, at: SampleIndex, run: _Running) -> None:
        plug_is_out = any(step.do is Do.PLUG_IN for step in run.parts[Actor.OTHERS].steps)
        idle = self._exchange.state is State.IDLE and not self._exchange.phone.off_hook
        if run.caller.off_hook or not (idle or run.stuck) or (plug_is_out and not run.stuck):
            return
        left = [step for part in run.parts.values() for step in part.steps]
        unfinished = tuple(str(step) for step in left if step.do not in (Do.HANG_UP, Do.REPLACE, Do.WAIT))
        heard = self._exchange.phone.ear.between(run.call.placed_at, at)
        result = CallResult(run.scripted, run.call, at, run.caller.ear.pcm, heard, unfinished, run.stuck)
        self.results.append(result)
        gap_s = run.scripted.gap_s
        self._gap = self._usual_gap if gap_s is None else samples(gap_s * 1000)
        self._running, self._quiet_since = None, at
