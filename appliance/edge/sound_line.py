"""An analog adapter (sound card, optocouplers, hook relay) as the line loop sees it. Implements `ports.LineDevice`.

Owns the card, the pins and the session, and opens them again when the card is gone. Spec: LINE_HARDWARE.md 2, class C.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress

from appliance.edge.line_goals import LineGoals
from appliance.edge.ports import LinePins, SoundCard
from appliance.errors import LineGone, OperatorError
from appliance.events import Fact, FaultCleared, FaultRaised, LineLost, SoundBlock
from appliance.line.adapter.session import AdapterSession
from appliance.line.callerid.receiver import CallerIdReceiver
from appliance.settings import Settings
from appliance.units import SampleIndex, later, samples

PAUSES_MS = (1_000, 1_000, 2_000, 5_000, 10_000, 30_000)
"""Before each try to open the card again; the last for ever. Why: a plug that was pulled is back in seconds, and a card
that stays away is looked for without filling the journal with what alsa-lib has to say about it."""

PROVEN_MS = 5_000
"""A card that has worked for so long is tried at once again when it fails. Why: as long as five of its stalls."""


class SoundLine(LineGoals[AdapterSession]):
    """Opens card and pins when first polled. `open_card` raises `LineGone`, `open_pins` `OperatorError`."""

    def __init__(
        self, settings: Settings, open_card: Callable[[], SoundCard], open_pins: Callable[[], LinePins]
    ) -> None:
        super().__init__()
        self._settings = settings
        self._open_card = open_card
        self._open_pins = open_pins
        self._card: SoundCard | None = None
        self._pins: LinePins | None = None
        self._hook = False  # as last driven
        self._open_at: SampleIndex | None = SampleIndex(0)  # None: it is open
        self._opened_at = SampleIndex(0)
        self._tries = 0
        self._lost_told = ""  # the reason that was told last; empty: the line is not lost
        self._faults: set[str] = set()  # that this session has told

    # ---- ports.LineDevice

    def poll(self, now: SampleIndex) -> list[Fact | SoundBlock]:
        """What became known up to `now`; raises nothing."""
        if self._open_at is not None and now >= self._open_at:
            self._open(now)
        try:
            self._exchange(now)
        except LineGone as fault:
            self._lose(now, str(fault))
        found, self._found = self._found, []
        for item in found:
            if isinstance(item, FaultRaised):
                self._faults.add(item.what)
            elif isinstance(item, FaultCleared):
                self._faults.discard(item.what)
        return found

    def wait(self, seconds: float) -> None:
        """Sleep until something may have arrived, `seconds` at most."""
        if self._card is None:
            time.sleep(seconds)
            return
        with suppress(LineGone):  # the next poll meets it
            self._card.wait(seconds)

    def close(self) -> None:
        """Open the loop and give card and pins back."""
        self._close_all()
        self._open_at = None

    # ---- beyond the port

    def flash(self, now: SampleIndex, ms: int = 600) -> None:
        """Open the held loop for `ms` (100 to 1500); see `AdapterSession.flash`. Raises: OperatorError."""
        if self._session is not None:
            self._session.flash(now, ms)
            self._carry_out(now)

    def dial(self, now: SampleIndex, digits: str) -> None:
        """Dial by DTMF on the held line; see `AdapterSession.dial`. Raises: OperatorError."""
        if self._session is not None:
            self._session.dial(now, digits)
            self._carry_out(now)

    # ---- card, pins and session

    def _exchange(self, now: SampleIndex) -> None:
        """Pin changes and sound in, facts out, sound and hook out."""
        card, pins, session = self._card, self._pins, self._session
        if card is None or pins is None or session is None:
            return
        for change in pins.read():
            session.take_pin(change)
        for item in card.read():
            session.hear(item)
        self._found += session.tick(now, card.queued())
        self._drive(now, card, pins, session)
        if self._tries and now - self._opened_at >= samples(PROVEN_MS):
            self._tries = 0
        if session.ready:
            self._lost_told = ""

    def _drive(self, now: SampleIndex, card: SoundCard, pins: LinePins, session: AdapterSession) -> None:
        """Do what the session wants of relay and card."""
        if session.hook is not self._hook:
            pins.hook(session.hook)
            self._hook = session.hook  # after it was done: what failed is tried again
        if session.flush_wanted:
            card.flush()
            session.flushed(now, card.queued())
            self._found += session.tick(now, card.queued())
        sound = session.offer()
        if sound:
            session.sent(now, card.write(sound))

    def _carry_out(self, now: SampleIndex) -> None:
        """Do at once what a wish brought about; a fault is met by the next poll."""
        if self._card is None or self._pins is None or self._session is None:
            return
        with suppress(LineGone):
            self._found += self._session.tick(now, self._card.queued())
            self._drive(now, self._card, self._pins, self._session)

    def _open(self, now: SampleIndex) -> None:
        try:
            self._pins = self._open_pins()
            self._card = self._open_card()
        except (LineGone, OperatorError) as fault:
            self._lose(now, str(fault))
            return
        self._session = AdapterSession(self._settings, now, CallerIdReceiver())
        self._open_at, self._opened_at = None, now
        self._hook = False

    def _lose(self, now: SampleIndex, why: str) -> None:
        """The card or the pins do not work: the call, if any, is simply gone, and they are opened again later."""
        if why != self._lost_told:
            self._lost_told = why
            self._found.append(LineLost(now, why))
        self._found += [FaultCleared(now, what) for what in sorted(self._faults)]  # the next session finds its own
        self._close_all()
        self._open_at = later(now, PAUSES_MS[min(self._tries, len(PAUSES_MS) - 1)])
        self._tries += 1

    def _close_all(self) -> None:
        """The pins first: the loop must not stay closed on a card that hangs."""
        if self._pins is not None:
            with suppress(LineGone):
                self._pins.close()
        if self._card is not None:
            self._card.close()
        self._pins = self._card = self._session = None
