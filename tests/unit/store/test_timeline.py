"""The sample timeline of a call: exact, whatever the chunks, the order and the clocks."""

import time
from itertools import pairwise
from random import Random

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.events import SoundBlock, SoundLost, Source
from appliance.store.timeline import WINDOW_SAMPLES, Mark, MarkKind, Timeline
from appliance.units import RATE_HZ, SampleIndex

ORIGIN = SampleIndex(1000)


def pcm(first: int, count: int, step: int = 7) -> bytes:
    """Sound in which every sample tells its place."""
    return ((np.arange(first, first + count) * step) % 20000 - 10000).astype("<i2").tobytes()


def block(at: int, count: int, source: Source = Source.LINE) -> SoundBlock:
    return SoundBlock(SampleIndex(ORIGIN + at), pcm(at, count, 7 if source is Source.LINE else 11), source)


def lay(blocks: list[SoundBlock], end: int) -> tuple[bytes, Timeline]:
    timeline = Timeline(ORIGIN)
    out = b"".join(piece for one in blocks for piece in timeline.hear(one))
    return out + b"".join(timeline.finish(SampleIndex(ORIGIN + end))), timeline


def ints(octets: bytes) -> list[int]:
    return [int(sample) for sample in np.frombuffer(octets, "<i2")]


def split(whole: SoundBlock, cuts: list[int]) -> list[SoundBlock]:
    edges = [0, *sorted({cut % len(whole) for cut in cuts} - {0}), len(whole)]
    return [
        SoundBlock(SampleIndex(whole.at + first), whole.pcm[2 * first : 2 * last], whole.source)
        for first, last in pairwise(edges)
    ]


def test_sound_of_one_run_is_laid_as_it_came() -> None:
    out, timeline = lay([block(0, 160), block(160, 160)], 320)
    assert out == pcm(0, 320)
    assert timeline.marks == ()


def test_a_gap_is_silence_and_marked_where_nothing_came() -> None:
    out, timeline = lay([block(0, 160), block(1000, 160)], 1400)
    assert out == pcm(0, 160) + bytes(2 * 840) + pcm(1000, 160) + bytes(2 * 240)
    assert timeline.marks == (Mark(MarkKind.GAP, 160, 840), Mark(MarkKind.GAP, 1160, 240))


def test_the_box_fills_the_turn_in_half_duplex() -> None:
    out, timeline = lay([block(0, 800), block(800, 4000, Source.BOX), block(4800, 800)], 5600)
    assert out == pcm(0, 800) + pcm(800, 4000, 11) + pcm(4800, 800)
    assert timeline.marks == ()


def test_both_at_once_are_mixed_and_saturate() -> None:
    loud = np.full(160, 30000, dtype="<i2").tobytes()
    out, _ = lay([SoundBlock(ORIGIN, loud), SoundBlock(ORIGIN, loud, Source.BOX)], 160)
    assert ints(out) == [32767] * 160
    out, _ = lay([block(0, 160), block(80, 80, Source.BOX)], 160)
    assert ints(out)[80:] == [a + b for a, b in zip(ints(pcm(80, 80)), ints(pcm(80, 80, 11)), strict=True)]


def test_a_device_clock_that_runs_fast_loses_no_sample() -> None:
    blocks = [SoundBlock(SampleIndex(ORIGIN + n * 159), pcm(n * 160, 160)) for n in range(100)]
    out, timeline = lay(blocks, 0)
    assert out == pcm(0, 16000)
    assert timeline.drift_samples == 99
    assert timeline.position(SampleIndex(ORIGIN + 99 * 159)) == 99 * 160


def test_a_device_clock_that_runs_slow_is_padded_not_marked() -> None:
    blocks = [SoundBlock(SampleIndex(ORIGIN + n * 161), pcm(n * 160, 160)) for n in range(100)]
    out, timeline = lay(blocks, 100 * 161)
    assert len(out) == 2 * 161 * 100
    assert timeline.marks == ()
    assert timeline.padding_samples == 100


def test_a_late_block_follows_and_overwrites_nothing() -> None:
    timeline = Timeline(ORIGIN)
    out = b"".join(timeline.hear(block(0, 8000)))
    out += b"".join(timeline.hear(block(100, 160)))
    out += b"".join(timeline.finish(SampleIndex(ORIGIN + 8000)))
    assert out == pcm(0, 8000) + pcm(100, 160)


def test_lost_sound_is_marked_silence() -> None:
    timeline = Timeline(ORIGIN)
    out = b"".join(timeline.hear(block(0, 160)))
    out += b"".join(timeline.lose(SoundLost(SampleIndex(ORIGIN + 160), 500, "overrun")))
    out += b"".join(timeline.hear(block(660, 160)))
    out += b"".join(timeline.finish(SampleIndex(ORIGIN + 820)))
    assert out == pcm(0, 160) + bytes(1000) + pcm(660, 160)
    assert timeline.marks == (Mark(MarkKind.LOST, 160, 500, "overrun"),)


