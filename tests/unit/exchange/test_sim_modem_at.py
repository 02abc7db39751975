"""AT dialogues of the simulated modem per family. Spec: LINE_HARDWARE.md 4.2 items 1, 2, 3, 5, 13, 14."""

from __future__ import annotations

import pytest
from sim_modem_rig import Rig

from appliance.exchange.terminal import SignalKind

DIALOGUES = {
    "usr5637": [
        ("ATI0", "5601|OK"),
        ("ATI3", "U.S. Robotics 56K FAX USB V1.2.23|OK"),
        ("AT+FCLASS=?", "0,1,2,8|OK"),
        ("AT!4886=01", "ERROR"),
        ("AT-PV", "ERROR"),
        ("AT+VCDT=3", "ERROR"),
        ("AT+VSM=?", "ERROR"),  # outside the voice class
        ("AT+FCLASS=8", "OK"),
        ("AT+VSM=128,8000", "OK"),
        ("AT+VSM=1,8000", "ERROR"),
        ("AT+VSD=128,50", "OK"),
        ("AT+VSD?", "128,50|OK"),
    ],
    "cx930xx": [
        ("ATI0", "56000|OK"),
        ("AT-PV", "F10574|OK"),
        ("AT+GMI9", "CONEXANT ACF 93010|OK"),
        ("AT!4886=01", "OK"),
        ("AT!4892=FF", "OK"),
        ("AT-SCID=1;+VCID=1;-STE=3", "OK"),
        ("AT-STE?", "3|OK"),
        ("AT+FCLASS=8", "OK"),
        ("AT+VSM=1,8000,0,0", "OK"),
        ("AT+VSM=129,8000", "ERROR"),  # listed, not spoken here
        ("AT+VSD=128,50", "OK"),
        ("AT+VSD?", "128,0|OK"),  # taken and not kept
        ("AT+VSD=0,50", "OK"),
        ("AT+VSD?", "0,50|OK"),
        ("AT+VGR=128", "OK"),
        ("AT+VGR=200", "ERROR"),
        ("AT+VIT?", "70|OK"),
    ],
    "si24xx": [
        ("ATI6", "2494|OK"),
        ("AT+FCLASS=?", "0,1,8|OK"),
        ("AT+VCDT=3", "OK"),
        ("AT+VCDT?", "3|OK"),
        ("AT&W", "ERROR"),
        ("AT+FCLASS=8", "OK"),
        ("AT+VSM=1", "OK"),
        ("AT+VSM?", '1,"UNSIGNED PCM",8,0,8000,0,0|OK'),
    ],
}


@pytest.mark.parametrize("profile", DIALOGUES)
def test_each_family_speaks_as_itself(profile: str) -> None:
    rig = Rig(profile)
    for command, answer in DIALOGUES[profile]:
        assert rig.at(command) == answer, command


@pytest.mark.parametrize("step", [1, 7, 160, 8000])
def test_the_answers_do_not_depend_on_the_step(step: int) -> None:
    assert Rig(step=step).at("ATI0", 1000) == "5601|OK"


def test_the_list_of_codecs_names_bits_and_rates() -> None:
    rig = Rig("cx930xx")
    rig.at("AT+FCLASS=8")
    rows = rig.at("AT+VSM=?").split("|")
    assert rows[0] == '1,"UNSIGNED PCM",8,0,(8000),(0),(0)'
    assert '133,"LINEAR",16,0,(8000),(0),(0)' in rows
    assert rows[-1] == "OK"


def test_echo_is_on_and_can_be_turned_off() -> None:
    rig = Rig()
    rig.modem.host_write(b"at\r")
    assert rig.run(100) == b"at\r\r\nOK\r\n"
    rig.at("ATE0")
    rig.modem.host_write(b"AT\r")
    assert rig.run(100) == b"\r\nOK\r\n"


