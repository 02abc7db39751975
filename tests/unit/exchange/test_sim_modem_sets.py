"""The rest of the command set of the simulated modem: settings that are read, tested, stored and refused."""

from __future__ import annotations

import numpy as np
import pytest
from sim_modem_rig import Rig

from appliance.exchange.terminal import SignalKind


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("ATX5", "ERROR"),
        ("ATE2", "ERROR"),
        ("ATI99", "ERROR"),
        ("ATS300=1", "ERROR"),
        ("ATS0=256", "ERROR"),
        ("ATS2?", "043|OK"),
        ("ATM0L1&K0\\N3%C0", "OK"),
        ("AT$NOSUCH", "ERROR"),
        ("AT+GCI=?", "+GCI: (00,B5,B4,3D)|OK"),
        ("AT+GCI=XX", "ERROR"),
        ("AT+VCID=?", "(0-2)|OK"),
        ("AT+VCID=3", "ERROR"),
        ("AT+VCID=", "OK"),
        ("AT+VDR=?", "(0,1),(0-255)|OK"),
        ("AT+VDR=1,20;+VDR?", "1,20|OK"),
        ("AT+IFC=2,2;+IFC?", "+IFC: 2,2|OK"),
        ("AT+GMM=1", "ERROR"),
        ("AT!4886=01;!4886?", "01|OK"),
        ("AT!4886=", "ERROR"),
        ("ATH3", "ERROR"),
    ],
)
def test_general_settings(command: str, answer: str) -> None:
    rig = Rig("cx930xx")
    rig.at("ATE0")
    assert rig.at(command) == answer


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("AT+VSD=?", "(0-255),(0-255)|OK"),
        ("AT+VSD=128,300", "ERROR"),
        ("AT+VGT=?", "(0-255)|OK"),
        ("AT+VGR?", "128|OK"),
        ("AT+VIT=1,2", "ERROR"),
        ("AT+VTD=12;+VTD?", "12|OK"),
        ("AT+VNH=1;+VIP;+VNH?", "+VNH: 0|OK"),
        ("AT+VSM=99", "ERROR"),
        ("AT+VSM=128,11025", "ERROR"),
        ("AT+VLS=77", "ERROR"),
        ("AT+VLS?", "0|OK"),
        ("AT+VTS=?", "(200-3000),(200-3000),(0-255)|OK"),
        ("AT+VTS=1", "ERROR"),  # on-hook
        ("AT+VRX=?", "0|OK"),
        ("AT+VTX", "ERROR"),  # on-hook
    ],
)
def test_voice_settings(command: str, answer: str) -> None:
    rig = Rig()
    rig.at("ATE0")
    rig.at("AT+FCLASS=8")
    assert rig.at(command) == answer


def test_voice_parameters_go_back_to_the_factory() -> None:
    rig = Rig("cx930xx")
    rig.at("ATE0")
    rig.at("AT+FCLASS=8")
    rig.at("AT+VSM=131,8000;+VSD=0,50;+VIT=0")
    assert rig.at("AT+VIP") == "OK"
    assert rig.at("AT+VSM?").startswith('1,"UNSIGNED PCM"')
    assert rig.at("AT+VIT?") == "70|OK"


def test_typing_gives_up_dialling_and_a_data_answer_ends_without_carrier() -> None:
    rig = Rig()
    rig.at("ATE0")
    rig.modem.host_write(b"ATX3DT117\r")
    rig.run(1000)
    assert rig.modem.off_hook
    rig.modem.host_write(b"x")
    assert rig.run(100) == b"\r\nNO CARRIER\r\n"
    assert not rig.modem.off_hook
    assert rig.at("ATX3S7=1DT1,!2", 9000) == "NO CARRIER"
    assert rig.at("ATH1") == "OK"
    assert rig.modem.off_hook


def test_a_paused_transmission_goes_on_where_it_stopped() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    mark = len(rig.heard)
    rig.modem.host_write(b"\xc0" * 480 + b"\x10p")
    assert rig.run(200) == b""
    assert not rig.heard[mark:].any()
    rig.modem.host_write(b"\x10r")
    assert rig.run(200) == b"\x10u"
    assert np.count_nonzero(rig.heard[mark:]) == 480


def test_sub_from_the_host_is_two_samples() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    mark = len(rig.heard)
    rig.modem.host_write(b"\x10\x1a\x10\x10\x10\x03")
    rig.run(100)
    assert np.count_nonzero(rig.heard[mark:] == np.float32((0x10 - 128) / 128)) == 3


def test_events_that_wait_for_their_sample_are_not_lost_when_the_stream_ends() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VRX")
    rig.signal(SignalKind.LOOP_BREAK)
    rig.modem.signal(rig.signals.pop())
    rig.modem.host_write(b"\x10!")
    assert rig.modem.host_read().endswith(b"\x10l\x10\x03\r\nOK\r\n")
