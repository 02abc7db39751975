"""Tells voice from silence by level over an adaptive noise floor, and over the echo of our own voice."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from appliance.dsp.level import NOTHING_DBM0
from appliance.dsp.tones import FRAME_SAMPLES
from appliance.events import Fact, SilenceBegan, SoundBlock, VoiceBegan
from appliance.line.own_voice import EchoLoss, OwnVoice
from appliance.units import Dbm0, SampleIndex, samples

VOICE_OVER_FLOOR_DB = 9.0
"""Why: stationary noise swings ±4 dB in a 40 ms frame; the vowels of a quiet speaker stand 15 dB and more over it."""

FAINTEST_VOICE_DBM0 = -48.0
"""Why: speech from the far end of a bad line comes in near -40 dBm0, its weak sounds some dB below; idle noise of
a sound line lies under -55."""

FLOOR_LOWEST_DBM0, FLOOR_HIGHEST_DBM0 = -70.0, -38.0
"""Bounds of the noise floor. Why: digital silence must not make a click a voice; no speech is taken for a floor."""

FLOOR_FRAMES, FLOOR_BUCKETS = 25, 12
"""The floor is the least level of 12 stretches of 250 ms (3 s). Why: nobody speaks 3 s without a stop or a breath."""

VOICE_FRAMES, VOICE_WINDOW = 15, 30
"""150 ms of voice within 300 ms. Why: a syllable; clicks and the beep of a till are shorter."""

BRIEF_FRAMES = 5
"""50 ms in one go may be a word cut short. Why: a click fills four frames, the edge of a tone two."""

LATE_SAMPLES = samples(200)
"""So much later than line sound our own of the same instant may come. Why: as the recorder's window
(store.timeline)."""

UTTERANCE_SAMPLES = samples(1000)
"""After a prompt of ours this long silence is counted anew, as in half duplex: the caller listened."""


class Voice:
    """Voice and silence, frame by frame (one every 10 ms)."""

    def __init__(self, silence_frames: int) -> None:
        self._wanted = silence_frames
        self._quiet = 0  # frames since somebody was heard
        self._silent = False
        self._heard = False  # whether voice was heard since the start or the last silence
        self._recent: deque[bool] = deque(maxlen=VOICE_WINDOW)
        self._count = 0  # of those that are true
        self._lows: deque[float] = deque(maxlen=FLOOR_BUCKETS)
        self._lowest = 0.0  # of those
        self._low = 0.0
        self._left = 0  # frames left in the running bucket
        self.heard_at: SampleIndex | None = None
        """When something like voice was heard last."""
        self.loud_at: SampleIndex | None = None
        """When anything but a click or a tone was heard last, be it too short to be taken for voice."""
        self._loud_run = 0  # frames of that in one go

    def hear(self, at: SampleIndex, level: float, tonal: bool, echo: float | None = None) -> Fact | None:
        """What one frame of `level` dBm0 tells; a tone of the network counts as silence.

        `echo`: the loudest our own voice may come back; None: we do not speak. While we speak nobody's silence counts.
        """
        least = max(FAINTEST_VOICE_DBM0, self._follow(level, tonal or echo is not None) + VOICE_OVER_FLOOR_DB)
        self._note(at, not tonal and level > (least if echo is None else max(least, echo)))
        if self._count >= VOICE_FRAMES:
            return self._voice(at)
        self._quiet += echo is None
        if self._silent or self._quiet < self._wanted:
            return None
        self._silent, self._heard = True, False
        return SilenceBegan(at)

    def begin_again(self) -> None:
        """Count the silence from here; what is known of the noise stays."""
        self.tell_again()
        self._quiet = 0
        self._silent = False
        self._recent.clear()
        self._count = 0
        self.heard_at = None

    def tell_again(self) -> None:
        """Tell of the next voice, though there was no silence in between."""
        self._heard = False

    def _note(self, at: SampleIndex, loud: bool) -> None:
        self._loud_run = self._loud_run + 1 if loud else 0
        if self._loud_run >= BRIEF_FRAMES:
            self.loud_at = at
        recent = self._recent
        if len(recent) == VOICE_WINDOW:
            self._count -= recent[0]
        recent.append(loud)
        self._count += loud

    def _voice(self, at: SampleIndex) -> Fact | None:
        self._quiet = 0
        self._silent = False
        self.heard_at = at
        if self._heard:
            return None
        self._heard = True
        return VoiceBegan(at)

    def _follow(self, level: float, apart: bool) -> float:
        """The noise floor, dBm0, with this frame in it, unless it is `apart`: a tone, or in an echo."""
        if not apart:
            self._low = min(self._low, level)
            self._left -= 1
            if self._left <= 0:
                self._lows.append(self._low)
                self._lowest = min(self._lows)
                self._low, self._left = 0.0, FLOOR_FRAMES
        return min(max(min(self._low, self._lowest), FLOOR_LOWEST_DBM0), FLOOR_HIGHEST_DBM0)


@dataclass(frozen=True)
class _Frame:
    at: SampleIndex
    level: Dbm0
    tonal: bool


class VoiceBesideOurs:
    """Voice on a line that may give our own back. Frames wait until what we said meanwhile is known for certain.

    That is 200 ms; or no time at all where our own sound is told ahead of what the line brings.
    """

    def __init__(self, silence_frames: int) -> None:
        self._voice = Voice(silence_frames)
        self._own = OwnVoice()
        self._loss = EchoLoss()
        self._waiting: deque[_Frame] = deque()
        self._speaking = False  # in the last frame

    @property
    def heard_at(self) -> SampleIndex | None:
        """When something like voice was heard last."""
        return self._voice.heard_at

    @property
    def loud_at(self) -> SampleIndex | None:
        """When anything but a click or a tone was heard last, be it too short to be taken for voice."""
        return self._voice.loud_at

    def echo(self, start: SampleIndex, end: SampleIndex) -> Dbm0:
        """The loudest that an echo of ours may be between two instants."""
        own = self._own.level(start, end)
        return self._loss.most(own) if own > NOTHING_DBM0 else NOTHING_DBM0

    def take(self, at: SampleIndex, level: Dbm0, tonal: bool) -> None:
        """One frame of the line; `settle` tells what came of it."""
        self._waiting.append(_Frame(at, level, tonal))

    def settle(self, now: SampleIndex | None) -> list[Fact]:
        """What the frames tell of which all is known when the line has come to `now`; None: of all of them."""
        facts: list[Fact] = []
        while self._waiting and (now is None or self._known(self._waiting[0].at, now)):
            fact = self._judge(self._waiting.popleft())
            facts += [fact] if fact else []
        return facts

    def hear_ours(self, block: SoundBlock) -> None:
        """A block of what we say."""
        self._own.hear(block)

    def begin_again(self) -> None:
        """Count the silence from here; what is known of the noise and of the echo stays."""
        self._waiting.clear()
        self._speaking = False
        self._voice.begin_again()

    def tell_again(self) -> None:
        """Tell of the next voice, though there was no silence in between."""
        self._voice.tell_again()

    def _known(self, at: SampleIndex, now: SampleIndex) -> bool:
        return now - at >= LATE_SAMPLES or self._own.heard_to >= at

    def _judge(self, frame: _Frame) -> Fact | None:
        own = self._own.level(SampleIndex(frame.at - FRAME_SAMPLES), frame.at)
        was_speaking, self._speaking = self._speaking, self._own.speaking(frame.at)
        if was_speaking and not self._speaking and self._own.spoke_for() >= UTTERANCE_SAMPLES:
            self._voice.begin_again()
        echo = self._loss.most(own) if self._speaking or own > NOTHING_DBM0 else None
        if echo is not None and not frame.tonal:
            self._loss.hear(own, frame.level)
        return self._voice.hear(frame.at, frame.level, frame.tonal, echo)
