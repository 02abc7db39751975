"""The page in docs is the one that the tables give."""

from __future__ import annotations

from pathlib import Path

from appliance.call.draw import document
from appliance.call.states import State

DRAWN = document()
PAGE = Path(__file__).parents[3] / "docs" / "call-machine.md"


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == DRAWN, "run: python -m appliance.call.draw > docs/call-machine.md"


def test_every_state_is_on_the_page() -> None:
    assert [state for state in State if f"| {state} |" not in DRAWN] == []
