"""`python -m web --config FILE`: the page of the box, until stopped."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from appliance.bus.mqtt import MqttBus
from appliance.errors import OperatorError
from appliance.settings import DEFAULT_FILE, FILE_VARIABLE, Settings, check
from appliance.store.calls import Store
from appliance.store.migrate import upgrade
from web import create_app
from web.live import SUBSCRIPTIONS, LiveBoard
from web.notify import Notifier
from web.server import House, Server, listen

log = logging.getLogger("web")


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m web",
        description="Serves the page of the box: the live board, the calls, the recordings.",
        epilog=f"Without --config the file named by {FILE_VARIABLE} is read, else {DEFAULT_FILE}.",
    )
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file")
    config: Path | None = parser.parse_args(arguments).config
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = load(config)
        door = listen(settings.web)
    except OperatorError as error:
        log.error("%s", error)
        return 2
    log.info("page: http://%s:%d/", settings.web.host, settings.web.port)
    Server(door, lambda: build(settings), Notifier.from_environment()).run()
    return 0


def load(config: Path | None) -> Settings:
    """The settings of `config`, else of the file of the environment, else of /etc. Raises OperatorError."""
    file = config or Path(os.environ.get(FILE_VARIABLE) or DEFAULT_FILE)
    try:
        return check(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise OperatorError(f"The settings file {file} cannot be read: {error}") from error


def build(settings: Settings) -> House:
    """The page with its bus and its records."""
    zone = ZoneInfo(settings.hours.timezone) if settings.hours.timezone else None
    upgrade(settings.paths.data)
    store = Store(settings.paths.data)
    bus = MqttBus(settings.bus_socket, "web", SUBSCRIPTIONS)
    live = LiveBoard(bus, lambda: datetime.now(zone).astimezone(zone))

    def close() -> None:
        bus.close()
        store.close()

    return House(create_app(settings, live, store), live, bus, close)


if __name__ == "__main__":
    sys.exit(main())