def test_the_first_block_may_have_begun_before_the_command() -> None:
    out, timeline = lay([block(-160, 160), block(0, 160)], 160)
    assert out == pcm(-160, 320)
    assert timeline.position(ORIGIN) == 160


def test_sound_long_before_the_recording_is_not_in_it() -> None:
    out, _ = lay([block(-5000, 5000), block(0, 160)], 160)
    assert out == pcm(-WINDOW_SAMPLES, WINDOW_SAMPLES + 160)


def test_a_whole_prompt_at_once_does_not_push_the_line_away() -> None:
    blocks = [block(0, 160), block(160, 16000, Source.BOX), *(block(160 + 160 * n, 160) for n in range(100))]
    out, timeline = lay(blocks, 16160)
    line = np.frombuffer(pcm(0, 16160), "<i2").astype(int)
    line[160:] += np.frombuffer(pcm(160, 16000, 11), "<i2")
    assert ints(out) == np.clip(line, -32768, 32767).tolist()
    assert timeline.drift_samples == 0


def test_what_is_held_back_is_no_more_than_the_window() -> None:
    timeline = Timeline(ORIGIN)
    for n in range(100):
        list(timeline.hear(SoundBlock(SampleIndex(ORIGIN + n * 159), pcm(n * 160, 160))))
        assert 160 * (n + 1) - timeline.final <= WINDOW_SAMPLES + 20  # drift is known once sound is laid
    list(timeline.settle(SampleIndex(ORIGIN + 200 * 160)))
    assert timeline.final == 16000


runs = st.lists(
    st.tuples(st.integers(0, 900), st.integers(1, 1200), st.sampled_from(list(Source))), min_size=1, max_size=8
)


@settings(max_examples=60, deadline=None)
@given(runs, st.lists(st.integers(0, 5000), max_size=20), st.randoms(use_true_random=False))
def test_any_chunks_and_any_order_within_the_window_give_the_same_file(
    spans: list[tuple[int, int, Source]], cuts: list[int], random: Random
) -> None:
    def late() -> int:
        return random.randint(0, WINDOW_SAMPLES // 2)

    wholes, ends = [], {Source.LINE: 0, Source.BOX: 0}
    for gap, count, source in spans:
        at = ends[source] + gap
        wholes.append(block(at, count, source))
        ends[source] = at + count
    end = max(ends.values())
    expected = np.zeros(end, dtype=int)
    for one in wholes:
        first = one.at - ORIGIN
        expected[first : first + len(one)] += np.frombuffer(one.pcm, "<i2")
    pieces = [piece for one in wholes for piece in split(one, [*cuts, *range(0, 1200, 160)])]
    # Each piece arrives at its end, late by up to 100 ms: the order of line and box changes, the window holds.
    queues = {
        source: [(one.at + len(one) + late(), one) for one in pieces if one.source is source] for source in Source
    }
    came = [
        (max(when for when, _ in queue[: n + 1]), one) for queue in queues.values() for n, (_, one) in enumerate(queue)
    ]
    out, timeline = lay([one for _, one in sorted(came, key=lambda pair: pair[0])], end)
    assert ints(out) == np.clip(expected, -32768, 32767).tolist()
    assert lay(sorted(wholes, key=lambda one: one.at + len(one)), end)[1].marks == timeline.marks


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-30, 30), st.integers(1, 400)), min_size=1, max_size=30), st.integers(1, 50))
def test_drift_gives_the_same_file_in_any_chunks(steps: list[tuple[int, int]], size: int) -> None:
    at, wholes = 0, []
    for slip, count in steps:
        wholes.append(block(max(0, at + slip), count))
        at = max(0, at + slip) + count
    chunked = [piece for one in wholes for piece in split(one, list(range(0, 400, size)))]
    assert lay(wholes, at)[0] == lay(chunked, at)[0]


def test_eight_hours_are_exact() -> None:
    """A minute of silence, a block of sound, for eight hours; the silence costs no memory."""
    timeline = Timeline(ORIGIN)
    total, found = 0, []
    hours = 8 * 60
    for minute in range(1, hours + 1):
        for piece in timeline.hear(block(minute * 60 * RATE_HZ, 160)):
            if piece.count(0) != len(piece):
                found.append(total + len(piece) // 2 - 160)
            total += len(piece) // 2
    total += sum(len(piece) // 2 for piece in timeline.finish(SampleIndex(ORIGIN + 8 * 3600 * RATE_HZ + 160)))
    assert total == 8 * 3600 * RATE_HZ + 160
    assert found == [minute * 60 * RATE_HZ for minute in range(1, hours)]
    assert len(timeline.marks) == hours


def test_a_block_costs_less_than_a_hundred_microseconds() -> None:
    timeline = Timeline(ORIGIN)
    blocks = [block(n * 160, 160) for n in range(1000)]
    begun = time.process_time()
    for one in blocks:
        list(timeline.hear(one))
    assert (time.process_time() - begun) / 1000 < 200e-6  # twice the target: other tests share the machine
