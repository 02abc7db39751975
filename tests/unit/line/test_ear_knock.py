"""The ear and a second caller: the call waiting tones of the countries, who it is, and what is no knock."""

from __future__ import annotations

import pytest
from ear_sounds import Sound, cadence, hear, np, quiet, ringback, tone, vowel
from knock_sounds import EVERY, in_talk, knocks, sound_of

from appliance.events import UNKNOWN_CALLER, Absence, CallerIdentity, CallWaitingHeard
from appliance.exchange.caller_id_frames import jclip, jclip_parameters, mdmf, mdmf_parameters
from appliance.exchange.fsk import BELL_202, V23, Burst, transmit
from appliance.line.call_waiting import HUSH_SAMPLES, KnockDoor
from appliance.line.ear import Ear
from appliance.line.progress_tones import KNOCKS, Knock
from appliance.units import RATE_HZ, SampleIndex


@pytest.mark.parametrize(("country", "knock"), EVERY, ids=[f"{country}-{knock.on_ms}" for country, knock in EVERY])
def test_every_call_waiting_tone_is_heard_in_mid_talk(country: str, knock: Knock) -> None:
    [heard] = knocks(hear(Ear(country), in_talk(sound_of(knock, -30), -50)))
    assert heard.identity == UNKNOWN_CALLER
    assert abs(heard.at / RATE_HZ - 1.04) < 0.08  # where it began; one that swells begins softly


@pytest.mark.parametrize("depth", [0.5, 0.9, 1.0])
def test_japanese_400_hz_may_swell_a_little_or_wholly(depth: float) -> None:
    assert len(knocks(hear(Ear("JP"), in_talk(sound_of(KNOCKS["JP"][0], depth=depth))))) == 1


def test_a_tone_that_is_repeated_is_one_knock() -> None:
    american = np.concatenate([tone((440,), 0.3), quiet(9.7)])
    assert len(knocks(hear(Ear("US"), np.tile(american, 3)))) == 1


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(tone((440,), 0.2), id="too short"),
        pytest.param(tone((440,), 0.45), id="too long"),
        pytest.param(tone((425,), 0.3), id="another pitch"),
        pytest.param(tone((440, 554), 0.3), id="two notes"),
        pytest.param(tone((440,), 0.3, -44), id="too faint to be sure"),
        pytest.param(vowel(440, 0.3), id="a sung note"),
        pytest.param(tone((440,), 0.3) * np.linspace(1, 0.6, 2400), id="a struck note"),
        pytest.param(tone((440,), 0.3) + tone((880,), 0.3, -40), id="a flute"),
        pytest.param(cadence((440,), (250, 250), 2), id="beeps in a row"),
    ],
)
def test_what_sounds_like_an_american_knock_and_is_none(sound: Sound) -> None:
    assert knocks(hear(Ear("US"), in_talk(sound))) == []


def test_ringback_and_busy_are_no_knock_of_japan() -> None:
    assert knocks(hear(Ear("JP"), ringback(9.0)[4000:])) == []  # joined in mid-burst: half a second, then rings
    assert [type(fact).__name__ for fact in hear(Ear("JP"), cadence((400,), (500, 500), 4))] == ["FarEndCleared"]


# ---- who it is -----------------------------------------------------------------------------------------------------

OFF_HOOK = Burst(seizure=0, marks=80, stop=1, trailing=5, dbm0=-20.0)
"""Spec: Telcordia GR-30-CORE: no seizure off-hook, 80 ±25 bits of mark (CALLER_ID.md 2.1)."""


def introduction(country: str, identity: CallerIdentity) -> Sound:
    """The burst that tells who knocks."""
    if country == "JP":
        return np.asarray(transmit(jclip(jclip_parameters(identity)), V23, OFF_HOOK), float) * 32768
    return np.asarray(transmit(mdmf(mdmf_parameters(identity)), BELL_202, OFF_HOOK), float) * 32768


@pytest.mark.parametrize("country", ["JP", "US"])
@pytest.mark.parametrize("identity", [CallerIdentity("09012345678"), CallerIdentity(absence=Absence.WITHHELD)])
def test_who_knocks_is_told_after_the_knock_and_once(country: str, identity: CallerIdentity) -> None:
    burst = introduction(country, identity)
    again = np.concatenate([quiet(0.4), sound_of(KNOCKS[country][0]), quiet(5)])
    sound = in_talk(np.concatenate([sound_of(KNOCKS[country][0]), quiet(0.7), burst, again, burst]))
    first, second = knocks(hear(Ear(country), sound))
    assert first.identity == UNKNOWN_CALLER
    assert (second.identity.number, second.identity.absence) == (identity.number, identity.absence)
    assert first.at < second.at


def test_who_knocks_is_told_where_the_tone_was_missed() -> None:
    [heard] = knocks(hear(Ear("JP"), in_talk(introduction("JP", CallerIdentity("0312345678")))))
    assert heard.identity.number == "0312345678"


def test_a_broken_introduction_tells_nothing() -> None:
    burst = introduction("JP", CallerIdentity("0312345678"))
    burst[len(burst) // 3 :] = 0
    assert knocks(hear(Ear("JP"), in_talk(burst))) == []


# ---- the door ------------------------------------------------------------------------------------------------------

SATO = CallerIdentity("0312345678")
HIDDEN = CallerIdentity(absence=Absence.WITHHELD)


def at(secs: float, identity: CallerIdentity = UNKNOWN_CALLER) -> CallWaitingHeard:
    return CallWaitingHeard(SampleIndex(round(secs * RATE_HZ)), identity)


@pytest.mark.parametrize(
    ("told", "news"),
    [
        ([at(0), at(8), at(16), at(24)], [True, False, False, False]),  # it goes on knocking
        ([at(0), at(21)], [True, True]),
        ([at(0), at(1, SATO), at(1.2, SATO), at(8)], [True, True, False, False]),  # tone, burst, modem, tone
        ([at(0, SATO), at(1)], [True, False]),
        ([at(0, SATO), at(5, HIDDEN)], [True, True]),  # another one
        ([at(0, SATO), at(30, SATO)], [True, True]),  # again
    ],
)
def test_each_knock_is_let_in_once(told: list[CallWaitingHeard], news: list[bool]) -> None:
    assert HUSH_SAMPLES == 20 * RATE_HZ
    door = KnockDoor()
    assert [door.take(fact) for fact in told] == news
