"""Rings, CAR, the primary answer and caller identity in the simulated modem.

Spec: CALLER_ID.md 1.1, LINE_HARDWARE.md 1.3 and 1.4.
"""

from __future__ import annotations

from collections.abc import Callable

from appliance.exchange.modem_cid import printed, report
from appliance.exchange.modem_core import Core
from appliance.exchange.modem_faults import CidForm, Wiring
from appliance.exchange.terminal import LineSignal, SignalKind
from appliance.units import SampleIndex, samples

RING_SEEN_MS = 100
"""A ring burst is reported this long after its start. Why: LINE_HARDWARE.md 2, envelope of 100-200 ms."""

NEW_CALL_SAMPLES = samples(8000)
"""No burst for this long: the next one belongs to another call. Spec: LINE_HARDWARE.md 1.4 (two cadences, 7 s)."""

PRIMARY_AFTER_MS = 200
"""From the CAR burst to the primary answer. Spec: CALLER_ID.md 1.1 step 3."""

PRIMARY_LIMIT_MS = 7000
"""Longest primary answer. Spec: CALLER_ID.md 1.1 step 5."""

ON_HOOK_AFTER_MS = 200
"""From the last octet to on-hook (受信完了信号). Spec: CALLER_ID.md 1.1 step 5, at most 300 ms."""

PRINT_AFTER_MS = 50
"""From the last octet (or the on-hook) to the text. Why: ours; firmware formats in tens of ms."""

KNOCK_ID_SAMPLES = samples(8000)
"""An identity this soon after a call-waiting beep belongs to the knocking caller. Why: ours."""

JAPANESE_FIRST_OCTET = 0x10
"""DLE of DLE SOH. Spec: CALLER_ID.md 1.3."""


