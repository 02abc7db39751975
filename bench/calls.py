"""Calls in a shop that answers first: number shown, lamp lit, first sample, busy tone noticed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from appliance.events import Message
from appliance.exchange.exchange import Call
from appliance.units import milliseconds
from bench.figures import Figure, Limit, percentile, spread
from bench.recording import SHORTEST_SAMPLES, find, read_wav
from bench.shop import KNOWN, BenchFailed, Shop, noise
from bench.tap import report_complete_at, voice_runs

SHOPS = 3
"""Side by side, each with its own processes. Why: half the time; an idle box uses next to nothing of a core."""

CALLS_A_SHOP = 11
NOTICE_EVERY = 8
"""One call in so many comes from a stranger, who hears the notice; the others from a customer, who does not."""

STRANGER = "0661234567"
NOTICE_S = 4.9
"""The notice takes 4.82 s; the modem hears no busy tone while it plays."""

TALK_S = 1.0


@dataclass
class Measured:
    """Of all calls. `unfound`: runs of sound whose first samples are not in the recording."""

    identity_ms: list[float] = field(default_factory=list)
    lamp_ms: list[float] = field(default_factory=list)
    busy_ms: list[float] = field(default_factory=list)
    samples: int = 0
    wrong: int = 0
    recordings: int = 0
    unfound: int = 0

    def add(self, other: Measured) -> None:
        self.identity_ms += other.identity_ms
        self.lamp_ms += other.lamp_ms
        self.busy_ms += other.busy_ms
        self.samples += other.samples
        self.wrong += other.wrong
        self.recordings += other.recordings
        self.unfound += other.unfound


def lights_recording(message: Message) -> bool:
    return message.topic == "panel/state" and message.payload.get("pattern") == "recording"


class Caller:
    """Makes the calls of one shop, one after the other."""

    def __init__(self, shop: Shop, seed: int) -> None:
        self._shop = shop
        self._random = random.Random(seed)
        self.measured = Measured()

    def call(self, turn: int) -> None:
        shop, stranger = self._shop, turn % NOTICE_EVERY == 0
        shop.tap.forget()
        shop.news.forget()
        call = shop.place_call(STRANGER if stranger else KNOWN, noise(self._random.randrange(2**32), 60))
        self._identity(STRANGER if stranger else KNOWN)
        self._lamp()
        shop.sleep(NOTICE_S + TALK_S if stranger else TALK_S)
        self._busy(call)
        shop.clear(call)
        self._samples()

    def _identity(self, number: str) -> None:
        shop = self._shop
        heard = shop.await_news(
            lambda message: message.topic == "call/state" and message.payload.get("number") == number,
            20,
            "the number on the bus",
        )
        complete_s = report_complete_at(list(shop.tap.wires))
        if complete_s is None:
            raise BenchFailed("the number was on the bus before the modem had told it")
        self.measured.identity_ms.append((heard.clock_s - complete_s) * 1000)

    def _lamp(self) -> None:
        """Staff lift somewhere in the first ring or the pause after it."""
        shop = self._shop
        shop.until(lambda: shop.line() == "ring_burst", 10, "the first ring")
        shop.sleep(0.15 + self._random.uniform(0, 1.5))
        lifted_s, _ = shop.lift()
        heard = shop.await_news(lights_recording, 10, "the lamp of recording")
        self.measured.lamp_ms.append((heard.clock_s - lifted_s) * 1000)

    def _busy(self, call: Call) -> None:
        """On the exchange's own clock: from the first sample of the tone to the relay."""
        shop = self._shop
        shop.hang_up(call)
        shop.until(lambda: not shop.modem.off_hook, 20, "the modem to go on-hook")
        tone = [one.at for one in shop.exchange.history if one.what == "line: cleared"][-1]
        self.measured.busy_ms.append(milliseconds(shop.tap.hooks[-1].at - tone))

    def _samples(self) -> None:
        """Every sample that the modem sent since CONNECT is in the recording, from the very first on."""
        shop = self._shop
        started = shop.await_news(lambda message: message.payload.get("type") == "RecordingStarted", 5, "a recording")
        wav = read_wav(shop.settings.paths.data / str(started.message.payload["file"]))
        self.measured.recordings += 1
        for run in voice_runs(shop.tap.wires):
            if len(run.octets) < SHORTEST_SAMPLES:
                continue
            match = find(wav, run)
            if match is None:
                self.measured.unfound += 1
                continue
            self.measured.samples += match.compared
            self.measured.wrong += match.wrong


def _calls_of_one_shop(folder: Path, seed: int) -> Measured:
    with Shop(folder) as shop:
        caller = Caller(shop, seed)
        for turn in range(CALLS_A_SHOP):
            caller.call(turn)
    return caller.measured


def measure(folder: Path) -> list[Figure]:
    """All figures of these calls."""
    measured = Measured()
    with ThreadPoolExecutor(SHOPS) as pool:
        shops = [pool.submit(_calls_of_one_shop, folder / f"calls{number}", number) for number in range(SHOPS)]
        for shop in shops:
            measured.add(shop.result())
    return figures(measured)


def figures(measured: Measured) -> list[Figure]:
    exact = measured.recordings > 0 and not measured.wrong and not measured.unfound
    return [
        _p95("identity", "ringing: identity complete → event on the bus, p95", 50, measured.identity_ms),
        _p95("lamp", "extension lifted → REC lamp, p95", 200, measured.lamp_ms),
        Figure(
            "first-sample",
            "recording from the first sample that arrives",
            "0 wrong",
            f"{measured.wrong} wrong of {measured.samples} in {measured.recordings} recordings"
            + (f", {measured.unfound} beginnings not found" if measured.unfound else ""),
            exact,
        ),
        Limit(4, "s").figure(
            "busy",
            "busy tone begins → line cleared, worst",
            max(measured.busy_ms) / 1000,
            f"p50 {percentile(measured.busy_ms, 0.5) / 1000:.2f} s, {len(measured.busy_ms)} times",
        ),
    ]


def _p95(name: str, what: str, limit_ms: float, values: Sequence[float]) -> Figure:
    return Limit(limit_ms, "ms").figure(name, what, percentile(values, 0.95), spread(values))
