"""What the house asks of the world. Each Protocol has one driver a file in `edge` (or `bus`, `exchange`)."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from appliance.events import Button, Fact, LampFrame, Message, Prompt, SoundBlock, SoundLost
from appliance.line.adapter.pins import PinChange
from appliance.units import SampleIndex


class Clock(Protocol):
    """The line clock and the civil clock."""

    def now(self) -> SampleIndex:
        """Samples of 1/8000 s since start; never goes backwards."""
        ...

    def civil(self) -> datetime:
        """Time of day, timezone-aware."""
        ...


class SerialLink(Protocol):
    """A full-duplex byte pipe to a modem. Every fault is raised as `errors.LineGone`, nothing else."""

    def read(self) -> bytes:
        """All bytes that have arrived; empty when there are none. Never blocks."""
        ...

    def write(self, octets: bytes) -> int:
        """Hand over as many octets as the link takes at once; how many it took. Never blocks longer than 50 ms."""
        ...

    def wait(self, seconds: float) -> None:
        """Sleep until something may have arrived, `seconds` at most."""
        ...

    def lost(self) -> int:
        """Octets received but dropped for want of room since last asked."""
        ...

    def pulse_dtr(self) -> None:
        """Drop and raise DTR where the hardware can; silently nothing where it cannot."""
        ...

    def close(self) -> None: ...


class LineDevice(Protocol):
    """One telephone line as the line loop sees it: `kind = "modem"` today, `kind = "sound"` beside it.

    Goal-driven: the loop says seize, play, release; the device works towards it and tells what became true.
    While seized and not playing, it listens: `SoundBlock`s flow. All calls return at once.
    """

    def poll(self, now: SampleIndex) -> list[Fact | SoundBlock]:
        """What became known up to `now`, in order. Raises nothing: a lost line is the fact `LineLost`."""
        ...

    def seize(self, now: SampleIndex) -> None: ...

    def release(self, now: SampleIndex) -> None: ...

    def play(self, now: SampleIndex, prompt: Prompt, pcm: bytes) -> None:
        """Say `pcm` (int16 LE mono 8 kHz); ends with `PromptEnded`. A playing prompt is replaced."""
        ...

    def stop_playing(self, now: SampleIndex) -> None: ...

    def wait(self, seconds: float) -> None:
        """Sleep until something may have arrived, `seconds` at most."""
        ...

    def close(self) -> None: ...


class SoundCard(Protocol):
    """The adapter's sound: capture always runs, playback when there is something to say. 8 kHz, mono, int16 LE.

    Never blocks. Every fault of the card is raised as `errors.LineGone`, nothing else.
    """

    def read(self) -> list[SoundBlock | SoundLost]:
        """What was captured since last asked, in order, `at` on the line clock; what was lost in its place."""
        ...

    def write(self, pcm: bytes) -> int:
        """Hand over sound to play at once behind what is queued; octets taken (whole samples)."""
        ...

    def queued(self) -> int:
        """Samples handed over and not yet on the line."""
        ...

    def flush(self) -> None:
        """Drop what has been handed over and is not yet on the line."""
        ...

    def wait(self, seconds: float) -> None:
        """Sleep until something may have arrived, `seconds` at most."""
        ...

    def close(self) -> None: ...


class LinePins(Protocol):
    """The adapter's optocouplers and its hook relay. Every fault of the pins is raised as `errors.LineGone`."""

    def read(self) -> list[PinChange]:
        """Changes since last asked, in order; the first call tells the present state of every wired input."""
        ...

    def hook(self, closed: bool) -> None:
        """Close (off-hook) or open the loop; nothing where no relay is wired."""
        ...

    def close(self) -> None:
        """Open the loop and give the pins back."""
        ...


class Panel(Protocol):
    """Lamps, buzzer and buttons."""

    def show(self, frame: LampFrame) -> None: ...

    def pressed(self) -> list[Button]:
        """Buttons pressed since last asked."""
        ...

    def close(self) -> None: ...


class Bus(Protocol):
    """The messages between processes. Never blocks, never raises for a dead broker."""

    def publish(self, message: Message) -> None: ...

    def received(self) -> list[Message]:
        """Messages that arrived since last asked."""
        ...

    def connected(self) -> bool: ...

    def close(self) -> None: ...


class Watchdog(Protocol):
    """The service manager's view of us. Spec: sd_notify(3)."""

    def ready(self) -> None: ...

    def alive(self) -> None: ...

    def status(self, text: str) -> None: ...
