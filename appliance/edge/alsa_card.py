"""A sound card by ALSA, 8 kHz mono: one thread captures, one plays. Implements `ports.SoundCard`.

Spec: LINE_HARDWARE.md 2, "ALSA backend specifics"; 3 (what pyalsaaudio does).
"""

from __future__ import annotations

import errno
import importlib
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from appliance.edge.ports import Clock
from appliance.errors import LineGone, OperatorError
from appliance.events import SoundBlock, SoundLost
from appliance.line.adapter.capture_clock import CaptureClock
from appliance.units import BLOCK_SAMPLES, RATE_HZ, SampleIndex, samples

SAMPLE_OCTETS = 2

CAPTURE_PERIODS, PLAYBACK_PERIODS = 25, 4
"""Blocks of 20 ms in the kernel's buffers. Why: 0.5 s of capture outlive a busy moment; 80 ms of playback is the most
that a stop cannot take back."""

LEAD_MS = 60
"""Sound given to the kernel ahead of its time. Spec: LINE_HARDWARE.md 1.7: 60 ms ahead is heard to stop after 60 ms."""

KEPT_SAMPLES = samples(2_000)
"""Captured sound kept for the line loop; then it is lost, and told. Why: longer than any disk holds the loop up."""

TO_PLAY_SAMPLES = samples(250)
"""Room for sound to be played. Why: the session keeps 200 ms ahead (`line.adapter.speaking`)."""

STALL_MS = 1_000
"""A card that gives or takes nothing for so long hangs. Why: fifty blocks; USB hiccups are shorter than 0.3 s."""

AWAY_MS = 300
"""Nobody has looked at the card for so long: the process itself was stopped, and the card's threads with it. Why: a
line loop looks every 20 ms."""

WAITED_MS = 5
"""A read that took so long waited for the present. Why: a block takes 20 ms to come, and no time when it lies ready."""

CLOSE_S = 0.3
"""Patience for a thread that is to end, seconds. Why: a card that hangs lets it go after 10 s; nobody waits for it."""


def load_alsa() -> Any:
    """The module alsaaudio. Raises: OperatorError where it is not installed."""
    try:
        return importlib.import_module("alsaaudio")
    except ImportError as error:
        raise OperatorError(f'line.kind = "sound" needs pyalsaaudio: pip install "denwaban[sound]" ({error})') from None


