"""One analog adapter, without input or output of its own: pin changes, sound and instants in; facts, sound blocks and
what is wanted of hook and card out.

Spec: LINE_HARDWARE.md 2, class C; CALLER_ID.md 1.1, 2.1, 3. The loop input is in series with the shop's telephones
only: it shows them, never ourselves.
"""

from __future__ import annotations

from appliance.events import (
    CarStarted,
    ClearedBy,
    Fact,
    FarEndCleared,
    LineReady,
    LineReleased,
    LineSeized,
    Prompt,
    PromptEnded,
    SeizeFailed,
    SoundBlock,
    SoundLost,
)
from appliance.line.adapter import input_faults
from appliance.line.adapter.dialling import digits_to_pcm
from appliance.line.adapter.hold import Hold
from appliance.line.adapter.identity_ear import IdentityEar, IdentityListener
from appliance.line.adapter.loop import Hook, HookNews, LoopWatch
from appliance.line.adapter.mouth import Mouth
from appliance.line.adapter.news import LineNews
from appliance.line.adapter.notes import notes_of
from appliance.line.adapter.pins import LinePin, PinChange
from appliance.line.adapter.polarity import PolarityWatch
from appliance.line.adapter.primary import PrimaryAnswer
from appliance.line.adapter.proof import MuteProof, OpenProof
from appliance.line.adapter.ring import BurstBegan, BurstEnded, RingEnvelope
from appliance.line.adapter.tap import TapEar
from appliance.line.cadence import ORDINARY_BURST_MS
from appliance.line.callerid.message import CallerIdMessage
from appliance.settings import Settings
from appliance.units import SampleIndex, later

HANDING_OVER = "the exchange is still handing over the number"
ANOTHER = "the caller has given up, and another one is calling"
TAP_ONLY = "tap only: no telephone of the shop is lifted, and the box cannot answer by itself"

OWN_CLICK_MS = 200
"""Pulses of the ring input so soon after our own relay moved are its own. Why: bounce and the coupling capacitor; the
exchange rings 0.3 s after the on-hook at the earliest."""

RING_TRIP_MS = 500
"""Ringing that goes on for longer after our off-hook was not stopped by it. Spec: exchanges trip the ringing within
200 ms (GR-506); with the pulses that make a burst known, 0.4 s."""

LIFTED_RING_MS = 2_000
"""Ringing while the loop input says lifted, and has not moved for so long: the input lies. Why: a rotary dial moves it
with every pulse, and a telephone that was lifted in a burst has stopped it long since."""

LOOP_SETTLES_MS = 2_000
"""A break of the loop so soon after our off-hook is the exchange's change of polarity. Why: as for a modem
(`line.modem.news`)."""


