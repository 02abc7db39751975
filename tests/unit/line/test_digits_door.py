"""One press, one digit: our ear and the modem tell of the same keys."""

from appliance.events import DigitHeard, SoundBlock, Source
from appliance.line.digits import DigitDoor
from appliance.units import SampleIndex, samples


def at(ms: float) -> SampleIndex:
    return SampleIndex(samples(ms))


def digit(ms: float, key: str = "5") -> DigitHeard:
    return DigitHeard(at(ms), key)


def listening(door: DigitDoor, from_ms: int, to_ms: int, source: Source = Source.LINE) -> None:
    for ms in range(from_ms, to_ms, 20):
        door.hear(SoundBlock(at(ms), bytes(320), source))


def proved_door() -> DigitDoor:
    """A door whose ear has told of a digit in an earlier call."""
    door = DigitDoor()
    door.take_ear(digit(0))
    door.reset()
    return door


def test_while_we_hear_the_line_the_modem_is_not_asked() -> None:
    door = proved_door()
    listening(door, 0, 1000)
    assert door.take_modem(digit(900)) == []
    assert door.take_ear(digit(850)) == [digit(850)]
    assert door.take_modem(digit(1090)) == []


def test_until_our_ear_has_heard_a_digit_the_modem_is_believed_too() -> None:
    """Some chips mute the keys in the sound that they give."""
    door = DigitDoor()
    listening(door, 0, 1000)
    assert door.take_modem(digit(900)) == [digit(900)]
    assert door.take_ear(digit(850)) == []  # this chip does not: the same press
    listening(door, 1000, 3000)
    assert door.take_modem(digit(2900)) == []


def test_while_the_box_speaks_in_half_duplex_the_modem_rules() -> None:
    door = DigitDoor()
    listening(door, 0, 1000)
    listening(door, 1000, 3000, Source.BOX)
    assert door.take_modem(digit(1110)) == [digit(1110)]
    assert door.take_modem(digit(2500)) == [digit(2500)]


def test_before_any_sound_the_modem_rules() -> None:
    assert DigitDoor().take_modem(digit(0)) == [digit(0)]


def test_a_press_across_the_end_of_our_prompt_counts_once() -> None:
    door = DigitDoor()
    listening(door, 3000, 3040)  # the prompt has just ended
    assert door.take_modem(digit(3030)) == [digit(3030)]
    listening(door, 3040, 3300)
    assert door.take_ear(digit(3000)) == []  # the rest of the same press
    assert door.take_ear(digit(3250)) == [digit(3250)]  # the key again


def test_the_other_order_counts_once_as_well() -> None:
    door = DigitDoor()
    listening(door, 0, 1000)
    assert door.take_ear(digit(950)) == [digit(950)]
    assert door.take_modem(digit(1200)) == []  # the prompt has begun; the modem tells late
    assert door.take_modem(digit(1400)) == [digit(1400)]


def test_another_key_or_a_later_press_is_another_press() -> None:
    door = DigitDoor()
    assert door.take_modem(digit(0)) == [digit(0)]
    assert door.take_ear(digit(100, "6")) == [digit(100, "6")]
    assert door.take_ear(digit(501)) == [digit(501)]


def test_five_hundred_milliseconds_are_the_same_press() -> None:
    door = DigitDoor()
    assert door.take_modem(digit(0)) == [digit(0)]
    assert door.take_ear(digit(500)) == []


def test_quick_presses_of_one_key_from_one_source_all_count() -> None:
    door = DigitDoor()
    assert [bool(door.take_modem(digit(ms))) for ms in (0, 150, 300)] == [True, True, True]
    assert [bool(door.take_ear(digit(ms))) for ms in (20, 170, 320)] == [False, False, False]


def test_a_short_loss_of_sound_leaves_the_ear_in_charge() -> None:
    door = proved_door()
    listening(door, 0, 1000)
    listening(door, 1080, 1200)
    assert door.take_modem(digit(1190)) == []


def test_a_reset_forgets_the_call() -> None:
    door = DigitDoor()
    listening(door, 0, 1000)
    door.take_ear(digit(900))
    door.reset()
    assert door.take_modem(digit(1000)) == [digit(1000)]
