"""One voice modem, without input or output of its own: octets and instants in, facts and sound out.

Spec: LINE_HARDWARE.md 1; ITU-T V.250, V.253.
"""

from __future__ import annotations

from appliance.events import ExtensionLifted, Fact, LineLost, LineReady, Prompt, SoundBlock
from appliance.line.cadence import ring_is_recent
from appliance.line.modem.at import Info, LineReader, RawReport, Reply, Result, RingLine, parse, salvaged
from appliance.line.modem.channel import Channel, Engagement, Wiring
from appliance.line.modem.dialogue import Dialogue, ModemFailed, Script, command
from appliance.line.modem.dle import DleReader, Kind, Signal
from appliance.line.modem.limits import HEARTBEAT_AGAIN_MS, HEARTBEAT_MISSES, RING_LATELY_MS
from appliance.line.modem.news import LineNews
from appliance.line.modem.noise import NoiseMeter
from appliance.line.modem.set_up import NOTE_LIFTED, NOTE_UNVERIFIED, ON_JACK, WAKE_UP, Abilities, set_up
from appliance.line.modem.voice_call import VoiceCall
from appliance.settings import LineSettings
from appliance.units import SampleIndex, later

REPORT_MS = 300
"""A complex report of which nothing more comes for so long is broken. Why: its 200 octets take 20 ms at 115200 bit/s;
an answer that got stuck behind it is then still in time."""

BABBLE = "the port babbles: wrong speed, or not a modem"

_LOSSES = {
    Kind.RECEIVE_OVERRUN: "the modem's receive buffer overflowed",
    Kind.LOST_DATA: "the modem lost sound",
}


