"""A source that the code names can be looked up: our own fact sheets have the sections that are cited."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CITED = re.compile(r"(LINE_HARDWARE|CALLER_ID)\.md,? (\d+(?:\.\d+)?)")


def headings(sheet: str) -> set[str]:
    text = (ROOT / "docs" / f"{sheet}.md").read_text(encoding="utf-8")
    return set(re.findall(r"^#+ (\d+(?:\.\d+)?)\b", text, re.MULTILINE))


def test_cited_sections_exist() -> None:
    known = {sheet: headings(sheet) for sheet in ("LINE_HARDWARE", "CALLER_ID")}
    cited = 0
    for room in ("appliance", "web", "bench"):
        for path in (ROOT / room).rglob("*.py"):
            for sheet, section in CITED.findall(path.read_text(encoding="utf-8")):
                assert section in known[sheet], f"{path.name} cites {sheet}.md {section}"
                cited += 1
    assert cited > 50
