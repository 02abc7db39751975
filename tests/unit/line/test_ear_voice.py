"""The ear and people: silence, voice, and what is neither."""

import pytest
from ear_sounds import Sound, cadence, hear, hum, noise, np, quiet, ringback, speech, tone

from appliance.events import Fact, SilenceBegan, VoiceBegan
from appliance.line.ear import Ear
from appliance.units import RATE_HZ, SampleIndex


def story(facts: list[Fact]) -> list[tuple[str, float]]:
    """Silence and voice, with their seconds."""
    return [
        (type(fact).__name__, round(fact.at / RATE_HZ, 1))
        for fact in facts
        if isinstance(fact, SilenceBegan | VoiceBegan)
    ]


def heard(sound: Sound, silence_ms: int = 2000) -> list[tuple[str, float]]:
    return story(hear(Ear("JP", silence_ms), sound))


@pytest.mark.parametrize("floor_dbm0", [-100, -60, -45])
def test_voice_then_silence_then_voice(floor_dbm0: float) -> None:
    sound = np.concatenate([quiet(1), speech(2), quiet(4), speech(1)]) + noise(8, floor_dbm0)
    assert [what for what, _ in heard(sound)] == ["VoiceBegan", "SilenceBegan", "VoiceBegan"]
    (_, voice), (_, silence), (_, again) = heard(sound)
    assert 1.1 <= voice <= 1.6
    assert 4.6 <= silence <= 5.4
    assert 7.1 <= again <= 7.6


def test_silence_is_told_once_however_long() -> None:
    assert heard(quiet(9)) == [("SilenceBegan", 2.0)]


def test_quiet_speech_is_voice() -> None:
    assert heard(np.concatenate([noise(1, -62), speech(2, -38)]))[0][0] == "VoiceBegan"


def test_pauses_of_speech_are_no_silence() -> None:
    assert [what for what, _ in heard(speech(8))] == ["VoiceBegan"]


@pytest.mark.parametrize(
    "sound",
    [
        pytest.param(cadence((400,), (500, 500), 3), id="busy"),
        pytest.param(tone((400,), 3), id="dial tone"),
        pytest.param(ringback(3), id="ringback"),
        pytest.param(noise(3, -42), id="hiss"),
        pytest.param(hum(3, -15), id="hum"),
        pytest.param(quiet(3) + np.where(np.arange(24000) % 8000 < 80, 9000.0, 0.0), id="a click a second"),
    ],
)
def test_what_nobody_says_is_silence(sound: Sound) -> None:
    assert heard(sound) == [("SilenceBegan", 2.0)]


def test_the_floor_follows_noise_that_rises() -> None:
    sound = np.concatenate([noise(2, -65), noise(8, -42)])
    assert heard(sound)[-1][0] == "SilenceBegan"


def test_a_reset_counts_the_silence_anew_and_tells_of_voice_again() -> None:
    ear = Ear("JP", 2000)
    assert story(hear(ear, quiet(1.5))) == []
    ear.reset(SampleIndex(12_000))
    assert story(hear(ear, quiet(1.9), at=12_000)) == []
    ear.reset(SampleIndex(27_200))
    assert story(hear(ear, speech(1), at=27_200))[0][0] == "VoiceBegan"


def test_a_prompt_in_half_duplex_counts_the_silence_anew_and_lost_blocks_do_not() -> None:
    for gap_s, expected in ((5.0, []), (0.2, [("SilenceBegan", 2.3)])):
        ear, after = Ear("JP", 2000), int((1.5 + gap_s) * RATE_HZ)
        assert story(hear(ear, quiet(1.5)) + hear(ear, quiet(1.5), at=after)) == expected


def test_one_eight_hour_clock_is_no_trouble() -> None:
    facts = hear(Ear("JP", 1000), quiet(2), at=8 * 3600 * RATE_HZ)
    assert [fact.at for fact in facts] == [8 * 3600 * RATE_HZ + RATE_HZ + 240]
