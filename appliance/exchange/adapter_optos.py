"""The optocouplers of the simulated adapter: ringing current, loop current of the telephones, polarity.

Spec: LINE_HARDWARE.md 2, class C.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import StrEnum

from appliance.exchange.adapter_faults import AdapterFaults
from appliance.exchange.terminal import LineSignal, SignalKind
from appliance.units import RATE_HZ, SampleIndex, samples

RINGING_HZ = {"JP": 16, "US": 20}
"""Frequency of the ringing current. Spec: Japan 15-20 Hz (事業用電気通信設備規則), 16 by custom; US 20 Hz (GR-506)."""

CONDUCTS = 0.56
"""Share of each half-wave in which the opto conducts. Why: 75 V eff. over a 30 V Zener diode and a 1 mA threshold."""

TRANSIENT_MS = 8
"""One pulse through the coupling capacitor. Why: 1 uF and some kilo-ohms."""


class AdapterPin(StrEnum):
    """An input of the board as the host's pins see it."""

    RING = "ring"
    LOOP = "loop"
    POLARITY = "polarity"


@dataclass(frozen=True)
class PinMove:
    """An opto began or ceased to conduct."""

    at: SampleIndex
    pin: AdapterPin
    on: bool


class Optos:
    """Follows the signals of the pair. `moves` are in order of time; `on` is the present state."""

    def __init__(self, faults: AdapterFaults, country: str, seed: int) -> None:
        self.faults = faults
        self.on = dict.fromkeys(AdapterPin, False)
        self.moves: list[PinMove] = []
        self._half_wave = RATE_HZ // (2 * RINGING_HZ[country])
        self._random = random.Random(seed)  # noqa: S311 - repeatable glitches, not secrets
        self._ringing_since: SampleIndex | None = None
        self._pulse_ends: SampleIndex | None = None  # of a single pulse
        self._lifted = 0  # telephones off-hook beside us
        self._broken = False  # the exchange has interrupted the current
        self._held = False  # by our own relay

    @property
    def ringing(self) -> bool:
        """Whether there is ringing current on the pair."""
        return self._ringing_since is not None

    def take(self, signal: LineSignal) -> None:
        """One signal of the line."""
        at = signal.at
        match signal.kind:
            case SignalKind.RING_ON:
                self._ringing_since = at
            case SignalKind.RING_OFF:
                self._ringing_since = None
                self._set(at, AdapterPin.RING, False)
            case SignalKind.REVERSAL | SignalKind.REVERSAL_BACK:
                self._transient(at)
                if self.faults.polarity_wired:
                    self._set(at, AdapterPin.POLARITY, signal.kind is SignalKind.REVERSAL)
            case SignalKind.EXTENSION_OFF | SignalKind.EXTENSION_ON:
                self._lifted = max(0, self._lifted + (1 if signal.kind is SignalKind.EXTENSION_OFF else -1))
                self._transient(at)
                self._loop(at)
            case SignalKind.LOOP_BREAK | SignalKind.LOOP_BACK:
                self._broken = signal.kind is SignalKind.LOOP_BREAK
                self._transient(at)
                self._loop(at)
            case _:
                pass

    def live(self, at: SampleIndex, n: int, tripped: bool) -> None:
        """Let `n` samples pass; `tripped`: we are off-hook, which stops the ringing for us at once."""
        end = SampleIndex(at + n)
        if tripped is not self._held:
            self._held = tripped
            self._loop(at)
        if self._pulse_ends is not None and self._pulse_ends < end:
            self._set(max(at, self._pulse_ends), AdapterPin.RING, False)
            self._pulse_ends = None
        if self._ringing_since is not None and not tripped:
            self._pulses(self._ringing_since, at, end)
        elif self._pulse_ends is None:
            self._set(at, AdapterPin.RING, False)
            if self._random.random() < self.faults.glitches_per_s * n / RATE_HZ:
                self.glitch(at)

    def glitch(self, at: SampleIndex) -> None:
        """One short pulse of the ring opto."""
        self._set(at, AdapterPin.RING, True)
        self._pulse_ends = SampleIndex(at + samples(TRANSIENT_MS))

    def _pulses(self, since: SampleIndex, at: SampleIndex, end: SampleIndex) -> None:
        """Two pulses for each period of the ringing current, from `at` to `end`."""
        width = int(self._half_wave * CONDUCTS)
        for half in range((at - since) // self._half_wave, (end - since) // self._half_wave + 1):
            start = since + half * self._half_wave
            for instant, on in ((start, True), (start + width, False)):
                if at <= instant < end:
                    self._set(SampleIndex(instant), AdapterPin.RING, on)

    def _transient(self, at: SampleIndex) -> None:
        if self.faults.transients and self._ringing_since is None:
            self.glitch(at)

    def _loop(self, at: SampleIndex) -> None:
        if self.faults.loop_wired:
            current = self._lifted > 0 or (self._held and self.faults.loop_shows_us)
            self._set(at, AdapterPin.LOOP, current and not self._broken)

    def _set(self, at: SampleIndex, pin: AdapterPin, on: bool) -> None:
        if self.on[pin] is not on:
            self.on[pin] = on
            self.moves.append(PinMove(at, pin, on))
