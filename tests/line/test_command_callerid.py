"""`denwaban callerid FILE...`: who called, out of recordings of a line."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from listening_files import (
    JAPAN,
    SINGLE,
    SMITH,
    UNKNOWN,
    WITHHELD,
    Float,
    command,
    etsi,
    jclip,
    keys,
    mdmf,
    objects,
    quiet,
    sdmf,
    write,
)

FIELDS_OF_JAPAN = {"standard": "jclip", "number": "0312345678", "dialled": "0698765432"}
FIELDS_OF_SMITH = {"standard": "mdmf", "number": "2125550100", "name": "SMITH JOHN", "datetime": "11241305"}


def told(file: Path, *options: str) -> list[dict[str, object]]:
    """The objects for one file, without the file's name and the instant."""
    found = objects(command("callerid", file, "--json", *options))
    return [{key: value for key, value in one.items() if key not in ("file", "at_s")} for one in found]


def test_one_object_a_message_in_the_order_of_the_file(tmp_path: Path) -> None:
    parts = [quiet(1), jclip(JAPAN), quiet(1), mdmf(SMITH), quiet(1), sdmf(SINGLE), quiet(1), etsi(UNKNOWN), quiet(1)]
    parts += [jclip(WITHHELD), quiet(1), keys("A0701234567C"), quiet(1)]
    path = write(tmp_path / "day.wav", *parts)
    found = objects(command("callerid", path, "--json"))
    assert {one["file"] for one in found} == {str(path)}
    instants = [one["at_s"] for one in found]
    assert instants == sorted(instants)
    assert [{key: value for key, value in one.items() if key not in ("file", "at_s")} for one in found] == [
        FIELDS_OF_JAPAN,
        FIELDS_OF_SMITH,
        {"standard": "sdmf", "number": "2125550199", "datetime": "01020304"},
        {"standard": "mdmf", "absence": "O", "name_absence": "O", "datetime": "11241306"},
        {"standard": "jclip", "absence": "P"},
        {"standard": "dtmf", "number": "0701234567"},
    ]


