"""What every page function needs, found through the application instead of through globals."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from flask import Flask, current_app

from appliance.errors import HouseError
from appliance.settings import Settings
from appliance.store.calls import Store
from web.drawing import Drawings
from web.listening import ListeningLog
from web.live import LiveBoard
from web.streams import StreamDoor

KEY = "denwaban"


@dataclass
class Context:
    """The page's belongings for as long as the application lives."""

    settings: Settings
    live: LiveBoard
    store: Store
    door: StreamDoor = field(default_factory=StreamDoor)
    drawings: Drawings = field(default_factory=Drawings)
    listening: ListeningLog = field(default_factory=ListeningLog)

    @property
    def zone(self) -> tzinfo | None:
        """The shop's time zone; None for that of the machine."""
        name = self.settings.hours.timezone
        return ZoneInfo(name) if name else None

    def now(self) -> datetime:
        """Civil time in the shop."""
        return self.local(self.live.now())

    def local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)


def install(app: Flask, context: Context) -> None:
    app.extensions[KEY] = context


def here() -> Context:
    """The belongings of the application that answers this request."""
    context = current_app.extensions[KEY]
    if not isinstance(context, Context):
        raise HouseError("the page was built without create_app")
    return context
