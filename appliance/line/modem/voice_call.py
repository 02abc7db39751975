"""One call through the modem: works towards what is wanted (off-hook, heard, said, on-hook), in scripts.

Spec: LINE_HARDWARE.md 1.3 b, 1.5; ITU-T V.253.
"""

from __future__ import annotations

from collections.abc import Generator

from appliance.events import LineReleased, LineSeized, Prompt, PromptEnded, SeizeFailed
from appliance.line.cadence import CADENCE_MS, ORDINARY_GAP_MS, OTHER_CADENCE_MS
from appliance.line.modem.at import Reply
from appliance.line.modem.channel import Channel, Engagement
from appliance.line.modem.dialogue import Answer, ModemFailed, Script, Wish, command
from appliance.line.modem.limits import (
    BURST_MS,
    LONG_BURST_MS,
    OFF_HOOK_DOUBT_MS,
    OFF_HOOK_MS,
    OFF_HOOK_REFUSALS,
    OFF_HOOK_TRIES,
    ON_HOOK_MS,
)
from appliance.line.modem.news import LineNews
from appliance.line.modem.set_up import ON_JACK, Abilities
from appliance.line.modem.streams import Streams
from appliance.units import SampleIndex, milliseconds

_LINE_ANSWERS = frozenset(
    {Reply.OK, Reply.VCON, Reply.ERROR, Reply.NO_CARRIER, Reply.NO_DIALTONE, Reply.NO_ANSWER, Reply.BUSY}
)
_HUNG_UP = frozenset({Reply.OK, Reply.ERROR, Reply.NO_CARRIER})


ALONE = "1"
"""The +VLS label of the line without anything else. Spec: LINE_HARDWARE.md 1.5; ITU-T V.253 +VLS."""


