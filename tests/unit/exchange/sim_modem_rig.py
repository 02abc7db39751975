"""A line of two terminals for the tests of the simulated modem: the modem and a far end that is only arrays."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from appliance.exchange.modem import SimModem
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.terminal import LineSignal, SignalKind, Sound
from appliance.units import SampleIndex, samples

Host = Callable[["Rig"], None]


class Rig:
    """Steps the modem on sample time; `step` may be any chunk. `said` collects what the host read."""

    def __init__(self, profile: str = "usr5637", country: int = 0xB5, step: int = 160, **knobs: object) -> None:
        self.faults = ModemFaults(**{"split_reads": False} | knobs)  # type: ignore[arg-type]
        self.modem = SimModem(profile, country, seed=1, faults=self.faults)
        self.step = step
        self.now = SampleIndex(0)
        self.said = b""
        self.far_end = np.zeros(0, np.float32)  # still to come from the line
        self.near_end: list[Sound] = []  # what the far end heard
        self.hooks: list[tuple[int, bool]] = []
        self.signals: list[LineSignal] = []

    def run(self, ms: float, host: Host | None = None) -> bytes:
        """Let time pass; what the host read meanwhile."""
        before = len(self.said)
        end = self.now + samples(ms)
        while self.now < end:
            count = min(self.step, end - self.now)
            self.one_step(count)
            if host is not None:
                host(self)
            self.said += self.modem.host_read()
        return self.said[before:]

    def one_step(self, count: int) -> None:
        due = [signal for signal in self.signals if signal.at < self.now + count]
        self.signals = [signal for signal in self.signals if signal not in due]
        for signal in due:
            self.modem.signal(signal)
        if not self.hooks or self.hooks[-1][1] != self.modem.off_hook:
            self.hooks.append((self.now, self.modem.off_hook))
        speech = self.modem.speak(self.now, count)
        self.near_end.append(speech if self.modem.off_hook else np.zeros(count, np.float32))
        sound = np.zeros(count, np.float32)
        part = self.far_end[:count]
        sound[: len(part)] = part
        self.far_end = self.far_end[count:]
        self.modem.hear(self.now, sound)
        self.now = SampleIndex(self.now + count)

    def at(self, command: str, ms: float = 200) -> str:
        """Type a command; what came back without the echo and the line ends, rows joined by `|`."""
        self.modem.host_write(command.encode() + b"\r")
        text = self.run(ms).decode("latin-1")
        rows = [row for row in text.replace("\r", "\n").split("\n") if row]
        return "|".join(row for row in rows if row != command)

    def signal(self, kind: SignalKind, ms: float = 0, **more: object) -> None:
        """A signal `ms` from now."""
        self.signals.append(LineSignal(SampleIndex(self.now + samples(ms)), kind, **more))  # type: ignore[arg-type]

    def ring(self, bursts: int, on_ms: int = 1000, off_ms: int = 2000, car: bool = False) -> None:
        """A cadence from now on."""
        for burst in range(bursts):
            start = burst * (on_ms + off_ms)
            self.signal(SignalKind.RING_ON, start, car=car)
            self.signal(SignalKind.RING_OFF, start + on_ms, car=car)

    def voice_call(self) -> None:
        """Voice class, off-hook."""
        for command in ("ATE0", "AT+FCLASS=8", "AT+VIT=0", "AT+VLS=1"):
            answer = self.at(command)
            assert answer.endswith("OK"), (command, answer)

    def start(self, command: str) -> None:
        """Begin a stream; raises where there is no CONNECT. What came behind CONNECT stays in `said`."""
        self.modem.host_write(command.encode() + b"\r")
        assert b"CONNECT" in self.run(100)

    @property
    def heard(self) -> Sound:
        return np.concatenate(self.near_end)


def unshield(octets: bytes) -> tuple[bytes, list[tuple[int, bytes]]]:
    """Voice octets, and the events with the number of voice octets before each."""
    voice, events, place = bytearray(), [], 0
    while place < len(octets):
        if octets[place] != 0x10:
            voice.append(octets[place])
            place += 1
            continue
        code = octets[place + 1 : place + 2]
        if code == b"\x10":
            voice += code
        elif code == b"\x1a":
            voice += b"\x10\x10"
        else:
            events.append((len(voice), code))
        place += 2
    return bytes(voice), events


def tone(hz: float | tuple[float, float], ms: float, amplitude: float = 0.2) -> Sound:
    t = np.arange(samples(ms)) / 8000
    parts = [hz] if isinstance(hz, float | int) else list(hz)
    return sum(amplitude * np.sin(2 * np.pi * part * t) for part in parts).astype(np.float32)  # type: ignore[union-attr]


def quiet(ms: float) -> Sound:
    return np.zeros(samples(ms), np.float32)


def dtmf(digits: str, on_ms: float, off_ms: float) -> Sound:
    """Digits as a telephone sends them."""
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
    layout = "123A456B789C*0#D"
    parts = [quiet(off_ms)]
    for digit in digits:
        place = layout.index(digit)
        parts += [tone((rows[place // 4], columns[place % 4]), on_ms), quiet(off_ms)]
    return np.concatenate(parts)