def test_the_instant_is_that_of_the_first_octet(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", quiet(2), jclip(JAPAN), quiet(1), rate=44100)
    (message,) = objects(command("callerid", path, "--json"))
    marks_s = 96 / 1200  # JAPAN_BURST
    assert message["at_s"] == pytest.approx(2 + marks_s, abs=0.005)
    assert round(message["at_s"], 3) == message["at_s"]


@pytest.mark.parametrize(
    ("sound", "standard", "fields"),
    [
        (jclip(JAPAN), "jclip", FIELDS_OF_JAPAN),
        (mdmf(SMITH), "bellcore", FIELDS_OF_SMITH),
        (etsi(SMITH), "etsi", FIELDS_OF_SMITH),
        (keys("D0701234567C"), "dtmf", {"standard": "dtmf", "number": "0701234567"}),
    ],
)
def test_one_standard_alone(tmp_path: Path, sound: Float, standard: str, fields: dict[str, str]) -> None:
    path = write(tmp_path / "a.wav", quiet(0.5), sound, quiet(0.5))
    assert told(path, "--standard", standard) == [fields]
    other = "dtmf" if standard != "dtmf" else "jclip"
    assert told(path, "--standard", other) == []


@pytest.mark.parametrize(
    ("rate", "kind", "channels"),
    [(11025, "PCM_U8", 1), (22050, "ULAW", 1), (44100, "PCM_24", 2), (48000, "FLOAT", 2), (96000, "PCM_32", 1)],
)
def test_any_rate_width_and_number_of_channels(tmp_path: Path, rate: int, kind: str, channels: int) -> None:
    path = write(tmp_path / "a.wav", quiet(0.3), jclip(JAPAN), quiet(0.3), rate=rate, kind=kind, channels=channels)
    assert told(path) == [FIELDS_OF_JAPAN]


def test_each_channel_is_listened_to(tmp_path: Path) -> None:
    """Line on the right one only, its left neighbour full of noise; and a call on each."""
    noise = np.random.default_rng(3).standard_normal(8000 * 3) * 0.2
    line = np.concatenate([quiet(1), jclip(JAPAN), quiet(3)])[: len(noise)]
    soundfile.write(tmp_path / "tap.wav", np.column_stack([noise, line]), 8000)
    assert told(tmp_path / "tap.wav") == [FIELDS_OF_JAPAN]
    other = np.concatenate([mdmf(SMITH), quiet(3)])[: len(noise)]
    soundfile.write(tmp_path / "two.wav", np.column_stack([other, line]), 8000)
    assert told(tmp_path / "two.wav") == [FIELDS_OF_SMITH, FIELDS_OF_JAPAN]


def test_the_same_message_twice_is_told_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", jclip(JAPAN), quiet(0.5), jclip(JAPAN), quiet(0.5), channels=2)
    assert told(path) == [FIELDS_OF_JAPAN] * 2


def test_a_file_that_begins_and_ends_with_the_message(tmp_path: Path) -> None:
    assert told(write(tmp_path / "a.wav", mdmf(SMITH))) == [FIELDS_OF_SMITH]


def test_for_people(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", quiet(1), mdmf(SMITH), quiet(1), jclip(WITHHELD), quiet(1))
    done = command("callerid", path)
    assert done.returncode == 0
    smith, withheld = done.stdout.splitlines()
    assert smith.startswith(str(path))
    assert "mdmf" in smith
    assert smith.endswith("2125550100, name SMITH JOHN, sent 11-24 13:05")
    assert withheld.endswith("withheld 非通知")


def test_nothing_found_is_no_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", quiet(1))
    done = command("callerid", path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{path}  no caller identity found\n"
    assert command("callerid", path, language="ja_JP.UTF-8").stdout == f"{path}  発信者番号は見つかりません\n"
    assert told(path) == []


def test_what_cannot_be_read_is_told_and_the_rest_is_read_all_the_same(tmp_path: Path) -> None:
    good = write(tmp_path / "good.wav", quiet(0.3), jclip(JAPAN), quiet(0.3))
    (tmp_path / "diary.wav").write_text("Dear diary")
    done = command("callerid", tmp_path / "nobody.wav", tmp_path / "diary.wav", tmp_path, good, "--json")
    assert done.returncode == 2
    missing, diary, directory = done.stderr.splitlines()
    assert missing == f"denwaban: there is no file {tmp_path / 'nobody.wav'}"
    assert diary.startswith(f"denwaban: {tmp_path / 'diary.wav'} is no sound file that can be read")
    assert directory == f"denwaban: cannot read {tmp_path}: Is a directory"
    assert done.stdout.count("\n") == 1
    assert '"0312345678"' in done.stdout


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", quiet(1))
    path.chmod(0)
    done = command("callerid", path)
    assert (done.returncode, done.stderr) == (2, f"denwaban: cannot read {path}: Permission denied\n")


def test_a_recording_that_still_grows(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", quiet(0.5), jclip(JAPAN), quiet(0.5))
    octets = bytearray(path.read_bytes())
    octets[4:8], octets[40:44] = bytes([36, 0, 0, 0]), bytes(4)
    path.write_bytes(octets)
    assert told(path) == [FIELDS_OF_JAPAN]


def test_what_was_heard_before_a_file_breaks_off_is_told(tmp_path: Path) -> None:
    noise = np.random.default_rng(1).uniform(-0.01, 0.01, 8000 * 60)
    path = write(tmp_path / "a.flac", jclip(JAPAN), noise)
    octets = bytearray(path.read_bytes())
    octets[len(octets) // 2 :] = bytes(len(octets) - len(octets) // 2)
    path.write_bytes(octets)
    done = command("callerid", path, "--json")
    assert done.returncode == 2
    assert '"0312345678"' in done.stdout
    assert done.stderr.count("\n") == 1


def test_a_pipe_can_be_read(tmp_path: Path) -> None:
    octets = write(tmp_path / "a.wav", quiet(0.5), jclip(JAPAN), quiet(0.5)).read_bytes()
    call = [sys.executable, "-m", "appliance", "callerid", "/dev/stdin", "--json"]
    done = subprocess.run(call, input=octets, capture_output=True, timeout=60, check=False)
    assert done.stderr == b""
    assert done.returncode == 0
    assert b'"0312345678"' in done.stdout


def test_wrong_arguments() -> None:
    assert command("callerid").returncode == 2
    assert command("callerid", "a.wav", "--standard", "morse").returncode == 2