class VoiceCall:
    """The wishes of the owner, and the scripts that fulfil them."""

    def __init__(self, channel: Channel, engagement: Engagement, news: LineNews, country: str) -> None:
        self.abilities: Abilities | None = None  # known once the modem is set up
        self.streams = Streams(channel, engagement)
        self._channel = channel
        self._engagement = engagement
        self._news = news
        self._cadence_ms = CADENCE_MS.get(country, OTHER_CADENCE_MS)
        self._off_hook = False  # asked for: the line must be released
        self._was_off_hook = False  # in this call
        self._label = ""  # of +VLS, as last asked for
        self._asked_at: SampleIndex | None = None  # when +VLS=1 was last answered
        self._repeats = 0  # of +VLS=1 in this call
        self._tell_released = False

    @property
    def idle(self) -> bool:
        return not self._engagement.answering and not self._off_hook

    def seize(self) -> None:
        if self._engagement.answering:
            return
        if self.abilities is None:
            self._seize_failed("the line is not ready")
        elif self._news.cadence.must_not_answer:
            self._seize_failed("the exchange is still handing over the number")
        elif self._news.wiring.phone_on_jack and not self.abilities.label_with_phone:
            self._seize_failed(ON_JACK)
        else:
            self._repeats = 0
            self._engagement.answering = True
            self._engagement.carrier_gone = self._engagement.rings_on = self._engagement.jack_cut = False

    def release(self) -> None:
        if self.abilities is not None:
            self.streams.stop_saying()
            self._engagement.answering = self._engagement.seized = False
            self._tell_released = True

    def play(self, prompt: Prompt, pcm: bytes) -> None:
        if self._engagement.answering and not self._engagement.carrier_gone:
            self.streams.say(prompt, pcm)
        else:
            self._channel.found.append(PromptEnded(self._channel.now, prompt, complete=False))

    def ring(self) -> None:
        """The line still rings although we are answering."""
        if self._asked_at is not None:
            since_ms = milliseconds(self._channel.now - self._asked_at)
            if BURST_MS <= since_ms <= OFF_HOOK_DOUBT_MS:
                self._engagement.rings_on = True

    def phone_lifted(self) -> None:
        """A telephone was lifted: give it the line where our own off-hook has cut it off."""
        cut = self._news.wiring.phone_on_jack and self._off_hook and self._label == ALONE
        self._engagement.jack_cut = self._engagement.jack_cut or (cut and self._engagement.answering)

    def next_script(self) -> Script | None:
        """What brings us nearer to what is wanted; None when we are there."""
        if self.abilities is None:
            return None
        if self._engagement.answering:
            if not self._engagement.seized:
                return self._seize(self.abilities)
            if self._engagement.carrier_gone:
                return None
            if self._engagement.jack_cut:
                return self._reconnect_phone(self.abilities)
            return self._seize_again(self.abilities) if self._engagement.rings_on else self._stream(self.abilities)
        if self._off_hook:
            return self._release(self.abilities)
        if self._tell_released:
            self._released()
        return None

    def _stream(self, abilities: Abilities) -> Script:
        return self.streams.next_script(abilities)

    def _seize_failed(self, why: str) -> None:
        self._channel.found.append(SeizeFailed(self._channel.now, why))

    def _seize(self, abilities: Abilities) -> Script:
        if abilities.profile.idle_class == 0:
            yield command("AT+FCLASS=8")
            yield command(abilities.codec_command)
        confirmed = yield from self._go_off_hook(abilities)
        if not self._engagement.answering:
            return
        if confirmed:
            self._engagement.seized = True
            self._engagement.seized_at = self._channel.now
            self._news.call_answered()
            self._channel.found.append(LineSeized(self._channel.now))
        else:
            self.streams.stop_saying()
            self._engagement.answering = False
            self._seize_failed("the modem does not go off-hook")

    def _seize_again(self, abilities: Abilities) -> Script:
        """The line rings on after OK: ask once more (LINE_HARDWARE.md 1.5). What was to be said is said again."""
        self._repeats += 1
        if self._repeats >= OFF_HOOK_TRIES or not (yield from self._go_off_hook(abilities)):
            self.streams.carrier_lost()
        self._engagement.rings_on = False

    def _go_off_hook(self, abilities: Abilities) -> Generator[Wish, Answer, bool]:
        for _ in range(OFF_HOOK_REFUSALS):
            yield from self._await_right_moment(abilities)
            if not self._engagement.answering:
                return False
            self._off_hook = self._was_off_hook = True
            self._label = abilities.label_with_phone if self._news.wiring.phone_on_jack else ALONE
            answer = yield command(f"AT+VLS={self._label or ALONE}", OFF_HOOK_MS, _LINE_ANSWERS)
            self._asked_at = self._channel.now
            if answer.reply in (Reply.OK, Reply.VCON):
                return True
        return False

    def _await_right_moment(self, abilities: Abilities) -> Script:
        """Out of the ring burst, in which off-hook can be ignored; and away from what may be CAR."""
        if self._news.cadence.car_may_follow and not self._engagement.rings_on:
            yield from self._await_gap(ORDINARY_GAP_MS)
            if self._news.cadence.must_not_answer and self._engagement.answering:
                self._yield_to_next_call()
        elif abilities.profile.off_hook_ignored_in_burst or self._engagement.rings_on:
            yield from self._await_gap(BURST_MS if self._cadence_ms == CADENCE_MS["JP"] else LONG_BURST_MS)

    def _await_gap(self, ms: int) -> Script:
        """So long after the last burst; or until we need not answer any more, or must not."""
        left_ms = ms - self._since_burst_ms()
        if left_ms > 0:
            over = lambda: not self._engagement.answering or self._news.cadence.must_not_answer  # noqa: E731
            yield Wish(until=frozenset(), timeout_ms=left_ms, met=over)

    def _yield_to_next_call(self) -> None:
        """Our caller has given up, and the exchange is handing over the next one's number."""
        self.streams.stop_saying()
        self._engagement.answering = False
        self._seize_failed("the caller has given up, and another one is calling")
        self._channel.found += self._news.other_call()

    def _reconnect_phone(self, abilities: Abilities) -> Script:
        """Staff have lifted a phone that our off-hook had cut off: connect it beside us, or let it have the line."""
        if abilities.label_with_phone:
            self._label = abilities.label_with_phone
            answer = yield command(f"AT+VLS={self._label}", OFF_HOOK_MS, _LINE_ANSWERS)
            if answer.reply in (Reply.OK, Reply.VCON):
                self._engagement.jack_cut = False
                return
        self.streams.carrier_lost()
        self._engagement.jack_cut = False
        yield from self._release(abilities)

    def _since_burst_ms(self) -> int:
        """Since the line last rang; very long where it never did."""
        last = self._news.cadence.last_burst()
        return 10**9 if last is None else milliseconds(self._channel.now - last)

    def _release(self, abilities: Abilities) -> Script:
        answer = yield command("AT+VLS=0", ON_HOOK_MS, _HUNG_UP)
        if not answer.ok:
            answer = yield command("ATH", ON_HOOK_MS, _HUNG_UP)
            if answer.reply in (Reply.TIMEOUT, Reply.ERROR):
                raise ModemFailed("the modem does not hang up")
            if abilities.profile.idle_class == 8:  # it has left the voice class by itself
                yield command("AT+FCLASS=8")
                yield command(abilities.codec_command)
        if abilities.profile.idle_class == 0:
            yield command("AT+FCLASS=0")
        self._off_hook = False
        self._asked_at = None

    def _released(self) -> None:
        self._tell_released = False
        if self._was_off_hook:  # else the line goes on as it was: ringing, or in somebody else's hands
            self._was_off_hook = False
            self._news.call_over()
        self._channel.found.append(LineReleased(self._channel.now))
