"""A shop with a box on the virtual clock, for tests: one line to have a call, one line to ask what became of it."""

from __future__ import annotations

import shutil
import stat
import time
import wave
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from appliance.daemon.demo_shop import MODEMS, VOICES
from appliance.daemon.virtual import VirtualHouse
from appliance.daemon.wiring import load_prompts
from appliance.desk.contacts import Contact, lookup_key
from appliance.edge.sounds import read_wav
from appliance.events import CallerIdentity, LampFrame, Prompt
from appliance.exchange.adapter import SimAdapter
from appliance.exchange.adapter_faults import AdapterFaults, Relay
from appliance.exchange.damage import CLEAN, Damage
from appliance.exchange.ears import Likeness, Pcm, find_prompt
from appliance.exchange.exchange import Call, CallPlan, Exchange, ExchangeOptions
from appliance.exchange.modem import SimModem
from appliance.exchange.modem_faults import ModemFaults
from appliance.exchange.office_tables import Clearing, State
from appliance.settings import check
from appliance.store import places
from appliance.store.calls import Store
from appliance.store.migrate import upgrade_here
from appliance.store.rows import CallQuery, CallRecord
from appliance.units import RATE_HZ, SampleIndex

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

CODES = {"JP": 0x00, "US": 0xB5}
"""Spec: ITU-T T.35."""

POLARITY_PIN = 13
"""Where the polarity opto of the tests' board leads."""

SETTLED_S = 0.6
"""From ready to the first thing that happens. Why: a telephone that an adapter finds lifted, nobody has lifted now."""

KINDS = ("modem", "sound")

ADAPTER = "adapter"
"""As a `profile`: no modem but the line of kind "sound"."""

both_kinds = pytest.mark.parametrize("kind", KINDS)
"""The test holds for every kind of line: `open_shop` opens it on both."""

sound_only = pytest.mark.parametrize("kind", ["sound"])


class NotedPanel:
    """A panel that remembers every frame that differs from the one before."""

    def __init__(self) -> None:
        self.shown: list[LampFrame] = []
        self.closed = False

    def show(self, frame: LampFrame) -> None:
        if not self.shown or self.shown[-1] != frame:
            self.shown.append(frame)

    def pressed(self) -> list[Any]:
        return []

    def close(self) -> None:
        self.closed = True


@dataclass
class ShopPlan:
    """How the shop is set up. `settings`: "section.key" to a TOML literal. `board`: of kind "sound"."""

    kind: str = "modem"
    country: str = "JP"
    profile: str = ""
    mode: str = "staff_first"
    damage: Damage = CLEAN
    clearing: Clearing = Clearing.BUSY_TONE
    number_display: bool = True
    call_waiting: bool = False
    call_waiting_identity: bool = False
    seed: int = 0
    faults: ModemFaults = field(default_factory=ModemFaults)
    board: AdapterFaults = field(default_factory=AdapterFaults)
    tap_only: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.profile == ADAPTER:
            self.kind, self.profile = "sound", ""
        if self.kind not in KINDS:
            raise ValueError(f"no kind of line: {self.kind}; a test that has a parameter `kind` means something else")


