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
