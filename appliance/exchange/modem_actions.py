"""Runs command lines of the simulated modem: everything that moves the hook, starts a stream or takes time."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from appliance.exchange.modem_at import AtCommand, normalised, split_line
from appliance.exchange.modem_commands import ERROR, Outcome, Wait, find
from appliance.exchange.modem_core import Core
from appliance.exchange.modem_ear import ModemEar
from appliance.exchange.modem_player import Player
from appliance.exchange.modem_registers import factory, store
from appliance.exchange.modem_streams import Mode, Streams
from appliance.exchange.modem_tones import dial, vts
from appliance.exchange.modem_voice import LOCAL_LABEL, OFF_HOOK_LABELS, VOICE, valid_label
from appliance.units import RATE_HZ

DIAL_TONE_WAIT_MS = 5000
"""How long ATX2 and ATX4 wait for dial tone before NO DIALTONE. Why: ours; S6 and some."""

BLIND_DIAL_MS = 3000
"""Pause before dialling without dial tone. Spec: 端末設備等規則 11条: 3 s or more."""

DONE_ALL_THE_SAME = frozenset(("OK", "VCON", "CONNECT"))
"""Results of the `results` knob that replace the result of a command which is carried out."""

LOCAL_ROW = f'{LOCAL_LABEL},"LT",0BF40000,0BF40000,0BF40000'
"""The row of +VLS=? for the label that the knob `local_label` adds. Spec: ITU-T V.253 +VLS."""

STREAMS = {"+VRX": Mode.RECEIVE, "+VTX": Mode.TRANSMIT, "+VTR": Mode.DUPLEX}


class Runner:
    """Carries out one command line at a time."""

    def __init__(self, core: Core, streams: Streams, player: Player, ear: ModemEar) -> None:
        self.core = core
        self.streams = streams
        self.player = player
        self.ear = ear
        self.queue: deque[AtCommand | None] = deque()
        self.busy = False
        self.dialling = False
        self.dial_tone = False
        self.last_result = "OK"
        self.next_mode = Mode.COMMAND
        self.actions: dict[str, Callable[[AtCommand], Outcome]] = {
            "A": self.answer,
            "D": self.dial,
            "H": self.on_hook,
            "Z": self.soft_reset,
            "&F": self.factory,
            "&W": self.store,
            "+FCLASS": self.service_class,
            "+VLS": self.line_select,
            "+VTS": self.tones,
            "+VRX": self.stream,
            "+VTX": self.stream,
            "+VTR": self.stream,
        }

    # ---- lines

    @property
    def wants_dial_tone(self) -> bool:
        return self.dialling and self.core.registers.country == 0

    def run(self, body: bytes) -> None:
        """Begin a command line; its result comes after the family's reply time."""
        self.queue = deque(split_line(body))
        self.last_result = "OK"
        self.busy = True
        delay = self.core.faults.reply_ms + self.slow(normalised(body))
        self.core.after(delay, self.step, "line")

    def slow(self, line: str) -> int:
        """Extra time of a line by the knob `slow_ms` (the longest that fits)."""
        fits = [ms for start, ms in self.core.faults.slow_ms.items() if line.startswith(start.upper())]
        return max(fits, default=0)

    def step(self) -> None:
        """The first command of the line."""
        self.follow(None)

    def follow(self, outcome: Outcome) -> None:
        """Go on after an outcome, until a command takes time or the line ends."""
        while outcome is None and self.queue:
            outcome = self.outcome(self.queue.popleft())
        if isinstance(outcome, Wait):
            then = outcome.then
            self.core.after(outcome.ms, lambda: self.follow(then()), "line")
        else:
            self.end(outcome or self.last_result)

    def end(self, result: str) -> None:
        """Say the result; the next line, or the stream that was asked for, may begin."""
        self.queue.clear()
        self.busy = self.dialling = False
        self.core.result(ERROR if self.core.faults.refuse_all else result)
        if self.next_mode is not Mode.COMMAND:
            self.streams.begin(self.next_mode)
            self.next_mode = Mode.COMMAND

    def outcome(self, command: AtCommand | None) -> Outcome:
        if command is None or self.core.faults.refuse_all:
            return ERROR
        told = self.told_result(command)
        if told is not None and told not in DONE_ALL_THE_SAME:
            return told
        if told is not None:
            self.last_result = told
        try:
            return self.carry_out(command)
        except ValueError:  # a number that is none, or out of bounds
            return ERROR

    def told_result(self, command: AtCommand) -> str | None:
        """The result that the knob `results` gives for this command."""
        for start, result in self.core.faults.results.items():
            if command.text.startswith(start.upper()):
                return result
        return None

    def carry_out(self, command: AtCommand) -> Outcome:
        core = self.core
        if command.name in VOICE or (command.name.startswith("+V") and command.name in self.actions):
            if not core.voice:
                return ERROR
            if command.name in VOICE:
                return VOICE[command.name](core, command)
        if command.name in self.actions:
            return self.actions[command.name](command)
        doing = find(core, command)
        return ERROR if doing is None else doing(core, command)

    def disturb(self) -> None:
        """The host typed while a command was busy: dialling is given up, everything else ignores it."""
        if self.dialling:
            self.hang_up()
            self.core.result("NO CARRIER")

    # ---- hook

    def hang_up(self) -> None:
        """Command state and on-hook, from any state, nothing said."""
        self.core.timers.cancel("line")
        self.queue.clear()
        self.busy = self.dialling = False
        self.player.stop()
        self.streams.abort()
        self.core.release()

    def reset(self) -> None:
        """As hang-up, and the number is not taken any more."""
        self.hang_up()
        for tag in ("primary", "primary-limit", "primary-over"):
            self.core.timers.cancel(tag)

    def boot(self, ms: float) -> None:
        """Deaf and dumb while the firmware starts."""
        self.busy = True
        self.core.after(ms, self.booted, "boot")

    def booted(self) -> None:
        self.busy = False

    @property
    def believes_off_hook(self) -> bool:
        """What the firmware thinks; wrong where the relay did not move."""
        return self.core.registers.vls in OFF_HOOK_LABELS

    def seize(self) -> None:
        """Close the loop; the firmware believes that it did."""
        if not self.believes_off_hook:
            self.core.registers.vls = 1
        self.core.seize()

    def select(self, label: int) -> None:
        """Close the loop with the devices of this label."""
        self.core.registers.vls = label
        self.core.seize()

    def line_select(self, command: AtCommand) -> Outcome:
        """+VLS."""
        core = self.core
        if command.use == "test":
            beside = (LOCAL_ROW,) if core.faults.local_label else ()
            core.info("\r\n".join((*core.profile.vls_rows, *beside)))
            return None
        if command.use == "read":
            core.info(str(core.registers.vls))
            return None
        label = valid_label(core, command)
        if label is None:
            return ERROR
        if label in OFF_HOOK_LABELS:
            return Wait(core.faults.off_hook_ms, lambda: self.select(label))
        core.release()
        core.registers.vls = label
        return None

    def on_hook(self, command: AtCommand) -> Outcome:
        """ATH, ATH0; ATH1 goes off-hook."""
        if command.args not in ("", "0", "1"):
            return ERROR
        if command.args == "1":
            return Wait(self.core.faults.off_hook_ms, self.seize)
        self.core.release()
        return None

    def answer(self, command: AtCommand) -> Outcome:
        """ATA: in the voice class simply off-hook; otherwise the squeal that nobody answers."""
        if self.core.voice:
            return Wait(self.core.faults.off_hook_ms, self.answered)
        self.seize()
        self.dialling = True
        return Wait(self.core.registers.s[7] * 1000, self.no_carrier)

    def answered(self) -> str:
        self.seize()
        return self.core.profile.answer_result

    def auto_answer(self) -> None:
        """S0 rings have come."""
        if not self.busy:
            self.run(b"A")

    def no_carrier(self) -> str:
        self.core.release()
        return "NO CARRIER"

    def dial(self, command: AtCommand) -> Outcome:
        """ATD: loop, dial tone or pause, digits."""
        self.seize()
        self.dialling, self.dial_tone = True, False
        if self.core.registers.progress in (2, 4):
            return Wait(DIAL_TONE_WAIT_MS, lambda: self.dial_if_tone(command.args))
        return Wait(BLIND_DIAL_MS, lambda: self.digits(command.args))

    def dial_if_tone(self, number: str) -> Outcome:
        if self.dial_tone:
            return self.digits(number)
        self.core.release()
        return "NO DIALTONE"

    def digits(self, number: str) -> Outcome:
        """Play the digits; afterwards the voice class is connected, the data class waits for a carrier in vain."""
        pieces = dial(number, self.core.registers.s[11])
        self.player.play(pieces)
        played_ms = sum(piece.length for piece in pieces) * 1000 / RATE_HZ
        if self.core.voice:
            return Wait(played_ms, lambda: self.core.profile.answer_result)
        return Wait(played_ms + self.core.registers.s[7] * 1000, self.no_carrier)

    # ---- settings

    def soft_reset(self, command: AtCommand) -> Outcome:
        """ATZ: hangs up, forgets, takes its time, and ends the line."""
        self.core.release()
        self.queue.clear()
        return Wait(self.core.profile.reset_ms, self.reloaded)

    def reloaded(self) -> None:
        self.core.reload()

    def factory(self, command: AtCommand) -> Outcome:
        self.core.release()
        self.core.registers = factory(self.core.profile, self.core.registers.country)
        return None

    def store(self, command: AtCommand) -> Outcome:
        if not self.core.profile.stores:
            return ERROR
        self.core.stored = store(self.core.registers)
        return None

    def service_class(self, command: AtCommand) -> Outcome:
        """+FCLASS. Leaving the voice class opens the loop."""
        core = self.core
        classes = [name for name in core.profile.classes.split(",") if name != "8" or not core.faults.data_only]
        if command.use == "test":
            core.info(",".join(classes))
        elif command.use == "read":
            core.info(str(core.registers.fclass))
        elif command.use != "set" or command.args not in classes:
            return ERROR
        else:
            if core.voice and command.args != "8":
                core.release()
            core.registers.fclass = int(command.args)
        return None

    # ---- sound

    def stream(self, command: AtCommand) -> Outcome:
        """+VRX, +VTX, +VTR: CONNECT, then sound. Only with the loop closed."""
        if command.use == "test":
            self.core.info("0")
            return None
        if not self.believes_off_hook:
            return ERROR
        self.queue.clear()
        return Wait(self.core.faults.connect_ms, lambda: self.connect(STREAMS[command.name]))

    def connect(self, mode: Mode) -> Outcome:
        self.next_mode = mode
        self.ear.silence.begin()
        return "CONNECT"

    def tones(self, command: AtCommand) -> Outcome:
        """+VTS: OK when all has been played."""
        if command.use == "test":
            self.core.info("(200-3000),(200-3000),(0-255)")
            return None
        pieces = vts(command.args, self.core.registers.vtd)
        if not self.believes_off_hook:
            return ERROR
        self.player.play(pieces)
        return Wait(sum(piece.length for piece in pieces) * 1000 / RATE_HZ, lambda: None)
