"""The simulated exchange with one shop on one line: calls come in, terminals answer, time is counted in samples."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from appliance.errors import OperatorError
from appliance.events import UNKNOWN_CALLER, CallerIdentity
from appliance.exchange.circuit import Circuit, Loop, silence
from appliance.exchange.damage import CLEAN, Damage
from appliance.exchange.identity_burst import identity_burst
from appliance.exchange.knock import Knock
from appliance.exchange.office import EntryKind, IdentityBurst, Office
from appliance.exchange.office_tables import PHASES, Clearing, Event, State, ToCaller
from appliance.exchange.people import Caller, Progress, ShopPhone
from appliance.exchange.terminal import LineSignal, SignalKind, Sound, Terminal
from appliance.exchange.tones import TONES, ToneName, stretch
from appliance.units import BLOCK_SAMPLES, SampleIndex, samples

COUNTRIES = ("JP", "US")

DIGIT_PEAK = 0.03
"""A peak from which the exchange takes sound on the dial tone for keying (about −27 dBm0). Spec: ITU-T Q.24, NTT."""

KNOCK_EVERY_MS = {"JP": 3000, "US": 10_000}
"""How often a second caller's tone is repeated. Why: US: 10 s by custom; Japan: not published, in step with ringing."""


@dataclass(frozen=True)
class ExchangeOptions:
    """The line as ordered. `number_display`: the exchange sends who calls. `call_waiting`: a second caller may knock.

    `call_waiting_identity`: and the call is told who (キャッチホン・ディスプレイ). `keep_sound`: remember what every
    party heard (16 kB a second and party).
    """

    country: str = "JP"
    number_display: bool = True
    seed: int = 1
    damage: Damage = CLEAN
    clearing: Clearing = Clearing.BUSY_TONE
    call_waiting: bool = False
    call_waiting_identity: bool = False
    keep_sound: bool = True

    def __post_init__(self) -> None:
        if self.country not in COUNTRIES:
            raise OperatorError(
                f"country {self.country!r} is not known to the exchange; it knows {', '.join(COUNTRIES)}"
            )


@dataclass(frozen=True)
class CallPlan:
    """A call to place. `frame`: send these octets in place of a sound message (for damaged identities)."""

    identity: CallerIdentity = UNKNOWN_CALLER
    name: str = ""
    frame: bytes | None = None


@dataclass
class Call:
    """One call as the exchange's charging sees it. `ended_by`: "caller", "shop", or "exchange"."""

    number: int
    plan: CallPlan
    caller: Caller
    placed_at: SampleIndex
    outgoing: bool = False
    ringing_at: SampleIndex | None = None
    answered_at: SampleIndex | None = None
    ended_at: SampleIndex | None = None
    ended_by: str = ""
    heard_by_network: SampleIndex = field(default=SampleIndex(0))  # since when its present network tone sounds

    @property
    def over(self) -> bool:
        return self.ended_at is not None


@dataclass(frozen=True)
class Happening:
    """One line of the exchange's history."""

    at: SampleIndex
    who: str  # "exchange", a caller's or a terminal's name
    what: str


@dataclass(frozen=True)
class _Route:
    """Who answers the next outgoing call, and how long that takes."""

    caller: Caller
    answer_after_ms: float


