"""Reading TOML tables of a script key by key, gathering every complaint in words a shop can follow."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from appliance.errors import OperatorError

_MUST = object()


class Complaints:
    """All that is wrong with one file."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._lines: list[str] = []

    def add(self, where: str, what: str) -> None:
        self._lines.append(f"{self._file}: {where}: {what}")

    def raise_any(self) -> None:
        """Raises OperatorError naming every mistake, if there was one."""
        if self._lines:
            raise OperatorError("\n".join(self._lines))


class Table:
    """One table of the file; each key is asked for once, and what nobody asked for is a mistake."""

    def __init__(self, raw: Any, path: str, complaints: Complaints) -> None:
        self._path = path
        self._complaints = complaints
        self._asked: set[str] = set()
        self._raw: dict[str, Any] = raw if isinstance(raw, dict) else {}
        if not isinstance(raw, dict):
            complaints.add(path, "must be a table of keys and values")

    def complain(self, key: str, what: str) -> None:
        self._complaints.add(self._name(key), what)

    def has(self, key: str) -> bool:
        return key in self._raw

    def text(self, key: str, default: str | None = None) -> str:
        """A string; without default the key must be there and not be empty."""
        value = self._get(key, _MUST if default is None else default)
        if isinstance(value, str) and (value or default is not None):
            return value
        if value is not None:
            self.complain(key, f"must be text, is {value!r}")
        return ""

    def number(self, key: str, default: float | None = None) -> float:
        """A number that is not negative."""
        value = self._get(key, _MUST if default is None else default)
        if isinstance(value, int | float) and not isinstance(value, bool) and value >= 0:
            return float(value)
        if value is not None:
            self.complain(key, f"must be a number from 0 up, is {value!r}")
        return 0.0

    def flag(self, key: str, default: bool) -> bool:
        value = self._get(key, default)
        if not isinstance(value, bool):
            self.complain(key, f"must be true or false, is {value!r}")
        return bool(value)

    def choice(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """One of `allowed`; a wrong one is complained about and becomes the default, or the first."""
        value = self._get(key, _MUST if default is None else default)
        if isinstance(value, str) and value in list(allowed):
            return value
        if value is not None:
            self._wrong_choice(key, value, allowed)
        return default if default is not None else allowed[0]

    def choices(
        self, key: str, allowed: Sequence[str] | None, default: tuple[str, ...] | None = None
    ) -> tuple[str, ...]:
        """A list of texts, each one of `allowed` if that is given."""
        value = self._get(key, _MUST if default is None else default)
        if value is None:
            return ()
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            self.complain(key, f"must be a list of texts, is {value!r}")
            return ()
        for one in value:
            if allowed is not None and one not in allowed:
                self._wrong_choice(key, one, allowed)
        return tuple(value)

    def span(self, key: str, nothing: str) -> tuple[float, float] | None:
        """`[least, most]`, or the word `nothing`."""
        value = self._get(key, _MUST)
        if value is None or value == nothing:
            return None
        if isinstance(value, list) and len(value) == 2 and all(isinstance(one, int | float) for one in value):
            if value[0] <= value[1]:
                return float(value[0]), float(value[1])
            self.complain(key, f"the least ({value[0]}) is more than the most ({value[1]})")
            return None
        self.complain(key, f'must be [least, most] in seconds, or "{nothing}"; is {value!r}')
        return None

    def table(self, key: str) -> Table:
        """A table that must be there."""
        value = self._get(key, _MUST)
        return Table({} if value is None else value, self._name(key), self._complaints)

    def tables(self, key: str) -> list[Table]:
        """A list of tables, perhaps empty."""
        value = self._get(key, [])
        if not isinstance(value, list):
            self.complain(key, f"must be a list of tables, is {value!r}")
            return []
        return [Table(one, self._element_name(key, n, one), self._complaints) for n, one in enumerate(value, 1)]

    def settings(self, key: str) -> dict[str, str | int | float | bool]:
        """A table of tables of plain values, flattened to `section.key`."""
        flat: dict[str, str | int | float | bool] = {}
        sections = self._get(key, {})
        for section, values in (sections if isinstance(sections, dict) else {key: None}).items():
            if not isinstance(values, dict):
                self.complain(key, f"must hold sections such as [{key}.call], found {section!r}")
                continue
            flat |= {f"{section}.{name}": value for name, value in values.items()}
        return flat

    def no_more(self) -> None:
        """Complain about every key that nobody asked for."""
        for key in self._raw.keys() - self._asked:
            near = difflib.get_close_matches(key, self._asked, 1)
            hint = f"; did you mean {near[0]!r}?" if near else f"; allowed: {', '.join(sorted(self._asked))}"
            self.complain(key, f"is not a key here{hint}")

    def _get(self, key: str, default: Any) -> Any:
        self._asked.add(key)
        if key in self._raw:
            return self._raw[key]
        if default is _MUST:
            self.complain(key, "is missing")
            return None
        return default

    def _wrong_choice(self, key: str, value: object, allowed: Sequence[str]) -> None:
        names = [str(one) for one in allowed if one]
        near = difflib.get_close_matches(str(value), names, 1)
        hint = f" (did you mean {near[0]!r}?)" if near else ""
        self.complain(key, f"{value!r} is not allowed{hint}; allowed: {', '.join(names)}")

    def _name(self, key: str) -> str:
        return f"{self._path}.{key}" if self._path else key

    def _element_name(self, key: str, n: int, raw: Any) -> str:
        label = raw.get("id") if isinstance(raw, dict) else None
        return self._name(f"{key}[{label or n}]")
