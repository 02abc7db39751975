"""The shop's telephone in the modem's own PHONE jack: the two are one terminal on the pair, and a relay is between.

Spec: LINE_HARDWARE.md 1.5 and 5 (+VLS=1 disconnects the PHONE jack; the telephone works again on-hook).
"""

from __future__ import annotations

import numpy as np

from appliance.exchange.modem import SimModem
from appliance.exchange.modem_faults import Wiring
from appliance.exchange.modem_voice import LOCAL_LABEL
from appliance.exchange.terminal import LineSignal, SignalKind, Sound, Terminal
from appliance.units import SampleIndex


class ModemWithPhone:
    """`exchange.terminal.Terminal`: a modem, and a telephone that hangs on it. The modem tells of it by H and h."""

    def __init__(self, modem: SimModem, phone: Terminal) -> None:
        self.modem = modem
        self.phone = phone
        self.name = f"{modem.name} and {phone.name}"
        modem.faults.wiring = Wiring.LOCAL
        self._lifted = False  # as last told
        self._spoken = SampleIndex(-1)
        self._modem_speech: Sound | None = None
        self._phone_speech: Sound | None = None

    @property
    def connected(self) -> bool:
        """The relay leaves the telephone on the pair."""
        return not self.modem.off_hook or self.modem.core.registers.vls == LOCAL_LABEL

    @property
    def off_hook(self) -> bool:
        """What the exchange sees of the two."""
        return self.modem.off_hook or (self.connected and self.phone.off_hook)

    def signal(self, signal: LineSignal) -> None:
        self.modem.signal(signal)
        if self.connected:
            self.phone.signal(signal)

    def speak(self, at: SampleIndex, n: int) -> Sound:
        """float32 (n,): both together."""
        self._spoken = at
        self._modem_speech = self.modem.speak(at, n) if self.modem.off_hook else None
        talks = self.connected and self.phone.off_hook
        self._phone_speech = self.phone.speak(at, n) if talks else None
        return _sum(n, self._modem_speech, self._phone_speech)

    def hear(self, at: SampleIndex, sound: Sound) -> None:
        """float32 (n,) from the pair; each of the two hears the other besides."""
        if self._spoken != at:
            self._modem_speech = self._phone_speech = None
        n = len(sound)
        self.phone.hear(at, _sum(n, sound, self._modem_speech) if self.connected else np.zeros(n, np.float32))
        self.modem.hear(at, _sum(n, sound, self._phone_speech))
        if self.phone.off_hook != self._lifted:
            self._lifted = not self._lifted
            kind = SignalKind.EXTENSION_OFF if self._lifted else SignalKind.EXTENSION_ON
            self.modem.signal(LineSignal(SampleIndex(at + n), kind))


def _sum(n: int, *parts: Sound | None) -> Sound:
    total = np.zeros(n, np.float32)
    for part in parts:
        if part is not None:
            total += part
    return total
