"""The ear and the tones of the network: what it must know, and what it must never take for one."""

from itertools import pairwise

import numpy as np
import pytest
from ear_sounds import (
    Sound,
    cadence,
    hear,
    hum,
    mu_law,
    noise,
    quiet,
    ringback,
    speech,
    tone,
)

from appliance.errors import OperatorError
from appliance.events import ClearedBy, Fact, FarEndCleared, FaxToneHeard, Source
from appliance.line.ear import Ear
from appliance.line.progress_tones import CADENCES, cadences_of, knocks_of
from appliance.settings_table import COUNTRIES
from appliance.units import RATE_HZ, SampleIndex

BUSY = (500, 500)


def tones(facts: list[Fact]) -> list[Fact]:
    return [fact for fact in facts if isinstance(fact, FarEndCleared | FaxToneHeard)]


def cleared(sound: Sound, country: str = "JP", at: int = 0) -> list[tuple[ClearedBy, float]]:
    """What cleared, and how many seconds after the beginning of the sound."""
    facts = hear(Ear(country), sound, at)
    return [(fact.by, (fact.at - at) / RATE_HZ) for fact in facts if isinstance(fact, FarEndCleared)]


@pytest.mark.parametrize(("dbm0", "damage"), [(0, "mu-law"), (-20, "none"), (-20, "hum"), (-40, "noise")])
def test_japanese_busy_is_known_within_4_s(dbm0: float, damage: str) -> None:
    busy = cadence((400,), BUSY, 4, dbm0)
    sound = {
        "none": busy,
        "noise": busy + noise(4, dbm0 - 15),
        "mu-law": mu_law(busy),
        "hum": busy + hum(4, max(dbm0, -25)),
    }[damage]
    [(by, after)] = cleared(sound)
    assert by is ClearedBy.BUSY_TONE
    assert 2.5 < after < 3.2  # three cycles, no fewer


@pytest.mark.parametrize("late_s", [0.1, 0.3, 0.5, 0.7, 0.9])
def test_busy_is_known_within_4_s_wherever_we_come_in(late_s: float) -> None:
    busy = cadence((400,), BUSY, 5)[int(late_s * RATE_HZ) :]
    [(_, after)] = cleared(busy)
    assert after < 4


@pytest.mark.parametrize(("hz", "on", "off"), [(380, 500, 500), (420, 500, 500), (400, 440, 540), (400, 590, 590)])
def test_busy_at_the_edges_of_its_tolerance(hz: float, on: int, off: int) -> None:
    assert [by for by, _ in cleared(cadence((hz,), (on, off), 6))] == [ClearedBy.BUSY_TONE]


def test_busy_after_speech_and_noise() -> None:
    sound = np.concatenate([speech(4), cadence((400,), BUSY, 4.2, -30)]) + noise(8.2, -50)
    [(by, after)] = cleared(sound)
    assert by is ClearedBy.BUSY_TONE
    assert after < 8


def test_a_click_in_the_pause_does_not_hide_busy() -> None:
    sound = cadence((400,), BUSY, 4, -30)
    sound[6000:6160] += noise(0.02, -6)
    sound[9000:9080] = 0
    assert len(cleared(sound)) == 1


