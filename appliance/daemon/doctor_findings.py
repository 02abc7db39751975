"""What a doctor's finding is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from appliance.settings_checks import Words

LOG_HINT = "journalctl -u denwaban-{name}"


class Grade(StrEnum):
    OK = "ok"
    WARN = "warn"
    BAD = "bad"  # calls cannot be taken, or not recorded


@dataclass(frozen=True)
class Finding:
    """One thing looked at: how it is, and what to do where it is not well."""

    what: Words
    grade: Grade
    says: Words
    do: Words | None = None


SETTINGS = Words("settings", "設定")
PORTS = Words("plugged in", "接続機器")
MODEM = Words("modem", "モデム")
CARDS = Words("sound cards", "サウンドカード")
ADAPTER = Words("adapter", "アダプター")
DATA = Words("storage", "保存先")
DATABASE = Words("database", "データベース")
BROKER = Words("broker", "ブローカー")
PROCESSES = Words("processes", "プロセス")
PANEL = Words("lamps", "ランプ")
CLOCK = Words("clock", "時計")

Heard = Mapping[str, Mapping[str, Any]]
"""The retained states of the bus by topic."""


def line_says(device: Words, state: Mapping[str, Any]) -> Finding:
    """What the running line process says of its modem or adapter: `state` is the payload of line/state."""
    name = str(state.get("device", ""))
    if state.get("state") == "ready":
        return Finding(device, Grade.OK, Words(f"in use and ready: {name}", f"使用中、正常: {name}"))
    why = str(state.get("why", "")) or "…"
    log = LOG_HINT.format(name="line")
    return Finding(
        device,
        Grade.BAD,
        Words(f"the line process has no working {device.en}: {why}", f"回線プロセスが{device.ja}を使えません: {why}"),
        Words(
            f"Unplug the {device.en}, wait ten seconds, plug it in again; look at {log}",
            f"{device.ja}を抜き、10 秒待って挿し直してください。記録: {log}",
        ),
    )