class Bell:
    """Takes the signals of the line and reports them as this family, this class and this country setting would."""

    def __init__(self, core: Core, auto_answer: Callable[[], None]) -> None:
        self.core = core
        self.auto_answer = auto_answer
        self.last_ring = SampleIndex(-NEW_CALL_SAMPLES - 1)
        self.burst_on: SampleIndex | None = None
        self.burst_off: SampleIndex | None = None
        self.car_bursts = 0
        self.reversed = False
        self.knocked: SampleIndex | None = None

    def forget(self) -> None:
        """As after power: no call is known."""
        self.car_bursts = 0
        self.core.rings = 0
        self.burst_on = self.burst_off = self.knocked = None

    @property
    def japanese(self) -> bool:
        """True where the modem was told to take numbers the Japanese way."""
        registers, profile = self.core.registers, self.core.profile
        wanted = (profile.patches and registers.cid_type == 1) or (profile.vcdt and registers.vcdt == 3)
        return wanted and registers.vcid > 0

    def take(self, signal: LineSignal) -> None:
        """One signal of the line."""
        match signal.kind:
            case SignalKind.RING_ON:
                self.ring_on(signal)
            case SignalKind.RING_OFF:
                self.ring_off(signal)
            case SignalKind.CALLER_ID:
                self.identity(signal)
            case SignalKind.REVERSAL:
                self.reversal(signal)
            case SignalKind.REVERSAL_BACK:
                self.reversed = False
            case _:
                self.in_call(signal)

    # ---- ringing

    def ring_on(self, signal: LineSignal) -> None:
        if signal.at - self.last_ring > NEW_CALL_SAMPLES:
            self.forget()
        self.last_ring = signal.at
        self.burst_on = signal.at
        if self.core.off_hook:
            return
        if signal.car and self.japanese:
            self.car_burst()
            return
        self.core.rings += 1
        self.core.after(RING_SEEN_MS, self.ring, "ring")

    def ring(self) -> None:
        """Say RING, and answer by S0 where the host foolishly asked for it."""
        core = self.core
        if core.voice:
            core.event(b"R")
        else:
            self.distinctive("DROF", self.burst_off, self.burst_on)
            core.result("RING")
        core.registers.s[1] = core.rings
        if 0 < core.registers.s[0] <= core.rings and not core.off_hook:
            self.auto_answer()

    def ring_off(self, signal: LineSignal) -> None:
        self.last_ring = self.burst_off = signal.at
        if not self.core.voice and not self.core.off_hook and not (signal.car and self.japanese):
            self.distinctive("DRON", self.burst_on, signal.at)

    def distinctive(self, tag: str, start: SampleIndex | None, end: SampleIndex | None) -> None:
        """DRON and DROF in 0.1 s where +VDR=1 asked for them. Spec: ITU-T V.253 +VDR."""
        if self.core.registers.vdr[0] and start is not None and end is not None and end > start:
            self.core.info(f"{tag}={round((end - start) / samples(100))}")

    # ---- the number, the Japanese way

    def car_burst(self) -> None:
        """First burst after a reversal, or second without one: go off-hook for the number."""
        self.car_bursts += 1
        if self.core.primary or self.core.off_hook or self.core.timers_has("primary"):
            return
        if self.reversed or self.car_bursts >= 2:
            self.core.after(PRIMARY_AFTER_MS, self.primary_answer, "primary")

    def primary_answer(self) -> None:
        core = self.core
        if core.off_hook:
            return
        core.hook(True)
        core.primary = True
        core.after(PRIMARY_LIMIT_MS, self.primary_over, "primary-limit")

    def primary_over(self) -> None:
        """On-hook again, unless the host took the line meanwhile."""
        self.core.timers.cancel("primary-limit")
        if self.core.primary:
            self.core.primary = False
            self.core.hook(False)

    # ---- identity

    def identity(self, signal: LineSignal) -> None:
        core = self.core
        if core.primary:
            core.after(ON_HOOK_AFTER_MS, self.primary_over, "primary-over")
            self.later_report(signal, ON_HOOK_AFTER_MS + PRINT_AFTER_MS)
        elif core.off_hook:
            if self.knocked is not None and signal.at - self.knocked < KNOCK_ID_SAMPLES:
                self.later_report(signal, PRINT_AFTER_MS)
        elif not self.japanese and not from_japan(signal):
            self.later_report(signal, PRINT_AFTER_MS)

    def later_report(self, signal: LineSignal, ms: int) -> None:
        if self.core.registers.vcid:
            self.core.after(ms + self.core.faults.cid_delay_ms, lambda: self.tell(signal), "cid")

    def tell(self, signal: LineSignal) -> None:
        """Print the identity in the form that the knob and +VCID ask for."""
        core = self.core
        form = core.faults.cid_form
        if core.registers.vcid == 2 and form is CidForm.NORMAL:
            form = CidForm.RAW_HEX
        lines = printed(signal.identity, signal.raw, core.profile, form) if signal.identity else []
        octets = report(lines, core.profile, form, core.voice)
        if not octets or core.faults.mute:
            return
        extras = core.profile.cid_extras and not core.voice
        if extras:
            core.info("CIDM")
        core.raw_event(octets)
        if extras:
            core.result("NO CARRIER")

    # ---- the rest

    def reversal(self, signal: LineSignal) -> None:
        self.reversed = True
        core = self.core
        if core.faults.detect_polarity:
            core.event(b"L", signal.at)
        if core.profile.cid_extras and not core.voice and not core.off_hook and core.registers.vcid:
            core.info("FLASH")

    def in_call(self, signal: LineSignal) -> None:
        """Extension, loop and call waiting: events of the voice class only."""
        core, faults = self.core, self.core.faults
        local = faults.wiring is Wiring.LOCAL
        can_see = faults.detect_extension and (local or not core.profile.patches or core.registers.ste > 0)
        match signal.kind:
            case SignalKind.EXTENSION_OFF if can_see:
                core.event(b"H" if local else b"P", signal.at)
            case SignalKind.EXTENSION_ON if can_see:
                core.event(b"h" if local else b"p", signal.at)
            case SignalKind.LOOP_BREAK if faults.detect_loop and core.off_hook:
                core.event(b"l", signal.at)
            case SignalKind.CALL_WAITING:
                self.knocked = signal.at
                if faults.detect_call_waiting and core.off_hook:
                    core.event(b"w", signal.at)
            case _:
                pass


def from_japan(signal: LineSignal) -> bool:
    """True for an NTT frame, which a modem set to Bell 202 cannot read."""
    return bool(signal.raw) and signal.raw[0] & 0x7F == JAPANESE_FIRST_OCTET
