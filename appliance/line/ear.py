"""One door for sound: blocks of the line in, telephone facts out."""

from __future__ import annotations

from collections import deque

from appliance.dsp.level import from_pcm
from appliance.dsp.tones import HOP_SAMPLES, ToneMeter
from appliance.events import ClearedBy, Fact, FarEndCleared, SilenceBegan, SoundBlock, Source, VoiceBegan
from appliance.line.call_progress import CallProgress
from appliance.line.progress_tones import cadences_of
from appliance.units import BLOCK_SAMPLES, SampleIndex, samples

SILENCE_MS = 12_000
"""Why: between the 10 and 15 s after which others take a quiet line for an abandoned one."""

SMALL_GAP = 3 * BLOCK_SAMPLES
"""60 ms of lost sound leave a rhythm in place (tolerance ±20 % of 500 ms). Why: one late USB transfer."""

LONG_GAP = samples(1000)
"""After a gap this long (a prompt of our own in half duplex) silence is counted anew: the caller could not speak."""

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

DOUBT_MS = 2_000
"""Who was heard so lately has not gone. Why: busy tone follows within 1 s of the far end's hanging up, and chips need
two bursts (1.5 s) to know it."""

AGREES_MS = 400
"""So much of a network tone within `DOUBT_MS` agrees with a modem that tells of one. Why: of a burst of 500 ms."""

_OF_THE_MODEM = frozenset({ClearedBy.MODEM_BUSY, ClearedBy.MODEM_DIAL_TONE, ClearedBy.LOOP})
"""Cues that a chip may take out of speech (LINE_HARDWARE.md 1.8 and 4.2, item 9: talk-off)."""


class Voice:
    """Tells voice from silence by level over an adaptive noise floor, frame by frame (one every 10 ms)."""

    def __init__(self, silence_frames: int) -> None:
        self._wanted = silence_frames
        self._quiet = 0  # frames since somebody was heard
        self._silent = False
        self._heard = False  # whether voice was heard since the start or the last silence
        self._recent: deque[bool] = deque(maxlen=VOICE_WINDOW)
        self._lows: deque[float] = deque(maxlen=FLOOR_BUCKETS)
        self._low = 0.0
        self._left = 0  # frames left in the running bucket
        self.heard_at: SampleIndex | None = None
        """When something like voice was heard last."""

    def hear(self, at: SampleIndex, level: float, tonal: bool) -> Fact | None:
        """What one frame of `level` dBm0 tells; a tone of the network counts as silence."""
        floor = self._follow(level, tonal)
        loud = level > max(FAINTEST_VOICE_DBM0, floor + VOICE_OVER_FLOOR_DB)
        self._recent.append(loud and not tonal)
        if sum(self._recent) >= VOICE_FRAMES:
            return self._voice(at)
        self._quiet += 1
        if self._silent or self._quiet < self._wanted:
            return None
        self._silent, self._heard = True, False
        return SilenceBegan(at)

    def begin_again(self) -> None:
        """Count the silence from here; what is known of the noise stays."""
        self._quiet = 0
        self._silent = self._heard = False
        self._recent.clear()
        self.heard_at = None

    def _voice(self, at: SampleIndex) -> Fact | None:
        self._quiet = 0
        self._silent = False
        self.heard_at = at
        if self._heard:
            return None
        self._heard = True
        return VoiceBegan(at)

    def _follow(self, level: float, tonal: bool) -> float:
        """The noise floor, dBm0, with this frame in it."""
        if not tonal:
            self._low = min(self._low, level)
            self._left -= 1
            if self._left <= 0:
                self._lows.append(self._low)
                self._low, self._left = 0.0, FLOOR_FRAMES
        least = min(self._low, *self._lows) if self._lows else self._low
        return min(max(least, FLOOR_LOWEST_DBM0), FLOOR_HIGHEST_DBM0)


class Ear:
    """Hears the line of one country: cleared, fax tones, silence, voice.

    `silence_ms`: after so much silence in one go comes `SilenceBegan`, once. `VoiceBegan` comes with the first voice
    after the start, after a reset and after each such silence. Raises: OperatorError for a country without tones.
    """

    def __init__(self, country: str = "JP", silence_ms: int = SILENCE_MS) -> None:
        self._progress = CallProgress(cadences_of(country))
        self._meter = ToneMeter(self._progress.hz)
        self._voice = Voice(samples(silence_ms) // HOP_SAMPLES)
        self._next = SampleIndex(0)
        self._tonal: deque[bool] = deque(maxlen=samples(DOUBT_MS) // HOP_SAMPLES)

    def hear(self, block: SoundBlock) -> list[Fact]:
        """What `block` tells; sound of our own tells nothing. Gaps in `at` are allowed."""
        if block.source is not Source.LINE or not len(block):
            return []
        self._cross(block.at - self._next)
        self._next = SampleIndex(block.at + len(block))
        facts: list[Fact] = []
        for frame in self._meter.hear(block.at, from_pcm(block.pcm)):
            facts += self._progress.hear(frame)
            self._tonal.append(self._progress.tonal)
            told = self._voice.hear(frame.at, frame.level, self._progress.tonal)
            facts += [told] if told else []
        return facts

    def believes(self, fact: FarEndCleared) -> bool:
        """Whether what the modem says of the far end fits what was heard. Changes nothing; our own tones always do.

        A cue that was not believed may be repeated and is then judged anew, by what has been heard since.
        """
        if fact.by not in _OF_THE_MODEM:
            return True
        heard_at = self._voice.heard_at
        if heard_at is None or fact.at - heard_at >= samples(DOUBT_MS):
            return True
        return sum(self._tonal) * HOP_SAMPLES >= samples(AGREES_MS)

    def reset(self, at: SampleIndex) -> None:
        """Begin anew at `at`: another call, or the box has spoken."""
        self._next = at
        self._progress.reset()
        self._tonal.clear()
        self._meter.reset()
        self._voice.begin_again()

    def _cross(self, gap: int) -> None:
        """Sound of `gap` samples is missing (less than 0: the clock was set back)."""
        if gap < 0 or gap > SMALL_GAP:
            self._progress.reset()
            self._tonal.clear()
        if gap < 0 or gap >= LONG_GAP:
            self._voice.begin_again()
