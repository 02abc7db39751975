"""The doctor: every finding from honest answers, and the real probes on a pty and a temporary directory."""

from __future__ import annotations

import os
import pty
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from appliance.daemon import doctor_probes
from appliance.daemon.doctor import diagnose, examine, language_of, report, status
from appliance.daemon.doctor_findings import Finding, Grade
from appliance.daemon.doctor_probes import CardSeen, DirectoryReport, GpioReport, ModemReport, PortSeen, Probes
from appliance.settings import AdapterSettings, LineSettings, PanelSettings, Settings, SettingsError, WebSettings, check

PORT = "/dev/ttyACM0"
BY_PATH = "/dev/serial/by-path/platform-usb-0:1.2"
SETTINGS = Settings(line=LineSettings(port=PORT))

Heard = Mapping[str, Mapping[str, Any]]


def a_box(**other: Any) -> Probes:
    """A Pi on which all is well and nothing runs yet; `other` says what is different."""
    answers: dict[str, Any] = {
        "ports": lambda: [PortSeen(PORT, BY_PATH, "USB Modem")],
        "modem": lambda line: ModemReport(True, True, "USR5637", "usr5637", voice=True),
        "cards": lambda: [CardSeen("plughw:CARD=Device", "USB Audio Device")],
        "sound": lambda adapter: "",
        "port_exists": lambda port: True,
        "port_allowed": lambda port: True,
        "directory": lambda path: DirectoryReport(True, True, 20_000),
        "mosquitto": lambda: True,
        "bus": lambda socket: {},
        "gpio": lambda: GpioReport(("/dev/gpiochip0",), True, "Raspberry Pi 4"),
        "clock": lambda: True,
        "database": lambda data: "",
    }
    return Probes(**(answers | other))


def grades(findings: list[Finding], what: str) -> list[Grade]:
    return [finding.grade for finding in findings if finding.what.en == what]


def test_all_is_well() -> None:
    findings = examine(SETTINGS, a_box())
    assert {finding.grade for finding in findings} == {Grade.OK}
    assert status(findings) == 0
    assert report(findings, "en").endswith("Calls can be taken.")
    assert report(findings, "ja").endswith("電話を受けられます。")
    assert "this is line.port" in report(findings, "en")


def test_unusable_settings_are_all_told_and_the_machine_is_looked_at() -> None:
    with pytest.raises(SettingsError) as caught:
        check("[line]\nprot = 1\n")
    findings = examine(caught.value, a_box())
    assert grades(findings, "settings") == [Grade.BAD, Grade.BAD]
    assert status(findings) == 1
    assert f'port = "{BY_PATH}"' in report(findings, "en")


CASES: list[tuple[str, dict[str, Any], Grade, str]] = [
    ("modem", {"port_exists": lambda port: False}, Grade.BAD, f"{PORT} is not there"),
    ("modem", {"port_allowed": lambda port: False}, Grade.BAD, "adduser"),
    ("modem", {"modem": lambda line: ModemReport(False, why="Device busy")}, Grade.BAD, "Device busy"),
    ("modem", {"modem": lambda line: ModemReport(True)}, Grade.BAD, "answers AT"),
    ("modem", {"modem": lambda line: ModemReport(True, True, voice=False)}, Grade.BAD, "without voice"),
    ("modem", {"modem": lambda line: ModemReport(True, True, "X", notes=("no loop",))}, Grade.WARN, "no loop"),
    ("plugged in", {"ports": list}, Grade.WARN, "no serial device"),
    ("storage", {"directory": lambda path: DirectoryReport(False)}, Grade.BAD, "does not exist"),
    ("storage", {"directory": lambda path: DirectoryReport(True, False)}, Grade.BAD, "not writable"),
    ("storage", {"directory": lambda path: DirectoryReport(True, True, 300)}, Grade.WARN, "300 MB left"),
    ("database", {"database": lambda data: "row 3 missing"}, Grade.BAD, "row 3 missing"),
    ("broker", {"bus": lambda socket: None}, Grade.WARN, "not running"),
    ("broker", {"bus": lambda socket: None, "mosquitto": lambda: False}, Grade.WARN, "apt install mosquitto"),
    ("processes", {"bus": lambda socket: {"web/alive": {"alive": False}}}, Grade.WARN, "web died"),
    ("processes", {"bus": lambda s: {"web/alive": {"alive": False, "stopped": True}}}, Grade.WARN, "web was stopped"),
    ("lamps", {"gpio": lambda: GpioReport(("/dev/gpiochip0",), False)}, Grade.WARN, "gpio"),
    ("lamps", {"gpio": GpioReport}, Grade.OK, "no lamps"),
    ("clock", {"clock": lambda: False}, Grade.WARN, "time server"),
]


