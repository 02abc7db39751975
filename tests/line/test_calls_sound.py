"""What the caller heard and what the recording holds: whole, at the right place, as long as the call was."""

from __future__ import annotations

from datetime import timedelta

import pytest
from line_shop import ADAPTER, RATE_HZ, Call, LineShop, OpenShop, both_kinds, prompts, voice, whole

from appliance.events import Outcome, Prompt
from appliance.exchange.damage import CITY, CLEAN, RURAL, Damage
from appliance.units import samples

ASIDE = samples(40)
"""How far from its instant a sound may lie in the recording. Why: CONNECT is seen up to a block (20 ms) late, and the
modem's reads are split, which is at most one block more."""

TOLD_LATE = samples(80)
"""The ear hears in batches of so much: what ends a recording is told so much after the instant it bears at most."""

BAND_DELAY = samples(8)
"""Of the line's filter, `exchange.damage`."""

PROFILES = ("cx930xx", "si24xx", "usr5637", ADAPTER)


def talk(shop: LineShop, call: Call) -> tuple[int, int]:
    """Caller and staff say something to each other; when each began."""
    asked = shop.say(call.caller, "unknown_asks_hours")
    shop.pass_s(len(voice("unknown_asks_hours")) / RATE_HZ + 0.5)
    told = shop.say(shop.exchange.phone, "staff_tells_hours")
    shop.pass_s(len(voice("staff_tells_hours")) / RATE_HZ + 0.5)
    return asked, told


def hang_up(shop: LineShop, call: Call) -> None:
    """The caller goes first; staff hear the busy tone and follow."""
    call.caller.hang_up()
    shop.pass_s(4)
    shop.replace()
    shop.until_idle()


def assert_placed(shop: LineShop, name: str, at: int, late: int = 0) -> None:
    """What was said at the instant `at` lies there in the last recording."""
    record = shop.last()
    found = whole(voice(name), shop.sound(record))
    assert abs(shop.recorded_from(record) + found.at - at - late) <= ASIDE


@pytest.mark.parametrize(
    ("profile", "damage"),
    [*((p, CLEAN) for p in PROFILES), *((p, damage) for p in ("cx930xx", ADAPTER) for damage in (CITY, RURAL))],
)
def test_staff_first_the_notice_is_heard_whole_and_all_lies_where_it_was_said(
    open_shop: OpenShop, profile: str, damage: Damage
) -> None:
    shop = open_shop(profile=profile, damage=damage)
    call = shop.call()
    shop.until(lambda: call.ringing_at is not None)
    shop.pass_s(4)
    shop.lift()
    shop.until_state("talking")
    asked, told = talk(shop, call)
    hang_up(shop, call)

    notice, record = prompts("JP")[Prompt.RECORDING_NOTICE], shop.last()
    assert record.outcome is Outcome.TALKED
    at_the_ear = whole(notice, call.caller.ear.pcm)
    in_the_file = whole(notice, shop.sound(record))
    begun = call.caller.ear.begun_at
    assert begun is not None
    assert abs(shop.recorded_from(record) + in_the_file.at - begun - at_the_ear.at) <= ASIDE
    assert_placed(shop, "unknown_asks_hours", asked, BAND_DELAY if damage.band_pass else 0)
    assert_placed(shop, "staff_tells_hours", told)


@both_kinds
def test_box_first_the_recording_holds_the_whole_call(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first")
    call = shop.call()
    shop.until_state("summoning")
    shop.pass_s(6)  # the waiting caller hears that staff are being called
    shop.lift()
    shop.until_state("talking")
    shop.pass_s(0.5)
    asked, told = talk(shop, call)
    hang_up(shop, call)
    record = shop.last()
    notice, waiting = (prompts("JP")[prompt] for prompt in (Prompt.RECORDING_NOTICE, Prompt.PLEASE_WAIT))
    heard = call.caller.ear.pcm
    assert whole(notice, heard).at + len(notice) <= whole(waiting, heard).at
    whole(notice, shop.sound(record))
    assert_placed(shop, "unknown_asks_hours", asked)
    assert_placed(shop, "staff_tells_hours", told)


@both_kinds
def test_a_message_is_recorded_from_its_first_word(open_shop: OpenShop) -> None:
    shop = open_shop(mode="box_first", settings={"call.message_after_s": "5"})
    call = shop.call()
    shop.until_state("awaiting_message")
    shop.pass_s(0.3)
    begun = shop.say(call.caller, "message_washing_machine")
    shop.pass_s(len(voice("message_washing_machine")) / RATE_HZ + 1)
    call.caller.hang_up()
    shop.until_idle()
    assert shop.last().outcome is Outcome.MESSAGE
    assert_placed(shop, "message_washing_machine", begun)
    for prompt in (Prompt.RECORDING_NOTICE, Prompt.PLEASE_WAIT, Prompt.LEAVE_MESSAGE):
        whole(prompts("JP")[prompt], call.caller.ear.pcm)
        whole(prompts("JP")[prompt], shop.sound(shop.last()))


@pytest.mark.parametrize("profile", PROFILES)
def test_the_recording_is_as_long_as_the_call_clock_says(open_shop: OpenShop, profile: str) -> None:
    shop = open_shop(profile=profile)
    call = shop.call()
    shop.until(lambda: call.ringing_at is not None)
    shop.pass_s(4)
    shop.lift()
    shop.until_state("talking")
    shop.pass_s(120)
    hang_up(shop, call)
    (started,), (stopped,) = shop.said(kind="RecordingStarted"), shop.said(kind="RecordingStopped")
    clock = stopped["at"] - started["at"]
    assert -ASIDE <= stopped["samples"] - clock <= ASIDE + TOLD_LATE
    assert len(shop.sound(shop.last())) == stopped["samples"] == shop.last().samples
    assert shop.last().recording_at is not None
    assert shop.last().ended_at is not None
    length = timedelta(seconds=stopped["samples"] / RATE_HZ)
    over = length - (shop.last().ended_at - shop.last().recording_at)
    assert timedelta(milliseconds=-20) < over < timedelta(milliseconds=20 + 80)  # as TOLD_LATE


def test_marks_tell_where_the_box_was_deaf(open_shop: OpenShop) -> None:
    """Half duplex: while the box speaks nothing of the line is heard, and nothing is invented."""
    shop = open_shop()
    call = shop.call()
    shop.until(lambda: call.ringing_at is not None)
    shop.pass_s(4)
    shop.lift()
    shop.until_state("talking")
    hang_up(shop, call)
    events = shop.store.events(shop.last().id)
    (closed,) = (one for one in events if one.kind == "RecordingStopped")
    gaps = [mark for mark in closed.payload["marks"] if mark["kind"] != "tail"]  # the busy tone at the end
    assert all(mark["kind"] == "gap" for mark in gaps)
    assert sum(mark["samples"] for mark in gaps) < samples(600), "switching between speaking and listening"
    assert abs(closed.payload["drift_samples"]) <= samples(40)
