"""`denwaban doctor`: what is plugged in, what works, and what to do about the rest, in plain words.

Exit status 0: calls can be taken. 1: they cannot (at least one finding is bad). Warnings do not change it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from appliance.daemon import doctor_adapter, doctor_house, doctor_line
from appliance.daemon.configuration import find, load
from appliance.daemon.doctor_findings import SETTINGS, Finding, Grade, Heard
from appliance.daemon.doctor_probes import Probes
from appliance.settings import Settings, SettingsError
from appliance.settings_checks import Words

CAN_TAKE_CALLS, CANNOT_TAKE_CALLS = 0, 1
"""Exit statuses."""


def examine(given: Settings | SettingsError, probes: Probes) -> list[Finding]:
    """Everything the doctor finds. With unusable settings the machine is looked at all the same."""
    if isinstance(given, SettingsError):
        found = [
            Finding(SETTINGS, Grade.BAD, Words(complaint.text("en"), complaint.text("ja")))
            for complaint in given.complaints
        ]
        settings = Settings()
        return [
            *found,
            *doctor_line.ports(probes.ports(), ""),
            *doctor_adapter.cards(probes.cards(), settings.adapter),
            *doctor_house.broker(probes, None),
            *doctor_house.panel(settings.panel, probes),
        ]
    heard = probes.bus(given.bus_socket)
    return [
        Finding(SETTINGS, Grade.OK, Words("found and sound", "問題ありません")),
        *_line(given, probes, heard or {}),
        *doctor_house.storage(given, probes),
        *doctor_house.broker(probes, heard),
        *doctor_house.processes(heard),
        *doctor_house.panel(given.panel, probes),
        *doctor_house.clock(probes.clock()),
    ]


def _line(settings: Settings, probes: Probes, heard: Heard) -> list[Finding]:
    """What connects the box to the line."""
    if settings.line.kind == "modem":
        return [*doctor_line.ports(probes.ports(), settings.line.port), *doctor_line.modem(settings, probes, heard)]
    cards = doctor_adapter.cards(probes.cards(), settings.adapter)
    return [*cards, *doctor_adapter.adapter(settings, probes, heard)]


# ---- telling ---------------------------------------------------------------------------------------------------------

_MARKS = {
    Grade.OK: Words("  ok ", "  良  "),
    Grade.WARN: Words("warn ", " 注意 "),
    Grade.BAD: Words(" BAD ", " 不良 "),
}


def status(findings: list[Finding]) -> int:
    """The exit status: can calls be taken?"""
    return CANNOT_TAKE_CALLS if any(finding.grade is Grade.BAD for finding in findings) else CAN_TAKE_CALLS


def report(findings: list[Finding], language: str) -> str:
    """The findings as lines for a terminal, with a verdict at the end."""
    lines = []
    for finding in findings:
        mark = _MARKS[finding.grade].text(language)
        lines.append(f"{mark} {finding.what.text(language)}: {finding.says.text(language)}")
        if finding.do is not None:
            lines.append(f"       -> {finding.do.text(language)}")
    verdict = (
        Words("Calls can be taken.", "電話を受けられます。")
        if status(findings) == CAN_TAKE_CALLS
        else Words(
            "Calls cannot be taken yet: see BAD above.", "まだ電話を受けられません。「不良」の項目を直してください。"
        )
    )
    return "\n".join([*lines, "", verdict.text(language)])


def language_of(given: Settings | SettingsError, environment: Mapping[str, str] = os.environ) -> str:
    """The language of the settings; without any, that of the terminal."""
    if isinstance(given, Settings):
        return given.web.language
    spoken = next((environment[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environment.get(name)), "")
    return "ja" if spoken.startswith("ja") else "en"


def diagnose(config: Path | None, tell: Callable[[str], None], probes: Probes | None = None) -> int:
    """Look, tell, and give the exit status."""
    given: Settings | SettingsError
    try:
        given = load(config)
    except SettingsError as error:
        given = error
    language = language_of(given)
    findings = examine(given, probes or Probes())
    tell(Words(f"settings file: {find(config)}", f"設定ファイル: {find(config)}").text(language))
    tell(report(findings, language))
    return status(findings)
