"""Each snapshot is drawn once a language, however many browsers show it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping

from web.live import Snapshot


class Drawings:
    """The newest drawing of the board in each language, and the newest list of calls."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._parts: dict[str, tuple[int, Mapping[str, str]]] = {}
        self._recent: dict[str, tuple[tuple[int, str], str]] = {}

    def parts(self, snapshot: Snapshot, language: str, draw: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        """What `draw` makes of `snapshot`, from the cupboard where it was drawn before."""
        with self._turn:
            version, parts = self._parts.get(language, (-1, {}))
            if version != snapshot.version:
                parts = draw()
                self._parts[language] = (snapshot.version, parts)
            return parts

    def recent(self, snapshot: Snapshot, language: str, draw: Callable[[], str | None], otherwise: str) -> str:
        """The list of calls, drawn again only after a call began or ended, or at midnight. Called within `parts`.

        Where `draw` has none to give, `otherwise`, and it is asked again next time.
        """
        key = (snapshot.calls_version, snapshot.today)
        kept, drawn = self._recent.get(language, ((-1, ""), ""))
        if kept != key:
            fresh = draw()
            if fresh is None:
                return otherwise
            drawn = fresh
            self._recent[language] = (key, drawn)
        return drawn
