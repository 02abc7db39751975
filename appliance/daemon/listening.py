"""`denwaban callerid` and `denwaban dtmf`: what our ears hear in sound files, for people and for programs."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

import numpy as np

from appliance.daemon.calls import align
from appliance.daemon.calls_words import ABSENCES
from appliance.daemon.demo_words import terminal_language
from appliance.dsp.dtmf import Digit, DtmfReceiver
from appliance.dsp.level import Sound
from appliance.edge.sound_files import read_blocks
from appliance.errors import OperatorError
from appliance.events import CallerIdentity
from appliance.line.callerid.message import CallerIdMessage
from appliance.line.callerid.receiver import CallerIdReceiver
from appliance.units import RATE_HZ, SampleIndex, samples

Tell = Callable[[str], None]

UNREADABLE = 2
"""Exit status where a file was no sound. Spec: as argparse's own for wrong arguments."""

ECHO_MS = 60
"""The same thing on two channels is one where its beginnings are that close. Why: the shortest key press and its pause
last 70 ms (CALLER_ID.md 4), so that two presses are never one; crosstalk and converters delay by far less."""

TAIL_MS = 200
"""Silence after the end. Why: a file may end with the last bit or the last key; what listens waits for a pause."""

WORDS = {
    "en": {
        "no caller": "no caller identity found",
        "no digits": "no digits found",
        "name": "name",
        "nameless": "no name: ",
        "dialled": "dialled",
        "date": "sent",
        "no number": "no number sent",
    },
    "ja": {
        "no caller": "発信者番号は見つかりません",
        "no digits": "プッシュ信号は見つかりません",
        "name": "名前",
        "nameless": "名前なし: ",
        "dialled": "着信番号",
        "date": "日時",
        "no number": "番号なし",
    },
}

Found = TypeVar("Found", CallerIdMessage, Digit)


class Receiver(Protocol[Found]):
    """What listens to one channel."""

    def hear(self, at: SampleIndex, sound: Sound) -> list[Found]: ...

    def flush(self) -> list[Found]: ...


@dataclass(frozen=True)
class _Heard(Generic[Found]):
    channel: int
    what: Found


class _Channels(Generic[Found]):
    """One receiver a channel. Why not their sum: a tap may have the line on one channel, and noise on the other."""

    def __init__(self, make: Callable[[], Receiver[Found]]) -> None:
        self._make: Callable[[], Receiver[Found]] = make
        self._receivers: list[Receiver[Found]] = []
        self._at = SampleIndex(0)
        self._heard: list[_Heard[Found]] = []

    def hear(self, block: Sound) -> None:
        """float64, shape (n, channels), full scale ±32768, 8 kHz."""
        if not self._receivers:
            self._receivers = [self._make() for _ in range(block.shape[1])]
        for channel, receiver in enumerate(self._receivers):
            sound = np.ascontiguousarray(block[:, channel])
            self._heard += [_Heard(channel, what) for what in receiver.hear(self._at, sound)]
        self._at = SampleIndex(self._at + len(block))

    def end(self) -> None:
        """No sound comes any more."""
        if self._receivers:
            self.hear(np.zeros((samples(TAIL_MS), len(self._receivers))))
        for channel, receiver in enumerate(self._receivers):
            self._heard += [_Heard(channel, what) for what in receiver.flush()]

    def found(self, same: Callable[[Found, Found], bool]) -> list[Found]:
        """In the order of the file; what several channels carry is told once."""
        once: list[_Heard[Found]] = []
        for new in sorted(self._heard, key=lambda heard: (heard.what.at, heard.channel)):
            near = [old for old in once if new.what.at - old.what.at <= samples(ECHO_MS)]
            if not any(old.channel != new.channel and same(old.what, new.what) for old in near):
                once.append(new)
        return [heard.what for heard in once]


