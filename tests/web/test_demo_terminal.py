"""`denwaban demo` in a terminal: words, exit status, and nothing left behind."""

from __future__ import annotations

import math
import signal
import socket
import struct
import threading
import time
import wave
from pathlib import Path

import pytest
from demo_house import Demo, free_port, processes_of, running_demo

from appliance.daemon.demo import DemoOptions, run_demo
from appliance.daemon.demo_live import refuse_taken_port
from appliance.errors import OperatorError
from appliance.settings import WebSettings


def nothing_is_left(demo: Demo) -> bool:
    return processes_of(demo.folder) == [] and list(demo.folder.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ended_at_once(tmp_path: Path, number: signal.Signals) -> None:
    with running_demo(tmp_path / "d") as demo:
        demo.wait_words("starting the box")
        assert demo.send(number) == 0
        assert "Traceback" not in demo.words()
        assert "stopped before the end: 0 of 11 calls were played" in demo.words()
        assert nothing_is_left(demo)


@pytest.mark.slow
def test_ended_in_mid_call(tmp_path: Path) -> None:
    with running_demo(tmp_path / "d", "--number", "P") as demo:
        demo.wait_words("the box tells the caller that the call is recorded")
        words = demo.words()
        assert words.index("open the page") < words.index("== Your call")
        assert demo.send(signal.SIGINT) == 0
        assert "Traceback" not in demo.words()
        assert "stopped before the end: 0 of 1 calls were played" in demo.words()
        assert nothing_is_left(demo)


def test_killed_without_warning(tmp_path: Path) -> None:
    """Nobody is there to stop the processes of the box: they stop by themselves."""
    with running_demo(tmp_path / "d") as demo:
        demo.wait_words("lamp: ")
        assert len(processes_of(demo.folder)) >= 4  # line, web and its worker, clerk, broker
        demo.send(signal.SIGKILL)
        ends = time.monotonic() + 15
        while processes_of(demo.folder) and time.monotonic() < ends:
            time.sleep(0.05)
        assert processes_of(demo.folder) == []


def test_a_taken_port_is_told_with_one_that_is_free() -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(1)
        port = door.getsockname()[1]
        with pytest.raises(OperatorError, match=rf"port {port} of 127.0.0.1 is used .* --web-port \d+"):
            refuse_taken_port(WebSettings(port=port))
    refuse_taken_port(WebSettings(port=free_port()))


def test_a_taken_port_is_told_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen(1)
        said: list[str] = []
        options = DemoOptions(number="P", web_port=door.getsockname()[1], keep=tmp_path / "kept")
        with pytest.raises(OperatorError, match="is used by another program"):
            run_demo(options, said.append, threading.Event())
    assert said == []
    assert processes_of(tmp_path) == []


def sound(path: Path, rate_hz: int = 8000, seconds: float = 0.1) -> Path:
    with wave.open(str(path), "wb") as wav:
        wav.setparams((1, 2, rate_hz, 0, "NONE", ""))
        tone = (int(8000 * math.sin(i)) for i in range(int(rate_hz * seconds)))
        wav.writeframes(b"".join(struct.pack("<h", value) for value in tone))
    return path


def test_options_that_are_no_good_are_told_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("hello")
    (tmp_path / "bad.toml").write_text("[script]\ncountry = 'FR'\n[box.call]\nmode = 'x'\n[[call]]\nid = 'a'\n")
    wrong = {
        "there is no file .*none.wav": DemoOptions(caller=tmp_path / "none.wav"),
        "text.wav is no sound file that can be read": DemoOptions(caller=tmp_path / "text.wav"),
        "has no sound in it": DemoOptions(caller=sound(tmp_path / "empty.wav", seconds=0)),
        "--number 'abc': digits": DemoOptions(number="abc"),
        "leave out --script": DemoOptions(number="P", script=tmp_path / "bad.toml"),
        "none.toml: cannot be read: No such file": DemoOptions(script=tmp_path / "none.toml"),
        "(?s)'FR' is not allowed.*title_ja: is missing.*box.call.mode": DemoOptions(script=tmp_path / "bad.toml"),
        "--keep .*: no directory can be made there": DemoOptions(number="P", keep=tmp_path / "text.wav"),
        "web.port: 80 cannot be used": DemoOptions(number="P", web_port=80),
    }
    for why, options in wrong.items():
        said: list[str] = []
        with pytest.raises(OperatorError, match=why):
            run_demo(options, said.append, threading.Event())
        assert said == []


def test_a_check_that_was_stopped_is_no_pass() -> None:
    stop = threading.Event()
    stop.set()
    said: list[str] = []
    assert run_demo(DemoOptions(number="P", fast=True), said.append, stop) == 1
    assert run_demo(DemoOptions(number="P", fast=True), said.append, threading.Event()) == 0


def test_a_folder_that_was_kept_can_be_used_again(tmp_path: Path) -> None:
    said: list[str] = []
    for number in ("P", "0312345678"):
        options = DemoOptions(number=number, fast=True, keep=tmp_path / "kept")
        assert run_demo(options, said.append, threading.Event()) == 0, said
    assert said[-1].endswith("(data, heard, modem.txt)")