class LineShop:
    """Exchange, modem, line process and bus of one shop; nothing waits."""

    def __init__(self, folder: Path, plan: ShopPlan | None = None) -> None:
        self.plan = plan = plan or ShopPlan()
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.data = folder / "data"
        shutil.copytree(empty_data(), self.data)
        self.settings = check(self._toml(plan))
        self.exchange = Exchange(
            ExchangeOptions(
                country=plan.country,
                number_display=plan.number_display,
                damage=plan.damage,
                clearing=plan.clearing,
                call_waiting=plan.call_waiting,
                call_waiting_identity=plan.call_waiting_identity,
            )
        )
        self.terminal = self._terminal(plan)
        self.store = Store(self.data)
        for number, name in plan.known.items():
            key = lookup_key(number, plan.country)
            self.store.put_contact(Contact(key, name, listing="known"), START)
        self.panel = NotedPanel()
        self.house = VirtualHouse(self.settings, self.exchange, self.terminal, self.panel, START)

    @staticmethod
    def _terminal(plan: ShopPlan) -> SimModem | SimAdapter:
        if plan.kind == "modem":
            profile = plan.profile or MODEMS[plan.country][0]
            return SimModem(profile, CODES[plan.country], plan.seed, plan.faults)
        if plan.tap_only:
            plan.board.relay = Relay.NONE
        return SimAdapter(plan.country, plan.board, plan.seed)

    @property
    def modem(self) -> SimModem:
        """Where the line is one on a modem."""
        assert isinstance(self.terminal, SimModem)
        return self.terminal

    @property
    def adapter(self) -> SimAdapter:
        """Where the line is one on an adapter."""
        assert isinstance(self.terminal, SimAdapter)
        return self.terminal

    def hide_the_hook(self) -> None:
        """From now on nothing tells the box whether the shop's telephone is lifted or replaced."""
        self.plan.faults.detect_extension = False
        self.plan.board.loop_wired = False

    @property
    def seized(self) -> bool:
        """Whether the box holds the line."""
        return self.terminal.off_hook

    def _toml(self, plan: ShopPlan) -> str:
        sound = {
            "line.kind": '"sound"',
            "adapter.capture": '"plughw:CARD=Device"',
            "adapter.polarity_pin": str(POLARITY_PIN if plan.board.polarity_wired else 0),
            "adapter.tap_only": str(plan.tap_only).lower(),
        }
        values = {
            **({"line.port": '"/dev/modem"'} if plan.kind == "modem" else sound),
            "line.country": f'"{plan.country}"',
            "line.number_display": str(plan.number_display).lower(),
            "call.mode": f'"{plan.mode}"',
            "web.language": '"en"',
            "paths.data": f'"{self.data}"',
            "paths.run": f'"{self.folder / "run"}"',
            "hours.timezone": '"Asia/Tokyo"',
            "recording.min_free_mb": "50",
            **plan.settings,
        }
        sections: dict[str, list[str]] = {}
        for name, literal in values.items():
            section, key = name.split(".")
            sections.setdefault(section, []).append(f"{key} = {literal}")
        return "\n".join(f"[{section}]\n" + "\n".join(lines) for section, lines in sections.items())

    def close(self) -> None:
        self.house.close()
        self.store.close()

    # ---- time

    @property
    def now(self) -> SampleIndex:
        return self.exchange.now

    def pass_s(self, seconds: float) -> None:
        """Let so much time pass, in blocks of 20 ms."""
        for _ in range(round(seconds * 50)):
            self.house.advance()

    def until(self, true: Callable[[], bool], limit_s: float = 30) -> None:
        """Let time pass until it is true; a failure of the test where it never is."""
        if not self.house.advance_until(true, limit_s):
            raise AssertionError(f"waited {limit_s} s in vain; {self.story()}")

    def until_state(self, *states: str, limit_s: float = 30) -> None:
        self.until(lambda: self.state in states, limit_s)

    def until_idle(self, limit_s: float = 60) -> None:
        self.until(self.house.idle, limit_s)

    # ---- what people do

    def call(self, number: str = "0661234567", **identity: Any) -> Call:
        """Somebody rings; `number` empty and nothing else: a line that sends nothing."""
        return self.exchange.place_call(CallPlan(CallerIdentity(number=number, **identity), name=f"caller {self.now}"))

    def lift(self) -> None:
        self.exchange.phone.lift()

    def replace(self) -> None:
        self.exchange.phone.replace()

    def say(self, who: Any, name: str) -> SampleIndex:
        """Somebody (a `Caller` or the shop's telephone) says a voice of the demo; when the first sample leaves."""
        who.say(voice(name))
        return self.now

    # ---- what became of it

    @property
    def state(self) -> str:
        """Of the call machine."""
        return str(self.house.state("call/state").get("state"))

    def said(self, topic: str = "call/event", kind: str = "") -> list[dict[str, Any]]:
        """Payloads on the bus, oldest first."""
        return [
            message.payload
            for message in self.house.broker.said
            if message.topic == topic and (not kind or message.payload.get("type") == kind)
        ]

    def states(self) -> list[str]:
        """Every state entered, in order."""
        return [str(one["state"]) for one in self.said(kind="CallStateChanged")]

    def lamps(self) -> list[str]:
        return [str(one["pattern"]) for one in self.said("panel/state")]

    def faults(self) -> dict[str, str]:
        """What is broken right now, and why."""
        rows: Any = self.house.state("fault/state").get("faults", [])
        return {row["what"]: row["why"] for row in rows}

    def calls(self) -> list[CallRecord]:
        """All calls in the database, oldest first."""
        return list(reversed(self.store.calls(CallQuery(limit=200))))

    def last(self) -> CallRecord:
        return self.calls()[-1]

    def sound(self, record: CallRecord) -> Pcm:
        """The recording of a call, as it lies on the disk when it is finished."""
        return wav_sound(self.data / record.recording)

    def recorded_from(self, record: CallRecord) -> int:
        """The instant of the first sample of the recording, on the clock of the line."""
        assert record.recording_at is not None
        return round((record.recording_at - START).total_seconds() * RATE_HZ)

    def line_history(self) -> list[str]:
        """States of the line as the exchange went through them."""
        return [
            one.what.removeprefix("line: ")
            for one in self.exchange.history
            if one.who == "exchange" and one.what.startswith("line: ")
        ]

    def story(self) -> str:
        """What to look at when a test failed."""
        return (
            f"state {self.state}, line {self.exchange.state}, states {self.states()[-12:]}, "
            f"faults {self.faults()}, exchange {self.line_history()[-8:]}"
        )


