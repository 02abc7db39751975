"""The pair of wires into the shop: what is plugged in, who is off-hook, who hears whom."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

import numpy as np

from appliance.errors import HouseError, OperatorError
from appliance.exchange.damage import Damage, DamagedLine, Echo
from appliance.exchange.ears import Ear
from appliance.exchange.terminal import LineSignal, SignalKind, Sound, Terminal
from appliance.units import SampleIndex


class Loop(StrEnum):
    """What the exchange sees of the pair: closed by the first terminal, opened by the last."""

    LIFTED = "lifted"
    REPLACED = "replaced"


@lru_cache(maxsize=64)
def silence(n: int) -> Sound:
    """`n` samples of nothing; shared, so not writeable."""
    nothing = np.zeros(n, np.float32)
    nothing.flags.writeable = False
    return nothing


class _Socket:
    """One terminal plugged into the pair."""

    def __init__(self, terminal: Terminal, damage: Damage) -> None:
        self.terminal = terminal
        self.off_hook = False  # as last seen
        self.echo = Echo(damage) if damage.echo_db is not None else None
        self.ear = Ear()


class Circuit:
    """Parallel terminals on one pair. `keep_sound`: remember what each of them heard while off-hook."""

    def __init__(self, damage: Damage, seed: int, *, keep_sound: bool = True) -> None:
        self._damage = damage
        self._line = DamagedLine(damage, seed)
        self._sockets: list[_Socket] = []
        self._keep_sound = keep_sound
        self._under_way = 0  # samples for which sound of the exchange is still on the line

    def plug(self, at: SampleIndex, terminal: Terminal) -> None:
        """Connect a terminal; it learns at once when the line is in use. Raises OperatorError for a name taken."""
        if any(socket.terminal.name == terminal.name for socket in self._sockets):
            raise OperatorError(f"there is already a terminal called {terminal.name!r} on the line")
        self._sockets.append(_Socket(terminal, self._damage))
        if self.off_hook:
            terminal.signal(LineSignal(at, SignalKind.EXTENSION_OFF))

    def pull(self, terminal: Terminal) -> None:
        """Disconnect a terminal; the others see it as on-hook at the next `poll`. Raises OperatorError if not there."""
        for socket in self._sockets:
            if socket.terminal is terminal:
                socket.terminal = _Nothing(terminal.name)
                return
        raise OperatorError(f"no terminal called {terminal.name!r} is on the line")

    @property
    def off_hook(self) -> bool:
        """The loop is closed, as last polled."""
        return any(socket.off_hook for socket in self._sockets)

    @property
    def terminals(self) -> list[Terminal]:
        return [socket.terminal for socket in self._sockets]

    def ear(self, name: str) -> Ear:
        """What the terminal of that name heard while off-hook; of all its times on the line. Raises KeyError."""
        for socket in reversed(self._sockets):
            if socket.terminal.name == name:
                return socket.ear
        raise KeyError(name)

    def poll(self, at: SampleIndex) -> list[tuple[Terminal, bool, Loop | None]]:
        """Hook changes since last asked: who, off-hook now?, and what the exchange sees of it."""
        changes: list[tuple[Terminal, bool, Loop | None]] = []
        for socket in self._sockets:
            if bool(socket.terminal.off_hook) != socket.off_hook:
                changes.append(self._change(at, socket))
        if changes:
            self._sockets = [s for s in self._sockets if not isinstance(s.terminal, _Nothing)]
        return changes

    def _change(self, at: SampleIndex, socket: _Socket) -> tuple[Terminal, bool, Loop | None]:
        was_closed = self.off_hook
        socket.off_hook = not socket.off_hook
        kind = SignalKind.EXTENSION_OFF if socket.off_hook else SignalKind.EXTENSION_ON
        for other in self._sockets:
            if other is not socket:
                other.terminal.signal(LineSignal(at, kind))
        if was_closed == self.off_hook:
            return socket.terminal, socket.off_hook, None
        return socket.terminal, socket.off_hook, Loop.LIFTED if socket.off_hook else Loop.REPLACED

    def tell(self, signal: LineSignal) -> None:
        """Give a signal of the exchange to every terminal; an identity sent off-hook, only to those that listen."""
        listening_only = signal.kind is SignalKind.CALLER_ID and self.off_hook
        for socket in self._sockets:
            if socket.off_hook or not listening_only:
                socket.terminal.signal(signal)

    def carry(self, at: SampleIndex, n: int, arriving: Sound | None) -> Sound | None:
        """Let `n` samples pass: all speak, then all hear. `arriving`: from the exchange, None for silence.

        Returns what leaves for the exchange, None for silence.
        """
        said = [(s, self._speech(s, at, n)) for s in self._sockets if s.off_hook]
        if arriving is not None:
            self._under_way = self._line.tail
        elif self._under_way > 0:
            self._under_way -= n
            arriving = silence(n)
        if not said and arriving is None:
            for socket in self._sockets:
                socket.terminal.hear(at, silence(n))
            return None
        far = self._line.carry(at, silence(n) if arriving is None else arriving)
        for socket in self._sockets:
            heard = self._heard(socket, far, said)
            if socket.off_hook and self._keep_sound:
                socket.ear.hear(at, heard)
            socket.terminal.hear(at, heard)
        return _sum([speech for _, speech in said])

    @staticmethod
    def _speech(socket: _Socket, at: SampleIndex, n: int) -> Sound:
        speech = socket.terminal.speak(at, n)
        if len(speech) != n:
            raise HouseError(f"{socket.terminal.name} was asked for {n} samples and said {len(speech)}")
        return speech

    @staticmethod
    def _heard(socket: _Socket, far: Sound, said: list[tuple[_Socket, Sound]]) -> Sound:
        heard = far
        for speaker, speech in said:
            if speaker is not socket:
                heard = heard + speech
            elif socket.echo is not None:
                heard = heard + socket.echo.of(speech)
        return heard


def _sum(sounds: list[Sound]) -> Sound | None:
    if not sounds:
        return None
    total = sounds[0]
    for sound in sounds[1:]:
        total = total + sound
    return total


class _Nothing:
    """What is left in a socket whose terminal was pulled, until the others have seen it go."""

    off_hook = False

    def __init__(self, name: str) -> None:
        self.name = name

    def speak(self, at: SampleIndex, n: int) -> Sound:
        return silence(n)

    def hear(self, at: SampleIndex, sound: Sound) -> None:
        """Nobody is there."""

    def signal(self, signal: LineSignal) -> None:
        """Nobody is there."""
