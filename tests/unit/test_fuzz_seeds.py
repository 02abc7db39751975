"""What the fuzzers once found stays mended; and their judge can tell what was sent from what was not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from appliance.events import CallerIdentity
from appliance.exchange import caller_id_frames as frames
from appliance.exchange import fsk
from appliance.line.callerid.message import CallerIdMessage, Standard
from appliance.units import SampleIndex
from bench.fuzz import octets, sounds
from bench.fuzz.__main__ import judge
from bench.fuzz.cases import OctetCase, SoundCase, keep, kept
from bench.fuzz.judge import sent_in_bits, sent_in_keys, sent_in_octets

SEEDS = sorted((Path(__file__).parent / "line" / "fuzz_seeds").glob("*.npz"))

WHO = CallerIdentity(number="0312345678", datetime="11241305")
JCLIP = frames.jclip(frames.jclip_parameters(WHO))
MDMF = frames.mdmf(frames.mdmf_parameters(WHO))
SDMF = frames.sdmf(WHO)


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_found_once_and_never_again(path: Path) -> None:
    assert judge(kept(path)).troubles == []


def message(standard: Standard, number: str = WHO.number) -> CallerIdMessage:
    who = CallerIdentity(number=number, datetime=WHO.datetime if standard in (Standard.MDMF, Standard.SDMF) else "")
    return CallerIdMessage(SampleIndex(0), SampleIndex(1), standard, who)


@pytest.mark.parametrize(("standard", "frame"), [(Standard.JCLIP, JCLIP), (Standard.MDMF, MDMF), (Standard.SDMF, SDMF)])
def test_the_judge_knows_what_was_sent(standard: Standard, frame: bytes) -> None:
    amid = b"\x55\xff" + frame + b"\x12"
    assert sent_in_octets(message(standard), amid)
    assert not sent_in_octets(message(standard, "0312345679"), amid)
    flipped = bytearray(amid)
    flipped[14] ^= 0x04
    assert not sent_in_octets(message(standard), bytes(flipped))


def test_the_judge_reads_bits_in_any_framing() -> None:
    burst = replace(fsk.US_BURST, seizure=31, stop=3)
    bits = np.array(fsk.line_bits(MDMF, burst), np.uint8)
    assert sent_in_bits(message(Standard.MDMF), bits)
    assert not sent_in_bits(message(Standard.MDMF, "0312345679"), bits)
    assert not sent_in_bits(message(Standard.JCLIP), bits)


def test_the_judge_reads_keys() -> None:
    assert sent_in_keys(message(Standard.DTMF, "0701234567"), "A0701234567C")
    assert not sent_in_keys(message(Standard.DTMF, "0701234568"), "A0701234567C")
    assert not sent_in_keys(message(Standard.MDMF, "0701234567"), "A0701234567C")


def test_what_nobody_sent_fails() -> None:
    """A whole message in sound of which the case knows nothing: just what a decoder's invention looks like."""
    bits = np.array(fsk.line_bits(MDMF, fsk.US_BURST), np.uint8)
    sound = np.concatenate([fsk.modulate(bits.tolist(), fsk.BELL_202, -20).astype(float) * 32768, np.zeros(1600)])
    assert judge(SoundCase("invented", sound)).troubles[0].startswith("caller identity: nobody sent")
    sent = judge(SoundCase("sent", sound, (bits,)))
    assert (sent.troubles, sent.messages, sent.by_chance) == ([], 1, 0)
    chance = judge(SoundCase("chance", sound, bits=(bits,)))
    assert (chance.troubles, chance.messages, chance.by_chance) == ([], 1, 1)


def test_a_crash_and_a_warning_fail(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(octets, "read", lambda *_: np.log(np.zeros(1)))
    told = judge(OctetCase("warned", octets.soft(MDMF), (MDMF,))).troubles
    assert told == ["parsers: RuntimeWarning: divide by zero encountered in log"]


@pytest.mark.parametrize("kind", [*sounds.KINDS, *octets.KINDS])
def test_a_kept_case_is_the_case(tmp_path: Path, kind: str) -> None:
    for maker in (sounds, octets):
        if kind in maker.KINDS:
            case = maker.make(kind, np.random.default_rng(7))
            assert repr(case) == repr(maker.make(kind, np.random.default_rng(7)))
            keep(case, tmp_path / "case.npz")
            back = kept(tmp_path / "case.npz")
            assert repr(back) == repr(case)
            if isinstance(case, SoundCase) and isinstance(back, SoundCase):
                assert np.array_equal(back.sound, case.sound)
