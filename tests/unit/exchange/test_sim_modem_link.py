"""The port in memory and the transcript. Spec: LINE_HARDWARE.md 4.2 item 15."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from sim_modem_rig import Rig

from appliance.errors import LineGone
from appliance.exchange.link import MemoryLink
from appliance.exchange.modem import SimModem
from appliance.exchange.terminal import Terminal
from appliance.exchange.transcript import Direction, Transcript
from appliance.units import SampleIndex


def test_a_modem_is_a_terminal() -> None:
    terminal: Terminal = SimModem()
    assert not terminal.off_hook


def test_a_link_speaks_with_the_modem_and_takes_no_time() -> None:
    rig = Rig()
    link = MemoryLink(rig.modem)
    assert link.write(b"AT\r") == 3
    link.wait(10)
    rig.modem.hear(SampleIndex(0), np.zeros(160, np.float32))
    assert link.read() == b"AT\r\r\nOK\r\n"
    assert link.lost() == 0


def test_a_pulled_cable_raises_only_line_gone_and_a_new_link_works_after_plugging_in() -> None:
    rig = Rig()
    rig.voice_call()
    link = MemoryLink(rig.modem)
    link.pulse_dtr()
    assert not rig.modem.off_hook
    link.unplug()
    for act in (
        link.read,
        link.pulse_dtr,
        lambda: link.write(b"AT"),
        lambda: link.wait(0),
        lambda: MemoryLink(rig.modem),
    ):
        with pytest.raises(LineGone):
            act()
    link.plug_in()
    with pytest.raises(LineGone):
        link.read()
    again = MemoryLink(rig.modem)
    rig.run(2000)
    again.write(b"AT\r")
    assert rig.run(100).endswith(b"OK\r\n")
    again.close()
    again.close()
    with pytest.raises(LineGone):
        again.read()


def test_the_transcript_holds_every_octet_hook_and_sound(tmp_path: Path) -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    rig.modem.host_write(b"\xc0" * 160 + b"\x10\x03")
    rig.run(100)
    transcript = rig.modem.transcript
    assert transcript.sent(Direction.TO_HOST) == rig.said
    assert transcript.sent(Direction.TO_MODEM).endswith(b"AT+VTX\r" + b"\xc0" * 160 + b"\x10\x03")
    run = transcript.played[-1]
    assert np.count_nonzero(run.sound) == 160
    transcript.write(tmp_path / "line.txt")
    text = (tmp_path / "line.txt").read_text()
    assert "> 'AT+FCLASS=8\\r'" in text
    assert "* off-hook" in text
    assert "~ played" in text
    instants = [float(row.split()[0]) for row in text.splitlines()]
    assert instants == sorted(instants)


def test_streams_can_be_counted_instead_of_kept() -> None:
    transcript = Transcript(keep_streams=False)
    for at in range(0, 1600, 160):
        transcript.octets(SampleIndex(at), Direction.TO_HOST, bytes(160), voice=True)
        transcript.play(SampleIndex(at), np.zeros(160, np.float32))
    assert [(entry.count, entry.octets) for entry in transcript.entries] == [(1600, b"")]
    assert transcript.played[0].length == 1600
    assert transcript.played[0].blocks == []
