"""Honest small stand-ins for what the line process drives, with knobs, and one shared journal of what was done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.exc import OperationalError

from appliance import events as ev
from appliance.alert.lamp import LampState
from appliance.bus.memory import MemoryBus
from appliance.call.machine import CallConfig, CallMachine
from appliance.daemon.ledger import Ledger, LedgerParts
from appliance.daemon.line_loop import LineLoop, LineParts
from appliance.desk.contacts import Contact
from appliance.settings import Settings
from appliance.store.deeds import Deed
from appliance.store.recorder import RecordingDone
from appliance.store.rows import Seen
from appliance.units import RATE_HZ, SampleIndex

START = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)

BLOCK = 160


class HandClock:
    """Moves when it is told to."""

    def __init__(self) -> None:
        self.at = SampleIndex(0)

    def now(self) -> SampleIndex:
        return self.at

    def civil(self) -> datetime:
        return START + timedelta(seconds=self.at / RATE_HZ)

    def move(self, ms: float) -> SampleIndex:
        self.at = SampleIndex(self.at + round(ms * 8))
        return self.at


@dataclass
class Journal:
    """What was done to whom, in order."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, what: str) -> None:
        self.lines.append(what)


class HandDevice:
    """A line that tells what is put into `coming`, and writes down what was asked of it."""

    def __init__(self, journal: Journal) -> None:
        self.coming: list[ev.Fact | ev.SoundBlock] = []
        self.asked: list[str] = []
        self.said: list[tuple[ev.Prompt, bytes]] = []
        self.lets_go_after: int | None = None  # waits until it confirms a release by itself; None: it never does
        self._waits = 0
        self._journal = journal

    def _ask(self, what: str) -> None:
        self.asked.append(what)
        self._journal(what)

    def poll(self, now: SampleIndex) -> list[ev.Fact | ev.SoundBlock]:
        coming, self.coming = self.coming, []
        return coming

    def seize(self, now: SampleIndex) -> None:
        self._ask("seize")

    def release(self, now: SampleIndex) -> None:
        self._ask("release")
        self._waits = 0

    def play(self, now: SampleIndex, prompt: ev.Prompt, pcm: bytes) -> None:
        self.said.append((prompt, pcm))
        self._ask(f"play {prompt}")

    def stop_playing(self, now: SampleIndex) -> None:
        self._ask("stop playing")

    def wait(self, seconds: float) -> None:
        self._journal("wait")
        self._waits += 1
        if self._waits == self.lets_go_after:
            self.coming.append(ev.LineReleased(SampleIndex(0)))

    def close(self) -> None:
        self._ask("device closed")


class NotedRecorder:
    """Keeps blocks; `facts` is what it tells next."""

    def __init__(self, journal: Journal) -> None:
        self.facts: list[ev.Fact] = []
        self.heard = 0
        self.started_at: SampleIndex | None = None
        self._journal = journal

    def start(self, call_id: str, at: SampleIndex, civil: datetime) -> Path:
        assert self.started_at is None, "recording twice"
        self.started_at, self.heard = at, 0
        self._journal("recording started")
        return Path("recordings") / f"{call_id}.wav"

    def hear(self, block: ev.SoundBlock) -> list[ev.Fact]:
        self.heard += len(block)
        self._journal(f"recorder hears {block.source}")
        return self._told()

    def take(self, lost: ev.SoundLost) -> list[ev.Fact]:
        self._journal(f"recorder loses {lost.samples}")
        return []

    def tick(self, now: SampleIndex) -> list[ev.Fact]:
        return self._told()

    def position(self, at: SampleIndex) -> int:
        assert self.started_at is not None
        return at - self.started_at

    def stop(self, at: SampleIndex) -> RecordingDone:
        assert self.started_at is not None, "stopped what was not started"
        self.started_at = None
        self._journal("recording stopped")
        return RecordingDone("f.wav", self.heard, ())

    def close(self) -> None:
        self._journal("recorder closed")

    def _told(self) -> list[ev.Fact]:
        told, self.facts = self.facts, []
        return told


class NotedEar:
    """Hears nothing in the sound but what `facts` says."""

    def __init__(self, journal: Journal) -> None:
        self.facts: list[ev.Fact] = []
        self.trusting = True
        self._journal = journal

    def judge(self, fact: ev.Fact) -> ev.Fact | None:
        return fact if self.trusting else None

    def hear(self, block: ev.SoundBlock) -> list[ev.Fact]:
        self._journal(f"ear hears {block.source}")
        told, self.facts = self.facts, []
        return told

    def reset(self, at: SampleIndex) -> None:
        self._journal("ear reset")


class NotedPanel:
    """Buttons to be pressed by the test."""

    def __init__(self, journal: Journal) -> None:
        self.frame = ev.LampFrame()
        self.buttons: list[ev.Button] = []
        self._journal = journal

    def show(self, frame: ev.LampFrame) -> None:
        self.frame = frame

    def pressed(self) -> list[ev.Button]:
        pressed, self.buttons = self.buttons, []
        return pressed

    def close(self) -> None:
        self._journal("panel closed")


