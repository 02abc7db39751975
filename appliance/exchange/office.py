"""The exchange's side of one subscriber line: its states as a table, and what each of them puts on the pair."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from appliance.errors import IllegalEvent
from appliance.events import CallerIdentity
from appliance.exchange.office_tables import (
    CAR_LIMIT_MS,
    CLEARING_STATE,
    DURATIONS_MS,
    NEXT,
    PHASES,
    Clearing,
    Event,
    OnPair,
    Polarity,
    Ring,
    State,
    ToCaller,
)
from appliance.exchange.terminal import LineSignal, SignalKind, Sound
from appliance.exchange.tones import TONES, ToneName, stretch
from appliance.units import SampleIndex, samples


class EntryKind(StrEnum):
    """How an incoming call begins on the pair."""

    CAR = "car"  # Japan with ナンバー・ディスプレイ
    BETWEEN_RINGS = "between_rings"  # US: identity in the first pause
    PLAIN = "plain"


ENTRY_EVENT = {
    EntryKind.CAR: Event.CALL_WITH_CAR,
    EntryKind.BETWEEN_RINGS: Event.CALL_WITH_IDENTITY_BETWEEN_RINGS,
    EntryKind.PLAIN: Event.CALL_PLAIN,
}

TONE_OF = {
    OnPair.DIAL_TONE: ToneName.DIAL,
    OnPair.BUSY_TONE: ToneName.BUSY,
    OnPair.HOWLER: ToneName.HOWLER,
    OnPair.RINGBACK: ToneName.RINGBACK,
}


@dataclass(frozen=True)
class IdentityBurst:
    """What the exchange will send to say who calls: the sound, and what is in it."""

    sound: Sound
    octets: bytes
    identity: CallerIdentity | None  # None where the octets are damaged on purpose


class Office:
    """One line card. Takes events at instants; tells signals to the pair; says when it is due next.

    `tell` gets every signal; `moved` gets (instant, state before, state now) after each change.
    """

    def __init__(
        self,
        country: str,
        clearing: Clearing,
        tell: Callable[[LineSignal], None],
        moved: Callable[[SampleIndex, State, State], None],
    ) -> None:
        self._tones = TONES[country]
        self._durations = DURATIONS_MS[country]
        self._clearing = clearing
        self._tell = tell
        self._moved = moved
        self._burst: IdentityBurst | None = None
        self._reversed = False
        self._ringback_since = SampleIndex(0)
        self._car_since = SampleIndex(0)
        self._first_pause_at = SampleIndex(0)
        self.state = State.IDLE
        self.since = SampleIndex(0)
        self.due: SampleIndex | None = None

    def ring(self, at: SampleIndex, entry: EntryKind, burst: IdentityBurst | None) -> None:
        """Begin an incoming call. Raises IllegalEvent unless idle."""
        self._check(ENTRY_EVENT[entry])
        self._burst = burst
        self.take(at, ENTRY_EVENT[entry])

    def take(self, at: SampleIndex, event: Event) -> None:
        """Let `event` happen. Raises IllegalEvent, with nothing changed, where the table has no row."""
        new = self._check(event)
        if self.state is State.TALKING and event is Event.CALLER_GONE:
            new = CLEARING_STATE[self._clearing]
        self._enter(at, new, event)

    def run(self, at: SampleIndex) -> None:
        """Let a timer that is due by `at` fire (one; ask again while `due` is not later)."""
        if self.due is None or self.due > at:
            return
        due = self.due
        car_over = self.state is State.CAR_PAUSE and due - self._car_since >= samples(CAR_LIMIT_MS)
        self.take(due, Event.CAR_OVER if car_over else Event.TIMER)

    def on_pair(self, at: SampleIndex, n: int, caller_speech: Callable[[], Sound]) -> Sound | None:
        """What the exchange sends towards the shop during `n` samples, None for silence."""
        kind = PHASES[self.state].pair
        if kind is OnPair.NOTHING:
            return None
        if kind is OnPair.SPEECH:
            return caller_speech()
        if kind is OnPair.IDENTITY:
            assert self._burst is not None
            begun = at - self.since
            return self._burst.sound[begun : begun + n]
        return stretch(self._tones[TONE_OF[kind]], at - self.since, n)

    @property
    def to_caller(self) -> ToCaller:
        """What the caller of the present call hears from the network."""
        return PHASES[self.state].caller

    def ringback(self, at: SampleIndex, n: int) -> Sound:
        """Ringback in step with the ringing of this line."""
        return stretch(self._tones[ToneName.RINGBACK], at - self._ringback_since, n)

    def _check(self, event: Event) -> State:
        try:
            return NEXT[self.state, event]
        except KeyError:
            raise IllegalEvent(f"the exchange cannot take {event} while {self.state}") from None

    def _enter(self, at: SampleIndex, new: State, event: Event) -> None:
        was = self.state
        self.state, self.since = new, at
        if was is State.REVERSED:
            self._car_since = at
        if new is State.FIRST_PAUSE:
            self._first_pause_at = at
        if self.to_caller is ToCaller.RINGBACK and PHASES[was].caller is not ToCaller.RINGBACK:
            self._ringback_since = at
        self._announce_changes(at, was, event)
        self.due = self._due(at, was)
        self._moved(at, was, new)

    def _announce_changes(self, at: SampleIndex, was: State, event: Event) -> None:
        old, new = PHASES[was], PHASES[self.state]
        if event is Event.TIMER and old.pair is OnPair.IDENTITY and self._burst is not None:
            burst = self._burst
            self._tell(LineSignal(at, SignalKind.CALLER_ID, identity=burst.identity, raw=burst.octets))
        if old.ring is not Ring.NONE:
            self._tell(LineSignal(at, SignalKind.RING_OFF, car=old.ring is Ring.CAR))
        if old.loop_closed != new.loop_closed:
            self._tell(LineSignal(at, SignalKind.LOOP_BACK if new.loop_closed else SignalKind.LOOP_BREAK))
        if new.polarity is not Polarity.KEPT and (new.polarity is Polarity.REVERSED) != self._reversed:
            self._reversed = not self._reversed
            self._tell(LineSignal(at, SignalKind.REVERSAL if self._reversed else SignalKind.REVERSAL_BACK))
        if new.ring is not Ring.NONE:
            self._tell(LineSignal(at, SignalKind.RING_ON, car=new.ring is Ring.CAR))

    def _due(self, at: SampleIndex, was: State) -> SampleIndex | None:
        if PHASES[self.state].pair is OnPair.IDENTITY:
            assert self._burst is not None
            return SampleIndex(at + len(self._burst.sound))
        ms = self._durations.get(self.state)
        if ms is None:
            return None
        if was is State.SENDING_ON_HOOK and self.state is State.RING_PAUSE:
            return SampleIndex(max(at, self._first_pause_at + samples(ms)))
        return SampleIndex(at + samples(ms))
