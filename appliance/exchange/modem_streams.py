"""+VRX, +VTX and +VTR of the simulated modem: sound to shielded octets and back. Spec: LINE_HARDWARE.md 1.5-1.8."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

import numpy as np

from appliance.exchange.modem_codec import Law, decode, encode, shield
from appliance.exchange.modem_core import Core
from appliance.exchange.modem_ear import Heard
from appliance.exchange.terminal import Sound
from appliance.units import SampleIndex, samples

TX_BUFFER_OCTETS = 1024
"""Voice octets held for playing: 128 ms of 8-bit voice. Spec: LINE_HARDWARE.md 1.7, 1-4 KB [MEM]."""

DLE, ETX, DC4, CAN, SUB, ESC = 0x10, 0x03, 0x14, 0x18, 0x1A, 0x1B
QUIET_OCTET = {Law.UNSIGNED_8: 0x80, Law.SIGNED_8: 0, Law.MU: 0xFF, Law.A: 0xD5, Law.LINEAR_16: 0}


class Mode(StrEnum):
    COMMAND = "command"
    RECEIVE = "+VRX"
    TRANSMIT = "+VTX"
    DUPLEX = "+VTR"


class Streams:
    """The voice streams. `ended` is called when a stream has ended and OK is to be said."""

    def __init__(self, core: Core, ended: Callable[[], None]) -> None:
        self.core = core
        self.ended = ended
        self.mode = Mode.COMMAND
        self.law = Law.UNSIGNED_8
        self.tx = bytearray()
        self.dle = False  # the last octet from the host was a DLE
        self.draining = False
        self.starved = True  # no underrun is reported before there was something to play
        self.paused = False
        self.lost = 0  # octets of voice that found no room since the last report
        self.echo = np.zeros(0, np.float32)

    # ---- beginning and end

    @property
    def transmitting(self) -> bool:
        return self.mode in (Mode.TRANSMIT, Mode.DUPLEX)

    def begin(self, mode: Mode) -> None:
        """Enter a stream; CONNECT has been said."""
        law = self.core.registers.codec.law
        assert law is not None, "+VSM refuses codecs that cannot be spoken"
        self.law, self.mode = law, mode
        self.tx.clear()
        self.dle = self.draining = self.paused = False
        self.starved = True
        self.lost = 0
        self.echo = np.zeros(samples(self.core.faults.vtr_echo_ms), np.float32)
        self.core.receiving = mode in (Mode.RECEIVE, Mode.DUPLEX)

    def abort(self) -> None:
        """Back to command state at once, nothing said."""
        self.mode = Mode.COMMAND
        self.core.receiving = False
        self.tx.clear()
        self.flush_events()

    def finish(self, mark: bytes) -> None:
        """End of the stream: its mark, then OK."""
        self.abort()
        if mark:
            self.core.put(mark)
        self.ended()

    # ---- from the host

    def take(self, octets: bytes) -> int:
        """Octets of the host while a stream runs; how many were taken (fewer when the buffer is full)."""
        place = 0
        while place < len(octets) and self.mode is not Mode.COMMAND:
            if self.dle:
                self.dle = False
                self.obey(octets[place])
                place += 1
                continue
            mark = octets.find(DLE, place)
            end = len(octets) if mark < 0 else mark
            kept = self.keep(octets[place:end])
            place += kept
            if place < end:
                break
            if mark >= 0:
                self.dle = True
                place += 1
        return place

    def keep(self, sound: bytes) -> int:
        """Voice octets into the buffer; how many found room. During +VRX and after <DLE><ETX> they mean nothing."""
        if not self.transmitting or self.draining:
            return len(sound)
        room = max(0, TX_BUFFER_OCTETS - len(self.tx))
        self.tx += sound[:room]
        if self.tx:
            self.starved = False
        return min(room, len(sound))

    def obey(self, code: int) -> None:
        """A shielded code of the host. Spec: ITU-T V.253 (LINE_HARDWARE.md 1.8)."""
        if self.mode is Mode.RECEIVE:
            self.obey_receiving(code)
        elif code == DLE:
            self.force(b"\x10")
        elif code == SUB:
            self.force(b"\x10\x10")
        elif code in (CAN, DC4):
            del self.tx[samples(self.core.faults.cancel_ms) * self.law.octets :]
            self.starved = True
        elif code == ETX and self.mode is Mode.TRANSMIT:
            self.draining = True
        elif code == ord("^") and self.mode is Mode.DUPLEX:
            self.finish(b"\x10\x03")
        elif code in b"pr":
            self.paused = code == ord("p")

    def force(self, sound: bytes) -> None:
        """A shielded 0x10: at most two octets beyond the limit."""
        if not self.draining:
            self.tx += sound
            self.starved = False

    def obey_receiving(self, code: int) -> None:
        if code == ord("!"):
            self.finish(b"\x10\x03")
        elif code == ESC:
            self.finish(self.core.profile.esc_reply)

    # ---- to the line

    def speak(self, count: int) -> Sound:
        """What goes to the line in the next `count` samples."""
        width = self.law.octets
        have = 0 if self.paused else min(count, len(self.tx) // width)
        sound = np.zeros(count, np.float32)
        if have:
            sound[:have] = decode(self.law, bytes(self.tx[: have * width]))
            del self.tx[: have * width]
        if have < count and not self.paused and not self.starved and not self.draining:
            self.starved = True
            self.core.event(b"u", SampleIndex(self.core.now + have))
        if self.mode is Mode.DUPLEX and self.core.faults.vtr_echo_db is not None:
            self.echo = np.concatenate([self.echo, sound * np.float32(10 ** (self.core.faults.vtr_echo_db / 20))])
        return sound

    def drained(self) -> bool:
        """True once when everything has been played after <DLE><ETX>."""
        return self.draining and self.transmitting and len(self.tx) < self.law.octets

    # ---- from the line

    def hear(self, at: SampleIndex, sound: Sound, heard: list[Heard]) -> None:
        """Sound to the host while a receiving stream runs, with the events between their samples."""
        if self.mode is Mode.DUPLEX and self.core.faults.vtr_echo_db is not None:
            sound = sound + self.echo[: len(sound)]
            self.echo = self.echo[len(sound) :]
        events = [(event.offset, b"\x10" + event.code) for event in heard]
        events += [(at_event - at, octets) for at_event, octets in self.core.coming]
        self.core.coming.clear()
        octets = encode(self.law, sound)
        if not events:
            self.give(octets)
            return
        place, width = 0, self.law.octets
        for offset, code in sorted(events, key=lambda event: event[0]):
            until = max(place, min(offset * width, len(octets)))
            self.give(octets[place:until])
            self.core.put(code)
            place = until
        self.give(octets[place:])

    def give(self, octets: bytes) -> None:
        """Shielded voice to the host; what finds no room is lost, and told once by <DLE>o when there is room again."""
        if self.core.faults.stuck:
            return
        shielded = shield(octets, self.core.faults.use_sub)
        room = self.core.port.room() - 2
        if len(shielded) > room:
            fits = max(0, room // 4) * 2  # every octet may be doubled; whole 16-bit samples
            self.lost += len(octets) - fits
            octets, shielded = octets[:fits], shield(octets[:fits], self.core.faults.use_sub)
            self.core.put(shielded)
            return
        if self.lost:
            self.core.put(b"\x10o")
            self.lost = 0
        self.core.put(shielded)

    def flush_events(self) -> None:
        """Events that waited for their sample, told at once because the sound has ended."""
        for _, octets in self.core.coming:
            self.core.put(octets)
        self.core.coming.clear()