class NotedWatchdog:
    def __init__(self) -> None:
        self.signs = 0
        self.is_ready = False

    def ready(self) -> None:
        self.is_ready = True

    def alive(self) -> None:
        self.signs += 1

    def status(self, text: str) -> None:
        return


class Book:
    """A store that knows some people; `sick`: the database does not answer."""

    def __init__(self) -> None:
        self.contacts: dict[str, Contact] = {}
        self.before = Seen()
        self.sick = False

    def contact_for(self, key: str) -> Contact | None:
        self._ask()
        return self.contacts.get(key)

    def seen(self, key: str, since: datetime) -> Seen:
        self._ask()
        return self.before

    def _ask(self) -> None:
        if self.sick:
            raise OperationalError("SELECT", {}, OSError("disk I/O error"))


class PromptScribe:
    """Keeps the deeds and publishes at once. `news`: faults to tell."""

    def __init__(self, publish: Callable[[ev.Message], None], journal: Journal) -> None:
        self.deeds: list[Deed] = []
        self.news: list[ev.Fact] = []
        self.lives = True
        self._publish = publish
        self._journal = journal

    def write(self, *deeds: Deed, then: Sequence[ev.Message] = ()) -> None:
        self.deeds += deeds
        for message in then:
            self._publish(message)

    def faults(self, now: SampleIndex) -> list[ev.Fact]:
        told, self.news = self.news, []
        return told

    def alive(self) -> bool:
        return self.lives

    def close(self) -> None:
        self._journal("scribe closed")


class LoopHouse:
    """A line loop around the real call machine, lamp and ledger; everything it touches is a stand-in."""

    def __init__(self, settings: Settings | None = None) -> None:
        settings = settings or Settings()
        self.journal = Journal()
        self.clock = HandClock()
        self.device = HandDevice(self.journal)
        self.recorder = NotedRecorder(self.journal)
        self.ear = NotedEar(self.journal)
        self.panel = NotedPanel(self.journal)
        self.watchdog = NotedWatchdog()
        self.bus = MemoryBus("line", ("request/button", "web/alive", "clerk/alive"))
        self.page = MemoryBus("web", ("#",), self.bus.broker)
        self.book = Book()
        self.scribe = PromptScribe(self.bus.publish, self.journal)
        self.lamp = LampState()
        self.machine = CallMachine(CallConfig.of(settings))
        store: Any = self.book
        self.ledger = Ledger(LedgerParts(self.clock, store, self.scribe, self.bus, settings, lambda _: True))
        recorder: Any = self.recorder
        ear: Any = self.ear
        self.loop = LineLoop(
            LineParts(
                clock=self.clock,
                device=self.device,
                machine=self.machine,
                recorder=recorder,
                ear=ear,
                lamp=self.lamp,
                panel=self.panel,
                bus=self.bus,
                ledger=self.ledger,
                prompts={ev.Prompt.RECORDING_NOTICE: b"\x01\x00" * 800},
                watchdog=self.watchdog,
                quiet_at=lambda _: False,
            )
        )

    # ---- what happens

    def tell(self, *items: ev.Fact | ev.SoundBlock) -> None:
        """The device tells this, and the loop takes one step."""
        self.device.coming += items
        self.loop.step()

    def pass_ms(self, ms: float) -> None:
        """Time passes in steps of 20 ms."""
        for _ in range(round(ms / 20)):
            self.clock.move(20)
            self.loop.step()

    @property
    def now(self) -> SampleIndex:
        return self.clock.now()

    def ready(self) -> None:
        self.tell(ev.LineReady(self.now, "modem", "cx930xx"))

    def ring(self, number: str = "0312345678") -> None:
        """A number, then the first ring."""
        self.tell(ev.CallerIdentified(self.now, ev.CallerIdentity(number)))
        self.pass_ms(300)
        self.tell(ev.Rang(self.now))

    def talk(self, number: str = "0312345678") -> None:
        """Up to staff and caller talking; the notice has been said."""
        self.ready()
        self.ring(number)
        self.tell(ev.ExtensionLifted(self.now))
        self.pass_ms(60)
        self.tell(ev.LineSeized(self.now))
        self.tell(ev.PromptEnded(self.now, ev.Prompt.RECORDING_NOTICE, True))

    def block(self, source: ev.Source = ev.Source.LINE) -> ev.SoundBlock:
        return ev.SoundBlock(self.now, bytes(2 * BLOCK), source)

    # ---- what became of it

    @property
    def state(self) -> str:
        return self.machine.state.value

    def said(self, topic: str = "call/event") -> list[dict[str, Any]]:
        return [message.payload for message in self.bus.published if message.topic == topic]

    def kinds(self, topic: str = "call/event") -> list[str]:
        return [str(payload["type"]) for payload in self.said(topic)]

    def last(self, topic: str) -> dict[str, Any]:
        return dict(self.bus.broker.retained[topic].payload)
