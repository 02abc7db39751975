"""Server-sent events: the board's fragments to every open browser, a heartbeat in between, bounded in number."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping

from web.live import LiveBoard, Snapshot

HEARTBEAT_S = 10.0
"""Pause after which a stream says that it lives, seconds. Why: the page calls itself lost after 25 s of silence."""

RETRY_MS = 2000
"""What a browser waits before it connects again, milliseconds. Spec: WHATWG HTML, 9.2.6 (retry field)."""

STREAMS_LIMIT = 24
"""Most streams at a time. Why: each holds one of the server's 32 threads; eight stay for pages and sound."""

Draw = Callable[[Snapshot], Mapping[str, object]]


class StreamDoor:
    """Lets `STREAMS_LIMIT` streams in; whoever leaves gives the place back."""

    def __init__(self, limit: int = STREAMS_LIMIT) -> None:
        self._places = threading.BoundedSemaphore(limit)

    def enter(self, board: LiveBoard, draw: Draw) -> Stream | None:
        """A stream of what `draw` makes of each snapshot; None where the house is full."""
        if not self._places.acquire(blocking=False):
            return None
        return Stream(stream(board, draw), self._places.release)


class Stream:
    """An iterator of event frames that gives its place back exactly once, even when it was never begun."""

    def __init__(self, frames: Iterator[str], leave: Callable[[], None]) -> None:
        self._frames = frames
        self._leave = leave
        self._left = threading.Lock()

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        return next(self._frames)

    def close(self) -> None:
        """End the stream. Spec: PEP 3333 (the server calls `close` whatever happened)."""
        if self._left.acquire(blocking=False):
            self._leave()


def stream(board: LiveBoard, draw: Draw) -> Iterator[str]:
    """The whole snapshot at once, then again at each change, a heartbeat after ten silent seconds; ends with the board.

    Why whole each time: a browser that comes back needs no history, and its last event id needs no answer.
    """
    yield f"retry: {RETRY_MS}\n\n"
    seen = -1
    while True:
        snapshot = board.wait(seen, HEARTBEAT_S)
        if board.closed:
            return
        if snapshot is None:
            yield frame("heartbeat", seen, {"now": board.now().isoformat()})
        else:
            seen = snapshot.version
            yield frame("board", seen, {"now": board.now().isoformat(), **draw(snapshot)})


def frame(event: str, number: int, payload: Mapping[str, object]) -> str:
    """One event as it goes over the wire. Spec: WHATWG HTML, 9.2.5."""
    return f"id: {number}\nevent: {event}\ndata: {json.dumps(payload, ensure_ascii=False)}\n\n"