def test_numeric_and_silent_results() -> None:
    rig = Rig()
    rig.modem.host_write(b"ATE0V0\r")
    assert rig.run(100).endswith(b"0\r")
    rig.modem.host_write(b"ATI0\r")
    assert rig.run(100) == b"5601\r\n0\r"
    rig.modem.host_write(b"AT+NOSUCH\r")
    assert rig.run(100) == b"4\r"
    rig.modem.host_write(b"ATQ1\r")
    assert rig.run(100) == b""


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (b"a t i 0\r", b"5601"),  # spaces and case do not matter
        (b"\x10!\x10\x18\x10\x03ATI0\r", b"5601"),  # what a host sends to a modem in an unknown state
        (b"xyzATI9\x080\r", b"5601"),  # backspace
        (b"ATS0=3S0?\r", b"003"),
        (b"AT;I0\r", b"5601"),
        (b"AT+GCI=00;+GCI?\r", b"+GCI: 00"),
    ],
)
def test_command_line_syntax(typed: bytes, answer: bytes) -> None:
    rig = Rig()
    rig.modem.host_write(b"ATE0\r")
    rig.run(100)
    rig.modem.host_write(typed)
    said = rig.run(100)
    assert answer in said
    assert said.endswith(b"\r\nOK\r\n")


def test_an_error_stops_the_line() -> None:
    rig = Rig()
    assert rig.at("ATE0S0=1+NOSUCHS0=2") == "ERROR"
    assert rig.at("ATS0?") == "001|OK"


def test_a_slash_repeats_the_last_line_at_once() -> None:
    rig = Rig()
    rig.at("ATE0")
    rig.at("ATI0")
    rig.modem.host_write(b"A/")
    assert rig.run(100) == b"\r\n5601\r\n\r\nOK\r\n"


def test_a_line_without_at_gets_no_answer_and_a_forgotten_beginning_does_not_spoil_the_next() -> None:
    rig = Rig()
    rig.at("ATE0")
    rig.modem.host_write(b"hello\r\n")
    assert rig.run(100) == b""
    rig.modem.host_write(b"AT+BROK")
    rig.run(31_000)
    assert rig.at("AT") == "OK"


def test_a_command_while_busy_is_lost() -> None:
    rig = Rig(reply_ms=300)
    rig.modem.host_write(b"ATE0\r")
    rig.run(400)
    rig.modem.host_write(b"ATI0\rATI3\r")
    said = rig.run(1000)
    assert b"5601" in said
    assert b"Robotics" not in said


def test_country_is_checked_and_kept() -> None:
    rig = Rig()
    assert rig.at("AT+GCI?") == "+GCI: B5|OK"
    assert rig.at("AT+GCI=00") == "OK"
    assert rig.at("AT+GCI=77") == "ERROR"
    rig.at("ATZ", 1500)
    assert rig.at("AT+GCI?") == "+GCI: 00|OK"
    volatile = Rig("si24xx")
    volatile.at("AT+GCI=00")
    volatile.at("ATZ", 1500)
    assert volatile.at("AT+GCI?") == "+GCI: B5|OK"


def test_caller_id_is_off_at_first_and_forgotten_where_the_family_forgets() -> None:
    for profile, after in (("usr5637", "1"), ("cx930xx", "0")):
        rig = Rig(profile)
        assert rig.at("AT+VCID?") == "0|OK"
        assert rig.at("AT+VCID=1") == "OK"
        assert rig.at("AT&W") == "OK"
        assert rig.at("ATZ", 1500) == "OK"
        assert rig.at("AT+VCID?") == f"{after}|OK"


def test_reset_takes_its_time_and_hangs_up() -> None:
    rig = Rig()
    rig.voice_call()
    assert rig.modem.off_hook
    assert rig.at("ATZ", 500) == ""
    assert not rig.modem.off_hook
    assert rig.run(700).endswith(b"\r\nOK\r\n")
    assert "0|OK" in rig.at("AT+FCLASS?")


def test_voice_commands_are_refused_outside_the_voice_class() -> None:
    rig = Rig("cx930xx")
    for command in ("AT+VSD=0,50", "AT+VLS=1", "AT+VTS=1", "AT+VRX", "AT+VTX", "AT+VIP", "AT+VIT=0", "AT+VGT=128"):
        assert rig.at(command) == "ERROR", command
    assert not rig.modem.off_hook


def test_a_data_modem_does_not_offer_the_voice_class() -> None:
    rig = Rig(data_only=True)
    assert rig.at("AT+FCLASS=?") == "0,1,2|OK"
    assert rig.at("AT+FCLASS=8") == "ERROR"


