"""`denwaban dtmf FILE...`: which keys were pressed, out of recordings of a line."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
from listening_files import JAPAN, command, jclip, keys, objects, quiet, write

ALL = "0123456789ABCD*#"
PERIOD_S = 0.14  # `listening_files.keys`: 70 ms on, 70 ms off


def test_digits_and_their_instants(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", quiet(1), keys(ALL), quiet(1))
    (found,) = objects(command("dtmf", path, "--json"))
    assert list(found) == ["file", "digits", "at_s"]
    assert (found["file"], found["digits"]) == (str(path), ALL)
    assert found["at_s"] == pytest.approx([1 + PERIOD_S * place for place in range(len(ALL))], abs=0.01)


@pytest.mark.parametrize(("rate", "kind"), [(11025, "PCM_U8"), (44100, "PCM_24"), (96000, "FLOAT")])
def test_any_rate_and_width(tmp_path: Path, rate: int, kind: str) -> None:
    path = write(tmp_path / "a.wav", quiet(0.2), keys("0120#"), rate=rate, kind=kind)
    (found,) = objects(command("dtmf", path, "--json"))
    assert found["digits"] == "0120#"


def test_two_channels_are_told_as_one(tmp_path: Path) -> None:
    """The same on both, one of them 20 ms late; then a key on the right one only."""
    left = np.concatenate([quiet(0.5), keys("1122"), quiet(1)])
    right = np.concatenate([quiet(0.52), keys("1122"), quiet(0.3), keys("9"), quiet(1)])[: len(left)]
    soundfile.write(tmp_path / "a.wav", np.column_stack([left, right]), 8000)
    (found,) = objects(command("dtmf", tmp_path / "a.wav", "--json"))
    assert found["digits"] == "11229"
    assert len(found["at_s"]) == 5


def test_a_file_of_one_key_and_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", keys("5")[: round(0.07 * 8000)])
    (found,) = objects(command("dtmf", path, "--json"))
    assert found["digits"] == "5"


def test_for_people(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", quiet(1), keys("42"), quiet(1))
    done = command("dtmf", path)
    assert done.returncode == 0
    assert done.stdout.startswith(f"{path}  42  1.0")
    assert done.stdout.endswith(" s\n")


def test_nothing_found_is_no_error(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", quiet(1), jclip(JAPAN), quiet(1))
    done = command("dtmf", path)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{path}  no digits found\n", "")
    assert command("dtmf", path, language="ja_JP.UTF-8").stdout == f"{path}  プッシュ信号は見つかりません\n"
    assert objects(command("dtmf", path, "--json")) == [{"file": str(path), "digits": "", "at_s": []}]


def test_what_cannot_be_read_is_told_and_the_rest_is_read_all_the_same(tmp_path: Path) -> None:
    good = write(tmp_path / "good.wav", keys("7"), quiet(0.2))
    done = command("dtmf", tmp_path / "nobody.wav", good, "--json")
    assert done.returncode == 2
    assert done.stderr == f"denwaban: there is no file {tmp_path / 'nobody.wav'}\n"
    assert done.stdout.count("\n") == 1
    assert '"digits": "7"' in done.stdout
