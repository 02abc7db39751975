"""The picture of the lamp keeps the very times of `appliance.alert.patterns`.

`python tests/web/test_web_lamp.py` draws them anew into web/static/lamp.css.
"""

from __future__ import annotations

from pathlib import Path

from appliance.alert.patterns import PATTERNS, LampPattern, Pattern
from web.news import PATTERNS as SHOWN

SHEET = Path(__file__).parents[2] / "web" / "static" / "lamp.css"
BEGIN = "/* drawn from appliance/alert/patterns.py */\n"


def drawn() -> str:
    """The part of the sheet that is drawn from the table."""
    return "\n".join(rule for name, pattern in PATTERNS.items() for rule in rules(name, pattern)) + "\n"


def rules(name: Pattern, pattern: LampPattern) -> list[str]:
    lamps = sorted({step.lamp for step in pattern.steps} - {""})
    total = sum(step.ms for step in pattern.steps)
    found = []
    for lamp in lamps:
        where = f".pattern-{name} .{lamp} .light"
        if {step.lamp for step in pattern.steps} == {lamp}:
            found.append(f"{where} {{ opacity: 1; }}")
            continue
        at, frames = 0, []
        for step in pattern.steps:
            frames.append(f"{round(100 * at / total, 3):g}% {{ opacity: {int(step.lamp == lamp)}; }}")
            at += step.ms
        found.append(f"{where} {{ opacity: 1; animation: {name}-{lamp} {total}ms step-end infinite; }}")
        found.append(f"@keyframes {name}-{lamp} {{ {' '.join(frames)} }}")
    return found


def test_the_sheet_shows_the_true_patterns() -> None:
    assert SHEET.read_text(encoding="utf-8").partition(BEGIN)[2] == drawn()


def test_the_page_knows_every_pattern() -> None:
    assert set(SHOWN) == {pattern.value for pattern in Pattern}


if __name__ == "__main__":
    kept = SHEET.read_text(encoding="utf-8").partition(BEGIN)[0]
    SHEET.write_text(f"{kept}{BEGIN}{drawn()}", encoding="utf-8")
