"""A tiny terminal with knobs, and a few ways to look at an exchange."""

from dataclasses import dataclass

import numpy as np

from appliance.events import CallerIdentity
from appliance.exchange.exchange import Exchange
from appliance.exchange.terminal import LineSignal, SignalKind
from appliance.units import samples

NUMBER = CallerIdentity("0312345678")


@dataclass
class Habits:
    """What the terminal does, in milliseconds after what it reacts to; None: never."""

    primary_answer_after_car_ms: float | None = None
    on_hook_after_identity_ms: float | None = None
    answer_after_ring_ms: float | None = None
    answer_after_rings: int = 1
    clear_after_answer_ms: float | None = None


class TinyTerminal:
    """Does what its habits say, on block borders; keeps what it was told and heard."""

    def __init__(self, name: str = "box", habits: Habits | None = None) -> None:
        self.name, self.off_hook = name, False
        self.habits = habits or Habits()
        self.signals: list[LineSignal] = []
        self.heard: list[np.ndarray] = []
        self.heard_at: list[int] = []
        self.says: np.ndarray = np.zeros(0, np.float32)
        self.rings = 0
        self._plan: list[tuple[int, bool]] = []

    @property
    def kinds(self) -> list[str]:
        return [("car_" if s.car else "") + s.kind for s in self.signals]

    @property
    def sound(self) -> np.ndarray:
        return np.concatenate(self.heard) if self.heard else np.zeros(0, np.float32)

    def speak(self, at, n):
        out = np.zeros(n, np.float32)
        part = self.says[:n]
        out[: len(part)] = part
        self.says = self.says[n:]
        return out

    def hear(self, at, sound):
        self.heard.append(np.array(sound))
        self.heard_at.append(at)
        due = [hook for when, hook in self._plan if when <= at + len(sound)]
        self._plan = [entry for entry in self._plan if entry[0] > at + len(sound)]
        for hook in due:
            self.off_hook = hook

    def signal(self, signal):
        self.signals.append(signal)
        h = self.habits
        if signal.kind is SignalKind.RING_ON and signal.car and not self._plan:
            self._later(signal.at, h.primary_answer_after_car_ms, True)
        elif signal.kind is SignalKind.RING_ON and not signal.car:
            self.rings += 1
            if self.rings == h.answer_after_rings:
                self._later(signal.at, h.answer_after_ring_ms, True)
                if h.clear_after_answer_ms is not None:
                    self._later(signal.at, h.answer_after_ring_ms + h.clear_after_answer_ms, False)
        elif signal.kind is SignalKind.CALLER_ID:
            self._later(signal.at, h.on_hook_after_identity_ms, False)

    def _later(self, at, ms, hook):
        if ms is not None:
            self._plan.append((at + samples(ms), hook))


POLITE = Habits(primary_answer_after_car_ms=700, on_hook_after_identity_ms=100, answer_after_ring_ms=400)


def run(exchange: Exchange, seconds: float, step: int = 160) -> None:
    end = exchange.now + samples(seconds * 1000)
    while exchange.now < end:
        exchange.advance(min(step, end - exchange.now))


def seconds(at: int | None) -> float | None:
    return None if at is None else at / 8000


def noise(n: int, seed: int = 1, level: float = 0.1) -> np.ndarray:
    return (np.random.default_rng(seed).standard_normal(n) * level).astype(np.float32)


def share_of_tone(sound: np.ndarray, hz: float, within_hz: float = 30) -> float:
    """Share of the power within so many Hz of `hz`."""
    power = np.abs(np.fft.rfft(sound)) ** 2
    near = np.abs(np.fft.rfftfreq(len(sound), 1 / 8000) - hz) <= within_hz
    return float(power[near].sum() / max(power.sum(), 1e-12))