@pytest.mark.parametrize("command", ["ATH", "AT+VLS=0", "AT+FCLASS=0", "ATZ", "AT&F"])
def test_every_way_to_hang_up(command: str) -> None:
    rig = Rig()
    rig.voice_call()
    assert rig.at(command, 1500) == "OK"
    assert not rig.modem.off_hook


def test_inactivity_drops_the_line_and_the_class() -> None:
    rig = Rig("cx930xx")
    for command in ("ATE0", "AT+FCLASS=8", "AT+VLS=1"):
        rig.at(command)
    assert b"NO CARRIER" not in rig.run(6500)
    assert b"\r\nNO CARRIER\r\n" in rig.run(1000)
    assert not rig.modem.off_hook
    assert rig.at("AT+FCLASS?") == "0|OK"


def test_results_and_slowness_can_be_chosen() -> None:
    rig = Rig(slow_ms={"+VLS=1": 4000}, results={"+VTX": "NO CARRIER", "A": "VCON", "D": "NO DIALTONE"})
    rig.at("ATE0")
    rig.at("AT+FCLASS=8")
    assert rig.at("AT+VLS=1", 3900) == ""
    assert rig.at("", 300) == "OK"
    assert rig.at("AT+VTX") == "NO CARRIER"
    rig.at("ATH")
    assert rig.at("ATDT117") == "NO DIALTONE"
    assert rig.at("ATA") == "VCON"
    assert rig.modem.off_hook


def test_off_hook_is_ignored_for_some_rings_and_said_to_be_done() -> None:
    rig = Rig(ignore_off_hook_rings=2)
    rig.at("AT+FCLASS=8")
    rig.ring(4)
    rig.run(200)
    assert rig.at("AT+VLS=1") == "AT+VLS=1|OK".removeprefix("AT+VLS=1|")
    assert not rig.modem.off_hook
    rig.run(6000)
    rig.at("AT+VLS=1")
    assert rig.modem.off_hook


def test_a_mute_modem_and_one_that_refuses() -> None:
    assert Rig(mute=True).at("AT") == ""
    assert Rig(refuse_all=True).at("AT") == "ERROR"


def test_a_stuck_modem_lives_again_only_after_power() -> None:
    rig = Rig()
    rig.voice_call()
    rig.faults.stuck = True
    rig.ring(2)
    assert rig.at("AT", 5000) == ""
    rig.modem.drop_dtr()
    assert rig.modem.off_hook
    rig.modem.power_cycle()
    assert rig.at("AT", 500) == ""  # it boots
    rig.run(1500)
    assert rig.at("AT") == "OK"
    assert not rig.modem.off_hook


def test_wrong_speed_gives_garbage_both_ways() -> None:
    rig = Rig(fixed_baud=115200)
    rig.modem.host_baud = 9600
    assert "OK" not in rig.at("AT")
    rig.modem.host_baud = 115200
    rig.at("")
    assert rig.at("AT") == "OK"


def test_octets_are_lost_garbled_and_babbled() -> None:
    rig = Rig(drop_rate=0.5)
    rig.modem.host_write(b"ATI3\r")
    assert 0 < len(rig.run(100)) < 40
    rig = Rig(garble_rate=1.0)
    rig.modem.host_write(b"ATI3\r")
    assert b"Robotics" not in rig.run(100)
    rig = Rig(babble_per_s=100)
    assert len(rig.run(2000)) == 200


def test_dropping_dtr_hangs_up_unless_told_not_to() -> None:
    rig = Rig()
    rig.voice_call()
    rig.modem.drop_dtr()
    assert not rig.modem.off_hook
    rig.voice_call()
    rig.at("AT&D0")
    rig.modem.drop_dtr()
    assert rig.modem.off_hook


def test_s0_answers_by_itself_and_finds_no_carrier() -> None:
    rig = Rig()
    rig.at("ATS0=1S7=2")
    rig.ring(1)
    assert b"RING" in rig.run(1000)
    assert rig.modem.off_hook
    assert b"NO CARRIER" in rig.run(2000)
    assert not rig.modem.off_hook


def test_a_modem_without_power_is_silent_on_both_sides() -> None:
    rig = Rig()
    rig.voice_call()
    rig.modem.power_off()
    rig.signal(SignalKind.RING_ON)
    assert not rig.modem.off_hook
    assert rig.modem.host_write(b"AT\r") == 0
    assert rig.run(1000) == b""
