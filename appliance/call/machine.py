"""The call machine: facts in, commands out, nothing else. It waits for nothing and knows no time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from appliance.call.signals import Signal, signal_of
from appliance.call.states import HOLDING, IN_CALL, RECORDING, SUMMONED, TIMERS, State
from appliance.call.tables import IGNORED, ROWS, VARIANTS, Row
from appliance.call.timers import FIXED, Timer, identity_wait
from appliance.errors import IllegalEvent
from appliance.events import (
    Command,
    EndCall,
    Fact,
    Outcome,
    Release,
    StartRecording,
    StartTimer,
    StopRecording,
    StopTimer,
    Summon,
)
from appliance.settings import Settings
from appliance.units import Milliseconds

Table = Mapping[tuple[State, Signal], Row]


@dataclass(frozen=True)
class CallConfig:
    """What the owner chose. `message_after_ms` = 0: the box never answers an unanswered call by itself.

    `mode`: as in the settings, or "tap_only" on a line that cannot answer at all.
    """

    mode: str = "staff_first"
    message_after_ms: int = 30_000
    message_max_ms: int = 180_000
    join_outgoing_ms: int = 10_000
    record_outgoing: bool = True
    identity_wait_ms: int = 1_000

    @classmethod
    def of(cls, settings: Settings) -> CallConfig:
        """The part of the settings that moves the machine."""
        call, line = settings.call, settings.line
        return cls(
            mode="tap_only" if settings.taps_only else call.mode,
            message_after_ms=0 if settings.taps_only else call.message_after_s * 1000,
            message_max_ms=call.message_max_s * 1000,
            join_outgoing_ms=call.join_outgoing_s * 1000,
            record_outgoing=settings.recording.outgoing,
            identity_wait_ms=identity_wait(line.country, line.number_display),
        )

    def variants(self) -> tuple[str, str]:
        """The names in `tables.VARIANTS` that these choices stand for."""
        return self.mode, "record_outgoing" if self.record_outgoing else "leave_outgoing"

    def durations(self) -> dict[Timer, Milliseconds]:
        """How long each timer runs; a timer that is not here is never started."""
        chosen = {
            Timer.IDENTITY_WAIT: Milliseconds(self.identity_wait_ms),
            Timer.MESSAGE_MAX: Milliseconds(self.message_max_ms),
            Timer.JOIN_OUTGOING: Milliseconds(self.join_outgoing_ms),
        }
        if self.message_after_ms:
            chosen[Timer.MESSAGE_AFTER] = Milliseconds(self.message_after_ms)
        return {timer: duration.ms for timer, duration in FIXED.items()} | chosen


def full_table(config: CallConfig) -> Table:
    """Every legal pair with all its commands in order: what leaving stops, what entering starts, the act, the timers.

    Raises: KeyError for a mode that is not in `tables.VARIANTS`.
    """
    durations = config.durations()
    table: dict[tuple[State, Signal], Row] = {}
    for state, signal, row in _rows(config):
        border = tuple(_border(state, row.next_state))
        timers = tuple(_timers(state, signal, row.next_state, durations))
        stops = tuple(command for command in timers if isinstance(command, StopTimer))
        starts = tuple(command for command in timers if isinstance(command, StartTimer))
        table[state, signal] = Row(row.next_state, (*stops, *border, *row.commands, *starts))
    for state, signals in IGNORED.items():
        table.update({(state, signal): Row(state) for signal in signals})
    return table


def _rows(config: CallConfig) -> Iterator[tuple[State, Signal, Row]]:
    sources = (ROWS, *(VARIANTS[name] for name in config.variants()))
    for state, rows in chain.from_iterable(source.items() for source in sources):
        for signal, row in rows.items():
            yield state, signal, row
    for state in State:
        if state is not State.FAULT:
            yield state, Signal.LINE_LOST, _line_lost(state)


def _line_lost(state: State) -> Row:
    """Out of everything; the wish to be off-hook is taken back, else a device that recovers would seize the line."""
    let_go: tuple[Command, ...] = (Release(),) if state in HOLDING else ()
    end: tuple[Command, ...] = (EndCall(Outcome.LINE_LOST),) if state in IN_CALL else ()
    return Row(State.FAULT, (*let_go, *end))


def _border(state: State, next_state: State) -> Iterator[Command]:
    if state in SUMMONED and next_state not in SUMMONED:
        yield Summon(False)
    if state in RECORDING and next_state not in RECORDING:
        yield StopRecording()
    if next_state in RECORDING and state not in RECORDING:
        yield StartRecording()
    if next_state in SUMMONED and state not in SUMMONED:
        yield Summon(True)


def _timers(
    state: State, signal: Signal, next_state: State, durations: Mapping[Timer, Milliseconds]
) -> Iterator[StopTimer | StartTimer]:
    """A timer that has just fired runs no more: it needs no stopping, and is started anew where the state keeps it."""
    fired = signal.value.removesuffix("_in_speech")
    anew = {timer for timer, by in RESTARTED_BY.items() if by is signal}
    left = [timer for timer in TIMERS.get(state, ()) if timer != fired and timer in durations]
    wanted = [timer for timer in TIMERS.get(next_state, ()) if timer in durations]
    yield from (StopTimer(timer.value) for timer in left if timer not in wanted)
    yield from (StartTimer(timer.value, durations[timer]) for timer in wanted if timer not in left or timer in anew)


RESTARTED_BY: Mapping[Timer, Signal] = {Timer.LONG_SILENCE: Signal.SILENCE}
"""A timer that such a signal starts anew although the state goes on."""


class CallMachine:
    """Where the one call of the line is, and what to do about each fact.

    Carry the commands out in order. Answer `Decide` with `Decided` before the next fact of the line.
    """

    def __init__(self, config: CallConfig) -> None:
        self._table = full_table(config)
        self._state = State.FAULT
        self._speech = False

    @property
    def state(self) -> State:
        return self._state

    def take(self, fact: Fact) -> tuple[Command, ...]:
        """What to do now that `fact` is known.

        Raises: IllegalEvent where the present state has no row for it; nothing was changed.
        """
        signal = signal_of(fact, self._speech)
        if signal is None:
            return ()
        row = self._table.get((self._state, signal))
        if row is None:
            raise IllegalEvent(f"{signal.value} cannot happen in state {self._state.value} (at sample {fact.at})")
        if signal in SPEECH_AFTER:
            self._speech = SPEECH_AFTER[signal]
        self._state = row.next_state
        return row.commands


SPEECH_AFTER: Mapping[Signal, bool] = {Signal.LINE_SEIZED: False, Signal.VOICE: True, Signal.SILENCE: False}
"""Does somebody speak after this? The ear tells only changes, and starts afresh with every seizing."""