class AdapterSession:
    """Goal-driven: say what is wanted, feed what arrives, do what `hook`, `offer` and `flush_wanted` ask for.

    `device`: what the sound card is called. Told as ready with the first sound: a card that gives none is none.
    """

    def __init__(self, settings: Settings, now: SampleIndex, listener: IdentityListener, device: str = "") -> None:
        line, adapter = settings.line, settings.adapter
        self._settings = settings
        self._now = now
        self._device = device or adapter.capture
        self._taps = adapter.listens_only
        self.ready = False  # the card has given sound
        self._found: list[Fact | SoundBlock] = []
        self._news = LineNews(line)
        self._identity = IdentityEar(listener, self._news)
        self._ring = RingEnvelope(now)
        self._loop = LoopWatch(now)
        self._faults = input_faults.InputFaults()
        self._polarity = PolarityWatch(now)
        self._primary = PrimaryAnswer()
        self._answers_first = line.country == "JP" and line.number_display and not self._taps
        self._hold = Hold(self._news.cadence)
        self._mouth = Mouth()
        self._tap = TapEar(line.country) if self._taps and not adapter.loop_pin else None
        self._open = OpenProof(line.country) if adapter.loop_pin and not self._taps else None
        self._mute = MuteProof()
        self._listening = False  # a tap beside a lifted telephone
        self._long_told = False  # of the burst under way
        self._deaf_until = now  # to the ring input

    # ---- what is wanted of the world

    @property
    def hook(self) -> bool:
        """Whether the loop is to be closed."""
        return self._primary.closed or self._hold.closed(self._now)

    @property
    def flush_wanted(self) -> bool:
        """The card is to drop what it has not played; tell with `flushed`."""
        return self._mouth.flush_wanted

    def offer(self) -> bytes:
        """Sound for the card; tell with `sent` how much it took."""
        return self._mouth.offer()

    def sent(self, now: SampleIndex, octets: int) -> None:
        self._mouth.sent(now, octets)

    def flushed(self, now: SampleIndex, queued: int) -> None:
        """The card dropped all but `queued` samples."""
        self._found += self._mouth.flushed(now, queued)

    # ---- goals

    def seize(self, now: SampleIndex) -> None:
        """Go off-hook; `LineSeized` or `SeizeFailed` follows. A tap only listens, beside a lifted telephone."""
        self._pass(now)
        if self._taps:
            self._seize_tap()
        elif self._primary.closed or self._news.cadence.must_not_answer:
            self._found.append(SeizeFailed(self._now, HANDING_OVER))
        elif self._hold.refuses(self._now):
            self._found.append(SeizeFailed(self._now, self._hold.REFUSAL))
        else:
            self._hold.want()
            self._advance()

    def release(self, now: SampleIndex) -> None:
        """Go on-hook from wherever we are; `LineReleased` follows."""
        self._pass(now)
        self._found += [*self._mouth.stop(self._now), *self._hold.trusted_again(self._now)]
        if self._hold.let_go() or self._listening:
            self._news.call_over()
            self._clicked()
        self._listening = False
        self._found.append(LineReleased(self._now))

    def play(self, now: SampleIndex, prompt: Prompt, pcm: bytes) -> None:
        """Say `pcm` (int16 LE mono 8 kHz); `PromptEnded` follows. A tap says nothing."""
        self._pass(now)
        if self._hold.seized:
            self._found += self._mouth.say(self._now, prompt, pcm)
        else:
            self._found.append(PromptEnded(self._now, prompt, complete=False))

    def stop_playing(self, now: SampleIndex) -> None:
        """Be silent at once; `PromptEnded` follows where something was being said."""
        self._pass(now)
        self._found += self._mouth.stop(self._now)

    def flash(self, now: SampleIndex, ms: int = 600) -> None:
        """Open the loop for `ms`: asks a private exchange for its attention. Nothing while the line is not held.

        Raises: OperatorError for a length that no exchange takes for a flash.
        """
        self._pass(now)
        self._deaf_until = max(self._deaf_until, self._hold.flash(self._now, ms))

    def dial(self, now: SampleIndex, digits: str) -> None:
        """Dial by DTMF, after a flash only when its dial tone had time to come. Nothing while the line is not held.

        Raises: OperatorError for what is no digit.
        """
        pcm = digits_to_pcm(digits)
        self._pass(now)
        if self._hold.seized:
            self._found += self._mouth.dial(self._now, self._hold.may_dial_at, pcm)

    # ---- what arrives

    def take_pin(self, change: PinChange) -> None:
        """An input changed."""
        self._pass(change.at)
        if change.pin is LinePin.RING:
            for burst in self._ring.take(change.at, change.on):
                self._take_burst(burst)
        elif change.pin is LinePin.LOOP:
            self._take_hook_news(self._loop.take(change.at, change.on))
        elif self._polarity.take(change.at, change.on):
            self._take_reversal(change.at)

    def hear(self, item: SoundBlock | SoundLost) -> None:
        """What the card captured, in order."""
        if isinstance(item, SoundLost):
            if self._on_line:
                self._found.append(item)
            return
        if not self.ready:
            self._tell_ready(item.at)
        if self._on_line:
            self._found.append(item)
            self._judge(input_faults.SOUND, input_faults.MUTE, self._mute.muted(item))
        else:
            self._listen(item)
        if self._tap is not None:
            self._take_hook_news(self._tap.hear(item))

    def tick(self, now: SampleIndex, queued: int) -> list[Fact | SoundBlock]:
        """Time went by, and the card has `queued` samples to play; due every 20 ms. What became known."""
        self._pass(now)
        self._found += self._mouth.tick(self._now, queued)
        found, self._found = self._found, []
        return found

    # ---- inside: time

    @property
    def _on_line(self) -> bool:
        """Sound is that of a call of ours."""
        return self._hold.seized or self._listening

    def _pass(self, now: SampleIndex) -> None:
        """Time passes to `now`: whatever was due until then happens."""
        self._loop.relay(self._now, self.hook)
        self._now = now = max(now, self._now)
        for burst in self._ring.tick(now):
            self._take_burst(burst)
        self._look_at_burst_length()
        self._judge(input_faults.RING, input_faults.STUCK, self._ring.stuck)
        self._take_hook_news(self._loop.tick(now))
        self._polarity.tick(now, calm=self._news.cadence.quiet and not self._on_line and not self._news.lifted)
        if self._primary.closed and self._primary.is_over(now):
            self._take_messages(self._identity.flush())
            self._give_up_primary()
        self._found += self._news.tick(now, self._hold.wanted)
        self._advance()

    def _advance(self) -> None:
        """Bring our own call nearer to what is wanted."""
        hold, now = self._hold, self._now
        if not hold.wanted or hold.seized:
            return
        if self._news.cadence.must_not_answer:
            hold.let_go()
            self._found += [SeizeFailed(now, ANOTHER), *self._news.other_call()]
        elif hold.advance(now):
            self._news.call_answered()
            self._identity.reset()
            self._found.append(LineSeized(now))

    # ---- inside: rings

    def _take_burst(self, burst: BurstBegan | BurstEnded) -> None:
        if burst.at < self._deaf_until:
            self._ring.reset()
        elif self.hook:
            if isinstance(burst, BurstBegan) and burst.start >= later(self._hold_since(), RING_TRIP_MS):
                self._rings_on()
            elif isinstance(burst, BurstBegan):
                self._ring.reset()  # the tail of the ringing that we have just stopped
        elif self._news.lifted and self._tap is None and not self._loop.steady_for(burst.at, LIFTED_RING_MS):
            self._ring.reset()  # a rotary dial
        elif isinstance(burst, BurstBegan):
            self._burst_began(burst)
        else:
            self._burst_ended(burst)

    def _hold_since(self) -> SampleIndex:
        return self._primary.closed_at if self._primary.closed else self._hold.closed_at

    def _burst_began(self, burst: BurstBegan) -> None:
        self._long_told = False
        self._judge(input_faults.LOOP, input_faults.LIES, self._loop.lifted)
        self._judge(input_faults.HELD, input_faults.HOLDS, present=False)
        if self._tap is not None:
            self._tap.rings(burst.at)
        facts = self._news.ring(burst.at, self._hold.wanted)
        self._found += facts
        if any(isinstance(fact, CarStarted) for fact in facts):
            self._primary.call_begins()
        if self._may_answer_first() and self._primary.burst_began(burst.at, burst.start):
            self._begin_primary()

    def _burst_ended(self, burst: BurstEnded) -> None:
        if self._tap is not None:
            self._tap.rings(burst.at)
        if burst.lasted_ms >= ORDINARY_BURST_MS:
            self._burst_is_long(burst.at)
        if self._may_answer_first() and self._primary.burst_ended(burst.at, burst):
            self._begin_primary()

    def _look_at_burst_length(self) -> None:
        since = self._ring.since
        if since is not None and self._now >= later(since, ORDINARY_BURST_MS) and not self.hook:
            self._burst_is_long(self._now)

    def _burst_is_long(self, at: SampleIndex) -> None:
        if not self._long_told:
            self._long_told = True
            self._hold.ordinary_ring()
            self._found += self._news.burst_lasts(at, self._hold.wanted)

    def _rings_on(self) -> None:
        """The relay is driven and the line rings as ever."""
        self._end_primary()
        was_wanted, was_seized = self._hold.wanted, self._hold.seized
        self._found += [*self._mouth.stop(self._now), *self._hold.distrust(self._now)]
        if was_seized:
            self._found.append(LineReleased(self._now))
        elif was_wanted:
            self._found.append(SeizeFailed(self._now, self._hold.REFUSAL))

    # ---- inside: Japan's primary answer

    def _may_answer_first(self) -> bool:
        free = not self._hold.wanted and not self._news.lifted and not self._hold.refuses(self._now)
        return self._answers_first and free and self._news.cadence.must_not_answer

    def _begin_primary(self) -> None:
        self._ring.reset()
        self._identity.reset()

    def _give_up_primary(self) -> None:
        if not self._primary.closed:  # the last sound held the message
            return
        self._found += self._primary.gave_up(self._now)
        self._end_primary()

    def _end_primary(self) -> None:
        if self._primary.closed:
            self._primary.open()
            self._clicked()

    def _clicked(self) -> None:
        """Our own relay has opened."""
        if self._open is not None:
            self._open.opened(self._now)
        self._deaf_until = later(self._now, OWN_CLICK_MS)
        self._ring.reset()
        self._identity.reset()

    # ---- inside: telephones and polarity

    def _take_hook_news(self, news: list[HookNews]) -> None:
        for item in news:
            if item.what in (Hook.SHOWS_US, Hook.SHOWS_PHONES):
                self._judge(input_faults.LOOP, input_faults.SHOWS_US, item.what is Hook.SHOWS_US)
            elif self._faults.told(input_faults.LOOP, input_faults.LIES):
                continue
            elif item.what is Hook.FOUND_LIFTED:
                self._news.lifted = True
            elif item.what is Hook.LIFTED:
                self._end_primary()
                self._ring.reset()
                self._found += self._news.lift(item.at)
            elif item.what is Hook.REPLACED:
                self._found += self._news.replaced(item.at, self._hold.wanted)
            elif self._on_line and item.at >= later(self._hold.seized_at, LOOP_SETTLES_MS):
                self._found.append(FarEndCleared(item.at, ClearedBy.LOOP))

    def _judge(self, what: str, why: str, present: bool) -> None:
        self._found += self._faults.judge(self._now, what, why, present)

    def _take_reversal(self, at: SampleIndex) -> None:
        if self.hook or self._news.lifted:
            return
        self._identity.reversed_at = at
        self._primary.reversed(at)
        self._found += self._news.reversed(at, self._hold.wanted)

    def _seize_tap(self) -> None:
        if not self._news.lifted:
            self._found.append(SeizeFailed(self._now, TAP_ONLY))
        elif not self._listening:
            self._listening = True
            self._hold.seized_at = self._now
            self._found.append(LineSeized(self._now))

    # ---- inside: identity

    def _listen(self, block: SoundBlock) -> None:
        """The idle line, or the one that is held for the number."""
        if self._primary.closed:
            self._primary.hear(block)
        elif self._open is not None and not self._loop.lifted and self._open.disproved(block):
            self._judge(input_faults.HELD, input_faults.HOLDS, present=True)
        self._take_messages(self._identity.hear(block))

    def _take_messages(self, messages: list[CallerIdMessage]) -> None:
        for message in messages:
            if self._tap is not None:
                self._tap.identity(self._now)
            self._found += self._primary.message_came(self._now)
            self._end_primary()
            self._found += self._news.identified(self._now, message.identity, self._hold.wanted)

    def _tell_ready(self, at: SampleIndex) -> None:
        self.ready = True
        if self._open is not None:
            self._open.opened(at)
        profile = "tap" if self._taps else "adapter"
        notes = tuple(note.en for note in notes_of(self._settings))
        self._found.append(LineReady(max(at, self._now), self._device, profile, notes))
