"""The people at both ends: somebody who calls, and the staff at the shop's telephone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import numpy.typing as npt

from appliance.exchange.circuit import silence
from appliance.exchange.ears import Ear, Pcm, to_sound
from appliance.exchange.terminal import LineSignal, SignalKind, Sound
from appliance.exchange.tones import CNG, KeyPress, dtmf, one_cycle
from appliance.units import BLOCK_SAMPLES, RATE_HZ, SampleIndex, samples

VOICE_MEAN_SQUARE = 3e-5
"""Mean square from which a step counts as sound (−45 dB of full scale). Why: 20 dB under speech, far over hiss."""

RING_GONE_MS = 5000
"""No burst for so long: the ringing has stopped. Why: the longest pause of a cadence is 4 s (US)."""


class Mouth:
    """A queue of things to say; sample by sample, however it is asked."""

    def __init__(self) -> None:
        self._queue: list[Sound] = []
        self._forever: Sound | None = None

    def say(self, pcm: npt.NDArray[np.float32] | Pcm) -> None:
        """Add to what is to be said."""
        if len(pcm):
            self._queue.append(to_sound(pcm))

    def repeat(self, pcm: npt.NDArray[np.float32] | Pcm) -> None:
        """Say this over and over, once nothing else is left to say."""
        self._forever = to_sound(pcm)

    def stop(self) -> None:
        """Fall silent at once."""
        self._queue.clear()
        self._forever = None

    @property
    def speaking(self) -> bool:
        return bool(self._queue) or self._forever is not None

    def speak(self, n: int) -> Sound:
        """The next `n` samples."""
        if not self.speaking:
            return silence(n)
        out = np.zeros(n, np.float32)
        filled = 0
        while filled < n and self.speaking:
            if not self._queue:
                assert self._forever is not None
                self._queue.append(self._forever)
            part = self._queue[0][: n - filled]
            out[filled : filled + len(part)] = part
            filled += len(part)
            rest = self._queue[0][len(part) :]
            self._queue[:1] = [rest] if len(rest) else []
        return out


BEEP_PURITY = 0.9
"""Share of a block's power in three neighbouring 50 Hz bins from which it is a beep. Why: vowels stay under 0.8."""

BEEP_MS = 200
"""So much of one steady pitch is a beep. Why: half the shortest answering-machine beep; no vowel keeps its pitch so."""


class Attention:
    """How much a person has heard since they began to wait for something."""

    def __init__(self) -> None:
        self.sound = 0
        self.quiet = 0
        self.beeped = False
        self.awaits_beep = False
        self._pitch = 0
        self._steady = 0

    def forget(self) -> None:
        """Begin to wait anew."""
        self.sound = self.quiet = self._steady = 0
        self.beeped = self.awaits_beep = False

    def hear(self, sound: Sound) -> None:
        if float(sound @ sound) > VOICE_MEAN_SQUARE * len(sound):
            self.sound += len(sound)
            self.quiet = 0
            if self.awaits_beep and len(sound) == BLOCK_SAMPLES:
                self._listen_for_beep(sound)
        else:
            self.quiet += len(sound)
            self._steady = 0

    def _listen_for_beep(self, sound: Sound) -> None:
        power = np.abs(np.fft.rfft(sound * np.hanning(len(sound)))) ** 2
        pitch = int(np.argmax(power))
        pure = float(power[max(0, pitch - 1) : pitch + 2].sum()) >= BEEP_PURITY * float(power.sum())
        self._steady = self._steady + len(sound) if pure and abs(pitch - self._pitch) <= 1 else 0
        self._pitch = pitch
        self.beeped = self.beeped or self._steady >= samples(BEEP_MS)

    def heard_out(self, sound_s: float, quiet_s: float) -> bool:
        """At least so much sound, and then so much silence."""
        return self.sound >= sound_s * RATE_HZ and self.quiet >= quiet_s * RATE_HZ


class Progress(StrEnum):
    """What a caller knows about the own call."""

    CONNECTING = "connecting"  # silence
    RINGBACK = "ringback"
    ANSWERED = "answered"
    BUSY = "busy"
    CLEARED = "cleared"  # the other end has gone: busy tone
    HUNG_UP = "hung_up"


