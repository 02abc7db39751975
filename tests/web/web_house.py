"""A page with its bus in one process, and a store."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from appliance.bus.memory import MemoryBroker, MemoryBus
from appliance.desk.contacts import lookup_key
from appliance.events import CallerIdentity, Decision, Message, Outcome
from appliance.settings import HoursSettings, PathSettings, Settings, ShopSettings
from appliance.store import places
from appliance.store.calls import Store
from appliance.store.deeds import (
    AddEvent,
    CloseRecording,
    Deed,
    EndCall,
    OpenCall,
    SetDecision,
    SetIdentity,
    SetRecording,
)
from appliance.store.migrate import upgrade_here
from appliance.store.wav import header
from web import create_app
from web.live import SUBSCRIPTIONS, LiveBoard

JST = timezone(timedelta(hours=9))
NOON = datetime(2026, 11, 24, 14, 32, 5, tzinfo=JST)

CALL: dict[str, Any] = {
    "call_id": "20261124-143205-1",
    "state": "letting_ring",
    "direction": "in",
    "started": "2026-11-24T14:32:05+09:00",
    "since": "2026-11-24T14:32:05+09:00",
    "identified": True,
    "number": "0312345678",
    "absence": None,
    "name": "山本 太郎",
    "company": "ヤマモト商事",
    "listing": "known",
    "note": "店長が対応",
    "calls_today": 4,
    "calls_before": 2,
    "decision": "announce",
    "decision_why": "",
    "recording": False,
    "waiting": False,
    "waiting_number": "",
    "waiting_absence": None,
    "waiting_name": "",
}


class Client(FlaskClient):
    """Reads each answer to its end and closes it, as a server would."""

    def open(self, *args: Any, buffered: bool = True, **kwargs: Any) -> Any:
        return super().open(*args, buffered=buffered, **kwargs)


@dataclass
class House:
    """The page, the line process's end of the bus, and the knobs."""

    settings: Settings
    line: MemoryBus
    bus: MemoryBus
    live: LiveBoard
    store: Store
    app: Flask
    clock: list[datetime]

    @property
    def client(self) -> FlaskClient:
        self.app.test_client_class = Client
        return self.app.test_client()

    def say(self, topic: str, **payload: Any) -> None:
        self.line.publish(Message(topic, payload, retain=topic.endswith("/state")))
        self.live.turn()

    def ring(self, **other: Any) -> None:
        self.say("call/state", **{**CALL, **other})

    def hang_up(self) -> None:
        self.say("call/state", state="idle", call_id="")

    def lamp(self, pattern: str, buzzer: bool = False) -> None:
        self.say("panel/state", pattern=pattern, since=NOON.isoformat(), buzzer=buzzer, ja="", en="")

    def get(self, path: str) -> str:
        return self.client.get(path).get_data(as_text=True)

    def record(self, call_id: str = CALL["call_id"], began: datetime = NOON, **knobs: Any) -> str:
        """A call in the store; `seconds` of recording on disk, 0 for none; `finished` or still growing.

        `talk`: seconds after which the far end hung up.
        """
        talk = knobs.get("talk")
        seconds, finished = knobs.get("seconds", 2.0), knobs.get("finished", True)
        count = round(seconds * 8000)
        identity = knobs.get("identity", CallerIdentity("0312345678"))
        deeds: list[Deed] = [
            OpenCall(call_id, began),
            SetIdentity(call_id, identity, lookup_key(identity.number)),
            SetDecision(call_id, Decision.ANNOUNCE, "a number we do not know"),
            AddEvent(call_id, began + timedelta(seconds=7), "ExtensionLifted", {}, 0),
        ]
        if count:
            file = f"recordings/{call_id}.wav"
            path = self.settings.paths.data / file
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(header(count) + (bytes(range(256)) * (count // 128 + 1))[: 2 * count])
            deeds.append(SetRecording(call_id, file, began + timedelta(seconds=7)))
        if count and finished:
            deeds.append(CloseRecording(call_id, count, None if talk is None else round(talk * 8000)))
        if finished:
            deeds.append(EndCall(call_id, began + timedelta(seconds=7 + seconds), Outcome.TALKED))
        self.store.write(*deeds)
        return call_id


@pytest.fixture(scope="session")
def empty_book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with an empty database in it."""
    data = tmp_path_factory.mktemp("book")
    upgrade_here(data)
    return data


@pytest.fixture
def house(tmp_path: Path, empty_book: Path) -> Iterator[House]:
    settings = Settings(
        hours=HoursSettings(timezone="Asia/Tokyo"), paths=PathSettings(data=tmp_path), shop=ShopSettings("さくら電器")
    )
    broker = MemoryBroker()
    line = MemoryBus("line", ("request/#",), broker)
    bus = MemoryBus("web", SUBSCRIPTIONS, broker)
    clock = [NOON]
    live = LiveBoard(bus, lambda: clock[0])
    shutil.copy(places.database(empty_book), places.database(tmp_path))
    store = Store(tmp_path)
    house = House(settings, line, bus, live, store, create_app(settings, live, store), clock)
    house.say("line/state", state="ready", device="USRobotics 5637", profile="usr5637", notes=[], why="")
    house.lamp("ready")
    house.hang_up()
    yield house
    live.close()
    store.close()
