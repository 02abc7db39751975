"""A simulated adapter board on the pair: hook relay, optocouplers, and a sound card behind a hybrid. A `Terminal`.

It is hardware and no more: who calls and when to answer is for the host to find out. Spec: LINE_HARDWARE.md 2, class C.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from appliance.exchange.adapter_card import SimCard
from appliance.exchange.adapter_faults import AdapterFaults, Relay
from appliance.exchange.adapter_optos import RINGING_HZ, AdapterPin, Optos, PinMove
from appliance.exchange.circuit import silence
from appliance.exchange.damage import WHITE_NOISE_CREST_DB, Damage, DamagedLine, Echo
from appliance.exchange.terminal import LineSignal, Sound
from appliance.exchange.tones import amplitude
from appliance.units import RATE_HZ, SampleIndex

NAME = "adapter"


@dataclass(frozen=True)
class Deed:
    """One line of the board's history."""

    at: SampleIndex
    what: str


class SimAdapter:
    """One board. The host drives `relay`, reads `pin_moves`, and uses `card`; the circuit does the rest.

    `seed` is for the noise of the converter and the glitches.
    """

    def __init__(self, country: str = "JP", faults: AdapterFaults | None = None, seed: int = 0) -> None:
        self.name = NAME
        self.faults = faults or AdapterFaults()
        self.card = SimCard(self.faults)
        self.optos = Optos(self.faults, country, seed)
        self.history: list[Deed] = []
        self.now = SampleIndex(0)
        self._driven = False  # the relay's coil
        self._ringing_hz = RINGING_HZ[country]
        self._hybrid = Echo(Damage(echo_db=self.faults.hybrid_db, echo_ms=self.faults.hybrid_ms))
        self._random = np.random.default_rng(seed)
        self._hum = DamagedLine(Damage(hum_dbm0=self.faults.hum_dbm0), seed) if self.faults.hum_dbm0 else None
        self._spoken: Sound | None = None  # said in the present step

    # ---- the host's side ------------------------------------------------------------------------------------------

    def relay(self, closed: bool) -> None:
        """Drive the hook relay; whether it obeys is another matter."""
        if closed is not self._driven:
            self._driven = closed
            self.history.append(Deed(self.now, "relay driven" if closed else "relay let go"))

    def pin_moves(self) -> list[PinMove]:
        """What the optos did since last asked."""
        moves, self.optos.moves = self.optos.moves, []
        return moves

    def pin_states(self) -> dict[AdapterPin, bool]:
        """What every opto shows now; what is not wired shows nothing, for ever."""
        return dict(self.optos.on)

    def unplug(self) -> None:
        """Pull the sound card's cable. The relay is on other wires and stays as it is driven."""
        self.history.append(Deed(self.now, "sound card unplugged"))
        self.card.unplug()

    def plug_in(self) -> None:
        """Put the sound card back."""
        self.history.append(Deed(self.now, "sound card plugged in"))
        self.card.plug_in()

    def story(self) -> str:
        """The board's history as text."""
        return "".join(f"{deed.at / RATE_HZ:10.3f} s  {deed.what}\n" for deed in self.history)

    # ---- the line's side (Terminal) -------------------------------------------------------------------------------

    @property
    def off_hook(self) -> bool:
        match self.faults.relay:
            case Relay.OBEYS:
                return self._driven
            case Relay.STUCK_CLOSED:
                return True
            case _:
                return False

    @off_hook.setter
    def off_hook(self, closed: bool) -> None:
        self.relay(closed)

    def speak(self, at: SampleIndex, n: int) -> Sound:
        """What the card plays goes to the line while the relay is closed."""
        self._spoken = self.card.play(n)
        return self._spoken

    def hear(self, at: SampleIndex, sound: Sound) -> None:
        """Whatever is on the pair is captured, on-hook too."""
        n = len(sound)
        if self._spoken is None:
            self.card.play(n)  # on-hook: the card plays into nothing
        said = silence(n) if self._spoken is None else self._spoken
        self._spoken = None
        self.optos.live(at, n, tripped=self.off_hook)
        self.card.capture(at, sound + self._hybrid.of(said) + self._own_noise(at, n))
        self.now = SampleIndex(at + n)

    def signal(self, signal: LineSignal) -> None:
        self.optos.take(signal)

    def _own_noise(self, at: SampleIndex, n: int) -> Sound:
        """What the board adds by itself."""
        level = amplitude(self.faults.noise_dbm0 - WHITE_NOISE_CREST_DB)
        noise: Sound = self._random.standard_normal(n, np.float32) * np.float32(level)
        if self._hum is not None:
            noise = noise + self._hum.carry(at, silence(n))
        if self.optos.ringing and not self.off_hook:
            angle = 2 * np.pi * self._ringing_hz * np.arange(at, at + n) / RATE_HZ
            noise = noise + (amplitude(self.faults.ring_crosstalk_dbm0) * np.sin(angle)).astype(np.float32)
        return noise