class Caller:
    """One person at the far end; off-hook until `hang_up`."""

    def __init__(self, name: str, *, keep_sound: bool = True) -> None:
        self.name = name
        self.progress = Progress.CONNECTING
        self.mouth = Mouth()
        self.ear = Ear()
        self.attention = Attention()
        self._keep_sound = keep_sound

    @property
    def off_hook(self) -> bool:
        return self.progress is not Progress.HUNG_UP

    def say(self, pcm: npt.NDArray[np.float32] | Pcm) -> None:
        """Speak, after whatever is still to be said."""
        self.mouth.say(pcm)

    def press(self, digits: str, key: KeyPress | None = None) -> None:
        """Key digits. Raises KeyError for a key no telephone has."""
        self.mouth.say(dtmf(digits, key))

    def send_fax_calling_tone(self) -> None:
        """Be a fax machine that calls, until hanging up. Spec: ITU-T T.30 CNG."""
        self.mouth.repeat(one_cycle(CNG))

    def hang_up(self) -> None:
        self.progress = Progress.HUNG_UP
        self.mouth.stop()

    def hear(self, at: SampleIndex, sound: Sound) -> None:
        """What the network brings during these samples."""
        if self._keep_sound:
            self.ear.hear(at, sound)
        if self.progress is Progress.ANSWERED:
            self.attention.hear(sound)


@dataclass(frozen=True)
class Habit:
    """What staff do by themselves; None: never. Seconds."""

    lift_after_ringing_s: float | None = None
    lift_after_summons_s: float | None = None


def nobody_summons() -> bool:
    """The house of a shop without a box."""
    return False


class ShopPhone:
    """An ordinary telephone on the pair, with a member of staff beside it. A `Terminal`.

    `summoned` asks the house whether staff are being called to the telephone.
    """

    def __init__(self, name: str = "shop phone", *, keep_sound: bool = True) -> None:
        self.name = name
        self.off_hook = False
        self.mouth = Mouth()
        self.ear = Ear()
        self.attention = Attention()
        self.habit = Habit()
        self.summoned: Callable[[], bool] = nobody_summons
        self.ringing_since: SampleIndex | None = None
        self.summoned_since: SampleIndex | None = None
        self.in_use_elsewhere = False
        self._last_ring = SampleIndex(0)
        self._bell_on = False
        self._keep_sound = keep_sound

    def lift(self) -> None:
        self.off_hook = True
        self.ringing_since = None
        self.attention.forget()

    def replace(self) -> None:
        self.off_hook = False
        self.mouth.stop()

    def say(self, pcm: npt.NDArray[np.float32] | Pcm) -> None:
        """Speak, after whatever is still to be said."""
        self.mouth.say(pcm)

    def press(self, digits: str, key: KeyPress | None = None) -> None:
        """Key digits. Raises KeyError for a key no telephone has."""
        self.mouth.say(dtmf(digits, key))

    def live(self, at: SampleIndex) -> None:
        """Let the member of staff look, listen and follow the habit; called before each step."""
        if self.ringing_since is not None and not self._bell_on and at - self._last_ring > samples(RING_GONE_MS):
            self.ringing_since = None
        if not self.summoned():
            self.summoned_since = None
        elif self.summoned_since is None:
            self.summoned_since = at
        if not self.off_hook and (
            _waited(at, self.ringing_since, self.habit.lift_after_ringing_s)
            or _waited(at, self.summoned_since, self.habit.lift_after_summons_s)
        ):
            self.lift()

    def speak(self, at: SampleIndex, n: int) -> Sound:
        return self.mouth.speak(n)

    def hear(self, at: SampleIndex, sound: Sound) -> None:
        if not self.off_hook:
            return
        if self._keep_sound:
            self.ear.hear(at, sound)
        self.attention.hear(sound)

    def signal(self, signal: LineSignal) -> None:
        if signal.kind is SignalKind.RING_ON and not signal.car:
            self._bell_on = True
            self._last_ring = signal.at
            if self.ringing_since is None:
                self.ringing_since = signal.at
        elif signal.kind is SignalKind.RING_OFF:
            self._bell_on = False
            self._last_ring = signal.at
        elif signal.kind in (SignalKind.EXTENSION_OFF, SignalKind.EXTENSION_ON):
            self.in_use_elsewhere = signal.kind is SignalKind.EXTENSION_OFF
            self.ringing_since = None


def _waited(at: SampleIndex, since: SampleIndex | None, patience_s: float | None) -> bool:
    return since is not None and patience_s is not None and at - since >= patience_s * RATE_HZ