@pytest.mark.parametrize(
    ("country", "hz", "beats", "dbm0", "by"),
    [
        ("JP", (400,), (4000,), -19, ClearedBy.DIAL_TONE),
        ("US", (480, 620), (500, 500), -24, ClearedBy.BUSY_TONE),
        ("US", (480, 620), (250, 250), -24, ClearedBy.REORDER_TONE),
        ("US", (350, 440), (4000,), -13, ClearedBy.DIAL_TONE),
        ("UK", (400,), (375, 375), -20, ClearedBy.BUSY_TONE),
        ("UK", (400,), (400, 350, 225, 525), -20, ClearedBy.REORDER_TONE),
        ("EU", (425,), (480, 480), -20, ClearedBy.BUSY_TONE),
        ("EU", (425,), (240, 240), -20, ClearedBy.REORDER_TONE),
        ("DE", (425,), (480, 480), -20, ClearedBy.BUSY_TONE),
        ("FR", (440,), (500, 500), -20, ClearedBy.BUSY_TONE),
        ("FR", (440,), (250, 250), -20, ClearedBy.REORDER_TONE),
        ("FR", (440,), (4000,), -20, ClearedBy.DIAL_TONE),
        ("AU", (425,), (375, 375), -20, ClearedBy.BUSY_TONE),
        ("AU", (413, 438), (4000,), -20, ClearedBy.DIAL_TONE),
        ("NZ", (400,), (500, 500), -20, ClearedBy.BUSY_TONE),
        ("NZ", (400,), (250, 250), -20, ClearedBy.REORDER_TONE),
        ("KR", (480, 620), (500, 500), -24, ClearedBy.BUSY_TONE),
        ("KR", (480, 620), (300, 200), -24, ClearedBy.REORDER_TONE),
        ("TW", (480, 620), (500, 500), -24, ClearedBy.BUSY_TONE),
        ("TW", (350, 440), (4000,), -13, ClearedBy.DIAL_TONE),
        ("CN", (450,), (350, 350), -20, ClearedBy.BUSY_TONE),
        ("CN", (450,), (700, 700), -20, ClearedBy.REORDER_TONE),
        ("IN", (400,), (750, 750), -20, ClearedBy.BUSY_TONE),
        ("IN", (400,), (250, 250), -20, ClearedBy.REORDER_TONE),
    ],
)
def test_tones_of_the_countries(
    country: str, hz: tuple[float, ...], beats: tuple[int, ...], dbm0: float, by: ClearedBy
) -> None:
    secs = 5.0 if beats[0] >= 700 and len(beats) > 1 else 4.0  # three cycles of slow beats last longer
    [(heard, after)] = cleared(cadence(hz, beats, secs, dbm0) + noise(secs, dbm0 - 15), country)
    assert heard is by
    assert after <= secs


def test_australian_congestion_whose_every_other_beat_is_10_db_softer() -> None:
    loud, soft = (cadence((425,), (375, 375), 0.75, dbm0) for dbm0 in (-15, -25))
    [(by, _)] = cleared(np.tile(np.concatenate([loud, soft]), 4), "AU")
    assert by is ClearedBy.BUSY_TONE


def test_indian_dial_tone_that_swells_25_times_a_second() -> None:
    swing = 0.55 + 0.45 * np.cos(2 * np.pi * 25 * np.arange(4 * RATE_HZ) / RATE_HZ)
    assert [by for by, _ in cleared(tone((400,), 4) * swing, "IN")] == [ClearedBy.DIAL_TONE]
    assert cleared(tone((400,), 4) * swing, "JP") == []


@pytest.mark.parametrize("lead_s", [0.0, 2.3])
@pytest.mark.parametrize(("beats", "country"), [((500, 500), "JP"), ((4000,), "JP"), ((400, 350, 225, 525), "UK")])
def test_what_told_the_clear_is_dated_to_its_first_tone(lead_s: float, beats: tuple[int, ...], country: str) -> None:
    sound = np.concatenate([speech(lead_s + 0.1)[: int(lead_s * RATE_HZ)], cadence((400,), beats, 4)])
    [fact] = [fact for fact in hear(Ear(country), sound) if isinstance(fact, FarEndCleared)]
    assert fact.since is not None
    assert abs(fact.since / RATE_HZ - lead_s) < 0.04


def test_a_modem_that_tells_of_busy_first_is_dated_by_what_we_heard() -> None:
    ear = Ear("JP")
    hear(ear, np.concatenate([quiet(2), cadence((400,), BUSY, 1.7)]))
    told = ear.judge(FarEndCleared(SampleIndex(int(3.7 * RATE_HZ)), ClearedBy.MODEM_BUSY))
    assert isinstance(told, FarEndCleared)
    assert told.since is not None
    assert abs(told.since - 2 * RATE_HZ) < 400
    silent = Ear("JP")
    hear(silent, quiet(3))
    assert silent.judge(FarEndCleared(SampleIndex(24_000), ClearedBy.LOOP)) == FarEndCleared(
        SampleIndex(24_000), ClearedBy.LOOP
    )