def run_callerid(arguments: argparse.Namespace, tell: Tell, complain: Tell) -> int:
    """Tell every caller identity in the files; the exit status."""
    status = 0
    for path in arguments.files:
        channels = _Channels[CallerIdMessage](lambda: CallerIdReceiver(arguments.standard))
        whole = _listen(path, channels, complain)
        status = status if whole else UNREADABLE
        found = channels.found(lambda one, other: one.identity == other.identity)
        if arguments.json:
            for message in found:
                tell(json.dumps({"file": str(path), **message_fields(message)}, ensure_ascii=False))
        elif found or whole:
            _show(tell, path, [_message_row(message) for message in found], "no caller")
    return status


def run_dtmf(arguments: argparse.Namespace, tell: Tell, complain: Tell) -> int:
    """Tell the digits in the files; the exit status."""
    status = 0
    for path in arguments.files:
        channels = _Channels[Digit](DtmfReceiver)
        whole = _listen(path, channels, complain)
        status = status if whole else UNREADABLE
        found = channels.found(lambda one, other: one.digit == other.digit)
        if not found and not whole:
            continue
        if arguments.json:
            tell(json.dumps({"file": str(path), **digits_fields(found)}, ensure_ascii=False))
        else:
            _show(tell, path, [_digits_row(found)] if found else [], "no digits")
    return status


def _listen(path: Path, channels: _Channels[Found], complain: Tell) -> bool:
    """Hear a file; whether all of it could be read. What was heard before it broke off counts."""
    whole = True
    try:
        for block in read_blocks(path):
            channels.hear(block)
    except OperatorError as error:
        complain(str(error))
        whole = False
    channels.end()
    return whole


def seconds(at: SampleIndex) -> float:
    """Seconds from the beginning of the file, to the millisecond."""
    return round(at / RATE_HZ, 3)


def message_fields(message: CallerIdMessage) -> dict[str, object]:
    """What a program is told of a message; what the message does not say is left out."""
    identity = message.identity
    fields = {
        "standard": message.standard.value,
        "at_s": seconds(message.at),
        "number": identity.number,
        "absence": identity.absence and identity.absence.value,
        "name": identity.name,
        "name_absence": identity.name_absence and identity.name_absence.value,
        "datetime": identity.datetime,
        "dialled": identity.dialled,
    }
    return {key: value for key, value in fields.items() if value not in ("", None)}


def digits_fields(digits: Sequence[Digit]) -> dict[str, object]:
    """What a program is told of the digits of a file."""
    return {"digits": _joined(digits), "at_s": [seconds(digit.at) for digit in digits]}


def _joined(digits: Iterable[Digit]) -> str:
    return "".join(digit.digit for digit in digits)


def _show(tell: Tell, path: Path, rows: Sequence[tuple[str, ...]], nothing: str) -> None:
    words = WORDS[terminal_language()]
    for line in align([(str(path), *row) for row in rows] or [(str(path), words[nothing])]):
        tell(line)


def _message_row(message: CallerIdMessage) -> tuple[str, ...]:
    return (f"{seconds(message.at):9.3f} s", message.standard.value, _identity(message.identity))


def _identity(identity: CallerIdentity) -> str:
    words = WORDS[terminal_language()]
    missing = ABSENCES[identity.absence] if identity.absence else words["no number"]
    parts = [identity.number or missing]
    if identity.name:
        parts.append(f"{words['name']} {identity.name}")
    elif identity.name_absence:
        parts.append(words["nameless"] + ABSENCES[identity.name_absence])
    if identity.dialled:
        parts.append(f"{words['dialled']} {identity.dialled}")
    if identity.datetime:
        parts.append(f"{words['date']} {pretty_moment(identity.datetime)}")
    return ", ".join(parts)


def pretty_moment(moment: str) -> str:
    """MMDDhhmm as MM-DD hh:mm; anything else as it is. Spec: CALLER_ID.md 2.2."""
    if len(moment) != 8:
        return moment
    return f"{moment[:2]}-{moment[2:4]} {moment[4:6]}:{moment[6:]}"


def _digits_row(digits: Sequence[Digit]) -> tuple[str, ...]:
    times = " ".join(f"{seconds(digit.at):.3f}" for digit in digits)
    return (_joined(digits), f"{times} s")
