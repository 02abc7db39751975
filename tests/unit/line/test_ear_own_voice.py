"""The ear on a line that gives our own voice back: the echo is nobody, the caller over it is somebody."""

from __future__ import annotations

from itertools import pairwise

import pytest
from duplex_sounds import Duplex, echo_of, prompt
from ear_sounds import Sound, cadence, np, pcm, quiet, speech, tone

from appliance.events import (
    FarEndCleared,
    Prompt,
    SoundBlock,
    Source,
)
from appliance.line.own_voice import LOSS_AT_FIRST_DB, LOSS_LEAST_DB, EchoLoss, OwnVoice
from appliance.units import RATE_HZ, Dbm0, SampleIndex


@pytest.mark.parametrize(("loss_db", "late_ms", "box_late_ms"), [(7, 30, -150), (10, 0, 0), (20, 15, 190)])
def test_the_echo_of_a_prompt_is_nobody(loss_db: float, late_ms: float, box_late_ms: int) -> None:
    own = prompt(Prompt.LEAVE_MESSAGE)
    assert Duplex(box_late_ms=box_late_ms).hear(own, echo_of(own, loss_db, late_ms)) == []


def test_without_word_of_our_own_sound_the_echo_would_be_somebody() -> None:
    own = prompt(Prompt.RECORDING_NOTICE)
    assert [what for what, _ in Duplex().hear(quiet(0), echo_of(own, 12, 15))] == ["VoiceBegan"]


@pytest.mark.parametrize("box_late_ms", [-150, 0, 190])
def test_the_caller_over_the_first_prompt_is_heard_when_clearly_louder(box_late_ms: int) -> None:
    own = prompt(Prompt.LEAVE_MESSAGE)
    line = echo_of(own, 12, 20)
    line[16_000:32_000] += speech(2, -14)
    assert Duplex(box_late_ms=box_late_ms).hear(own, line)[0] == ("VoiceBegan", 2.2)


def test_a_softer_caller_is_heard_once_the_line_is_known() -> None:
    own, duplex = prompt(Prompt.LEAVE_MESSAGE), Duplex()
    soft = echo_of(own, 18, 20)
    soft[16_000:32_000] += speech(2, -28)
    assert duplex.hear(own, soft)[:1] == []
    for _ in range(2):
        assert duplex.hear(own, echo_of(own, 18, 20)) == []
    assert duplex.hear(own, soft)[0][0] == "VoiceBegan"


def test_voice_is_told_anew_after_a_prompt() -> None:
    own, duplex = prompt(Prompt.RECORDING_NOTICE), Duplex()
    assert duplex.hear(quiet(0), np.concatenate([quiet(0.5), speech(1.5)]))[0][0] == "VoiceBegan"
    line = echo_of(own, 12, 15, tail_s=2.0)
    line[len(own) + 4000 : len(own) + 12_000] += speech(1)
    [(what, when)] = duplex.hear(own, line)
    assert what == "VoiceBegan"
    assert when > len(own) / RATE_HZ + 0.5


def test_silence_is_counted_from_the_end_of_a_prompt() -> None:
    own = prompt(Prompt.RECORDING_NOTICE)
    [(what, when)] = Duplex().hear(own, echo_of(own, 12, 15, tail_s=3.0))
    assert what == "SilenceBegan"
    assert 2.0 <= when - len(own) / RATE_HZ <= 2.3


@pytest.mark.parametrize(
    ("country", "beep"),
    [
        ("US", tone((440,), 0.3, -13)),
        ("JP", tone((1100,), 0.5, -13)),
        ("JP", tone((2100,), 1.5, -13)),
        ("JP", tone((400,), 4.0, -13)),
        ("JP", cadence((400,), (500, 500), 5, -13)),
    ],
)
def test_a_beep_of_ours_is_no_tone_of_the_network(country: str, beep: Sound) -> None:
    own = np.concatenate([speech(2, -18), quiet(0.3), beep])
    told = Duplex(country).hear(own, echo_of(own, 9, 15))
    assert not {what for what, _ in told} & {"CallWaitingHeard", "FaxToneHeard", "FarEndCleared", "VoiceBegan"}
    unknown = Duplex(country).hear(quiet(0), echo_of(own, 9, 15))
    assert {what for what, _ in unknown} & {"CallWaitingHeard", "FaxToneHeard", "FarEndCleared"}


def test_busy_after_a_prompt_is_heard() -> None:
    own = prompt(Prompt.RECORDING_NOTICE)
    line = np.concatenate([echo_of(own, 12, 15, tail_s=0.2), cadence((400,), (500, 500), 4)])
    duplex = Duplex()
    assert duplex.hear(own, line)[-1][0] == "FarEndCleared"
    [cleared] = [fact for fact in duplex.facts if isinstance(fact, FarEndCleared)]
    assert cleared.since is not None
    assert abs(cleared.since - len(own) - 1600) < 400


def test_any_chunking_of_both_gives_the_same_facts() -> None:
    own = prompt(Prompt.RECORDING_NOTICE)
    line = echo_of(own, 12, 15, tail_s=4.0)
    line[16_000:24_000] += speech(1, -12)
    told = []
    for block in (160, 37, 1001):
        duplex = Duplex(block=block)
        duplex.hear(own, line)
        told.append(duplex.facts)
    assert len(told[0]) >= 2
    assert all(a == b for a, b in pairwise(told))


# ---- the parts -----------------------------------------------------------------------------------------------------


def test_our_level_is_known_in_any_chunks_and_a_little_longer() -> None:
    block = pcm(tone((1000,), 0.2, -10))
    for size in (1600, 160, 33):
        own = OwnVoice()
        for start in range(0, 1600, size):
            own.hear(SoundBlock(SampleIndex(1000 + start), block[2 * start : 2 * (start + size)], Source.BOX))
        assert own.level(SampleIndex(1100), SampleIndex(1500)) == pytest.approx(-10, abs=0.1)
        assert own.level(SampleIndex(2600 + 400), SampleIndex(2600 + 480)) > -20  # 60 ms after
        assert own.level(SampleIndex(2600 + 640), SampleIndex(4000)) == -100
        assert own.level(SampleIndex(0), SampleIndex(900)) == -100


def test_the_echo_loss_is_learned_slowly_and_never_trusts_one_who_talks_over_us() -> None:
    loss = EchoLoss()
    assert loss.most(Dbm0(-10.0)) == -10 - LOSS_AT_FIRST_DB + 4
    for _ in range(100):
        loss.hear(Dbm0(-15.0), Dbm0(-33.0))
    assert loss.db == LOSS_AT_FIRST_DB  # one second is no proof
    for _ in range(300):
        loss.hear(Dbm0(-15.0), Dbm0(-33.0))
    assert loss.db == pytest.approx(18.0)
    for _ in range(300):
        loss.hear(Dbm0(-15.0), Dbm0(-5.0))
    assert loss.db == LOSS_LEAST_DB


def test_what_we_say_softly_teaches_nothing() -> None:
    loss = EchoLoss()
    for _ in range(1000):
        loss.hear(Dbm0(-45.0), Dbm0(-60.0))
    assert loss.db == LOSS_AT_FIRST_DB