class ModemSession:
    """Goal-driven: say what is wanted, feed what arrives, send what is asked, learn what became true."""

    def __init__(self, settings: LineSettings, now: SampleIndex) -> None:
        self._settings = settings
        self._channel = Channel(now)
        self._dialogue = Dialogue(self._send)
        self._wiring = Wiring()
        self.restart(now)

    def restart(self, now: SampleIndex) -> None:
        """Begin anew with a modem of which nothing is known. Nothing is told of what was under way."""
        self.wants_recovery = False
        self._channel.now = now
        self._channel.out.clear()
        self._dle = DleReader()
        self._report_due: SampleIndex | None = None
        self._lines = LineReader()
        self._noise = NoiseMeter(now)
        self._engagement = Engagement()
        self._news = LineNews(self._settings, self._engagement, self._wiring)
        self._call = VoiceCall(self._channel, self._engagement, self._news, self._settings.country)
        self._notes: tuple[str, ...] = ()  # as last told
        self._misses = 0
        self._heartbeat_at = now
        self._start(self._set_up(announce=True))

    @property
    def ready(self) -> bool:
        """The modem is set up."""
        return self._call.abilities is not None

    # ---- goals

    def seize(self, now: SampleIndex) -> None:
        """Go off-hook; `LineSeized` or `SeizeFailed` follows."""
        self._at(now)
        self._call.seize()
        self._advance()

    def release(self, now: SampleIndex) -> None:
        """Go on-hook from wherever we are; `LineReleased` follows."""
        self._at(now)
        self._call.release()
        self._advance()

    def play(self, now: SampleIndex, prompt: Prompt, pcm: bytes) -> None:
        """Say `pcm` (int16 LE mono 8 kHz); `PromptEnded` follows."""
        self._at(now)
        self._call.play(prompt, pcm)
        self._advance()

    def stop_playing(self, now: SampleIndex) -> None:
        """Be silent at once; `PromptEnded` follows where something was to be said."""
        self._at(now)
        self._call.streams.stop_saying()
        self._advance()

    # ---- octets and time

    def receive(self, now: SampleIndex, octets: bytes) -> list[Fact | SoundBlock]:
        """What the modem sent."""
        self._at(now)
        if not self.wants_recovery:
            for item in self._dle.read(octets):
                self._take(item)
            if octets:
                self._report_due = later(now, REPORT_MS) if self._dle.in_report else None
        return self._take_found()

    def lost(self, now: SampleIndex, octets: int) -> list[Fact | SoundBlock]:
        """`octets` were received but dropped before the next `receive`."""
        self._at(now)
        self._call.streams.octets_lost(octets)
        return self._take_found()

    def tick(self, now: SampleIndex) -> list[Fact | SoundBlock]:
        """Time went by; due at least every 20 ms while something is being played."""
        self._at(now)
        if self.wants_recovery:
            return self._take_found()
        self._call.streams.tick()
        if self._report_due is not None and now >= self._report_due:
            self._report_due = None
            for item in self._dle.give_up_report():
                self._take(item)
        if self.ready:
            self._channel.found += self._news.tick(now)
        if self._noise.lost(now):
            self._lose(BABBLE)
        self._advance()
        return self._take_found()

    def to_send(self, now: SampleIndex) -> bytes:
        """Octets for the modem; say with `sent` how many were handed over."""
        self._at(now)
        self._call.streams.fill()
        return bytes(self._channel.out)

    def sent(self, octets: int) -> None:
        del self._channel.out[:octets]

    # ---- inside

    def _at(self, now: SampleIndex) -> None:
        self._channel.now = max(now, self._channel.now)

    def _send(self, octets: bytes) -> None:
        self._channel.out += octets

    def _take_found(self) -> list[Fact | SoundBlock]:
        found, self._channel.found = self._channel.found, []
        return found

    def _take(self, item: bytes | Signal) -> None:
        if isinstance(item, Signal):
            self._take_signal(item)
        elif self._call.streams.hearing:
            self._call.streams.hear(item)
        else:
            self._take_text(item)

    def _take_text(self, octets: bytes) -> None:
        self._noise.hear(self._channel.now, self._lines.stray(octets))
        self._lines.feed(octets)
        while (text := self._lines.line()) is not None:
            self._take_line(text)
            if self._call.streams.hearing:
                self._noise.forget()  # what follows CONNECT was no text
                self._call.streams.hear(self._lines.rest())
                return

    def _take_line(self, text: bytes) -> None:
        line = parse(text)
        if isinstance(line, Result):
            self._take_reply(line.reply)
        elif isinstance(line, Info):
            self._dialogue.take_line(line.text)
        elif self.ready and not self._noise.babbles(self._channel.now):
            if isinstance(line, RingLine):
                self._ring_while_answering()
            if not (isinstance(line, RawReport) and self._dialogue.awaits_result):
                self._channel.found += self._news.take_line(self._channel.now, line)

    def _take_reply(self, reply: Reply) -> None:
        try:
            wanted = self._dialogue.take_reply(self._channel.now, reply)
        except ModemFailed as failure:
            self._lose(str(failure))
            return
        if not wanted and reply is Reply.NO_CARRIER and self.ready:
            self._call.streams.carrier_lost()
        self._advance()

    def _take_signal(self, signal: Signal) -> None:
        streams = self._call.streams
        if not signal.ended:
            self._take(signal.report if streams.hearing else salvaged(signal.report))
        elif signal.kind in (Kind.END, Kind.ESCAPED):
            if streams.hearing:
                streams.voice_ended()
                self._take_reply(Reply.ENDED)
        elif signal.kind in _LOSSES:
            streams.overrun(_LOSSES[signal.kind])
        elif self.ready and not self._noise.babbles(self._channel.now):
            if signal.kind is Kind.RING:
                self._ring_while_answering()
            self._take_news(self._news.take_signal(streams.at, signal))

    def _take_news(self, facts: list[Fact]) -> None:
        self._channel.found += facts
        if any(isinstance(fact, ExtensionLifted) for fact in facts):
            self._call.phone_lifted()
        self._review_notes()

    def _review_notes(self) -> None:
        """Tell of the modem anew where a telephone that was lifted has taught us something."""
        abilities = self._call.abilities
        if abilities is not None and self._notes_of(abilities) != self._notes:
            self._tell_ready(abilities)

    def _notes_of(self, abilities: Abilities) -> tuple[str, ...]:
        """What the set-up noted, less what has been seen to work, and what is wrong with the wiring."""
        settled = (NOTE_LIFTED, NOTE_UNVERIFIED) if self._wiring.hook_seen else ()
        cut_off = self._wiring.phone_on_jack and not abilities.label_with_phone
        return (*(note for note in abilities.notes if note not in settled), *((ON_JACK,) if cut_off else ()))

    def _tell_ready(self, abilities: Abilities) -> None:
        self._notes = notes = self._notes_of(abilities)
        self._channel.found.append(LineReady(self._channel.now, abilities.device, abilities.profile.name, notes))

    def _ring_while_answering(self) -> None:
        if self._engagement.answering:
            self._call.ring()

    def _start(self, script: Script) -> None:
        try:
            self._dialogue.start(self._channel.now, script)
        except ModemFailed as failure:
            self._lose(str(failure))

    def _advance(self) -> None:
        """Bring the script under way forward, and begin the next when it is over."""
        try:
            self._dialogue.tick(self._channel.now)
            if self._dialogue.busy or not self.ready:
                return
            script = self._call.next_script() or self._next_heartbeat()
            if script is not None:
                self._dialogue.start(self._channel.now, script)
        except ModemFailed as failure:
            self._lose(str(failure))

    def _lose(self, why: str) -> None:
        """The modem does not work: the call, if any, is simply gone."""
        self._dialogue.drop()
        self._channel.out.clear()
        self._engagement.answering = self._engagement.seized = False
        self._call = VoiceCall(self._channel, self._engagement, self._news, self._settings.country)
        self.wants_recovery = True
        self._channel.found.append(LineLost(self._channel.now, why))

    def _set_up(self, announce: bool) -> Script:
        yield WAKE_UP
        self._noise.forget()  # what a stuck voice state left
        abilities = yield from set_up(self._settings)
        if self._noise.babbles(self._channel.now):
            raise ModemFailed(BABBLE)
        self._call.abilities = abilities
        self._misses = 0
        self._beat_in(self._settings.heartbeat_s * 1000)
        if announce:
            self._tell_ready(abilities)

    def _beat_in(self, ms: float) -> None:
        self._heartbeat_at = later(self._channel.now, ms)

    def _next_heartbeat(self) -> Script | None:
        now = self._channel.now
        if now < self._heartbeat_at or ring_is_recent(self._news.cadence, now, RING_LATELY_MS):
            return None
        return self._heartbeat()

    def _heartbeat(self) -> Script:
        answer = yield command("AT")
        if answer.reply in (Reply.OK, Reply.ERROR):
            self._misses = 0
            self._beat_in(self._settings.heartbeat_s * 1000)
            if any(line.strip().upper() == "AT" for line in answer.lines):
                yield from self._set_up(announce=False)  # it echoes again: it was reset behind our back
            return
        self._misses += 1
        if self._misses >= HEARTBEAT_MISSES:
            raise ModemFailed("the modem stopped answering")
        self._beat_in(HEARTBEAT_AGAIN_MS)