@pytest.mark.parametrize("damage_dbm0", [-100, -32])
def test_the_answer_tone_of_a_fast_fax_swells_and_turns(damage_dbm0: float) -> None:
    t = np.arange(int(3.2 * RATE_HZ)) / RATE_HZ
    turns = np.where((t / 0.45).astype(int) % 2, -1.0, 1.0)
    ansam = tone((2100,), 3.2, -15) * (1 + 0.2 * np.sin(2 * np.pi * 15 * t)) * turns  # ITU-T V.8
    [ced] = tones(hear(Ear("JP"), np.concatenate([speech(1), ansam]) + noise(4.2, damage_dbm0)))
    assert ced == FaxToneHeard(ced.at, "ced")


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(ringback(7), id="ringback"),
        pytest.param(cadence((440,), BUSY, 4), id="busy of another country"),
        pytest.param(tone((400,), 2.6), id="a long beep"),
        pytest.param(cadence((400,), BUSY, 2.4), id="two beats and a half"),
        pytest.param(speech(3), id="speech"),
    ],
)
def test_what_is_no_tone_of_the_network(sound: Sound) -> None:
    assert tones(hear(Ear("JP"), sound)) == []


def test_our_own_prompt_tells_nothing() -> None:
    assert hear(Ear("JP"), cadence((400,), BUSY, 6), source=Source.BOX) == []


def test_a_busy_tone_is_told_once_and_the_next_one_again() -> None:
    busy = cadence((400,), BUSY, 7)
    assert len(cleared(busy)) == 1
    assert len(cleared(np.concatenate([busy, quiet(2), busy]))) == 2


@pytest.mark.parametrize("damage_dbm0", [-100, -30])
def test_fax_tones(damage_dbm0: float) -> None:
    calling = np.concatenate([quiet(1), cadence((1100,), (500, 3000), 4, -15)]) + noise(5, damage_dbm0)
    [cng] = tones(hear(Ear("JP"), calling))
    answering = tone((2100,), 3, -15)
    answering[3600:] *= -1  # phase reversal of ANS. Spec: ITU-T V.25
    [ced] = tones(hear(Ear("JP"), answering + noise(3, damage_dbm0)))
    assert (cng, ced) == (FaxToneHeard(cng.at, "cng"), FaxToneHeard(ced.at, "ced"))
    assert cng.at / RATE_HZ < 1.8  # one burst, and a moment of rest
    assert ced.at / RATE_HZ < 1.2


@pytest.mark.parametrize("ms", [200, 300, 900, 2000])
def test_a_beep_of_another_length_is_no_fax(ms: int) -> None:
    assert tones(hear(Ear("JP"), np.concatenate([tone((1100,), ms / 1000), quiet(1)]))) == []


def test_any_chunking_gives_the_same_facts() -> None:
    sound = np.concatenate([speech(1), cadence((1100,), (500, 3000), 1.5), cadence((400,), BUSY, 3.5)]) + noise(6, -48)
    whole = hear(Ear("JP", silence_ms=400), sound, at=12_345, block=len(sound))
    assert len(whole) >= 4
    for block in (37, 160, 1001):
        assert hear(Ear("JP", silence_ms=400), sound, at=12_345, block=block) == whole


def test_a_small_gap_keeps_the_rhythm_and_a_long_one_breaks_it() -> None:
    busy = cadence((400,), BUSY, 3)
    for gap, told in ((320, 1), (1600, 0)):
        ear = Ear("JP")
        facts = hear(ear, busy[:9000]) + hear(ear, busy[9000 + gap :], at=9000 + gap)
        assert len(tones(facts)) == told


def test_a_reset_forgets_the_beats() -> None:
    ear, busy = Ear("JP"), cadence((400,), BUSY, 4)
    facts = hear(ear, busy[:20000])
    ear.reset(SampleIndex(20000))
    assert tones(facts + hear(ear, busy[20000:], at=20000)) == []


def test_a_country_without_tones_is_refused_by_name() -> None:
    with pytest.raises(OperatorError, match=r'"XX".*JP'):
        Ear("XX")


@pytest.mark.parametrize("country", sorted(CADENCES))
def test_every_country_has_its_tones_and_every_tone_its_source(country: str) -> None:
    table = cadences_of(country)
    assert {"busy", "reorder", "dial", "ringback", "cng", "ced"} <= {row.name for row in table}
    assert all(row.source and row.hz and row.beats_ms for row in table)
    assert knocks_of(country)
    for row, other in pairwise(sorted((row for row in table if row.told), key=lambda row: (row.hz, row.beats_ms))):
        assert (row.hz, row.beats_ms) != (other.hz, other.beats_ms)


def test_every_country_that_may_be_set_has_tones_and_the_other_way_round() -> None:
    assert set(COUNTRIES) == set(CADENCES) - {"UK", "EU"}, "by their ISO code; these two are names beside it"
