"""What all parts of the simulated modem share: instant, timers, hook, settings, and the way out to the host."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.modem_profiles import ModemProfile
from appliance.exchange.modem_registers import Registers, factory, restore, store
from appliance.exchange.transcript import Transcript
from appliance.units import SampleIndex, samples

RX_BUFFER_OCTETS = 8192
"""Octets the modem holds for a host that does not read: 1 s of 8-bit voice. Why: 1-4 KB in the chip [MEM] and the
endpoint buffers of the host's driver."""

SPLIT_OCTETS = 64
"""One full-speed USB bulk packet. Spec: USB 2.0, 5.8.3."""

RESULT_CODES = {
    "OK": 0,
    "CONNECT": 1,
    "RING": 2,
    "NO CARRIER": 3,
    "ERROR": 4,
    "NO DIALTONE": 6,
    "BUSY": 7,
    "NO ANSWER": 8,
    "VCON": 12,
}
"""Numeric results for ATV0. Spec: ITU-T V.250, Table 1; VCON is the maker's."""

Action = Callable[[], None]


@dataclass
class Timer:
    due: SampleIndex
    tag: str
    action: Action


class Timers:
    """Actions at instants to come."""

    def __init__(self) -> None:
        self.waiting: list[Timer] = []

    def after(self, due: SampleIndex, tag: str, action: Action) -> None:
        self.waiting.append(Timer(due, tag, action))

    def cancel(self, tag: str) -> None:
        self.waiting = [timer for timer in self.waiting if timer.tag != tag]

    def next_due(self, until: SampleIndex) -> Timer | None:
        """Take out the earliest timer that is due by `until`."""
        first = min(self.waiting, key=lambda timer: timer.due, default=None)
        if first is None or first.due > until:
            return None
        self.waiting.remove(first)
        return first


class HostPort:
    """Octets on their way to the host, with the faults of the cable."""

    def __init__(self, faults: ModemFaults, rng: random.Random) -> None:
        self.faults = faults
        self.rng = rng
        self.octets = bytearray()
        self.fresh = False  # something came since the host last read

    def room(self) -> int:
        return max(0, RX_BUFFER_OCTETS - len(self.octets))

    def put(self, octets: bytes, garbage: bool = False) -> None:
        """Queue octets; what finds no room is lost."""
        faults = self.faults
        if garbage:
            octets = self.rng.randbytes(len(octets))
        if faults.drop_rate:
            octets = bytes(octet for octet in octets if self.rng.random() >= faults.drop_rate)
        if faults.garble_rate:
            octets = bytes(self.wrong(octet) for octet in octets)
        self.octets += octets[: self.room()]
        self.fresh = True

    def wrong(self, octet: int) -> int:
        return self.rng.randrange(256) if self.rng.random() < self.faults.garble_rate else octet

    def take(self, limit: int | None) -> bytes:
        """What the host reads now; the newest octets may come one read later."""
        count = len(self.octets)
        if self.faults.split_reads and self.fresh:
            count = max(count - self.rng.randrange(SPLIT_OCTETS), min(count, 1))
        self.fresh = False
        if limit is not None:
            count = min(count, limit)
        taken = bytes(self.octets[:count])
        del self.octets[:count]
        return taken


class Core:
    """The shared state and the small verbs of the modem."""

    def __init__(self, profile: ModemProfile, country: int, faults: ModemFaults, seed: int) -> None:
        self.profile = profile
        self.country = country
        self.faults = faults
        self.rng = random.Random(seed)  # noqa: S311 - repeatable faults, not secrets
        self.port = HostPort(faults, self.rng)
        self.registers: Registers = factory(profile, country)
        self.stored: dict[str, object] = store(self.registers) | ({} if profile.stores else {"vcid": 0})
        self.timers = Timers()
        self.transcript = Transcript()
        self.now = SampleIndex(0)
        self.off_hook = False
        self.primary = False  # off-hook by itself, for the number
        self.rings = 0  # bursts shown as RING in this call
        self.receiving = False  # sound flows to the host
        self.coming: list[tuple[SampleIndex, bytes]] = []  # events to be put between the samples received
        self.host_baud = 115200

    # ---- to the host

    @property
    def voice(self) -> bool:
        return self.registers.fclass == 8

    @property
    def wrong_baud(self) -> bool:
        return self.faults.fixed_baud is not None and self.faults.fixed_baud != self.host_baud

    def put(self, octets: bytes) -> None:
        if not self.faults.stuck:
            self.port.put(octets, self.wrong_baud)

    def info(self, text: str) -> None:
        """One line of information. Spec: ITU-T V.250, 5.7.1."""
        if not self.faults.mute:
            self.put((f"\r\n{text}\r\n" if self.registers.verbose else f"{text}\r\n").encode("latin-1"))

    def result(self, text: str) -> None:
        """A result code. Spec: ITU-T V.250, 5.7.1; 6.2.5; 6.2.6."""
        if self.registers.quiet or self.faults.mute:
            return
        if self.registers.verbose:
            self.put(f"\r\n{text}\r\n".encode("latin-1"))
        else:
            self.put(f"{RESULT_CODES.get(text, 4)}\r".encode("latin-1"))

    def event(self, code: bytes, at: SampleIndex | None = None) -> None:
        """`<DLE>code` in the voice class, exactly between two samples while sound flows; nothing in other classes."""
        if self.voice:
            self.raw_event(b"\x10" + code, at)

    def raw_event(self, octets: bytes, at: SampleIndex | None = None) -> None:
        if self.receiving:
            self.coming.append((self.now if at is None else at, octets))
        else:
            self.put(octets)

    # ---- time

    def after(self, ms: float, action: Action, tag: str = "") -> None:
        self.timers.after(SampleIndex(self.now + samples(ms)), tag, action)

    def live_until(self, end: SampleIndex) -> None:
        """Carry out everything due up to `end`, each at its own instant, also what that in turn asks for."""
        while self.timers.waiting and (timer := self.timers.next_due(end)) is not None:
            self.now = max(self.now, timer.due)
            timer.action()
        self.now = end

    def timers_has(self, tag: str) -> bool:
        return any(timer.tag == tag for timer in self.timers.waiting)

    # ---- hook

    def seize(self) -> bool:
        """Close the loop for the host. False where the relay did not move (a fault of the profile)."""
        if not self.off_hook and self.rings and self.rings <= self.faults.ignore_off_hook_rings:
            return False
        self.primary = False
        self.hook(True)
        return True

    def hook(self, off: bool) -> None:
        """Move the relay."""
        if off != self.off_hook:
            self.transcript.note(self.now, "off-hook" if off else "on-hook")
        self.off_hook = off

    def release(self) -> None:
        """Open the loop, whatever was going on."""
        self.primary = False
        self.registers.vls = 0
        self.hook(False)

    # ---- settings

    def reload(self) -> None:
        """Settings as after ATZ or power."""
        country = self.registers.country if self.profile.country_kept else self.country
        self.registers = restore(self.profile, country, self.stored)
