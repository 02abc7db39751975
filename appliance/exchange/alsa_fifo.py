"""The simulated adapter's sound card as an ALSA device of this machine: two FIFOs under alsa-lib's `file` plugin.

Nothing of it needs a kernel with sound. Spec: LINE_HARDWARE.md 3, "PROVEN CONFIG".
"""

from __future__ import annotations

import fcntl
import os
import shutil
import termios
from array import array
from contextlib import suppress
from pathlib import Path

from appliance.exchange.adapter_card import SAMPLE_OCTETS, SimCard
from appliance.units import BLOCK_SAMPLES, SampleIndex

PERIOD_OCTETS = BLOCK_SAMPLES * SAMPLE_OCTETS
"""One period: 20 ms. Why whole ones only: alsa-lib gives a torn period on with garbage at its end."""

F_SETPIPE_SZ = 1031
PIPE_OCTETS = 4096
"""Room in each FIFO: one page, 256 ms. Why: the default 64 KiB would let a player run 4 s ahead of the line."""

FULL_OCTETS = 10 * PERIOD_OCTETS
"""So much that nobody has read: all of it is dropped, as a card that overruns starts anew. Why: 200 ms is no host's
usual delay, and a host that opens the card must not hear the past."""

AHEAD_SAMPLES = 2 * BLOCK_SAMPLES
"""Sound taken from the player before the line needs it. Why: the line moves in steps of 20 ms, the pump in 10 ms."""

SYSTEM_CONFIGURATION = "/usr/share/alsa/alsa.conf"

CONFIGURATION = """\
pcm.{name} {{
  type asym
  capture.pcm {{
    type plug
    slave.pcm {{ type file  slave.pcm null  file "/dev/null"  infile "{capture}"  format raw }}
  }}
  playback.pcm {{
    type plug
    slave.pcm {{ type file  slave.pcm null  file "{playback}"  format raw }}
  }}
}}
"""


class AlsaCard:
    """A `SimCard` that alsa-lib can open as `name`, in processes with `environment`. Pump it by the wall clock.

    While unplugged the FIFOs are gone: what had them open waits in vain, as nothing can be simulated that says ENODEV.
    """

    def __init__(self, card: SimCard, folder: Path, name: str = "denwaban_exchange") -> None:
        self.card = card
        self.name = name
        self.configuration = folder / "asound.conf"
        self._devices = folder / "card"
        self._capture = self._playback = -1
        self._torn = bytearray()  # less than a period
        self.lost = 0  # samples that nobody read
        folder.mkdir(parents=True, exist_ok=True)
        fifos = {"capture": self._devices / "capture", "playback": self._devices / "playback"}
        self.configuration.write_text(CONFIGURATION.format(name=name, **fifos), encoding="utf-8")
        self._appear()

    @property
    def environment(self) -> dict[str, str]:
        """What a process needs to see the card. Set before its first use of alsa-lib."""
        return {"ALSA_CONFIG_PATH": f"{SYSTEM_CONFIGURATION}:{self.configuration}"}

    def pump(self, now: SampleIndex) -> None:
        """Move whole periods both ways, as far as the line has lived; never waits."""
        if self.card.plugged and not self.card.faults.stalled:
            self._give()
            self._fetch()

    def unplug(self) -> None:
        """Pull the cable."""
        self.card.unplug()
        self._torn.clear()
        shutil.rmtree(self._devices, ignore_errors=True)

    def plug_in(self) -> None:
        """Put it back: new FIFOs under the old names; whoever still holds the old ones reads their end."""
        self._close()
        self.card.plug_in()
        self._appear()

    def close(self) -> None:
        """Nothing is left but the configuration."""
        self._close()
        shutil.rmtree(self._devices, ignore_errors=True)

    # ---- the FIFOs

    def _appear(self) -> None:
        """Both FIFOs, held open by us so that no reader ever meets an end; shrunk before there is anything in them."""
        self._devices.mkdir(exist_ok=True)
        for name in ("capture", "playback"):
            os.mkfifo(self._devices / name, 0o600)
        self._capture = os.open(self._devices / "capture", os.O_RDWR | os.O_NONBLOCK)
        self._playback = os.open(self._devices / "playback", os.O_RDWR | os.O_NONBLOCK)
        for pipe in (self._capture, self._playback):
            fcntl.fcntl(pipe, F_SETPIPE_SZ, PIPE_OCTETS)

    def _close(self) -> None:
        for pipe in (self._capture, self._playback):
            if pipe >= 0:
                os.close(pipe)
        self._capture = self._playback = -1

    def _give(self) -> None:
        """What was captured goes to whoever reads, in whole periods."""
        for one in self.card.take():
            self._torn += one.pcm
        whole = len(self._torn) // PERIOD_OCTETS * PERIOD_OCTETS
        for start in range(0, whole, PERIOD_OCTETS):
            self._drop_what_nobody_reads()
            with suppress(BlockingIOError):
                os.write(self._capture, self._torn[start : start + PERIOD_OCTETS])
        del self._torn[:whole]

    def _drop_what_nobody_reads(self) -> None:
        waiting = array("i", [0])
        fcntl.ioctl(self._capture, termios.FIONREAD, waiting)
        if waiting[0] >= FULL_OCTETS:
            with suppress(BlockingIOError):
                while dropped := os.read(self._capture, PERIOD_OCTETS):
                    self.lost += len(dropped) // SAMPLE_OCTETS

    def _fetch(self) -> None:
        """What is played, no further ahead than the line needs."""
        while self.card.queued() < AHEAD_SAMPLES:
            with suppress(BlockingIOError):
                if period := os.read(self._playback, PERIOD_OCTETS):
                    self.card.write(period)
                    continue
            return
