"""Caller identity sent as DTMF digits, in every published variant.

Spec: CALLER_ID.md 3 (variants 1 to 4 and the Dutch and Chinese kin).
"""

from __future__ import annotations

import re
from itertools import pairwise

from appliance.dsp.dtmf import CALLER_ID, Digit, DtmfReceiver
from appliance.dsp.level import Sound
from appliance.events import Absence, CallerIdentity
from appliance.line.callerid.message import CallerIdMessage, Standard
from appliance.units import SampleIndex, samples

TIME_OUT = samples(10_000)
"""Of a whole message. Spec: CALLER_ID.md 3 (as spandsp)."""

LONGEST_PERIOD = samples(300)
"""From one digit to the next. Why: digits come every 100 to 140 ms; the slowest sender allowed for takes 100/100 ms,
and a digit that was missed must not end the message unseen, but spoil it."""

MISSED_DIGIT = 1.5
"""A period so many times the middle one has swallowed a digit. Why: a missing digit makes it 2; senders keep to 10 %.
Nothing checks the digits but their rhythm, and no number is better than a wrong one."""

MACHINE_SWING = samples(10)
"""How far the periods of a machine may lie apart. Why: ours are measured to 3 ms; a finger's differ by 30 and more."""

MACHINE_PERIOD = samples(220)
"""The longest period of a machine, for digits without a start letter. Why: 100/100 ms and 10 %."""

MOST_DIGITS = 40
"""Of one message: A, 15 digits, D, 15 digits, B, 2 digits, C is 36. Spec: CALLER_ID.md 3."""

_STARTS, _STOPS = "ABD", "C#"
_FIELDS = re.compile(r"(?:A(?P<number>\d{1,15}))?(?:D(?P<other>\d{1,15}))?(?:B(?P<info>\d{1,2}))?C")
_DANISH_NUMBER = re.compile(r"A(\d{1,15})#")
_DANISH_REASON = re.compile(r"D([123])#")
_BARE = re.compile(r"(\d{3,15})#")

_INFO = {"00": Absence.UNAVAILABLE, "10": Absence.WITHHELD}
"""Spec: CALLER_ID.md 3, variant 1 (Teltone and Asterisk agree; one source has them the other way round)."""

_REASONS = {"1": Absence.WITHHELD, "2": Absence.UNAVAILABLE, "3": Absence.UNAVAILABLE}
"""Spec: CALLER_ID.md 3, variant 2: restricted, international, technical."""


class DtmfCallerId:
    """Finds the messages in the sound of an idle line. The speech and the keys of a call make none."""

    def __init__(self) -> None:
        self._receiver = DtmfReceiver(CALLER_ID)
        self._digits: list[Digit] = []

    def hear(self, at: SampleIndex, sound: Sound) -> list[CallerIdMessage]:
        """The messages that `sound` (float64, shape (n,), its first sample at `at`) completes."""
        return self._take(self._receiver.hear(at, sound))

    def flush(self) -> list[CallerIdMessage]:
        """The sound has ended: what was complete but not yet told."""
        messages = self._take(self._receiver.flush())
        self._digits.clear()
        return messages

    def reset(self) -> None:
        """Forget everything: another call."""
        self._receiver.reset()
        self._digits.clear()

    def _take(self, digits: list[Digit]) -> list[CallerIdMessage]:
        messages = [self._take_digit(digit) for digit in digits]
        return [message for message in messages if message is not None]

    def _take_digit(self, digit: Digit) -> CallerIdMessage | None:
        kept = self._digits
        if kept and (digit.at - kept[-1].at > LONGEST_PERIOD or digit.at - kept[0].at > TIME_OUT):
            kept.clear()
        if digit.digit == "A" or len(kept) >= MOST_DIGITS:
            kept.clear()
        if kept or digit.digit in _STARTS or digit.digit.isdigit():
            kept.append(digit)
        if not kept or digit.digit not in _STOPS:
            return None
        whole, self._digits = kept, []
        identity = identity_of("".join(one.digit for one in whole))
        if identity is None or not _regular(whole):
            return None
        return CallerIdMessage(whole[0].at, whole[-1].end, Standard.DTMF, identity)


def identity_of(text: str) -> CallerIdentity | None:
    """Whom a message such as `A0312345678C` names; None for what is no message."""
    if found := _DANISH_NUMBER.fullmatch(text) or _BARE.fullmatch(text):
        return CallerIdentity(number=found[1])
    if found := _DANISH_REASON.fullmatch(text):
        return CallerIdentity(absence=_REASONS[found[1]])
    fields = _FIELDS.fullmatch(text)
    if fields is None:
        return None
    number, info = fields["number"] or "", fields["info"]
    if not number and info is None:
        number = fields["other"] or ""  # variant 3: D<number>C
    if number.strip("0"):
        return CallerIdentity(number=number)
    if info in _INFO:
        return CallerIdentity(absence=_INFO[info])
    return CallerIdentity(absence=Absence.UNAVAILABLE) if number else None  # D0000000000C: unknown


def _regular(digits: list[Digit]) -> bool:
    """Whether no digit was missed and, where there is no start letter, no finger was at work."""
    periods = sorted(after.at - before.at for before, after in pairwise(digits))
    middle = periods[len(periods) // 2]
    if digits[0].digit in _STARTS:
        return periods[-1] < MISSED_DIGIT * middle
    return periods[-1] - periods[0] <= MACHINE_SWING and periods[-1] <= MACHINE_PERIOD
