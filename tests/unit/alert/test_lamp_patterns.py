"""What lamps and buzzer can say: told apart without colour, gentle to the eye, quiet when asked."""

from itertools import combinations

import pytest

from appliance.alert.patterns import FLASHES_A_SECOND, PATTERNS, PRIORITY, Pattern, frame
from appliance.events import LampFrame
from appliance.units import RATE_HZ, SampleIndex, samples

STEP_MS = 10
START = SampleIndex(123_456)


def frames(pattern: Pattern, ms: int, quiet: bool = False, silenced: bool = False) -> list[LampFrame]:
    instants = (SampleIndex(START + samples(at)) for at in range(0, ms, STEP_MS))
    return [frame(pattern, START, at, quiet, silenced) for at in instants]


def lit(shown: LampFrame) -> bool:
    return shown.green or shown.amber or shown.red


def rhythm(pattern: Pattern) -> tuple[int, int, float]:
    """Flashes in a period, its length in ms, and the part of it that is lit, with all lamps the same colour."""
    period = sum(step.ms for step in PATTERNS[pattern].steps)
    shown = [lit(each) for each in frames(pattern, period)]
    flashes = sum(now and not before for before, now in zip([shown[-1], *shown], shown, strict=False))
    return flashes, period, sum(shown) / len(shown)


@pytest.mark.parametrize(("one", "other"), list(combinations(Pattern, 2)))
def test_any_two_patterns_differ_in_rhythm(one: Pattern, other: Pattern) -> None:
    (flashes, period, duty), (flashes2, period2, duty2) = rhythm(one), rhythm(other)
    slower = max(period, period2) / min(period, period2)
    assert flashes != flashes2 or slower >= 1.4 or abs(duty - duty2) >= 0.2


@pytest.mark.parametrize("pattern", list(Pattern))
def test_a_pattern_begins_lit_and_never_flashes_too_fast(pattern: Pattern) -> None:
    shown = [lit(each) for each in frames(pattern, 12_000)]
    assert shown[0]
    starts = [index for index in range(1, len(shown)) if shown[index] and not shown[index - 1]]
    for first, fourth in zip(starts, starts[FLASHES_A_SECOND:], strict=False):
        assert (fourth - first) * STEP_MS >= 1000


@pytest.mark.parametrize("pattern", list(Pattern))
def test_one_lamp_at_a_time_and_red_is_kept_for_the_grave(pattern: Pattern) -> None:
    for shown in frames(pattern, 6_000):
        assert shown.green + shown.amber + shown.red <= 1
        assert not shown.red or pattern in (Pattern.FAULT, Pattern.ALARM)
        assert not shown.green or pattern not in (Pattern.FAULT, Pattern.ALARM)


def test_the_buzzer_calls_staff_and_keeps_quiet_otherwise() -> None:
    buzzing = {pattern for pattern in Pattern if any(shown.buzzer for shown in frames(pattern, 31_000))}
    assert buzzing == {Pattern.NEEDS_STAFF, Pattern.WARNING, Pattern.ALARM, Pattern.FAULT}


def test_a_warning_beeps_once() -> None:
    beeps = [shown.buzzer for shown in frames(Pattern.WARNING, 60_000)]
    assert beeps[0]
    assert sum(beeps) * STEP_MS == 200
    assert not any(beeps[20:])


def test_quiet_hours_leave_only_the_alarm_and_acknowledge_leaves_nothing() -> None:
    for pattern in Pattern:
        assert any(shown.buzzer for shown in frames(pattern, 31_000, quiet=True)) == (pattern is Pattern.ALARM)
        assert not any(shown.buzzer for shown in frames(pattern, 31_000, silenced=True))


def test_a_clock_behind_the_beginning_does_no_harm() -> None:
    assert frame(Pattern.ALARM, START, SampleIndex(START - RATE_HZ), False, False) == LampFrame(red=True, buzzer=True)


def test_every_pattern_has_its_place_and_its_words_in_both_languages() -> None:
    assert set(PATTERNS) == set(PRIORITY) == set(Pattern)
    for shape in PATTERNS.values():
        assert shape.name_ja.isprintable()
        assert shape.name_en[0].isupper()
        assert shape.meaning_ja.endswith("。")
        assert shape.meaning_en.endswith(".")
    assert len({shape.name_ja for shape in PATTERNS.values()}) == len(Pattern)
    assert PATTERNS[Pattern.READY].name_ja == "待機中"
