"""A voice modem on a serial port as the line loop sees it. Implements `ports.LineDevice`.

Owns the port, the session and the ladder of recovery. Spec: LINE_HARDWARE.md 1.10.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress

from appliance.edge.line_goals import LineGoals
from appliance.edge.ports import SerialLink
from appliance.errors import LineError, LineGone
from appliance.events import Fact, LineLost, LineReady, SoundBlock
from appliance.line.modem.recovery import AFTER_USB_RESET_MS, PORT_RETRY_MS, Ladder, Step
from appliance.line.modem.session import ModemSession
from appliance.settings import LineSettings
from appliance.units import SampleIndex, later


class ModemLine(LineGoals[ModemSession]):
    """Opens the port when first polled. `usb_reset` may take seconds: it runs beside the line loop."""

    def __init__(
        self, settings: LineSettings, open_link: Callable[[], SerialLink], usb_reset: Callable[[], None]
    ) -> None:
        super().__init__()
        self._settings = settings
        self._open_link = open_link
        self._usb_reset = usb_reset
        self._link: SerialLink | None = None
        self._ladder = Ladder()
        self._step: Step | None = Step.REOPEN
        self._step_at = SampleIndex(0)
        self._resetting: threading.Thread | None = None
        self._lost_told = ""  # the reason that was told last; empty: the line is not lost

    # ---- ports.LineDevice

    def poll(self, now: SampleIndex) -> list[Fact | SoundBlock]:
        """What became known up to `now`; raises nothing."""
        if self._step is not None and now >= self._step_at:
            self._recover(now, self._step)
        try:
            self._exchange(now)
        except LineGone as fault:
            self._port_gone(now, str(fault))
        if self._session is not None and self._session.wants_recovery and self._step is None:
            self._plan(now)
        found, self._found = self._found, []
        return found

    def wait(self, seconds: float) -> None:
        """Sleep until something may have arrived, `seconds` at most."""
        if self._link is None:
            time.sleep(seconds)
            return
        with suppress(LineGone):  # the next poll meets it
            self._link.wait(seconds)

    def close(self) -> None:
        """Give the port back; the line is left as it is (a call in progress is the next start's to end)."""
        self._close_link()
        self._session = self._step = None

    # ---- the port and the session

    def _exchange(self, now: SampleIndex) -> None:
        """Octets in, facts out, octets out."""
        link, session = self._link, self._session
        if link is None or session is None:
            return
        octets = link.read()
        dropped = link.lost()
        if octets:
            self._learn(session.receive(now, octets))
        if dropped:  # the buffer drops the newest
            self._learn(session.lost(now, dropped))
        self._learn(session.tick(now))
        self._write(link, session, now)

    def _write(self, link: SerialLink, session: ModemSession, now: SampleIndex) -> None:
        octets = session.to_send(now)
        if octets:
            session.sent(link.write(octets))

    def _carry_out(self, now: SampleIndex) -> None:
        """Send at once what a wish brought about; a fault is met by the next poll."""
        if self._link is not None and self._session is not None:
            with suppress(LineGone):
                self._write(self._link, self._session, now)

    def _learn(self, found: list[Fact | SoundBlock]) -> None:
        for news in found:
            if isinstance(news, LineLost):
                self._tell_lost(news)
                continue
            if isinstance(news, LineReady):
                self._ladder.reset()
                self._lost_told = ""
            self._found.append(news)

    def _tell_lost(self, news: LineLost) -> None:
        """Once for each reason: who has plugged the modem in wants to know what is wrong now."""
        if news.why != self._lost_told:
            self._lost_told = news.why
            self._found.append(news)

    def _port_gone(self, now: SampleIndex, why: str) -> None:
        """The port cannot be opened or has vanished: look for it until it is back."""
        self._tell_lost(LineLost(now, why))
        self._close_link()
        self._session = None
        self._step, self._step_at = Step.REOPEN, later(now, PORT_RETRY_MS)

    def _close_link(self) -> None:
        if self._link is not None:
            self._link.close()
            self._link = None

    # ---- the ladder

    def _plan(self, now: SampleIndex) -> None:
        rung = self._ladder.climb()
        self._step, self._step_at = rung.step, later(now, rung.pause_ms)

    def _recover(self, now: SampleIndex, step: Step) -> None:
        self._step = None
        if step is Step.RETRY and self._session is not None:
            self._session.restart(now)
        elif step is Step.USB_RESET:
            self._close_link()
            self._session = None
            self._resetting = threading.Thread(target=self._reset_usb, name="usb reset", daemon=True)
            self._resetting.start()
            self._step, self._step_at = Step.REOPEN, later(now, AFTER_USB_RESET_MS)
        elif self._resetting is not None and self._resetting.is_alive():
            self._step, self._step_at = Step.REOPEN, later(now, PORT_RETRY_MS)
        else:
            self._reopen(now)

    def _reset_usb(self) -> None:
        with suppress(LineError):  # not every port can be reset; the ladder goes on
            self._usb_reset()

    def _reopen(self, now: SampleIndex) -> None:
        if self._link is not None:
            with suppress(LineGone):
                self._link.pulse_dtr()
        self._close_link()
        self._session = None
        try:
            self._link = self._open_link()
        except LineGone as fault:
            self._port_gone(now, str(fault))
            return
        self._session = ModemSession(self._settings, now)
