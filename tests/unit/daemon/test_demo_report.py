"""The judge of the demo: every kind of disagreement is found, agreement is not complained about."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
import pytest

from appliance.daemon.demo_report import Seen, in_order, judge, prompts_heard, silence
from appliance.daemon.demo_table import pad, table, wide
from appliance.events import CallerIdentity, Outcome, Prompt
from appliance.exchange.ears import Pcm
from appliance.exchange.script import Expectation, ScriptedCall

RATE_HZ = 8000


@lru_cache
def said(prompt: Prompt) -> Pcm:
    """A stand-in for the sound of a prompt: noise with the swing of syllables, its own for each."""
    chance = np.random.default_rng(list(Prompt).index(prompt))
    n = 2 * RATE_HZ
    swing = 0.6 + 0.4 * np.sin(2 * np.pi * 4 * np.arange(n) / RATE_HZ)
    pcm: Pcm = (chance.standard_normal(n) * swing * 3000).astype(np.int16)
    return pcm


def ear(*parts: Pcm) -> Pcm:
    """What a caller heard: the parts, with a quarter of a second of silence before each and after the last."""
    pause = np.zeros(RATE_HZ // 4, np.int16)
    return np.concatenate([*(piece for part in parts for piece in (pause, part)), pause])


EXPECTED = Expectation(
    outcome=Outcome.TALKED,
    caller="山本 太郎",
    announcement=Prompt.RECORDING_NOTICE,
    recording_s=(10, 20),
    lamps=("ringing", "recording", "ready"),
    states=("announcing", "talking"),
)

SEEN = Seen(
    caller="山本 太郎",
    outcome="talked",
    recording_s=15.0,
    caller_heard=ear(said(Prompt.RECORDING_NOTICE)),
    lamps=("ready", "ringing", "recording", "needs_staff", "ready"),
    states=("identified", "announcing", "summoning", "talking", "clearing"),
)


def scripted(expect: Expectation = EXPECTED) -> ScriptedCall:
    return ScriptedCall("one", "一", "One", "why", CallerIdentity("0312345678"), (), expect)


def complaints(seen: Seen = SEEN, **expect: Any) -> tuple[str, ...]:
    return judge(scripted(replace(EXPECTED, **expect)), seen, said).complaints


def test_what_agrees_is_not_complained_about() -> None:
    verdict = judge(scripted(), SEEN, said)
    assert verdict.agrees
    assert verdict.heard == (Prompt.RECORDING_NOTICE,)


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        ({"outcome": "abandoned"}, "outcome: wanted talked, got abandoned"),
        ({"caller": "非通知"}, "caller: wanted 山本 太郎, got 非通知"),
        ({"caller_heard": silence()}, "announcement: the caller did not hear recording_notice"),
        ({"caller_heard": ear(said(Prompt.REFUSED))}, "announcement: the caller did not hear recording_notice"),
        ({"recording_s": None}, "recording: there is none"),
        ({"recording_s": 9.9}, "recording: wanted 10-20 s, got 9.9 s"),
        ({"recording_s": 20.1}, "recording: wanted 10-20 s, got 20.1 s"),
        ({"lamps": ("recording", "ringing", "ready")}, "lamp: wanted ringing > recording > ready in this order"),
        ({"states": ("talking", "announcing")}, "path: wanted announcing > talking in this order"),
        ({"trouble": ("the script did not get to its end",)}, "the script did not get to its end"),
    ],
)
def test_every_disagreement_is_found(seen: dict[str, Any], words: str) -> None:
    (complaint,) = complaints(replace(SEEN, **seen))
    assert words in complaint


@pytest.mark.parametrize(
    ("expect", "words"),
    [
        ({"announcement": None}, "announcement: wanted none, the caller heard recording_notice"),
        ({"recording_s": None}, "recording: wanted none, got 15.0 s"),
    ],
)
def test_what_should_not_have_been_is_found(expect: dict[str, Any], words: str) -> None:
    assert complaints(**expect) == (words,)


def test_all_disagreements_come_at_once() -> None:
    wrong = Seen("nobody", "none", None, silence(), (), (), ("it took too long",))
    assert len(complaints(wrong)) == 7


def test_anything_goes_where_the_script_says_so() -> None:
    assert complaints(replace(SEEN, caller="whoever"), caller="any") == ()
    assert complaints(replace(SEEN, caller_heard=silence()), any_announcement=True) == ()


def test_prompts_are_told_in_the_order_in_which_they_were_heard() -> None:
    heard = ear(said(Prompt.PLEASE_WAIT), said(Prompt.RECORDING_NOTICE), said(Prompt.LEAVE_MESSAGE))
    assert prompts_heard(heard, said) == (Prompt.PLEASE_WAIT, Prompt.RECORDING_NOTICE, Prompt.LEAVE_MESSAGE)


@pytest.mark.parametrize("share", [0.3, 0.5, 0.75])
def test_a_prompt_that_was_cut_was_not_heard(share: float) -> None:
    notice = said(Prompt.RECORDING_NOTICE)
    assert prompts_heard(ear(notice[: int(share * len(notice))]), said) == ()


def test_a_prompt_that_was_repeated_and_then_cut_was_heard_once() -> None:
    notice = said(Prompt.RECORDING_NOTICE)
    assert prompts_heard(ear(notice, notice[: RATE_HZ // 2]), said) == (Prompt.RECORDING_NOTICE,)


@pytest.mark.parametrize(
    ("wanted", "seen", "holds"),
    [
        ((), (), True),
        (("a",), (), False),
        (("a", "b"), ("a", "x", "b"), True),
        (("b", "a"), ("a", "b"), False),
        (("a", "a"), ("a",), False),
        (("a", "a"), ("a", "b", "a"), True),
    ],
)
def test_order(wanted: tuple[str, ...], seen: tuple[str, ...], holds: bool) -> None:
    assert in_order(wanted, seen) is holds


def test_the_table_is_aligned_whatever_the_letters_and_tells_what_is_wrong() -> None:
    good = judge(scripted(), SEEN, said)
    bad = judge(replace(scripted(), id="two"), replace(SEEN, caller="Bob", recording_s=None), said)
    lines = table([good, bad])
    rows = [lines[0], *lines[2:6]]
    words = ("outcome", *["talked"] * 4)
    assert len({wide(row[: row.index(word)]) for row, word in zip(rows, words, strict=True)}) == 1
    assert " should " in rows[1]
    assert " did " in rows[2]
    assert " ok " in rows[2]
    assert " WRONG " in rows[4]
    assert "  two: recording: there is none" in lines
    assert "  two: caller: wanted 山本 太郎, got Bob" in lines
    assert lines[-1] == "1 of 2 calls went as they should"


def test_path_and_lamps_stand_below_where_the_terminal_is_narrow() -> None:
    lines = table([judge(scripted(), SEEN, said)], columns=70)
    assert max(map(wide, lines[:2])) <= 70
    assert any(line.strip() == " > ".join(SEEN.lamps) for line in lines)


def test_japanese_letters_are_two_columns_wide() -> None:
    assert wide("山本 ab") == 7
    assert pad("山", 4) == "山  "