class AlsaCard:
    """Opens both directions. `clock`: the line clock. Raises: LineGone, and OperatorError without pyalsaaudio.

    `playback`: empty for the card of `capture`; None where nothing is ever said, on a card that may have no output.
    """

    def __init__(self, capture: str, playback: str | None, clock: Clock) -> None:
        self._alsa = load_alsa()
        self._clock = clock
        self._arrived = threading.Condition()
        self._fault: LineGone | None = None
        self._closing = False
        self._name = capture
        self._heard = _Heard(clock.now())
        self._spoken = _Spoken()
        self._fresh = False  # capture has caught up with the present
        self._writing_since: SampleIndex | None = None
        self._looked_at = self._awake_since = clock.now()
        source = self._open(capture, self._alsa.PCM_CAPTURE, CAPTURE_PERIODS)
        self._threads = [self._thread(source, self._capture, capture, "sound in")]
        if playback is not None:
            speaker = playback or capture
            try:
                sink = self._open(speaker, self._alsa.PCM_PLAYBACK, PLAYBACK_PERIODS)
            except LineGone as fault:
                source.close()
                raise (_mute(capture) if speaker == capture and MISSING in str(fault) else fault) from None
            self._threads.append(self._thread(sink, self._play, speaker, "sound out"))
        for thread in self._threads:
            thread.start()

    # ---- ports.SoundCard

    def read(self) -> list[SoundBlock | SoundLost]:
        """What was captured since last asked; raises `LineGone` once the card is gone and everything was read."""
        now = self._clock.now()
        if now - self._looked_at >= samples(AWAY_MS):
            self._awake_since = now
        self._looked_at = now
        with self._arrived:
            items = self._heard.take()
            fault = self._fault
        if items:
            return items
        if fault is not None:
            raise fault
        if now - max(self._heard.last_at, self._awake_since) >= samples(STALL_MS):
            raise LineGone(f"the sound card {self._name} hangs: it delivers no sound")
        since = self._writing_since  # once: the thread changes it
        if since is not None and now - max(since, self._awake_since) >= samples(STALL_MS):
            raise LineGone(f"the sound card {self._name} hangs: it takes no sound")
        return []

    def write(self, pcm: bytes) -> int:
        """Queue sound to be played; octets taken, whole samples."""
        with self._arrived:
            return self._spoken.add(pcm)

    def queued(self) -> int:
        """Samples to be played still, those on their way to the line among them."""
        with self._arrived:
            return self._spoken.queued(self._clock.now())

    def flush(self) -> None:
        """Drop what is queued; what the kernel has goes out, `LEAD_MS` at most."""
        with self._arrived:
            self._spoken.drop()

    def wait(self, seconds: float) -> None:
        """Sleep until sound has arrived, `seconds` at most."""
        with self._arrived:
            if not self._heard.any and self._fault is None:
                self._arrived.wait(seconds)

    def close(self) -> None:
        """Have both threads close their side; one that hangs in the driver is left behind. Harmless when repeated."""
        self._closing = True
        for thread in self._threads:
            thread.join(CLOSE_S)

    # ---- the threads

    def _open(self, name: str, direction: int, periods: int) -> Any:
        try:
            pcm = self._alsa.PCM(
                type=direction,
                mode=self._alsa.PCM_NORMAL,
                device=name,
                channels=1,
                rate=RATE_HZ,
                format=self._alsa.PCM_FORMAT_S16_LE,
                periodsize=BLOCK_SAMPLES,
                periods=periods,
            )
        except self._alsa.ALSAAudioError as error:
            raise _named(name, error) from None
        info = pcm.info()
        if info["rate"] != RATE_HZ or info["channels"] != 1:
            pcm.close()
            raise LineGone(f'{name} does not do 8 kHz mono; write "plughw:…" so that alsa-lib converts')
        return pcm

    def _thread(self, pcm: Any, work: Callable[[Any], None], name: str, title: str) -> threading.Thread:
        return threading.Thread(target=self._run, args=(pcm, work, name), name=title, daemon=True)

    def _run(self, pcm: Any, work: Callable[[Any], None], name: str) -> None:
        """The life of one thread: work until told to end, or until the card fails."""
        try:
            while not self._closing:
                work(pcm)
        except (LineGone, self._alsa.ALSAAudioError, OSError) as error:
            with self._arrived:
                self._fault = error if isinstance(error, LineGone) else _named(name, error)
                self._arrived.notify_all()
        finally:
            with suppress(self._alsa.ALSAAudioError, OSError):
                pcm.drop()  # else closing waits until all has been played
            with suppress(self._alsa.ALSAAudioError, OSError):
                pcm.close()

    def _capture(self, pcm: Any) -> None:
        asked = self._clock.now()
        count, pcm_data = pcm.read()
        now = self._clock.now()
        self._fresh = self._fresh or now - asked >= samples(WAITED_MS)
        if not self._fresh:  # of before we opened it: nobody knows of when
            return
        with self._arrived:
            if count == -errno.EPIPE:
                self._heard.overrun(now)
            elif count < 0:
                raise LineGone(f"the sound card {self._name} failed: {errno.errorcode.get(-count, count)}")
            elif count:
                self._heard.add(now, pcm_data[: count * SAMPLE_OCTETS])
            self._arrived.notify_all()

    def _play(self, pcm: Any) -> None:
        with self._arrived:
            pause = self._spoken.pause(self._clock.now())
            block = self._spoken.next_block() if pause <= 0 else b""
        if not block:
            time.sleep(pause / RATE_HZ)
            return
        self._writing_since = self._clock.now()
        taken = pcm.write(block)
        self._writing_since = None
        if taken == -errno.EPIPE:  # it ran dry and has been prepared anew
            with self._arrived:
                self._spoken.ran_dry()
            taken = pcm.write(block)
        if taken < 0 and taken != -errno.EPIPE:
            raise LineGone(f"the sound card {self._name} failed: {errno.errorcode.get(-taken, taken)}")


