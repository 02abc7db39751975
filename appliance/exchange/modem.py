"""A voice modem that is not there: a terminal on the pair on one side, a serial port on the other, all in sample time.

Written from LINE_HARDWARE.md 1 and 4.2, never from our own modem reader.
"""

from __future__ import annotations

import numpy as np

from appliance.exchange.modem_actions import Runner
from appliance.exchange.modem_at import LineReader
from appliance.exchange.modem_bell import Bell
from appliance.exchange.modem_core import Core
from appliance.exchange.modem_ear import Heard, ModemEar
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.modem_player import Player
from appliance.exchange.modem_profiles import PROFILES
from appliance.exchange.modem_streams import Mode, Streams
from appliance.exchange.terminal import LineSignal, Sound
from appliance.exchange.transcript import Direction, Transcript
from appliance.units import RATE_HZ, SampleIndex, samples

UART_OCTETS = 64
"""Octets taken from the host before they are looked at. Spec: USB 2.0, 5.8.3: one bulk packet."""

BOOT_MS = 1500
"""From power to the first answer. Why: ours; sticks enumerate in 1-2 s."""

VIT_UNIT = samples(100)


class SimModem:
    """`exchange.terminal.Terminal` towards the line; `host_write` and `host_read` towards the computer."""

    def __init__(
        self,
        profile: str = "usr5637",
        country_code: int = 0xB5,
        seed: int = 0,
        faults: ModemFaults | None = None,
        transcript: Transcript | None = None,
    ) -> None:
        self.faults = faults if faults is not None else ModemFaults()
        self.core = Core(PROFILES[profile], country_code, self.faults, seed)
        self.name = f"modem {profile}"
        self.transcript = self.core.transcript = transcript if transcript is not None else Transcript()
        self.streams = Streams(self.core, lambda: self.core.result("OK"))
        self.player = Player(self.core)
        self.ear = ModemEar()
        self.reader = LineReader()
        self.runner = Runner(self.core, self.streams, self.player, self.ear)
        self.bell = Bell(self.core, self.runner.auto_answer)
        self.uart = bytearray()
        self.powered = True
        self.host_seen = SampleIndex(0)
        self.spoken = SampleIndex(0)
        self.babble_owed = 0.0

    # ---- the serial side

    @property
    def host_baud(self) -> int:
        return self.core.host_baud

    @host_baud.setter
    def host_baud(self, baud: int) -> None:
        self.core.host_baud = baud

    @property
    def mode(self) -> Mode:
        return self.streams.mode

    def host_room(self) -> int:
        """Octets that `host_write` would take at least."""
        return UART_OCTETS - len(self.uart) if self.powered else 0

    def host_write(self, octets: bytes) -> int:
        """Octets from the host; how many were taken. The rest must be offered again when sound has been played."""
        if not self.powered:
            return 0
        voice = self.streams.mode is not Mode.COMMAND
        if self.faults.stuck:
            self.transcript.octets(self.core.now, Direction.TO_MODEM, octets, voice)
            return len(octets)
        self.host_seen = self.core.now
        taken = 0
        while taken < len(octets) and len(self.uart) < UART_OCTETS:
            part = octets[taken : taken + UART_OCTETS - len(self.uart)]
            taken += len(part)
            self.uart += self.core.rng.randbytes(len(part)) if self.core.wrong_baud else part
            self.look()
        self.transcript.octets(self.core.now, Direction.TO_MODEM, bytes(octets[:taken]), voice)
        return taken

    def host_read(self, limit: int | None = None) -> bytes:
        """Octets for the host, oldest first."""
        octets = self.core.port.take(limit) if self.core.port.octets else b""
        if octets:
            self.transcript.octets(self.core.now, Direction.TO_HOST, octets, self.core.receiving)
        return octets

    def look(self) -> None:
        """Use up what stands in the UART, as far as the present state allows."""
        while self.uart:
            if self.streams.mode is not Mode.COMMAND:
                taken = self.streams.take(bytes(self.uart))
                del self.uart[:taken]
                if not taken:
                    return
            elif self.runner.busy:
                self.runner.disturb()
                self.uart.clear()
            else:
                self.type(self.uart.pop(0))

    def type(self, octet: int) -> None:
        """One octet in command state: echo, and run the line when it is complete."""
        if self.core.registers.echo and not self.faults.mute:
            self.core.put(bytes([octet]))
        body = self.reader.read(octet, self.core.now, self.core.registers)
        if body is not None:
            self.runner.run(body)

    def inject(self, code: bytes) -> None:
        """Make the chip report <DLE>code now: a false digit from speech, J, m, or nonsense."""
        self.core.event(code)

    def babble(self, count: int) -> None:
        """Random octets to the host."""
        self.core.put(self.core.rng.randbytes(count))

    # ---- power and cable

    def power_off(self) -> None:
        """The cable is pulled: the relay falls, everything volatile is gone."""
        if not self.powered:
            return
        self.powered = False
        self.runner.reset()
        self.core.timers.waiting.clear()
        self.core.port.octets.clear()
        self.uart.clear()
        self.transcript.note(self.core.now, "power off")

    def power_cycle(self) -> None:
        """Off and on again: cures `stuck`; what was not stored is forgotten; mute while it boots."""
        self.power_off()
        self.faults.stuck = False
        self.powered = True
        self.core.reload()
        self.bell.forget()
        self.reader = LineReader()
        self.runner.boot(BOOT_MS)
        self.transcript.note(self.core.now, "power on")

    def drop_dtr(self) -> None:
        """DTR was dropped: with &D2 or &D3 hang up and go to command state. Spec: ITU-T V.250 / maker, &D."""
        if self.powered and not self.faults.stuck and self.core.registers.dtr >= 2:
            self.runner.hang_up()

    # ---- the line side

    @property
    def off_hook(self) -> bool:
        return self.core.off_hook

    @off_hook.setter
    def off_hook(self, off: bool) -> None:
        self.core.hook(off)

    def signal(self, signal: LineSignal) -> None:
        if self.powered and not self.faults.stuck:
            self.bell.take(signal)

    def speak(self, at: SampleIndex, n: int) -> Sound:
        """float32 (n,): +VTX sound, own tones, or silence."""
        self.core.now = at
        self.spoken = SampleIndex(at + n)
        if self.player.busy:
            sound = self.player.speak(n)
        elif self.streams.transmitting:
            sound = self.streams.speak(n)
        else:
            return np.zeros(n, np.float32)
        if self.core.off_hook:
            self.transcript.play(at, sound)
        return sound

    def hear(self, at: SampleIndex, sound: Sound) -> None:
        """float32 (n,) from the pair; afterwards the modem's instant is at + n."""
        sound = np.asarray(sound, np.float32)
        if self.spoken < at + len(sound):
            self.speak(at, len(sound))  # nobody asked, being on-hook: a flash must end all the same
        heard: list[Heard] = []
        if self.core.off_hook and not self.core.primary:
            heard = self.listen(sound)
        if self.core.receiving:
            self.streams.hear(at, sound if self.core.off_hook else np.zeros_like(sound), heard)
        else:
            for event in heard:
                self.core.event(event.code)
        self.pass_time(SampleIndex(at + len(sound)), len(sound))

    def listen(self, sound: Sound) -> list[Heard]:
        """What the chip recognises by itself in the voice class."""
        ear, core = self.ear, self.core
        ear.dtmf_form = self.faults.dtmf_form
        ear.japanese_tones = self.faults.detect_busy_400 or self.runner.wants_dial_tone
        ear.silence_s = core.registers.vsd[1] / 10 if core.receiving else 0.0
        heard = ear.hear(sound)
        self.runner.dial_tone |= any(event.code == b"d" for event in heard)
        return heard if core.voice and not self.runner.dialling else []

    def pass_time(self, end: SampleIndex, count: int) -> None:
        """Whatever falls due by `end`, `count` samples after the last time."""
        if not self.core.off_hook and len(self.ear.left):
            self.ear.rest()
        if not self.powered or self.faults.stuck:
            self.core.now = end
            return
        self.core.live_until(end)
        if self.uart:
            self.look()
        if self.streams.drained():
            self.streams.finish(b"")
        if self.faults.babble_per_s:
            self.babble_owed += count * self.faults.babble_per_s / RATE_HZ
            self.babble(int(self.babble_owed))
            self.babble_owed %= 1
        self.watch_inactivity()

    def watch_inactivity(self) -> None:
        """+VIT: a silent host loses the line. Spec: LINE_HARDWARE.md 1.5; +VRX and +VTR need no octets of the host."""
        core = self.core
        limit = core.registers.vit * VIT_UNIT
        idle = core.voice and core.off_hook and not core.primary and not core.receiving and not self.runner.busy
        if limit and idle and core.now - self.host_seen > limit:
            self.runner.hang_up()
            core.registers.fclass = 0
            core.result("NO CARRIER")
