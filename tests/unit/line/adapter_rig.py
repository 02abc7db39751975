"""A small honest adapter on sample time: pins driven by schedule, a card with a queue, a listener with knobs."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from appliance.dsp.level import Sound
from appliance.events import CallerIdentity, Fact, LineReady, SoundBlock, SoundLost, Source
from appliance.line.adapter.pins import LinePin, PinChange
from appliance.line.adapter.session import AdapterSession
from appliance.line.callerid.message import CallerIdMessage, Standard
from appliance.settings import AdapterSettings, LineSettings, Settings
from appliance.units import BLOCK_SAMPLES, RATE_HZ, SampleIndex, samples

NUMBER = CallerIdentity("0312345678")
START = SampleIndex(0)


@dataclass
class Listener:
    """Hears one message in every burst of sound that lasts 200 ms and more; tells it 40 ms after its end."""

    identity: CallerIdentity | None = NUMBER  # None: cannot make sense of it
    standard: Standard = Standard.JCLIP
    resets: int = 0
    loud_since: int | None = None
    quiet: int = 0

    def hear(self, at: SampleIndex, sound: Sound) -> list[CallerIdMessage]:
        if float(np.abs(sound).max(initial=0)) > 300:
            self.loud_since = at if self.loud_since is None else self.loud_since
            self.quiet = 0
            return []
        self.quiet += len(sound)
        if self.loud_since is None or self.quiet < samples(40):
            return []
        since, self.loud_since = self.loud_since, None
        end = at + len(sound) - self.quiet
        if self.identity is None or end - since < samples(200):
            return []
        return [CallerIdMessage(SampleIndex(since), SampleIndex(end), self.standard, self.identity)]

    def flush(self) -> list[CallerIdMessage]:
        return []

    def reset(self) -> None:
        self.resets += 1
        self.loud_since, self.quiet = None, 0


@dataclass
class Rig:
    """`run` lets time pass. Everything scheduled is in milliseconds from now."""

    settings: Settings
    listener: Listener = field(default_factory=Listener)
    step: int = BLOCK_SAMPLES
    relay_works: bool = True
    room: int = samples(250)  # of the card, samples
    now: SampleIndex = START
    found: list[Fact | SoundBlock] = field(default_factory=list)
    hooks: list[tuple[int, bool]] = field(default_factory=list)  # ms, closed
    on_line: bytearray = field(default_factory=bytearray)  # what the card has played
    played_at: list[int] = field(default_factory=list)  # ms, of each step in which it played

    def __post_init__(self) -> None:
        self.session = AdapterSession(self.settings, self.now, self.listener)
        self._pins: list[PinChange] = []
        self._sounds: list[tuple[int, np.ndarray]] = []
        self._queue = bytearray()
        self._hook = False
        self.lost: list[SoundLost] = []

    # ---- the schedule

    def at(self, ms: float) -> SampleIndex:
        return SampleIndex(self.now + samples(ms))

    def pin(self, ms: float, pin: LinePin, on: bool) -> None:
        self._pins.append(PinChange(self.at(ms), pin, on))
        self._pins.sort(key=lambda change: change.at)

    def ring(self, ms: float, lasts: float, hz: float = 16, per_cycle: int = 2) -> None:
        """A burst of ringing current, as an opto shows it."""
        period = 1000 / hz / per_cycle
        for pulse in range(int(lasts / period)):
            self.pin(ms + pulse * period, LinePin.RING, True)
            self.pin(ms + pulse * period + 0.5 * period, LinePin.RING, False)

    def car(self, ms: float, bursts: int = 6) -> None:
        for burst in range(bursts):
            self.ring(ms + 1000 * burst, 500)

    def rings(self, ms: float, bursts: int = 3, on: float = 1000, every: float = 3000) -> None:
        for burst in range(bursts):
            self.ring(ms + every * burst, on)

    def sound(self, ms: float, lasts: float, level: float = 3000.0) -> None:
        count = samples(lasts)
        self._sounds.append((self.at(ms), level * np.sin(2 * np.pi * 1300 / RATE_HZ * np.arange(count))))

    # ---- time

    def run(self, ms: float) -> list[Fact]:
        """Let time pass; the facts of that time."""
        begun = len(self.found)
        until = self.at(ms)
        while self.now < until:
            self._live(min(self.step, until - self.now))
        return [item for item in self.found[begun:] if isinstance(item, Fact)]

    def _live(self, count: int) -> None:
        start, self.now = self.now, SampleIndex(self.now + count)
        while self._pins and self._pins[0].at < self.now:
            self.session.take_pin(self._pins.pop(0))
        played = self._queue[: 2 * count]
        del self._queue[: 2 * count]
        if played:
            self.on_line += played
            self.played_at.append(self.ms)
        lost, self.lost = self.lost, []
        for item in lost or [SoundBlock(start, self._captured(start, count))]:
            self.session.hear(item)
        self.found += self.session.tick(self.now, len(self._queue) // 2)
        self.carry_out()

    def carry_out(self) -> None:
        session = self.session
        if session.hook is not self._hook:
            self._hook = session.hook
            self.hooks.append((self.ms, self._hook))
            if self._hook and self.relay_works:  # the exchange stops ringing
                self._pins = [change for change in self._pins if change.pin is not LinePin.RING]
                self.pin(0, LinePin.RING, False)
        if session.flush_wanted:
            self._queue.clear()
            session.flushed(self.now, 0)
            self.found += session.tick(self.now, 0)
        sound = session.offer()[: max(0, self.room * 2 - len(self._queue))]
        self._queue += sound
        if sound:
            session.sent(self.now, len(sound))

    def _captured(self, start: int, count: int) -> bytes:
        out = np.zeros(count)
        out[-start % RATE_HZ :: RATE_HZ] = 1.0  # the last bit of a converter never rests for long
        for at, sound in self._sounds:
            first, last = max(start, at), min(start + count, at + len(sound))
            if first < last:
                out[first - start : last - start] += sound[first - at : last - at]
        return out.astype("<i2").tobytes()

    # ---- what became of it

    @property
    def ms(self) -> int:
        return self.now * 1000 // RATE_HZ

    def facts(self) -> list[Fact]:
        return [item for item in self.found if isinstance(item, Fact)]

    def names(self) -> list[str]:
        """The facts by name, but for LineReady."""
        return names(self.facts())

    def blocks(self, source: Source) -> list[SoundBlock]:
        return [item for item in self.found if isinstance(item, SoundBlock) and item.source is source]


def names(facts: list[Fact]) -> list[str]:
    return [type(fact).__name__ for fact in facts if not isinstance(fact, LineReady)]


def make(country: str = "JP", number_display: bool = True, **adapter: object) -> Rig:
    """An adapter that has been ready for a second. `adapter`: of [adapter]."""
    line = LineSettings(kind="sound", country=country, number_display=number_display)
    rig = Rig(Settings(line=line, adapter=AdapterSettings(capture="card", **adapter)))  # type: ignore[arg-type]
    rig.run(1000)
    return rig


def hand_over(rig: Rig, polarity: bool) -> None:
    """Reversal, CAR until the primary answer, the data 200 ms later, ringing 400 ms after the on-hook."""
    rig.pin(0, LinePin.POLARITY, False)
    if polarity:
        rig.pin(1000, LinePin.POLARITY, True)
    rig.car(1500)
    rig.run(1500)
    for _ in range(400):
        if rig.session.hook:
            break
        rig.run(10)
    assert rig.session.hook
