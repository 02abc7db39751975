"""A small honest voice modem for unit tests: text commands, +VRX, +VTX, +VTR on sample time, with a few knobs."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.units import SampleIndex

RATE = 8000


@dataclass
class FakeModem:
    """`receive(now, octets)` as typed by the box; `hand_over(now)` gives what it writes. One octet a sample."""

    answers: dict[str, str] = field(default_factory=dict)  # first match of the beginning of a command; "" is silence
    mute: bool = False
    refuse: bool = False
    vls_ignored: int = 0  # so many +VLS=1 are answered OK and not done
    off_hook: bool = False
    mode: str = "text"  # text, rx, tx, duplex
    fclass: int = 0
    commands: list[str] = field(default_factory=list)
    heard: bytearray = field(default_factory=bytearray)  # what reached the caller, un-shielded
    heard_at: list[tuple[int, int]] = field(default_factory=list)  # instant, octets
    speech: bytes = b"\xff"  # repeated for the box to hear

    def __post_init__(self) -> None:
        self.answers = dict(self.answers)
        self.out = bytearray()
        self.typed = bytearray()
        self.shielded = False
        self.buffer = bytearray()
        self.spoken = 0
        self.since = SampleIndex(0)
        self.ending = False
        self.play_from = 0

    # ---- from the box

    def receive(self, now: SampleIndex, octets: bytes) -> None:
        for octet in octets:
            if self.mode == "text":
                self._type(now, octet)
            else:
                self._take_voice(now, octet)

    def _type(self, now: SampleIndex, octet: int) -> None:
        if octet != 0x0D:
            self.typed.append(octet)
            return
        line, self.typed = bytes(self.typed), bytearray()
        if b"AT" in line:
            self._obey(now, line[line.index(b"AT") :].decode("ascii"))

    def _obey(self, now: SampleIndex, command: str) -> None:
        self.commands.append(command)
        if self.mute:
            return
        if self.refuse:
            self.say("ERROR")
            return
        for begin, answer in self.answers.items():
            if command.startswith(begin):
                if answer:
                    self.say(*answer.split("|"))
                return
        if command in ("AT+VRX", "AT+VTX", "AT+VTR"):
            self.mode = {"AT+VRX": "rx", "AT+VTX": "tx", "AT+VTR": "duplex"}[command]
            self.since, self.spoken, self.play_from = now, 0, now
            self.ending = self.shielded = False
            self.say("CONNECT")
        else:
            self._switch(command)
            self.say("OK")

    def _switch(self, command: str) -> None:
        if command == "AT+VLS=1" and self.vls_ignored:
            self.vls_ignored -= 1
        elif command == "AT+VLS=1":
            self.off_hook = True
        elif command in ("AT+VLS=0", "ATH", "ATZ"):
            self.off_hook = False
        elif command.startswith("AT+FCLASS=") and command[-1].isdigit():
            self.fclass = int(command[-1])

    def _take_voice(self, now: SampleIndex, octet: int) -> None:
        if not self.shielded:
            if octet == 0x10:
                self.shielded = True
            elif self.mode in ("tx", "duplex") and (octet or self.buffer):
                self.buffer.append(octet)
            return
        self.shielded = False
        if octet == 0x10:
            self.buffer.append(octet)
        elif octet == 0x18:
            self.buffer.clear()
        elif octet == 0x03 and self.mode == "tx":
            self.ending = True
        elif (octet in (0x21, 0x1B) and self.mode == "rx") or (octet == 0x5E and self.mode == "duplex"):
            self.speak(now)
            self.out += b"\x10\x03\r\nOK\r\n"
            self.mode = "text"

    # ---- to the box

    def say(self, *lines: str) -> None:
        for line in lines:
            self.out += b"\r\n" + line.encode("latin-1") + b"\r\n"

    def event(self, code: str) -> None:
        self.out += b"\x10" + code.encode("latin-1")

    def speak(self, now: SampleIndex) -> None:
        """Sound for the box up to `now`."""
        due = now - self.since
        if self.mode in ("rx", "duplex") and due > self.spoken:
            sound = (self.speech * (due // len(self.speech) + 1))[self.spoken % len(self.speech) :]
            self.out += sound[: due - self.spoken].replace(b"\x10", b"\x10\x10")
            self.spoken = due

    def play(self, now: SampleIndex) -> None:
        """Sound for the caller up to `now`."""
        count = min(now - self.play_from, len(self.buffer))
        if self.mode in ("tx", "duplex") and count > 0:
            self.heard += self.buffer[:count]
            self.heard_at.append((self.play_from, count))
            del self.buffer[:count]
        self.play_from = now
        if self.mode == "tx" and self.ending and not self.buffer:
            self.mode = "text"
            self.say("OK")

    def hand_over(self, now: SampleIndex) -> bytes:
        self.play(now)
        self.speak(now)
        octets, self.out = bytes(self.out), bytearray()
        return octets


USR = {
    "ATI0": "5601|OK",
    "ATI3": "U.S. Robotics 56K FAX USB V1.2.23|OK",
    "AT+GCI?": "+GCI: 00|OK",
    "AT+FCLASS=?": "0,1,2,8|OK",
    "AT+VSM=?": '128,"8-BIT LINEAR",(7200,8000,11025)|129,"16-BIT LINEAR",(7200,8000,11025)|OK',
    "AT+VCDT": "ERROR",
    "AT!": "ERROR",
    "AT-": "ERROR",
}
CX = {
    "ATI0": "56000|OK",
    "ATI3": "CX93001-EIS_V0.2002-V92|OK",
    "AT+GCI?": "+GCI: B5|OK",
    "AT+GCI=": "ERROR",
    "AT+FCLASS=?": "(0,1,8)|OK",
    "AT+VSM=?": '1,"UNSIGNED PCM",8,0,(7200,8000),(0),(0)|131,"ULAW",8,0,(8000),(0),(0)|OK',
    "AT+VCDT": "ERROR",
}
SI = {
    "ATI6": "2493|OK",
    "ATI": "A|OK",
    "AT+GMM": "Si2493|OK",
    "AT+GCI?": "00|OK",
    "AT+FCLASS=?": "0,1,8|OK",
    "AT+VSM=?": '1,"8-bit linear",8,0,(8000),(0),(0)|4,"G.711U",8,0,(8000),(0),(0)|OK',
    "AT!": "ERROR",
    "AT-": "ERROR",
}
UNHEARD_OF = {
    "ATI": "Fabulous Modem 3|OK",
    "AT+GMM": "ERROR",
    "AT+GCI": "ERROR",
    "AT+FCLASS=?": "+FCLASS: 0,8|OK",
    "AT+VSM=?": "ERROR",
    "AT+VSM=1,8000": "ERROR",
    "AT+VCDT": "ERROR",
    "AT+VCID": "ERROR",
}
