"""The sound card of the simulated adapter: always captures, plays what it is given, and can be pulled out.

Spec: LINE_HARDWARE.md 2, "ALSA backend specifics".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from appliance.exchange.adapter_faults import AdapterFaults
from appliance.exchange.ears import to_pcm
from appliance.exchange.terminal import Sound
from appliance.units import SampleIndex, samples

CAPTURE_SAMPLES = samples(500)
"""Captured sound kept for a host that does not read; then it is lost (-EPIPE). Why: a usual ALSA buffer, 4-25 periods
of 20 ms; the longest is the kindest."""

PLAY_SAMPLES = samples(250)
"""Room for sound to be played. Why: the same."""

SAMPLE_OCTETS = 2


@dataclass(frozen=True)
class Captured:
    """Sound from `at` on: int16 little-endian, or `lost` samples that no host fetched in time."""

    at: SampleIndex
    pcm: bytes = b""
    lost: int = 0


class SimCard:
    """One USB sound card; 8 kHz, mono, int16 little-endian. `generation` counts how often it was plugged in."""

    def __init__(self, faults: AdapterFaults) -> None:
        self.faults = faults
        self.plugged = True
        self.generation = 0
        self._captured: list[Captured] = []
        self._held = 0  # samples in `_captured`
        self._to_play = bytearray()
        self._to_lose = 0

    # ---- the line's side ------------------------------------------------------------------------------------------

    def capture(self, at: SampleIndex, sound: Sound) -> None:
        """`sound` has been on the pair since `at`."""
        if not self.plugged:
            return
        room = CAPTURE_SAMPLES - self._held
        if self.faults.stalled or self._to_lose > 0 or room < len(sound):
            self._lose(at, len(sound))
            return
        pcm = bytes(SAMPLE_OCTETS * len(sound)) if self.faults.muted else to_pcm(sound).astype("<i2").tobytes()
        self._captured.append(Captured(at, pcm))
        self._held += len(sound)

    def _lose(self, at: SampleIndex, n: int) -> None:
        self._to_lose = max(0, self._to_lose - n)
        if self._captured and self._captured[-1].lost:
            last = self._captured[-1]
            self._captured[-1] = Captured(last.at, lost=last.lost + n)
        else:
            self._captured.append(Captured(at, lost=n))

    def play(self, n: int) -> Sound:
        """The next `n` samples for the line; silence where nothing is left."""
        out = np.zeros(n, np.float32)
        if not self.faults.stalled and self._to_play:
            taken = np.frombuffer(bytes(self._to_play[: n * SAMPLE_OCTETS]), "<i2").astype(np.float32) / 32768
            out[: len(taken)] = taken
            del self._to_play[: n * SAMPLE_OCTETS]
        return out

    # ---- the host's side ------------------------------------------------------------------------------------------

    def take(self) -> list[Captured]:
        """All that was captured and not yet taken; nothing while the card is stalled.

        A loss is told in one piece, when sound comes again: as -EPIPE is, at the read after it.
        """
        if self.faults.stalled:
            return []
        still_losing = bool(self._captured) and self._captured[-1].lost > 0
        count = len(self._captured) - still_losing
        taken, self._captured, self._held = self._captured[:count], self._captured[count:], 0
        return taken

    def write(self, pcm: bytes) -> int:
        """Queue sound to be played; octets taken, whole samples only."""
        room = 0 if self.faults.stalled else PLAY_SAMPLES * SAMPLE_OCTETS - len(self._to_play)
        count = min(len(pcm), room) // SAMPLE_OCTETS * SAMPLE_OCTETS
        self._to_play += pcm[:count]
        return count

    def queued(self) -> int:
        """Samples to be played still."""
        return len(self._to_play) // SAMPLE_OCTETS

    def flush(self) -> None:
        """Forget what is to be played still."""
        self._to_play.clear()

    # ---- knobs ----------------------------------------------------------------------------------------------------

    def lose(self, n: int) -> None:
        """The next `n` samples (in whole steps of the line) are overrun."""
        self._to_lose += n

    def unplug(self) -> None:
        """Pull the cable."""
        self.plugged = False
        self._clear()

    def plug_in(self) -> None:
        """Put it back: another device to whoever had it open."""
        self.plugged = True
        self.generation += 1
        self._clear()

    def _clear(self) -> None:
        self._captured, self._held, self._to_lose = [], 0, 0
        self._to_play.clear()
