"""Voice data in both directions while the line is ours. Spec: LINE_HARDWARE.md 1.5, 1.7, 1.8; ITU-T V.253."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass

from appliance.events import ClearedBy, FarEndCleared, Prompt, PromptEnded
from appliance.line.modem.at import Reply
from appliance.line.modem.channel import Channel, Engagement
from appliance.line.modem.dialogue import Answer, ModemFailed, Script, Wish, command, pause
from appliance.line.modem.dle import ABORT_RECEIVE, CANCEL_TRANSMIT, END_DUPLEX, END_TRANSMIT, ESCAPE_RECEIVE
from appliance.line.modem.hearing import Hearing
from appliance.line.modem.limits import (
    CONNECT_MS,
    DRAIN_MS,
    ENDED_MS,
    SOUND_AGAIN_MS,
    STALL_MS,
    STUMBLE_PAUSE_MS,
    STUMBLES,
)
from appliance.line.modem.set_up import Abilities
from appliance.line.modem.speaking import Speaking
from appliance.units import SampleIndex, samples

UNSENT_OCTETS = 4_000
"""No more sound is put behind so many unsent octets. Why: a port that takes nothing must not fill the memory."""

_CONNECTED = frozenset({Reply.CONNECT, Reply.VCON})
_LAST_WORDS = frozenset({Reply.OK, Reply.ERROR, Reply.NO_CARRIER})
_STREAM_ANSWERS = _CONNECTED | _LAST_WORDS
_ENDED = frozenset({Reply.ENDED})


@dataclass(frozen=True)
class Utterance:
    prompt: Prompt
    pcm: bytes


class Streams:
    """What is heard and said in one call after another."""

    def __init__(self, channel: Channel, engagement: Engagement) -> None:
        self._channel = channel
        self._engagement = engagement
        self._hearing: Hearing | None = None
        self._speaking: Speaking | None = None
        self._wanted: Utterance | None = None
        self._stop = False
        self._stumbles = 0

    # ---- what comes in

    @property
    def hearing(self) -> bool:
        """What comes is voice data, not text."""
        return self._hearing is not None

    @property
    def at(self) -> SampleIndex:
        """The instant of what comes next: counted in samples while sound flows."""
        return self._channel.now if self._hearing is None else self._hearing.at

    def hear(self, octets: bytes) -> None:
        """Voice data, un-shielded."""
        if self._hearing is None:
            return
        self._channel.found += self._hearing.hear(octets)
        if self._hearing.heard > samples(SOUND_AGAIN_MS):
            self._stumbles = 0

    def voice_ended(self) -> None:
        """<DLE><ETX> or <DLE><ESC>."""
        self._hearing = None

    def octets_lost(self, octets: int) -> None:
        """The port dropped octets before we could read them."""
        if self._hearing is not None:
            self._channel.found += self._hearing.lose(octets, "the port overflowed")

    def overrun(self, why: str) -> None:
        """The modem dropped sound before we could fetch it."""
        if self._hearing is not None:
            self._channel.found += self._hearing.overrun(self._channel.now, why)

    def carrier_lost(self) -> None:
        """NO CARRIER in a call: the modem has hung up."""
        if self._engagement.seized and not self._engagement.carrier_gone:
            self._engagement.carrier_gone = True
            self._channel.found.append(FarEndCleared(self._channel.now, ClearedBy.MODEM_HUNG_UP))

    # ---- what goes out

    def say(self, prompt: Prompt, pcm: bytes) -> None:
        """Say this as soon as the line allows, instead of whatever is being said."""
        self.stop_saying()
        self._wanted = Utterance(prompt, pcm)

    def stop_saying(self) -> None:
        """Be silent at once."""
        if self._wanted is not None:
            self._channel.found.append(PromptEnded(self._channel.now, self._wanted.prompt, complete=False))
            self._wanted = None
        self._stop = self._speaking is not None

    def fill(self) -> None:
        """Top up what is on its way to the caller."""
        if self._speaking is not None and len(self._channel.out) < UNSENT_OCTETS:
            self._channel.out += self._speaking.fill(self._channel.now)

    def tick(self) -> None:
        if self._speaking is not None:
            self._channel.found += self._speaking.left(self._channel.now)

    # ---- scripts

    def next_script(self, abilities: Abilities) -> Script:
        """What to do with a line that is ours and does nothing."""
        if abilities.profile.duplex:
            return self._converse(abilities)
        if self._wanted is not None:
            return self._play(abilities)
        return self._listen(abilities)

    def _listen(self, abilities: Abilities) -> Script:
        """+VRX until something else is wanted."""
        if (yield from self._begin("AT+VRX", abilities)):
            yield from self._while_heard(lambda: self._wanted is not None)
            aborts = dict.fromkeys((abilities.profile.abort_receive, ABORT_RECEIVE, ESCAPE_RECEIVE))
            yield from self._end_hearing(tuple(aborts))

    def _converse(self, abilities: Abilities) -> Script:
        """+VTR: listen all the time, speak in between."""
        if not (yield from self._begin("AT+VTR", abilities)):
            return
        while self._hearing is not None and self._engagement.may_talk:
            yield from self._while_heard(self._must_turn)
            self._turn(abilities)
        self._fall_silent()
        yield from self._end_hearing((END_DUPLEX, ABORT_RECEIVE))

    def _must_turn(self) -> bool:
        """In duplex: a prompt must begin or end."""
        if self._speaking is None:
            return self._wanted is not None
        return self._stop or self._speaking.all_left

    def _turn(self, abilities: Abilities) -> None:
        if self._stop:
            self._fall_silent()
        elif self._speaking is not None and self._speaking.all_left:
            self._prompt_over(self._speaking.prompt, complete=True)
        if self._speaking is None and self._wanted is not None and self._engagement.may_talk:
            self._speak(abilities)

    def _fall_silent(self) -> None:
        """In duplex: drop what was not yet heard."""
        if self._speaking is not None:
            self._cut()
            self._channel.out += CANCEL_TRANSMIT

    def _play(self, abilities: Abilities) -> Script:
        """+VTX, the sound to its end or to the stop, and out of it again."""
        answer = yield command("AT+VTX", CONNECT_MS, _STREAM_ANSWERS)
        if answer.reply not in _CONNECTED:
            self.stop_saying()
            yield from self._stumble(answer.reply)
            return
        utterance = self._wanted
        if utterance is None:  # stopped before it began
            yield Wish(CANCEL_TRANSMIT + END_TRANSMIT, _LAST_WORDS, DRAIN_MS)
            return
        speaking = self._speak(abilities)
        sound_ms = len(utterance.pcm) // 2 * 1000 // samples(1000)
        answer = yield Wish(
            until=_LAST_WORDS,
            timeout_ms=2 * sound_ms + DRAIN_MS,
            met=lambda: self._stop or not self._engagement.may_talk or (speaking.all_sent and not self._channel.out),
        )
        if answer.reply is Reply.MET and speaking.all_sent and not self._stop and self._engagement.may_talk:
            yield from self._drain(speaking)
            return
        nobody_heard = self._engagement.rings_on and not self._stop
        self._cut(tell=not nobody_heard)
        if nobody_heard and self._wanted is None:
            self._wanted = utterance  # once more, from the beginning
        if answer.reply in _LAST_WORDS:  # the modem broke off
            yield from self._stumble(answer.reply)
        else:
            answer = yield Wish(CANCEL_TRANSMIT + END_TRANSMIT, _LAST_WORDS, DRAIN_MS)
            self._judge_end(answer)

    def _drain(self, speaking: Speaking) -> Script:
        """All sent: the modem says OK when the last sample has left."""
        left_ms = speaking.remaining_ms(self._channel.now)
        answer = yield Wish(END_TRANSMIT, _LAST_WORDS, left_ms + DRAIN_MS)
        if answer.ok:
            self._channel.found += speaking.left_all()
        self._prompt_over(speaking.prompt, complete=answer.ok)
        self._judge_end(answer)

    def _judge_end(self, answer: Answer) -> None:
        if answer.reply is Reply.TIMEOUT:
            raise ModemFailed("the modem did not finish playing")
        if answer.reply is Reply.NO_CARRIER:
            self.carrier_lost()

    def _speak(self, abilities: Abilities) -> Speaking:
        """Begin with the prompt that is wanted."""
        if self._wanted is None:
            raise ModemFailed("there is nothing to say")
        speaking = Speaking(self._channel.now, self._wanted.prompt, self._wanted.pcm, abilities.codec)
        self._speaking, self._wanted, self._stop = speaking, None, False
        return speaking

    def _cut(self, tell: bool = True) -> None:
        """What has not left by now never will."""
        if self._speaking is None:
            return
        self._channel.found += self._speaking.left(self._channel.now)
        self._channel.out.clear()
        if tell:
            self._prompt_over(self._speaking.prompt, complete=False)
        self._speaking, self._stop = None, False

    def _prompt_over(self, prompt: Prompt, complete: bool) -> None:
        self._speaking, self._stop = None, False
        self._channel.found.append(PromptEnded(self._channel.now, prompt, complete))

    def _begin(self, text: str, abilities: Abilities) -> Generator[Wish, Answer, bool]:
        """Start voice reception; whether it started. Sound flows from the very octet after CONNECT."""
        answer = yield command(text, CONNECT_MS, _STREAM_ANSWERS)
        if answer.reply not in _CONNECTED:
            yield from self._stumble(answer.reply)
            return False
        self._hearing = Hearing(self._channel.now, abilities.codec)
        return True

    def _while_heard(self, over: Callable[[], bool]) -> Script:
        """Until `over`, or the call is, or the modem ends it."""
        while self._hearing is not None:
            heard = self._hearing.heard
            answer = yield Wish(until=_ENDED, timeout_ms=STALL_MS, met=lambda: over() or not self._engagement.may_talk)
            if answer.reply is not Reply.TIMEOUT:
                return
            if self._hearing is not None and self._hearing.heard == heard:
                raise ModemFailed("the modem stopped handing over sound")

    def _end_hearing(self, aborts: tuple[bytes, ...]) -> Script:
        """Out of voice reception; what is still in the modem's buffer is heard."""
        broke_off = self._hearing is None
        for octets in aborts:
            if self._hearing is not None:
                yield Wish(octets, _ENDED, ENDED_MS)
        if self._hearing is not None:
            raise ModemFailed("the modem does not stop handing over sound")
        answer = yield Wish(until=_LAST_WORDS, timeout_ms=ENDED_MS)
        if broke_off or answer.reply is Reply.NO_CARRIER:
            yield from self._stumble(answer.reply)

    def _stumble(self, reply: Reply) -> Script:
        """Voice data was refused or broken off: once more after a breath, but not for ever."""
        if reply is Reply.NO_CARRIER:
            self.carrier_lost()
            return
        self._stumbles += 1
        if self._stumbles >= STUMBLES:
            raise ModemFailed("the modem does not exchange sound")
        yield pause(STUMBLE_PAUSE_MS)
