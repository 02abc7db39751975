"""One door for sound: blocks of the line in, telephone facts out."""

from __future__ import annotations

from collections import deque
from dataclasses import replace

import numpy as np

from appliance.dsp.dtmf import DtmfReceiver
from appliance.dsp.level import Sound, from_pcm
from appliance.dsp.tones import HOP_SAMPLES, ToneMeter
from appliance.events import (
    CallWaitingHeard,
    ClearedBy,
    DigitHeard,
    Fact,
    FarEndCleared,
    SoundBlock,
    Source,
)
from appliance.line.call_progress import CallProgress
from appliance.line.call_waiting import KnockDoor
from appliance.line.callerid.receiver import CallerIdReceiver
from appliance.line.digits import DigitDoor
from appliance.line.progress_tones import cadences_of, knocks_of
from appliance.line.voice import VoiceBesideOurs
from appliance.units import BLOCK_SAMPLES, SampleIndex, samples

SILENCE_MS = 12_000
"""Why: between the 10 and 15 s after which others take a quiet line for an abandoned one."""

BATCH_SAMPLES = 4 * BLOCK_SAMPLES
"""80 ms are heard in one go. Why: numpy costs by the call, not by the sample; a sure digit is told within 100 ms."""

SMALL_GAP = 3 * BLOCK_SAMPLES
"""60 ms of lost sound leave a rhythm in place (tolerance ±20 % of 500 ms). Why: one late USB transfer."""

LONG_GAP = samples(1000)
"""After a gap this long (a prompt of our own in half duplex) silence is counted anew: the caller could not speak."""

DOUBT_MS = 2_000
"""Who was heard so lately has not gone. Why: busy tone follows within 1 s of the far end's hanging up, and chips need
two bursts (1.5 s) to know it."""

AGREES_MS = 400
"""So much of a network tone within `DOUBT_MS` agrees with a modem that tells of one. Why: of a burst of 500 ms."""

_OF_THE_MODEM = frozenset({ClearedBy.MODEM_BUSY, ClearedBy.MODEM_DIAL_TONE, ClearedBy.LOOP})
"""Cues that a chip may take out of speech (LINE_HARDWARE.md 1.8 and 4.2, item 9: talk-off)."""