@pytest.mark.parametrize(("what", "other", "grade", "words"), CASES, ids=[case[3] for case in CASES])
def test_each_trouble_is_found_graded_and_has_a_remedy(
    what: str, other: dict[str, Any], grade: Grade, words: str
) -> None:
    findings = examine(SETTINGS, a_box(**other))
    assert grade in grades(findings, what)
    assert words in report(findings, "en")
    assert status(findings) == (1 if grade is Grade.BAD else 0)
    for finding in findings:
        if finding.grade is Grade.BAD or (finding.grade is Grade.WARN and what != "modem"):
            assert finding.do is not None
            assert finding.do.ja


def test_a_running_line_process_is_asked_instead_of_its_modem() -> None:
    def refuse(line: LineSettings) -> ModemReport:
        raise AssertionError("two cannot talk to one modem")

    heard: Heard = {"line/alive": {"alive": True}, "line/state": {"state": "ready", "device": "USR5637"}}
    findings = examine(SETTINGS, a_box(modem=refuse, bus=lambda socket: heard))
    assert "in use and ready: USR5637" in report(findings, "en")
    assert status(findings) == 0
    heard = {"line/alive": {"alive": True}, "line/state": {"state": "lost", "why": "mute"}}
    findings = examine(SETTINGS, a_box(modem=refuse, bus=lambda socket: heard))
    assert "no working modem: mute" in report(findings, "en")
    assert status(findings) == 1


def test_lamps_that_were_asked_for_and_are_not_there() -> None:
    wanted = replace(SETTINGS, panel=PanelSettings(driver="gpiozero"))
    assert grades(examine(wanted, a_box(gpio=GpioReport)), "lamps") == [Grade.WARN]
    off = replace(SETTINGS, panel=PanelSettings(driver="disabled"))
    assert grades(examine(off, a_box(gpio=GpioReport)), "lamps") == [Grade.OK]


def test_a_machine_that_cannot_tell_its_clock_says_nothing_of_it() -> None:
    assert grades(examine(SETTINGS, a_box(clock=lambda: None)), "clock") == []


def test_whose_language() -> None:
    english = replace(SETTINGS, web=WebSettings(language="en"))
    error = SettingsError([])
    assert language_of(SETTINGS, {"LANG": "en_US.UTF-8"}) == "ja"
    assert language_of(english, {"LANG": "ja_JP.UTF-8"}) == "en"
    assert language_of(error, {"LANG": "ja_JP.UTF-8"}) == "ja"
    assert language_of(error, {"LANG": "ja_JP.UTF-8", "LC_ALL": "C"}) == "en"
    assert language_of(error, {}) == "en"


def test_the_command_from_a_file_to_an_exit_status(tmp_path: Path) -> None:
    file = tmp_path / "denwaban.toml"
    file.write_text(f'[line]\nport = "{PORT}"\n[web]\nlanguage = "en"\n')
    told: list[str] = []
    assert diagnose(file, told.append, a_box()) == 0
    assert str(file) in told[0]
    assert "Calls can be taken." in told[-1]
    file.write_text("nonsense")
    assert diagnose(file, told.append, a_box()) == 1


# ---- the real probes -----------------------------------------------------------------------------------------------


