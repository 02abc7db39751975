"""The settings: what a shop may write, and what it is told when it writes something else."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from appliance.call.hours import parse_hours
from appliance.daemon import configuration
from appliance.errors import OperatorError
from appliance.events import Decision
from appliance.line.modem.profiles import PROFILES
from appliance.settings import DEFAULT_FILE, Settings, SettingsError, check
from appliance.settings_checks import Choice
from appliance.settings_table import SECTIONS, TABLE

ROOT = Path(__file__).parents[2]
NEEDED = '[line]\nport = "/dev/ttyACM0"\n'


def complaints(text: str, language: str = "en") -> list[str]:
    with pytest.raises(SettingsError) as caught:
        check(text)
    return [complaint.text(language) for complaint in caught.value.complaints]


def only_complaint(text: str, language: str = "en") -> str:
    told = complaints(text, language)
    assert len(told) == 1, told
    return told[0]


def test_three_lines_are_enough() -> None:
    settings = check('[line]\nkind = "modem"\nport = "/dev/ttyACM0"\ncountry = "JP"\n')
    assert settings == dataclasses.replace(Settings(), line=dataclasses.replace(Settings().line, port="/dev/ttyACM0"))


def test_every_default_would_be_accepted_if_written_down() -> None:
    assert check((ROOT / "docs/denwaban.toml").read_text()) == check(NEEDED)
    uncommented = [
        line.removeprefix("# ") if " = " in line and line.startswith("# ") and line.split()[1].isidentifier() else line
        for line in (ROOT / "docs/denwaban.toml").read_text().splitlines()
    ]
    settings = check("\n".join(uncommented))
    assert settings == check(NEEDED)


def test_every_setting_is_in_the_table_and_documented() -> None:
    assert configuration.undocumented() == []
    assert {row.section for row in TABLE} == {section.name for section in SECTIONS}
    assert len({row.name for row in TABLE}) == len(TABLE)
    for entry in (*TABLE, *SECTIONS):
        assert entry.words.en
        assert entry.words.ja
        assert any(ord(character) > 0x3000 for character in entry.words.ja)
    for row in TABLE:
        assert row.checker.allowed.en
        assert row.checker.allowed.ja


@pytest.mark.parametrize(
    ("file", "text"),
    [("docs/settings.md", configuration.document), ("docs/denwaban.toml", configuration.example)],
)
def test_the_manual_is_current(file: str, text: Callable[[], str]) -> None:
    assert (ROOT / file).read_text() == text(), "run `make docs`"


def test_an_unread_dataclass_field_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(configuration, "TABLE", TABLE[1:])
    assert configuration.undocumented() == ["line.kind"]


def test_all_complaints_come_at_once() -> None:
    told = complaints('[line]\nkind = "modam"\n[web]\nport = "8080"\nhots = 1\n[cal]\n[panel]\nred_pin = 99\n')
    assert [text.split(":")[0] for text in told] == [
        "web.hots",
        "[cal]",
        "line.kind",
        "panel.red_pin",
        "web.port",
        "line.port",
    ]
    assert 'Did you mean "host"?' in told[0]
    assert 'Did you mean "call"?' in told[1]
    assert '"modam" cannot be used. Allowed: one of "modem", "sound". Did you mean "modem"?' in told[2]
    assert "99 cannot be used" in told[3]
    assert "without quotes" in told[4]
    assert "missing" in told[5]


def test_the_error_is_the_operators_and_says_everything() -> None:
    with pytest.raises(ValueError, match=r"(?s)line\.port.*web\.language") as caught:
        check('[line]\nport = 3\n[web]\nlanguage = "jaa"\n')
    japanese = caught.value.text("ja")  # type: ignore[attr-defined]
    assert "もしかして「ja」ですか?" in japanese
    assert "使えません" in japanese


BAD = [
    ("line", "port", '"ttyACM0"', 'Write "/dev/ttyACM0"'),
    ("line", "port", '"COM3"', "by-path"),
    ("line", "port", '""', "path of a serial device"),
    ("line", "port", "7", "in quotes"),
    ("line", "country", '"jp"', 'Write it "JP"'),
    ("line", "baud", "9601", "115200"),
    ("line", "number_display", '"true"', "without quotes"),
    ("line", "number_display", "1", "true or false"),
    ("line", "heartbeat_s", "0", "from 1 to 600"),
    ("line", "heartbeat_s", "true", "whole number"),
    ("line", "heartbeat_s", "4.5", "whole number"),
    ("line", "usb_reset", '"uhubctl -a cycle"', "by its full path"),
    ("line", "usb_reset", "'/bin/x \"a'", "quotation mark"),
    ("call", "mode", '"staff-first"', "staff_first"),
    ("policy", "withheld", '"ask_redail"', "ask_redial"),
    ("policy", "known", '"ask_redial"', "one of"),
    ("hours", "open", '"mon-fri 9-18"', '"9-18" is no time range'),
    ("hours", "open", '"mon 09:00-18:00 tue 09:00-18:00"', '"tue" is no time range'),
    ("hours", "open", '"mon 09:60-18:00"', '"09:60-18:00" is no time range'),
    ("hours", "open", '"mon 24:00-18:00"', '"24:00-18:00" is no time range'),
    ("hours", "open", '"mon-fri 09:00-25:00"', '"09:00-25:00" is no time range'),
    ("hours", "open", '"mon-fri"', "days, then hours"),
    ("hours", "open", '"mon-fry 09:00-18:00"', '"fry" is not a day. Did you mean "fri"?'),
    ("hours", "open", '"teu 09:00-18:00"', 'Did you mean "tue"?'),
    ("hours", "open", '"mon 09:00-18:00,"', "days, then hours"),
    ("hours", "open", '"mon 09:00-09:00"', "no time range"),
    ("hours", "timezone", '"Asia/Tokyo; rm"', "Asia/Tokyo"),
    ("panel", "quiet_hours", '"22-7"', "22:00-07:00"),
    ("panel", "red_pin", "1", "from 2 to 27"),
    ("panel", "red_pin", "28", "from 2 to 27"),
    ("recording", "min_free_mb", "-1", "MB"),
    ("web", "port", "80", "from 1024"),
    ("web", "port", "70000", "to 65535"),
    ("web", "host", '"192.168.1"', "127.0.0.1"),
    ("web", "host", '"a b"', "127.0.0.1"),
    ("bus", "socket", f'"/{"x" * 107}"', "107 bytes"),
    ("paths", "data", '"denwaban"', 'begins with "/"'),
    ("paths", "data", '"/var/../etc"', '".."'),
    ("paths", "run", f'"/{"x" * 99}"', "98 bytes"),
    ("shop", "name", f'"{"x" * 61}"', "60 characters"),
    ("shop", "name", '"a\\nb"', "one line"),
    ("shop", "name", "1979-05-27", "in quotes"),
]


@pytest.mark.parametrize(("section", "key", "value", "expected"), BAD)
def test_each_unfit_value_is_named_shown_and_corrected(section: str, key: str, value: str, expected: str) -> None:
    text = f"[{section}]\n{key} = {value}\n"
    if section != "line":
        text += NEEDED
    elif key != "port":
        text += 'port = "/dev/ttyACM0"\n'
    told = only_complaint(text)
    assert told.startswith(f"{section}.{key}: ")
    assert expected in told
    assert only_complaint(text, "ja").startswith(f"{section}.{key}: ")


GOOD: list[tuple[str, str, str, Any]] = [
    ("hours", "open", '"Mon-Fri  09:00-18:00, sat sun 10:00-15:00"', "mon-fri 09:00-18:00, sat sun 10:00-15:00"),
    ("hours", "open", '"fri sat 18:00-02:00"', "fri sat 18:00-02:00"),
    ("hours", "open", '" "', ""),
    ("hours", "open", '"月〜金 9:00~18:00、土日 10:00-15:00"', "mon-fri 9:00-18:00, sat sun 10:00-15:00"),
    ("hours", "open", '"mon - fri 09:00-12:00 13:00-24:00"', "mon-fri 09:00-12:00 13:00-24:00"),
    ("hours", "open", '"毎日 9:00-18:00"', "daily 9:00-18:00"),
    ("hours", "open", '"Tuesday 9:00-18:00, thurs 9:00-12:00"', "tuesday 9:00-18:00, thurs 9:00-12:00"),
    ("hours", "open", '"09:00-18:00"', "09:00-18:00"),
    ("hours", "timezone", '"Asia/Tokyo"', "Asia/Tokyo"),
    ("panel", "quiet_hours", '"22:00 - 07:00"', "22:00-07:00"),
    ("panel", "quiet_hours", '""', ""),
    ("shop", "name", '" "', ""),
    ("web", "host", '"0.0.0.0"', "0.0.0.0"),
    ("web", "host", '"::1"', "::1"),
    ("web", "host", '"box.local"', "box.local"),
    ("paths", "data", '"/srv/denwaban"', Path("/srv/denwaban")),
    ("bus", "socket", '"/run/mosquitto.sock"', "/run/mosquitto.sock"),
    ("policy", "withheld", '"ask_redial"', "ask_redial"),
    ("shop", "name", '"そば処 ながい"', "そば処 ながい"),
]


@pytest.mark.parametrize("row", [row for row in GOOD if row[1] in ("open", "quiet_hours")], ids=lambda row: row[2])
def test_the_call_room_reads_hours_as_we_do(row: tuple[str, str, str, str]) -> None:
    assert parse_hours(row[3]) == parse_hours(row[2].strip('"'))


@pytest.mark.parametrize("row", [row for row in BAD if row[1] == "open"], ids=lambda row: row[2])
def test_the_call_room_refuses_the_hours_that_we_refuse(row: tuple[str, str, str, str]) -> None:
    if not row[2].rstrip('"').endswith(","):  # a comma at the end: the call room is more lenient
        with pytest.raises(OperatorError):
            parse_hours(row[2].strip('"'))


def test_choices_are_those_of_the_rooms_that_take_them() -> None:
    choices = {row.name: set(row.checker.options) for row in TABLE if isinstance(row.checker, Choice)}
    assert choices["line.profile"] == {"auto", *PROFILES}
    for name, options in choices.items():
        if name.startswith("policy."):
            assert options <= set(Decision)


@pytest.mark.parametrize(("section", "key", "value", "expected"), GOOD)
def test_each_fit_value_is_taken(section: str, key: str, value: str, expected: object) -> None:
    settings = check(f"{NEEDED}[{section}]\n{key} = {value}\n")
    assert getattr(getattr(settings, section), key) == expected


def test_one_pin_for_two_things_is_refused_even_against_a_default() -> None:
    assert only_complaint(f"{NEEDED}[panel]\nred_pin = 27\n") == (
        "panel.red_pin = panel.amber_pin: GPIO 27 is used more than once; give each its own."
    )
    assert check(f"{NEEDED}[panel]\nred_pin = 27\namber_pin = 17\n").panel.red_pin == 27


def test_data_in_the_run_directory_is_refused() -> None:
    assert only_complaint(f'{NEEDED}[paths]\ndata = "/run/denwaban"\n').startswith("paths.data: must differ")


def test_a_zone_that_the_machine_lacks_is_refused_where_it_is_asked() -> None:
    text = f'{NEEDED}[hours]\ntimezone = "Asia/Tokio"\n'
    assert check(text).hours.timezone == "Asia/Tokio"
    with pytest.raises(SettingsError, match="Asia/Tokyo"):
        check(text, ["Asia/Tokyo", "Europe/Rome"])


def test_a_key_in_the_wrong_place_is_sent_home() -> None:
    assert "It belongs under [line]." in only_complaint(f"{NEEDED}[web]\nheartbeat_s = 3\n")
    assert "It belongs under [web]." in only_complaint(f'language = "ja"\n{NEEDED}')


@pytest.mark.parametrize(
    ("text", "place", "shown"),
    [
        ('[line]\nport = "/dev/ttyACM0\nkind = "modem"\n', "line 2", "port ="),
        ("[line\n", "line 1", "[line"),
        ('[line]\nport = "/a"\nport = "/b"\n', "line 3", "port ="),
        ("[line]\nport = /dev/ttyACM0\n", "line 2", "port = /dev/ttyACM0"),
    ],
)
def test_broken_toml_is_told_with_its_line(text: str, place: str, shown: str) -> None:
    told = only_complaint(text)
    assert told.startswith(f"{place}: not TOML")
    assert shown in told


def test_windows_editors_are_forgiven() -> None:
    assert check("\ufeff" + NEEDED.replace("\n", "\r\n")).line.port == "/dev/ttyACM0"


def test_a_section_that_is_no_section() -> None:
    assert only_complaint('web = 3\n[line]\nport = "/dev/ttyACM0"\n').startswith("web: this is a section")
    assert complaints("line = 3\n")[0].startswith("line: this is a section")


def test_the_socket_lies_in_the_run_directory_unless_set() -> None:
    assert check(NEEDED).bus_socket == Path("/run/denwaban/bus.sock")
    assert check(f'{NEEDED}[bus]\nsocket = "/x/y"\n').bus_socket == Path("/x/y")


def test_who_says_where_the_file_is(tmp_path: Path) -> None:
    given, named = tmp_path / "a.toml", tmp_path / "b.toml"
    assert configuration.find(given, {"DENWABAN_CONFIG": str(named)}) == given
    assert configuration.find(None, {"DENWABAN_CONFIG": str(named)}) == named
    assert configuration.find(None, {"DENWABAN_CONFIG": ""}) == DEFAULT_FILE
    assert configuration.find(None, {}) == DEFAULT_FILE


def test_loading_a_file(tmp_path: Path) -> None:
    file = tmp_path / "denwaban.toml"
    file.write_text(NEEDED + '[hours]\ntimezone = "Asia/Tokyo"\n')
    assert configuration.load(file).hours.timezone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("octets", "expected"), [(None, "no such file"), ("店".encode("shift_jis"), "UTF-8"), (b"", "line.port")]
)
def test_a_file_that_cannot_be_used_is_the_operators_matter(
    tmp_path: Path, octets: bytes | None, expected: str
) -> None:
    file = tmp_path / "denwaban.toml"
    if octets is not None:
        file.write_bytes(octets)
    with pytest.raises(SettingsError, match=expected):
        configuration.load(file)


def test_a_directory_for_a_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        configuration.load(tmp_path)


def test_the_manual_is_one_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["configuration", "--document"])
    assert configuration.main() == 0
    assert capsys.readouterr().out == configuration.document()


# ---- an analog adapter -----------------------------------------------------------------------------------------------

SOUND = '[line]\nkind = "sound"\n[adapter]\ncapture = "plughw:CARD=Device"\n'


def test_an_adapter_needs_a_sound_card_and_no_port() -> None:
    settings = check(SOUND)
    assert (settings.adapter.capture, settings.line.port) == ("plughw:CARD=Device", "")
    assert not settings.taps_only
    for text in ('[line]\nkind = "sound"\n', SOUND.replace("plughw:CARD=Device", "")):
        assert only_complaint(text).startswith("adapter.capture: missing")
    assert only_complaint("[adapter]\nring_pin = 4\n").startswith("line.port: missing")


def test_a_sound_card_is_named_so_that_it_converts() -> None:
    told = only_complaint(SOUND.replace("plughw:CARD=Device", "hw:CARD=Device"))
    assert 'Write "plughw:CARD=Device"' in told


@pytest.mark.parametrize("pin", ["ring_pin", "loop_pin", "hook_pin", "polarity_pin"])
def test_adapter_and_panel_share_no_pin(pin: str) -> None:
    told = only_complaint(SOUND + f"{pin} = 17\n")
    assert told.startswith(f"panel.red_pin = adapter.{pin}: GPIO 17")
    assert check(f"{NEEDED}[adapter]\n{pin} = 17\n"), "only where the line is an adapter"


def test_what_is_not_wired_is_no_shared_pin() -> None:
    settings = check(SOUND + "loop_pin = 0\nhook_pin = 0\nring_pin = 0\n")
    assert settings.taps_only
    assert only_complaint(SOUND + "ring_pin = 0\n").startswith("adapter.ring_pin: 0 (not wired)")


@pytest.mark.parametrize("tap", ["tap_only = true", "hook_pin = 0"])
def test_a_tap_cannot_do_what_needs_an_answer(tap: str) -> None:
    settings = check(f"{SOUND}{tap}\n")
    assert (settings.policy.refused, settings.policy.closed) == ("pass", "pass"), "the defaults fit a tap"
    text = f'{SOUND}{tap}\n[call]\nmode = "box_first"\n[policy]\nclosed = "message"\nwithheld = "ask_redial"\n'
    told = complaints(text)
    assert [one.split(":")[0] for one in told] == ["policy.withheld", "policy.closed", "call.mode"]
    assert all(tap in one for one in told)
    assert all("応答できる機器が必要" in one for one in complaints(text, "ja"))


def test_an_adapter_that_answers_may_do_it_all() -> None:
    settings = check(f'{SOUND}[call]\nmode = "box_first"\n[policy]\nwithheld = "ask_redial"\n')
    assert settings.policy.closed == "message"
