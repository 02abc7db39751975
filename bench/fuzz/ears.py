"""Gives sound to every receiver and says what was wrong with what they did."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np

from appliance.dsp.dtmf import Digit, DtmfReceiver
from appliance.dsp.level import Sound
from appliance.events import SoundBlock
from appliance.line.callerid.message import CallerIdMessage
from appliance.line.callerid.receiver import CallerIdReceiver
from appliance.line.ear import Ear
from appliance.units import SampleIndex
from bench.fuzz.cases import SoundCase, Verdict
from bench.fuzz.judge import sent_in_bits, sent_in_keys

T = TypeVar("T")

LARGE_BLOCK = 1 << 16
"""Nothing may depend on the sizes of the blocks; this one holds any case at once."""


def judge(case: SoundCase) -> Verdict:
    """Let every receiver hear the case."""
    verdict = Verdict()
    for name, judged in (("caller identity", _callerid), ("DTMF", _dtmf), ("ear", _ear)):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                judged(case, verdict)
            except Exception as error:  # noqa: BLE001  whatever it is, it is what we look for
                verdict.troubles.append(f"{name}: {type(error).__name__}: {error}")
    return verdict


def _callerid(case: SoundCase, verdict: Verdict) -> None:
    heard = _messages(case.sound, case.blocks)
    verdict.messages += len(heard)
    for message in heard:
        if any(sent_in_bits(message, bits) for bits in case.meant) or sent_in_keys(message, case.keys or ""):
            continue
        if any(sent_in_bits(message, bits) for bits in case.bits):
            verdict.by_chance += 1
        else:
            verdict.unsent("caller identity", message, mutilated=bool(case.meant))
    again = _messages(case.sound, (LARGE_BLOCK,))
    if heard != again:
        verdict.troubles.append(f"caller identity: blocks of {case.blocks} give {heard}, one of all {again}")


def _messages(sound: Sound, blocks: tuple[int, ...]) -> list[CallerIdMessage]:
    receiver = CallerIdReceiver("auto")
    heard = _heard(receiver.hear, sound, blocks)
    return heard + receiver.flush()


def _dtmf(case: SoundCase, verdict: Verdict) -> None:
    heard = _keys(case.sound, case.blocks)
    verdict.digits += len(heard)
    false = [digit for digit in heard if case.keys is not None and digit.digit not in case.keys]
    if false:
        verdict.troubles.append(f"DTMF: nobody pressed {false}")
    again = _keys(case.sound, (LARGE_BLOCK,))
    if heard != again:
        verdict.troubles.append(f"DTMF: blocks of {case.blocks} give {heard}, one of all {again}")


def _keys(sound: Sound, blocks: tuple[int, ...]) -> list[Digit]:
    receiver = DtmfReceiver()
    heard = _heard(receiver.hear, sound, blocks)
    return heard + receiver.flush()


def _ear(case: SoundCase, verdict: Verdict) -> None:
    pcm = np.rint(case.sound).clip(-32768, 32767).astype("<i2")
    for country in ("JP", "US"):
        ear = Ear(country)
        for at, block in _blocks(pcm, case.blocks):
            facts = ear.hear(SoundBlock(at, block.tobytes()))
            if any(not 0 <= fact.at <= at + len(block) for fact in facts):
                verdict.troubles.append(f"ear: told of another time: {facts}")


def _heard(hear: Callable[[SampleIndex, Sound], list[T]], sound: Sound, blocks: tuple[int, ...]) -> list[T]:
    found = []
    for at, block in _blocks(sound, blocks):
        found += hear(at, block)
    return found


def _blocks(sound: Sound, sizes: tuple[int, ...]) -> Iterator[tuple[SampleIndex, Sound]]:
    at = 0
    for size in itertools.cycle(sizes):
        if at >= len(sound):
            return
        yield SampleIndex(at), sound[at : at + size]
        at += size