class _Heard:
    """Captured sound on its way to the line loop."""

    def __init__(self, now: SampleIndex) -> None:
        self.last_at = now  # when something came
        self._items: deque[SoundBlock | SoundLost] = deque()
        self._held = 0  # samples
        self._clock = CaptureClock()

    @property
    def any(self) -> bool:
        return bool(self._items)

    def take(self) -> list[SoundBlock | SoundLost]:
        items, self._held = list(self._items), 0
        self._items.clear()
        return items

    def add(self, now: SampleIndex, pcm: bytes) -> None:
        self.last_at = now
        count = len(pcm) // SAMPLE_OCTETS
        at, lost = self._clock.take(now, count)
        if lost:
            self._lose(SampleIndex(at - lost), lost, "the sound card slipped behind the clock")
        if self._held + count > KEPT_SAMPLES:
            self._lose(at, count, "the line loop was held up")
            return
        self._held += count
        self._items.append(SoundBlock(at, pcm))

    def overrun(self, now: SampleIndex) -> None:
        at = self._clock.at
        lost = self._clock.overrun(now)
        self.last_at = now
        if at is not None:
            self._lose(at, lost, "the sound card's buffer overran")

    def _lose(self, at: SampleIndex, count: int, why: str) -> None:
        last = self._items[-1] if self._items else None
        if isinstance(last, SoundLost) and last.why == why and last.at + last.samples == at:
            self._items[-1] = SoundLost(last.at, last.samples + count, why)
        else:
            self._items.append(SoundLost(at, count, why))


class _Spoken:
    """Sound on its way to the kernel: an endless stream, silence where there is nothing to say.

    Why endless: a card that is started for every prompt clicks, and begins later each time.
    """

    def __init__(self) -> None:
        self._waiting = bytearray()
        self._started: SampleIndex | None = None  # when the first sample of the stream left
        self._given = 0  # samples of the stream that the kernel has
        self._said = 0  # of these, up to the last that was not filled in

    def add(self, pcm: bytes) -> int:
        room = TO_PLAY_SAMPLES * SAMPLE_OCTETS - len(self._waiting)
        octets = max(0, min(len(pcm), room)) & ~1
        self._waiting += pcm[:octets]
        return octets

    def drop(self) -> None:
        self._waiting.clear()

    def queued(self, now: SampleIndex) -> int:
        played = 0 if self._started is None else now - self._started
        return len(self._waiting) // SAMPLE_OCTETS + max(0, self._said - played)

    def pause(self, now: SampleIndex) -> int:
        """Samples of time until the kernel is to get the next block; 0 or less: at once."""
        if self._started is None or now - self._started > self._given:  # late: the kernel has nothing left
            self.ran_dry()
            self._started = now
        return self._given - (now - self._started) - samples(LEAD_MS) + BLOCK_SAMPLES

    def next_block(self) -> bytes:
        """20 ms for the kernel."""
        octets = BLOCK_SAMPLES * SAMPLE_OCTETS
        sound = bytes(self._waiting[:octets])
        del self._waiting[:octets]
        if sound:
            self._said = self._given + len(sound) // SAMPLE_OCTETS
        self._given += BLOCK_SAMPLES
        return sound.ljust(octets, b"\0")

    def ran_dry(self) -> None:
        """The stream begins anew."""
        self._started = None
        self._given = self._said = 0


MISSING = "there is no sound card"

_REASONS = (
    ("No such", MISSING + " {name}: is the adapter plugged in, and is that its name?"),
    ("busy", "the sound card {name} is in use by another program"),
    ("Permission", "no permission to use {name}: add the user to the group audio (sudo usermod -aG audio USER)"),
)
"""What alsa-lib says, and what it means. Spec: strerror of ENOENT, ENODEV, ENXIO; EBUSY; EACCES."""


def _mute(name: str) -> LineGone:
    """The card that can be heard cannot speak."""
    return LineGone(f"the sound card {name} has no output: name one that has as adapter.playback")


def _named(name: str, error: Exception) -> LineGone:
    """The fault in words for the owner."""
    told = str(error)
    meaning = next((words for key, words in _REASONS if key in told), "the sound card {name} is gone: {told}")
    return LineGone(meaning.format(name=name, told=told))
