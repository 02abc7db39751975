"""The page on the network: one worker of gunicorn, its threads, and the thread that follows the bus."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from flask import Flask
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from appliance.errors import OperatorError
from appliance.settings import WebSettings
from web.live import LiveBoard
from web.notify import Notifier

THREADS = 32
"""Requests at a time. Why: 24 live boards and eight for pages and sound (`streams.STREAMS_LIMIT`)."""

GRACE_S = 3
"""How long open requests may go on after the stop, seconds. Why: streams end by themselves; `denwaban up` waits 5."""

HUNG_S = 30
"""A worker without a sign of life for so long is replaced, seconds. Why: gunicorn's own default."""

BACKLOG = 64
"""Connections that may wait to be taken. Why: a shop has a handful of screens."""


class FollowedBus(Protocol):
    """The bus as the page's thread needs it, beyond `live.Bus`."""

    def wait(self, seconds: float) -> object: ...

    def close(self) -> None: ...


@dataclass
class House:
    """What a worker is made of. Built after the fork: threads and databases do not survive one."""

    app: Flask
    live: LiveBoard
    bus: FollowedBus
    close: Callable[[], None]


def listen(settings: WebSettings) -> socket.socket:
    """The socket of the page. Raises OperatorError in plain words where the address cannot be had."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    door = socket.socket(family, socket.SOCK_STREAM)
    door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        door.bind((settings.host, settings.port))
        door.listen(BACKLOG)
    except OSError as error:
        door.close()
        raise OperatorError(_refusal(settings, error)) from error
    return door


def _refusal(settings: WebSettings, error: OSError) -> str:
    where = f"{settings.host}:{settings.port}"
    return (
        f"The page cannot be served at {where}: {error.strerror or error}. Perhaps another program, or a second "
        f"Denwaban, is using the port. Stop it, or set another [web] port.\n"
        f"{where} でページを開けません。ほかのプログラムがこのポートを使っていないか確かめ、止めるか、"
        f"設定の [web] port を変えてください。"
    )


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    """Serves what `build` makes, on `door`, until told to stop."""

    def __init__(self, door: socket.socket, build: Callable[[], House], notifier: Notifier) -> None:
        self._door = door
        self._build = build
        self._notifier = notifier
        super().__init__()

    def load_config(self) -> None:
        wanted: dict[str, Any] = {
            "bind": f"fd://{self._door.fileno()}",
            "workers": 1,
            "worker_class": "gthread",
            "threads": THREADS,
            "timeout": HUNG_S,
            "graceful_timeout": GRACE_S,
            "keepalive": 5,
            "control_socket_disable": True,
            "proc_name": "denwaban-web",
            "loglevel": "warning",
            "post_worker_init": self._follow,
        }
        for key, value in wanted.items():
            if key in self.cfg.settings:  # control_socket_disable is not known to every gunicorn
                self.cfg.set(key, value)

    def load(self) -> Flask:
        self.house = self._build()
        return self.house.app

    def _follow(self, worker: Any) -> None:
        """In the worker: follow the bus from a thread of its own until the worker is told to stop."""
        threading.Thread(target=follow, args=(self.house, worker, self._notifier), name="bus").start()
        self._notifier.ready()


class Worker(Protocol):
    """What we need of gunicorn's worker. `ppid`: the arbiter that made it."""

    alive: bool
    ppid: int


def follow(house: House, worker: Worker, notifier: Notifier) -> None:
    """Keep the board true while `worker` lives; then end the streams and say goodbye on the bus.

    Why the parent: when the arbiter is killed gunicorn's worker leaves its loop and stays `alive`; this thread would
    keep the process, and its life sign on the bus, for ever.
    """
    stop = threading.Event()

    def beat() -> None:
        notifier.beat()
        if not worker.alive or os.getppid() != worker.ppid:
            stop.set()

    try:
        house.live.run(stop, _patient(house.bus), beat)
    finally:
        worker.alive = False  # a board that nobody feeds must not be shown: the arbiter starts another worker
        house.live.close()
        house.close()


def _patient(bus: FollowedBus) -> Callable[[float], object]:
    """`bus.wait`, then 10 ms more where something came. Why: a ring is five messages and one board."""

    def wait(seconds: float) -> object:
        came = bus.wait(seconds)
        if came:
            time.sleep(0.01)
        return came

    return wait