class Ear:
    """Hears the line of one country in a call: cleared, fax, digits, a second caller and who it is, silence, voice.

    `silence_ms`: after so much silence in one go comes `SilenceBegan`, once. `VoiceBegan` comes with the first voice
    after the start, after a reset, after each such silence and after each prompt of ours of a second and more.
    Our own voice (`Source.BOX`) tells nothing, nor does its echo on the line; its blocks may come before or after those
    of the line, by 200 ms at most. Raises: OperatorError for a country without tones.
    """

    def __init__(self, country: str = "JP", silence_ms: int = SILENCE_MS) -> None:
        self._voice = VoiceBesideOurs(samples(silence_ms) // HOP_SAMPLES)
        self._progress = CallProgress(cadences_of(country), knocks_of(country), self._voice.echo)
        self._meter = ToneMeter(self._progress.hz)
        self._keys = DtmfReceiver()
        self._digits = DigitDoor()
        self._names = CallerIdReceiver("fsk")  # DTMF is of an idle line only: in a call somebody presses keys
        self._knocks = KnockDoor()
        self._next = SampleIndex(0)
        self._kept: list[Sound] = []  # less than a batch
        self._kept_samples = 0
        self._tonal: deque[bool] = deque(maxlen=samples(DOUBT_MS) // HOP_SAMPLES)

    # ---- sound -----------------------------------------------------------------------------------------------------

    def hear(self, block: SoundBlock) -> list[Fact]:
        """What is known with `block`. Gaps in `at` are allowed."""
        if not len(block):
            return []
        if block.source is not Source.LINE:
            self._voice.hear_ours(block)
            return self._voice.settle(self._next)
        self._digits.hear(block)
        facts = self._cross(block.at)
        self._kept.append(from_pcm(block.pcm))
        self._kept_samples += len(block)
        self._next = SampleIndex(block.at + len(block))
        if self._kept_samples >= BATCH_SAMPLES:
            facts += self._hear_kept(self._kept_samples // BATCH_SAMPLES * BATCH_SAMPLES)
        return facts

    def reset(self, at: SampleIndex) -> None:
        """Begin anew at `at`: another call, or the box has spoken."""
        self._kept.clear()
        self._kept_samples = 0
        self._next = at
        self._lose_rhythm()
        self._meter.reset()
        self._keys.reset()
        self._digits.reset()
        self._names.reset()
        self._knocks = KnockDoor()
        self._voice.begin_again()

    def _hear_kept(self, count: int) -> list[Fact]:
        """Hear the first `count` samples of what is kept, batch by batch: the same batches however they came."""
        sound = np.concatenate(self._kept) if len(self._kept) > 1 else self._kept[0]
        at = self._next - self._kept_samples
        self._kept = [sound[count:]]
        self._kept_samples -= count
        facts: list[Fact] = []
        for start in range(0, count, BATCH_SAMPLES):
            facts += self._hear_batch(SampleIndex(at + start), sound[start : min(start + BATCH_SAMPLES, count)])
        return facts

    def _hear_batch(self, at: SampleIndex, sound: Sound) -> list[Fact]:
        facts: list[Fact] = []
        for digit in self._keys.hear(at, sound):
            facts += self._digits.take_ear(DigitHeard(digit.at, digit.digit))
        for message in self._names.hear(at, sound):
            facts += self._once(CallWaitingHeard(message.at, message.identity))
        heard = self._meter.measure(at, sound)
        told, tonal = self._progress.hear(heard)
        self._tonal.extend(tonal)
        for fact in told:
            facts += self._once(self._after_talk(fact) if isinstance(fact, FarEndCleared) else fact)
        for end, level, tone in zip(heard.ends, heard.levels, tonal, strict=True):
            self._voice.take(SampleIndex(end), level, tone)
        return facts + self._voice.settle(SampleIndex(at + len(sound)))

    def _cross(self, at: SampleIndex) -> list[Fact]:
        """Sound may be missing before `at` (or the clock was set back); what that tells of the sound before."""
        gap = at - self._next
        if not gap:
            return []
        facts = self._hear_kept(self._kept_samples) if self._kept_samples else []
        if gap < 0 or gap > SMALL_GAP:
            facts += self._voice.settle(None)
            self._lose_rhythm()
        if gap < 0 or gap >= LONG_GAP:
            self._voice.begin_again()
        return facts

    def _lose_rhythm(self) -> None:
        self._progress.reset()
        self._tonal.clear()

    # ---- what the device says ----------------------------------------------------------------------------------------

    def judge(self, fact: Fact) -> Fact | None:
        """A fact that the device tells, as it is to be taken; None: not believed, or we heard it ourselves already.

        Where the far end cleared by a tone that we hear too, it is told since when.
        """
        if isinstance(fact, FarEndCleared):
            return self._dated(fact) if self.believes(fact) else None
        told = self._digits.take_modem(fact) if isinstance(fact, DigitHeard) else self._once(fact)
        return fact if told else None

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

    def _dated(self, fact: FarEndCleared) -> FarEndCleared:
        since = self._progress.since(fact.at)
        return self._after_talk(fact if fact.since is not None or since is None else replace(fact, since=since))

    def _after_talk(self, fact: FarEndCleared) -> FarEndCleared:
        """The fact as of the last word. Why: staff may speak into the tone, and no talk may be cut from a recording."""
        since, word = fact.since, self._voice.loud_at
        if since is None or word is None or not since < word <= fact.at:
            return fact
        return replace(fact, since=word)

    def _once(self, fact: Fact) -> list[Fact]:
        """The fact, unless it is a knock that was told already; the next voice after a clear is news."""
        if isinstance(fact, CallWaitingHeard):
            return [fact] if self._knocks.take(fact) else []
        if isinstance(fact, FarEndCleared):
            self._voice.tell_again()
        return [fact]
