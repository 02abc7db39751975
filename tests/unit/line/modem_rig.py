"""A modem session and a fake modem on one virtual clock."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from fake_voice_modem import FakeModem

from appliance.events import Fact, LineReady, LineSeized, SoundBlock, Source
from appliance.line.modem.session import ModemSession
from appliance.settings import LineSettings
from appliance.units import SampleIndex, samples

Kind = TypeVar("Kind", bound=Fact)

STEP_MS = 10


class Rig:
    """Steps both, 10 ms at a time; `split` cuts what the modem writes into pieces."""

    def __init__(self, modem: FakeModem, settings: LineSettings, split: Callable[[bytes], list[bytes]] | None = None):
        self.modem = modem
        self.now = SampleIndex(0)
        self.session = ModemSession(settings, self.now)
        self.facts: list[Fact] = []
        self.blocks: list[SoundBlock] = []
        self.split = split or (lambda octets: [octets])

    def run(self, seconds: float, until: type[Fact] | None = None) -> None:
        """Let time pass; `until` a fact of that kind is new."""
        end = self.now + samples(seconds * 1000)
        known = len(self.facts)
        while self.now < end:
            self.now = SampleIndex(self.now + samples(STEP_MS))
            for octets in self.split(self.modem.hand_over(self.now)):
                self.keep(self.session.receive(self.now, octets))
            self.keep(self.session.tick(self.now))
            self.flush()
            if until and any(isinstance(fact, until) for fact in self.facts[known:]):
                return

    def flush(self) -> None:
        octets = self.session.to_send(self.now)
        self.modem.receive(self.now, octets)
        self.session.sent(len(octets))

    def keep(self, found: list[Fact | SoundBlock]) -> None:
        for news in found:
            if isinstance(news, SoundBlock):
                self.blocks.append(news)
            else:
                self.facts.append(news)

    def of(self, kind: type[Kind]) -> list[Kind]:
        return [fact for fact in self.facts if isinstance(fact, kind)]

    def kinds(self) -> list[str]:
        return [type(fact).__name__ for fact in self.facts]

    def spans(self, source: Source = Source.LINE) -> list[tuple[int, int]]:
        """The sound of a source as stretches without a gap: first and last instant."""
        stretches: list[tuple[int, int]] = []
        for block in (block for block in self.blocks if block.source is source):
            if stretches and stretches[-1][1] == block.at:
                stretches[-1] = (stretches[-1][0], block.at + len(block))
            else:
                stretches.append((block.at, block.at + len(block)))
        return stretches

    def up(self) -> Rig:
        self.run(10, LineReady)
        assert self.of(LineReady), self.facts
        return self

    def seized(self) -> Rig:
        self.up()
        self.session.seize(self.now)
        self.run(8, LineSeized)
        assert self.of(LineSeized), self.facts
        self.run(0.2)
        return self