class Exchange:
    """One line of the exchange, alive only while `advance` runs.

    Sound passes in blocks of 20 ms, cut where a signal falls between; so any size of step gives the same history.
    """

    def __init__(self, options: ExchangeOptions | None = None) -> None:
        self.options = options or ExchangeOptions()
        self.now = SampleIndex(0)
        self.history: list[Happening] = []
        self.calls: list[Call] = []
        self.phone = ShopPhone(keep_sound=self.options.keep_sound)
        self._at = SampleIndex(0)
        self._circuit = Circuit(self.options.damage, self.options.seed, keep_sound=self.options.keep_sound)
        self._office = Office(self.options.country, self.options.clearing, self._tell, self._moved)
        self._tones = TONES[self.options.country]
        self._present: Call | None = None
        self._off_hook_callers: list[Call] = []
        self._followers: list[Callable[[SampleIndex], None]] = [self.phone.live]
        self._route: _Route | None = None
        self._knock_at: SampleIndex | None = None
        self._knock: Knock | None = None
        self._introduced: set[int] = set()  # numbers of the calls whose identity was sent in mid-call
        self.attach(self.phone)

    # ---- what plugs in and what is asked --------------------------------------------------------------------------

    @property
    def state(self) -> State:
        """What the line is doing."""
        return self._office.state

    @property
    def present(self) -> Call | None:
        """The call that holds the line."""
        return self._present

    @property
    def circuit(self) -> Circuit:
        return self._circuit

    def attach(self, terminal: Terminal) -> None:
        """Plug a terminal into the pair. Raises OperatorError for a name taken."""
        self._circuit.plug(self._at, terminal)

    def detach(self, terminal: Terminal) -> None:
        """Pull a terminal out; to the line it goes on-hook. Raises OperatorError if it is not there."""
        self._circuit.pull(terminal)

    def follow(self, follower: Callable[[SampleIndex], None]) -> None:
        """Have `follower` called with the instant before each step, as long as the exchange lives."""
        self._followers.append(follower)

    def place_call(self, plan: CallPlan) -> Call:
        """A caller dials the shop now; gets busy tone (or knocks) where the line is in use."""
        caller = Caller(plan.name or _shown(plan.identity), keep_sound=self.options.keep_sound)
        call = Call(len(self.calls) + 1, plan, caller, self._at, heard_by_network=self._at)
        self.calls.append(call)
        self._off_hook_callers.append(call)
        self._note(self._at, caller.name, "dials the shop")
        if self._office.state is State.IDLE and not self._circuit.off_hook:
            self._present = call
            entry = self._entry(plan)
            self._office.ring(self._at, entry, self._burst(plan) if entry is not EntryKind.PLAIN else None)
        elif self.options.call_waiting and self._office.state is State.TALKING:
            caller.progress = Progress.RINGBACK
            self._knock_at = self._at
        else:
            caller.progress = Progress.BUSY
            self._note(self._at, caller.name, "hears busy tone: the line is in use")
        return call

    def expect_outgoing(self, name: str, answer_after_s: float) -> Caller:
        """The next call that staff dial leads to this person, who lifts after so many seconds of ringback."""
        callee = Caller(name, keep_sound=self.options.keep_sound)
        self._route = _Route(callee, answer_after_s * 1000)
        return callee

    def knock(self) -> None:
        """One burst of the call-waiting tone into the present call. Raises OperatorError where nobody talks."""
        if self._office.state is not State.TALKING:
            raise OperatorError(f"call waiting needs a call in progress; the line is {self._office.state}")
        self._knock_at = self._at

    def export_sound(self, folder: Path) -> list[Path]:
        """Write a WAV of what each party heard: `call-N-caller.wav` and `<terminal>.wav`; the paths written."""
        folder.mkdir(parents=True, exist_ok=True)
        ears = {f"call-{call.number}-caller": call.caller.ear for call in self.calls}
        ears |= {t.name.replace(" ", "-"): self._circuit.ear(t.name) for t in self._circuit.terminals}
        paths = []
        for name, ear in ears.items():
            if ear.begun_at is not None:
                paths.append(folder / f"{name}.wav")
                ear.write_wav(paths[-1])
        return paths

    # ---- time ----------------------------------------------------------------------------------------------------

    def advance(self, n: int) -> None:
        """Let `n` samples of time pass; sound follows in whole blocks, so it may lag by less than 20 ms."""
        self.now = SampleIndex(self.now + n)
        while self._at + BLOCK_SAMPLES <= self.now:
            self._live_block(SampleIndex(self._at + BLOCK_SAMPLES))

    def _live_block(self, end: SampleIndex) -> None:
        while self._at < end:
            self._settle()
            self._pass(min(end, self._next_due() or end))

    def _settle(self) -> None:
        at = self._at
        for follower in self._followers:
            follower(at)
        for call in self._off_hook_callers:
            if not call.caller.off_hook:
                self._caller_hung_up(call)
        for terminal, off_hook, loop in self._circuit.poll(at):
            self._note(at, terminal.name, "off-hook" if off_hook else "on-hook")
            if loop is not None:
                self._office.take(at, Event.LIFTED if loop is Loop.LIFTED else Event.REPLACED)
        while self._office.due is not None and self._office.due <= at:
            self._timer(at)
        if self._knock is not None and self._knock.told_at == at:
            self._tell(self._knock.told())
        if self._knock_at is not None and self._knock_at <= at:
            self._knock_now(at)

    def _next_due(self) -> SampleIndex | None:
        told_at = self._knock.told_at if self._knock is not None else None
        dues = [due for due in (self._office.due, self._knock_at, told_at) if due is not None and due > self._at]
        return min(dues, default=None)

    def _pass(self, end: SampleIndex) -> None:
        at, n = self._at, end - self._at
        arriving = self._office.on_pair(at, n, lambda: self._caller_speech(at, n))
        if self._knock is not None and not self._knock.over(at, n):
            arriving = self._knock.laid_over(at, silence(n) if arriving is None else arriving)
        leaving = self._circuit.carry(at, n, arriving)
        if leaving is not None and self._office.state in (State.DIAL_TONE, State.DIALLING):
            self._watch_dialling(at, leaving)
        for call in self._off_hook_callers:
            call.caller.hear(at, self._to_caller(call, at, n, leaving))
        self._at = end

    # ---- the line ------------------------------------------------------------------------------------------------

    def _entry(self, plan: CallPlan) -> EntryKind:
        if not self.options.number_display or (plan.identity == UNKNOWN_CALLER and plan.frame is None):
            return EntryKind.PLAIN
        return EntryKind.CAR if self.options.country == "JP" else EntryKind.BETWEEN_RINGS

    def _burst(self, plan: CallPlan, *, off_hook: bool = False) -> IdentityBurst:
        return identity_burst(self.options.country, plan.identity, plan.frame, off_hook=off_hook)

    def _timer(self, at: SampleIndex) -> None:
        office, route = self._office, self._route
        if office.state is State.DIALLING and route is not None:
            self._route = None
            self._present = Call(len(self.calls) + 1, CallPlan(), route.caller, at, outgoing=True)
            self.calls.append(self._present)
            office.take(at, Event.ROUTED)
            office.due = SampleIndex(at + samples(route.answer_after_ms))
        elif office.state is State.CALLING and self._present is not None:
            self._off_hook_callers.append(self._present)
            office.take(at, Event.FAR_END_LIFTED)
        else:
            office.run(at)

    def _watch_dialling(self, at: SampleIndex, leaving: Sound) -> None:
        if float(abs(leaving).max()) >= DIGIT_PEAK:
            self._office.take(at, Event.DIALLED)

    def _tell(self, signal: LineSignal) -> None:
        if signal.kind not in (SignalKind.RING_ON, SignalKind.RING_OFF):
            self._note(signal.at, "exchange", signal.kind.replace("_", " "))
        self._circuit.tell(signal)

    def _moved(self, at: SampleIndex, was: State, state: State) -> None:
        if was is not state:
            self._note(at, "exchange", f"line: {state.replace('_', ' ')}")
        call = self._present
        if call is None:
            return
        heard = PHASES[state].caller
        if heard is ToCaller.NO_CALL:
            self._end_present(at, call, was)
        elif heard is ToCaller.RINGBACK and call.ringing_at is None:
            call.ringing_at = at
            call.caller.progress = Progress.RINGBACK
        elif state is State.TALKING and call.answered_at is None:
            call.answered_at = at
            call.caller.progress = Progress.ANSWERED

    def _end_present(self, at: SampleIndex, call: Call, was: State) -> None:
        self._present = self._knock_at = self._knock = None
        call.ended_at = at
        if not call.caller.off_hook:
            call.ended_by = "caller"
            return
        call.ended_by = "exchange" if was is State.RECEIPT_WAIT else "shop"
        call.caller.progress = Progress.CLEARED
        call.heard_by_network = at

    def _caller_hung_up(self, call: Call) -> None:
        self._off_hook_callers = [other for other in self._off_hook_callers if other is not call]
        self._note(self._at, call.caller.name, "hangs up")
        if call is self._present:
            self._office.take(self._at, Event.CALLER_GONE)
        elif not call.over:
            call.ended_at, call.ended_by = self._at, "caller"
            self._knock_at = None

    # ---- a second caller -----------------------------------------------------------------------------------------

    def _knock_now(self, at: SampleIndex) -> None:
        self._knock_at = None
        if self._office.state is not State.TALKING:
            return
        knocker = next((c for c in self._off_hook_callers if self._waits(c)), None)
        self._knock = Knock(at, self.options.country, self._introduction(knocker))
        self._tell(LineSignal(at, SignalKind.CALL_WAITING))
        if knocker is not None:
            self._knock_at = SampleIndex(at + samples(KNOCK_EVERY_MS[self.options.country]))

    def _waits(self, call: Call) -> bool:
        return call is not self._present and call.caller.progress is Progress.RINGBACK

    def _introduction(self, knocker: Call | None) -> IdentityBurst | None:
        """Who knocks, the first time; None where that is not known or not part of the service."""
        if knocker is None or not self.options.call_waiting_identity or knocker.number in self._introduced:
            return None
        if self._entry(knocker.plan) is EntryKind.PLAIN:
            return None
        self._introduced.add(knocker.number)
        return self._burst(knocker.plan, off_hook=True)

    # ---- the far end ---------------------------------------------------------------------------------------------

    def _caller_speech(self, at: SampleIndex, n: int) -> Sound:
        return silence(n) if self._present is None else self._present.caller.mouth.speak(n)

    def _to_caller(self, call: Call, at: SampleIndex, n: int, leaving: Sound | None) -> Sound:
        if call.caller.progress in (Progress.BUSY, Progress.CLEARED):
            return stretch(self._tones[ToneName.BUSY], at - call.heard_by_network, n)
        if call is not self._present:
            return stretch(self._tones[ToneName.RINGBACK], at - call.heard_by_network, n)
        if self._office.to_caller is ToCaller.RINGBACK:
            return self._office.ringback(at, n)
        if self._office.to_caller is ToCaller.SPEECH and leaving is not None:
            return leaving
        return silence(n)

    def _note(self, at: SampleIndex, who: str, what: str) -> None:
        self.history.append(Happening(at, who, what))


def _shown(identity: CallerIdentity) -> str:
    if identity.name or identity.number:
        return identity.name or identity.number
    return f"caller {identity.absence.value}" if identity.absence else "caller without number"
