"""The words of the page: one TOML file a language, looked up by key, filled by name.

Why `%(name)s` and `_`: both move over to gettext (Flask-Babel) unchanged, with the key as message id.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from appliance.errors import HouseError

LANGUAGES = ("ja", "en")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Every text of `language` by its dotted key ("board.idle.title")."""
    file = resources.files("web") / "translations" / f"{language}.toml"
    return dict(_flat("", tomllib.loads(file.read_text(encoding="utf-8"))))


def _flat(prefix: str, table: Mapping[str, Any]) -> list[tuple[str, str]]:
    entries: list[tuple[str, str]] = []
    for key, value in table.items():
        path = f"{prefix}{key}"
        entries.extend(_flat(f"{path}.", value) if isinstance(value, Mapping) else [(path, value)])
    return entries


class Texts:
    """The texts of one language; call it with a key and the names its text uses."""

    def __init__(self, language: str) -> None:
        if language not in LANGUAGES:
            raise HouseError(f"no texts in {language!r}")
        self.language = language
        self._texts = catalogue(language)

    def __call__(self, key: str, **names: object) -> str:
        """The text of `key`. Raises HouseError where there is none: a test looks every key up in both languages."""
        if key not in self._texts:
            raise HouseError(f"no text {key!r} in {self.language!r}")
        text = self._texts[key]
        return text % names if names else text

    def has(self, key: str) -> bool:
        return key in self._texts

    def word(self, group: str, value: str) -> str:
        """The word for `value` in `group`; where a newer process sends a value without a word, the value itself."""
        key = f"{group}.{value}"
        return self._texts.get(key, value)


def choose(*wishes: str | None) -> str:
    """The first of `wishes` that is a language of ours; Japanese where none is."""
    return next((wish for wish in wishes if wish in LANGUAGES), LANGUAGES[0])