OpenShop = Callable[..., LineShop]


@pytest.fixture
def kind() -> str:
    """The kind of line of a test that does not say."""
    return "modem"


@pytest.fixture
def open_shop(tmp_path: Path, kind: str) -> Iterator[OpenShop]:
    """Opens shops for one test: `open_shop(mode="box_first", ...)`, ready for calls unless `ready=False`."""
    shops: list[LineShop] = []

    def open_one(ready: bool = True, **plan: Any) -> LineShop:
        shop = LineShop(tmp_path / f"shop{len(shops)}", ShopPlan(**{"kind": kind, **plan}))
        shops.append(shop)
        if ready:
            shop.until_idle(20)
            shop.pass_s(SETTLED_S)
        return shop

    yield open_one
    for shop in shops:
        shop.close()


@lru_cache(maxsize=1)
def empty_data() -> Path:
    """A data directory with an empty database, made once and copied."""
    import atexit
    import tempfile

    folder = Path(tempfile.mkdtemp(prefix="denwaban-empty-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    upgrade_here(folder / "data")
    return folder / "data"


@lru_cache(maxsize=64)
def voice(name: str) -> Pcm:
    """A voice of the demo."""
    return np.frombuffer(read_wav(VOICES / f"{name}.wav"), "<i2").astype(np.int16)


@lru_cache(maxsize=4)
def prompts(country: str) -> Mapping[Prompt, Pcm]:
    """What the box can say."""
    return {prompt: np.frombuffer(pcm, "<i2").astype(np.int16) for prompt, pcm in load_prompts(country).items()}


def wav_sound(path: Path) -> Pcm:
    """What is in a recording. Waits for the recorder's thread: a finished recording is read-only."""
    give_up = time.monotonic() + 20
    while stat.S_IMODE(path.stat().st_mode) != places.FINISHED_MODE:
        assert time.monotonic() < give_up, f"{path.name} was never finished"
        time.sleep(0.005)
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE_HZ)
        return np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)


def whole(wanted: Pcm, heard: Pcm) -> Likeness:
    """Where `wanted` was heard; fails unless its last half second is there too, at its place.

    Why: a prompt cut after half its length still correlates by 0.7.
    """
    found = find_prompt(wanted, heard)
    assert found.heard, f"not heard at all (likeness {found.score:.2f})"
    tail = RATE_HZ // 2
    end = found.at + len(wanted)
    last = find_prompt(wanted[-tail:], heard[end - tail - 400 : end + 400])
    assert last.score > 0.6, f"its end was not heard (likeness {last.score:.2f})"
    return found


__all__ = [
    "ADAPTER",
    "KINDS",
    "RATE_HZ",
    "START",
    "AdapterFaults",
    "Call",
    "LineShop",
    "NotedPanel",
    "OpenShop",
    "Pcm",
    "ShopPlan",
    "State",
    "both_kinds",
    "kind",
    "open_shop",
    "prompts",
    "sound_only",
    "voice",
    "wav_sound",
    "whole",
]
