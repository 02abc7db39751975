"""Call scripts: the shipped ones are sound, and mistakes are told with file, key and what is allowed."""

import tomllib
from pathlib import Path

import pytest

import appliance.exchange
from appliance.errors import OperatorError
from appliance.events import Absence, Button, Outcome, Prompt
from appliance.exchange.script import Actor, After, Do, load_script, parse_script

FOLDER = Path(appliance.exchange.__file__).parent
SCRIPTS = sorted((FOLDER / "scripts").glob("*.toml"))
LINES = tomllib.loads((FOLDER / "voices" / "lines.toml").read_text(encoding="utf-8"))

GOOD = """
[script]
title_ja = "日"
title_en = "day"
[box.call]
mode = "box_first"
[[customer]]
number = "0311112222"
name = "客"
[[call]]
id = "one"
title_ja = "一"
title_en = "one"
why = "to see"
absence = "P"
caller = [{ do = "say", voice = "hello", after = "announcement", heard_s = 3 }, { do = "hang_up" }]
others = [{ do = "press_button", button = "sos", at_s = 4.5 }]
[call.expect]
outcome = "talked"
caller = "非通知"
announcement = "recording_notice"
recording_s = [1, 2.5]
lamps = ["ringing", "recording"]
"""


def test_a_script_is_read():
    script = parse_script(GOOD, "good.toml")
    one = script.calls[0]
    assert (script.country, script.number_display, script.box) == ("JP", True, {"call.mode": "box_first"})
    assert one.identity.absence is Absence.WITHHELD
    say = one.steps_of(Actor.CALLER)[0]
    assert (say.do, say.after, say.heard_s, say.quiet_s) == (Do.SAY, After.ANNOUNCEMENT, 3.0, 0.8)
    assert one.steps_of(Actor.OTHERS)[0].button is Button.SOS
    assert one.expect.outcome is Outcome.TALKED
    assert one.expect.announcement is Prompt.RECORDING_NOTICE
    assert one.expect.recording_s == (1.0, 2.5)
    assert script.voices == {"hello"}


MISTAKES = [
    (
        'do = "hang_up"',
        'do = "hangup"',
        r"call\[one\]\.caller\[2\]\.do: 'hangup' .*did you mean 'hang_up'.*wait, say, press",
    ),
    ('do = "hang_up"', 'do = "lift"', "allowed: wait, say, press, fax, hang_up$"),
    ('outcome = "talked"', "", "expect.outcome: is missing"),
    ('outcome = "talked"', 'outcome = "talk"', "did you mean 'talked'"),
    ('lamps = ["ringing", "recording"]', 'lamps = ["ring"]', "lamps: 'ring' is not allowed"),
    ("recording_s = [1, 2.5]", "recording_s = [3, 2]", "least .3. is more than the most"),
    ("recording_s = [1, 2.5]", "recording_s = 3", "must be .least, most. in seconds"),
    ('absence = "P"', 'absence = "X"', "allowed: P, C, O, S"),
    ('absence = "P"', 'absence = "P"\nnumber = "03"', "not both"),
    ('why = "to see"', 'why = ""', "why: must be text"),
    ('why = "to see"', 'why = "x"\nwhi = 1', "whi: is not a key here; did you mean 'why'"),
    ("at_s = 4.5", "at_s = -1", "number from 0 up"),
    ('button = "sos"', 'button = "help"', "acknowledge, sos, mark"),
    ('voice = "hello", ', "", "voice: is missing"),
    ('mode = "box_first"', 'mode = "boxfirst"', 'box.call.mode: "boxfirst" cannot be used'),
    ('do = "hang_up"', 'do = "press", digits = "1x"', "no key 'X'"),
    ('[[call]]\nid = "one"', '[[call]]\nid = "one"\nmax_s = true', "max_s"),
    ("at_s = 4.5", 'after = "reply"', "needs somebody who listens"),
    ('name = "客"', 'name = "客"\nlist = "vip"', "allowed: known, refused"),
    ("[script]", "[script", "not a TOML file"),
]


@pytest.mark.parametrize(("old", "new", "told"), MISTAKES)
def test_mistakes_are_told_by_file_key_and_what_is_allowed(old, new, told):
    assert old in GOOD
    with pytest.raises(OperatorError, match=told) as error:
        parse_script(GOOD.replace(old, new), "bad.toml")
    assert str(error.value).startswith("bad.toml: ")


def test_all_mistakes_are_told_at_once():
    bad = GOOD.replace('"talked"', '"talk"').replace('"box_first"', '"x"').replace('do = "hang_up"', 'do = "go"')
    with pytest.raises(OperatorError) as error:
        parse_script(bad, "bad.toml")
    assert len(str(error.value).splitlines()) == 3


def test_a_script_without_calls_and_one_with_a_double_id():
    with pytest.raises(OperatorError, match="at least one"):
        parse_script('[script]\ntitle_ja = "a"\ntitle_en = "a"', "empty.toml")
    with pytest.raises(OperatorError, match="'one' is used twice"):
        parse_script(GOOD + GOOD[GOOD.index("[[call]]") :], "double.toml")


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(OperatorError, match="cannot be read"):
        load_script(tmp_path / "none.toml")


@pytest.mark.parametrize("path", SCRIPTS, ids=[path.stem for path in SCRIPTS])
def test_the_shipped_scripts_are_sound_and_all_voices_are_written(path):
    script = load_script(path)
    assert script.voices <= set(LINES)
    assert script.voices


def test_every_line_is_spoken_by_somebody_we_have_and_used():
    used = set().union(*(load_script(path).voices for path in SCRIPTS))
    for name, line in LINES.items():
        assert line["speaker"] in {"caller_f", "caller_m", "staff_f", "staff_m"}, name
        assert line["text"], name
    assert set(LINES) == used