class PtyModem:
    """Somebody at the far end of a serial line who answers as told."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self.ours, self.theirs = pty.openpty()
        self.port = os.ttyname(self.theirs)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while command := os.read(self.ours, 64):
            if command == b"\0":
                return
            said = self.answers.get(command.decode().strip(), "")
            if said:
                os.write(self.ours, command + f"\r\n{said}\r\n".encode())

    def close(self) -> None:
        os.write(self.theirs, b"\0")
        self._thread.join()
        os.close(self.ours)
        os.close(self.theirs)


VOICE = {"AT": "OK", "ATI3": "U.S. Robotics 56K Voice V1\r\n\r\nOK", "AT+FCLASS=?": "0,1,1.0,2,8\r\n\r\nOK"}


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (VOICE, ModemReport(True, True, "U.S. Robotics 56K Voice V1", voice=True)),
        (VOICE | {"AT+FCLASS=?": "(0,1,8)\r\nOK"}, ModemReport(True, True, "U.S. Robotics 56K Voice V1", voice=True)),
        (VOICE | {"AT+FCLASS=?": "0,1,80\r\nOK"}, ModemReport(True, True, "U.S. Robotics 56K Voice V1", voice=False)),
        ({"AT": "OK", "ATI3": "ERROR", "AT+FCLASS=?": "ERROR"}, ModemReport(True, True, "", voice=False)),
        ({}, ModemReport(True)),
    ],
)
def test_asking_a_modem(answers: Mapping[str, str], expected: ModemReport, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor_probes, "ANSWER_PATIENCE_S", 0.3 if answers else 0.05)
    modem = PtyModem(answers)
    try:
        assert doctor_probes.ask_modem(LineSettings(port=modem.port)) == expected
    finally:
        modem.close()


def test_asking_where_nothing_is(tmp_path: Path) -> None:
    absent = doctor_probes.ask_modem(LineSettings(port=str(tmp_path / "ttyACM9")))
    assert not absent.opened
    assert absent.why
    file = tmp_path / "file"
    file.touch()
    assert not doctor_probes.ask_modem(LineSettings(port=str(file))).opened


def test_looking_at_directories(tmp_path: Path) -> None:
    assert doctor_probes.look_at_directory(tmp_path / "x") == DirectoryReport(exists=False)
    report_ = doctor_probes.look_at_directory(tmp_path)
    assert report_.exists
    assert report_.writable
    assert report_.free_mb > 0


def test_the_other_probes_answer_on_any_machine(tmp_path: Path) -> None:
    assert doctor_probes.overhear(tmp_path / "bus.sock") is None
    assert doctor_probes.clock_is_set() in (True, False, None)
    assert isinstance(doctor_probes.look_at_gpio(), GpioReport)
    assert isinstance(doctor_probes.seen_ports(), list)
    assert doctor_probes.has_mosquitto() in (True, False)


# ---- an analog adapter -----------------------------------------------------------------------------------------------

ADAPTER = Settings(line=LineSettings(kind="sound"), adapter=AdapterSettings(capture="plughw:CARD=Device"))
TAP = replace(ADAPTER, adapter=replace(ADAPTER.adapter, tap_only=True, loop_pin=0))


def test_a_sound_line_is_looked_at_instead_of_a_modem() -> None:
    findings = examine(ADAPTER, a_box())
    assert {finding.grade for finding in findings} == {Grade.OK}
    told = report(findings, "en")
    assert "USB Audio Device (this is adapter.capture)" in told
    assert "gives sound" in told
    assert not grades(findings, "modem")


@pytest.mark.parametrize(
    ("settings", "other", "grade", "words"),
    [
        (ADAPTER, {"sound": lambda adapter: "there is no sound card x"}, Grade.BAD, "there is no sound card x"),
        (ADAPTER, {"gpio": GpioReport}, Grade.BAD, "no GPIO header"),
        (ADAPTER, {"gpio": lambda: GpioReport(("/dev/gpiochip0",), False)}, Grade.BAD, "adduser"),
        (ADAPTER, {"sound": lambda adapter: doctor_probes.MUTED}, Grade.WARN, "alsamixer"),
        (TAP, {}, Grade.WARN, "tells by sound"),
    ],
)
def test_troubles_of_an_adapter(settings: Settings, other: dict[str, Any], grade: Grade, words: str) -> None:
    findings = examine(settings, a_box(**other))
    assert grade in grades(findings, "adapter")
    assert words in report(findings, "en")
    assert all(finding.do is not None for finding in findings if finding.grade is not Grade.OK)
    assert status(findings) == (1 if grade is Grade.BAD else 0)


def test_a_running_line_process_is_asked_instead_of_its_adapter() -> None:
    def refuse(adapter: AdapterSettings) -> str:
        raise AssertionError("a card has one owner")

    heard: Heard = {"line/alive": {"alive": True}, "line/state": {"state": "ready", "device": "plughw:CARD=Device"}}
    findings = examine(ADAPTER, a_box(sound=refuse, bus=lambda socket: heard))
    assert "in use and ready: plughw:CARD=Device" in report(findings, "en")


def test_cards_as_the_kernel_lists_them(tmp_path: Path) -> None:
    listed = tmp_path / "cards"
    listed.write_text(
        " 0 [vc4hdmi        ]: vc4-hdmi - vc4-hdmi\n                      vc4-hdmi\n"
        " 1 [Device         ]: USB-Audio - USB Audio Device\n                      C-Media at usb-0000:01\n"
    )
    assert doctor_probes.seen_cards(listed) == [
        CardSeen("plughw:CARD=vc4hdmi", "vc4-hdmi"),
        CardSeen("plughw:CARD=Device", "USB Audio Device"),
    ]
    assert doctor_probes.seen_cards(tmp_path / "none") == []


def test_a_card_that_is_not_there_is_found_out_by_trying() -> None:
    pytest.importorskip("alsaaudio")
    assert "plughw:CARD=Nowhere" in doctor_probes.try_sound(AdapterSettings(capture="plughw:CARD=Nowhere"))
