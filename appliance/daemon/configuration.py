"""Where the settings file is, and reading it. Run as a module with `--document` it prints docs/settings.md."""

from __future__ import annotations

import argparse
import os
import sys
import zoneinfo
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from appliance.settings import DEFAULT_FILE, FILE_VARIABLE, Complaint, Settings, SettingsError, check
from appliance.settings_checks import Words
from appliance.settings_table import SECTIONS, TABLE, Row


def find(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """The settings file: the one given, else that of the environment, else the one under /etc."""
    if path is not None:
        return path
    named = environment.get(FILE_VARIABLE, "")
    return Path(named) if named else DEFAULT_FILE


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of this box. Raises `SettingsError` with everything that is wrong."""
    file = find(path, environment)
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(
            file, "not UTF-8; save it as UTF-8.", "UTF-8 ではありません。UTF-8 で保存してください。"
        ) from error
    except FileNotFoundError as error:
        example = '[line] and below it port = "/dev/ttyACM0"'
        raise _unreadable(
            file,
            f"there is no such file. Write it (it needs no more than {example}), or name another with --config.",
            f"ファイルがありません。作成するか({example} だけで足ります)、--config で指定してください。",
        ) from error
    except OSError as error:
        raise _unreadable(file, f"cannot be read: {error.strerror}.", f"読めません: {error.strerror}") from error
    return check(text, zoneinfo.available_timezones())


def _unreadable(file: Path, en: str, ja: str) -> SettingsError:
    return SettingsError([Complaint(str(file), Words(en, ja))])


# ---- the manual ------------------------------------------------------------------------------------------------------

_HEAD = f"""# Settings / 設定

One TOML file: `--config FILE`, else the environment variable `{FILE_VARIABLE}`, else `{DEFAULT_FILE}`.
A box needs no more than

```toml
[line]
kind = "modem"
port = "/dev/ttyACM0"
country = "JP"
```

or, with an analog adapter ([wiring](adapter.md)),

```toml
[line]
kind = "sound"
country = "JP"
[adapter]
capture = "plughw:CARD=Device"
```

Everything else has the default shown here. [denwaban.toml](denwaban.toml) has every setting, to copy from.
All mistakes are told at once; `denwaban doctor` shows them in the language of the page.
設定は TOML ファイル一つです。上の数行だけで動きます。誤りはまとめて表示され、`denwaban doctor` でも確かめられます。

This page is printed from `appliance/settings_table.py` by `make docs`.
"""


_NEEDED_FOR = {"line.port": 'kind = "modem"', "adapter.capture": 'kind = "sound"'}
"""Settings without a default, and when they must be given."""


def _default(row: Row) -> object:
    return getattr(getattr(Settings(), row.section), row.key)


def _literal(value: object) -> str:
    """A default as it would be written in TOML."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f'"{value}"'


def document() -> str:
    """docs/settings.md."""
    parts = [_HEAD]
    for section in SECTIONS:
        parts.append(f"\n## [{section.name}]\n\n{section.words.en}\n\n{section.words.ja}\n")
        for row in (row for row in TABLE if row.section == section.name):
            condition = _NEEDED_FOR.get(row.name)
            needed, usual = f"**needed / 必須** (`{condition}`)", f"default / 既定: `{_literal(_default(row))}`"
            default = needed if condition else usual
            unit = f" [{row.unit}]" if row.unit else ""
            parts.append(
                f"\n### `{row.key}`{unit}\n\n{row.words.en}\\\n{row.words.ja}\n\n"
                f"- {default}\n- allowed: {row.checker.allowed.en}\n- 使えるもの: {row.checker.allowed.ja}\n"
            )
    return "".join(parts)


def example() -> str:
    """docs/denwaban.toml: the three lines that a box needs, and every other setting commented out."""
    needed = {"line.kind": '"modem"', "line.port": '"/dev/ttyACM0"', "line.country": '"JP"'}
    lines = [
        "# Denwaban. The three lines under [line] are enough; take the # off a line to change it.",
        "# 行頭の # を外すとその設定が有効になります。説明: docs/settings.md",
    ]
    for section in SECTIONS:
        lines += ["", f"[{section.name}]"]
        for row in (row for row in TABLE if row.section == section.name):
            unit = f" [{row.unit}]" if row.unit else ""
            value = needed.get(row.name)
            setting = f"{row.key} = {value}" if value else f"# {row.key} = {_literal(_default(row))}"
            lines += [f"# {row.words.ja}{unit}", f"# {row.words.en}", setting]
    return "\n".join(lines) + "\n"


def undocumented() -> list[str]:
    """Settings that the dataclasses have and the table lacks, or the other way round."""
    defaults = Settings()
    held = {f"{s.name}.{f.name}" for s in fields(defaults) for f in fields(getattr(defaults, s.name))}
    return sorted(held ^ {row.name for row in TABLE})


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m appliance.daemon.configuration", description="The manual of the settings."
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--document", action="store_true", help="print docs/settings.md")
    which.add_argument("--example", action="store_true", help="print docs/denwaban.toml")
    sys.stdout.write(document() if parser.parse_args().document else example())
    return 0


if __name__ == "__main__":
    sys.exit(main())
