"""Every fault that the box can tell has words for people, in both languages."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from appliance.line.adapter import hold, input_faults, primary

ROOT = Path(__file__).parents[2]
KEYS = {
    hold.HOOK_FAULT,
    primary.DISPLAY_FAULT,
    input_faults.RING,
    input_faults.LOOP,
    input_faults.HELD,
    input_faults.SOUND,
} | {
    key
    for path in (ROOT / "appliance").rglob("*.py")
    for key in re.findall(r'FaultRaised\([\w.()]+, "(\w+)"', path.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_there_are_words_for_every_fault(language: str) -> None:
    words = tomllib.loads((ROOT / f"web/translations/{language}.toml").read_text(encoding="utf-8"))["fault"]
    assert sorted(KEYS - words.keys()) == []
