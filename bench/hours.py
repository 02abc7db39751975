"""Eight hours of one call on the virtual clock: every sample that the modem sent is in the recording, at its place."""

from __future__ import annotations

import shutil
import time
import wave
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from appliance.daemon.virtual import VirtualHouse
from appliance.daemon.wiring import prepare_data
from appliance.events import CallerIdentity
from appliance.exchange.ears import Pcm, to_sound
from appliance.exchange.exchange import CallPlan, Exchange, ExchangeOptions
from appliance.exchange.modem import SimModem
from appliance.exchange.modem_codec import decode, encode
from appliance.exchange.transcript import Direction, Transcript
from appliance.settings import check
from appliance.store.calls import Store
from appliance.store.wav import HEADER_BYTES
from appliance.units import RATE_HZ, SampleIndex
from bench.figures import Figure
from bench.recording import LAW
from bench.shop import MODEM, NOISE_PEAK, BenchFailed
from bench.tap import CONNECT, Unshield

HOURS = 8
STEP_SAMPLES = 800
"""100 ms. Why: four times faster than steps of 20 ms; the modem hears and sends in blocks of 20 ms all the same."""

PIECE_S = 10
"""The caller's sound is made in pieces of so many seconds, each from a seed of its own."""

SEED = 8 * 60 * 60


def piece(number: int) -> Pcm:
    """One piece of what the caller says: int16, shape (PIECE_S * RATE_HZ,), 8 kHz."""
    random = np.random.default_rng((SEED, number))
    return random.integers(-NOISE_PEAK, NOISE_PEAK, PIECE_S * RATE_HZ, dtype=np.int16)


class SentToDisk(Transcript):
    """Keeps what the modem sends as sound in a file: nothing grows in memory."""

    def __init__(self, path: Path) -> None:
        super().__init__(keep_streams=False)
        self.path = path
        self.runs: list[tuple[SampleIndex, int]] = []  # when each stream began, and its octets
        self._file = path.open("wb")
        self._text = b""
        self._shield: Unshield | None = None

    def octets(self, at: SampleIndex, way: Direction, octets: bytes, voice: bool) -> None:
        super().octets(at, way, octets, voice)
        if way is not Direction.TO_HOST:
            return
        if self._shield is None:
            self._text = (self._text + octets)[-1024:]
            _, connect, octets = self._text.partition(CONNECT)
            if not connect:
                return
            self._text, self._shield = b"", Unshield()
            self.runs.append((at, 0))
        sound, self._text = self._shield.read(octets)
        self._file.write(sound)
        self.runs[-1] = (self.runs[-1][0], self.runs[-1][1] + len(sound))
        if self._shield.ended:
            self._shield = None

    def close(self) -> None:
        self._file.close()


@dataclass
class Shop:
    """The line process on the virtual clock."""

    folder: Path

    def __post_init__(self) -> None:
        data = self.folder / "data"
        settings = check(
            f'[line]\nport = "/dev/modem"\n[policy]\nunknown = "skip"\n'
            f'[paths]\ndata = "{data}"\nrun = "{self.folder / "run"}"\n[recording]\nmin_free_mb = 50\n'
        )
        trouble = prepare_data(settings)
        if trouble:
            raise BenchFailed(trouble)
        self.data = data
        self.sent = SentToDisk(self.folder / "sent.raw")
        self.exchange = Exchange(ExchangeOptions(keep_sound=False))
        self.modem = SimModem(*MODEM, transcript=self.sent)
        self.house = VirtualHouse(settings, self.exchange, self.modem)
        self.events: list[dict[str, Any]] = []

    def talk(self, hours: float) -> None:
        """One call from the first ring to the receiver put back."""
        self._until(self.house.idle, "the box to be ready")
        call = self.exchange.place_call(CallPlan(CallerIdentity(number="0661234567")))
        self._until(lambda: self.house.state("call/state").get("state") == "ringing_silent", "the ringing")
        call.caller.say(piece(0))
        self.exchange.phone.lift()
        for number in range(round(hours * 3600 / PIECE_S)):
            call.caller.say(piece(number + 1))  # always one piece ahead
            for _ in range(PIECE_S * RATE_HZ // STEP_SAMPLES):
                self._advance()
        call.caller.hang_up()
        self._until(lambda: not self.modem.off_hook, "the end of the call")
        self.exchange.phone.replace()
        self._until(self.house.idle, "the box to be idle")

    def close(self) -> None:
        self.house.close()
        self.sent.close()

    def _advance(self) -> None:
        self.house.advance(STEP_SAMPLES)
        self.events += [message.payload for message in self.house.page.received() if message.topic == "call/event"]

    def _until(self, done: Callable[[], bool], what: str) -> None:
        for _ in range(60 * RATE_HZ // STEP_SAMPLES):
            if done():
                return
            self._advance()
        raise BenchFailed(f"a minute passed in vain for {what}")

    def happened(self, kind: str) -> dict[str, Any]:
        """The last event of a kind. Raises `BenchFailed` where there was none."""
        found = [event for event in self.events if event.get("type") == kind]
        if not found:
            raise BenchFailed(f"there was no {kind}")
        return found[-1]

    def written(self, kind: str) -> dict[str, Any]:
        """The payload of the one event of a kind as it stands in the database."""
        store = Store(self.data)
        rows = [row for row in store.events(str(self.happened("RecordingStarted")["call_id"])) if row.kind == kind]
        store.close()
        return dict(rows[-1].payload)

    def said_samples(self) -> int:
        """How much the caller said: from the first moment of the talk to the busy tone, on the exchange's clock."""
        at = {one.what: one.at for one in self.exchange.history}
        return at["line: cleared"] - at["line: talking"]


@dataclass
class Verdict:
    """Samples of the recording, and what is wrong with them."""

    samples: int = 0
    wrong_of_sent: int = 0
    wrong_of_said: int = 0
    said: int = 0
    complaints: list[str] = field(default_factory=list)


def judge(shop: Shop) -> Verdict:
    """Compare the recording with what the modem sent and with what the caller said, in pieces."""
    stopped = shop.written("RecordingStopped")
    path = shop.data / str(shop.happened("RecordingStarted")["file"])
    with wave.open(str(path)) as wav:
        verdict = Verdict(samples=wav.getnframes())
        start = _first_sample(stopped)
        offset = _laid_on_the_words(wav, start)
        verdict.said = shop.said_samples() - offset
        _compare(wav, start, offset, shop.sent.path, verdict)
    end = start + verdict.said
    tails = [mark for mark in stopped["marks"] if mark["kind"] == "tail"]
    lost = [mark for mark in stopped["marks"] if mark not in tails and (mark["kind"] != "gap" or mark["at"] > 0)]
    expected = {
        "the call knows another length": stopped["samples"] == verdict.samples,
        "the file is longer than its header says": path.stat().st_size == HEADER_BYTES + 2 * verdict.samples,
        f"there are holes: {lost}": not lost,
        "the modem sent sound more than once": len(shop.sent.runs) == 1,
        "the recording ends before the caller did": end <= verdict.samples,
        f"the tail begins before the caller's end: {tails}": all(mark["at"] >= end for mark in tails),
    }
    verdict.complaints = [words for words, good in expected.items() if not good]
    return verdict


def _first_sample(stopped: dict[str, Any]) -> int:
    """Where line sound begins: after the marked silence until the modem's CONNECT."""
    return sum(mark["samples"] for mark in stopped["marks"] if mark["kind"] == "gap" and mark["at"] == 0)


def _laid_on_the_words(wav: wave.Wave_read, start: int) -> int:
    """How far the caller had come when the modem sent the first sample."""
    wav.setpos(start)
    key = wav.readframes(64)
    place = heard(piece(0)).tobytes().find(key)
    if place < 0 or place % 2:
        raise BenchFailed("the recording does not begin with the caller's words")
    return place // 2


def heard(said: Pcm) -> Pcm:
    """What the modem makes of it."""
    return np.rint(decode(LAW, encode(LAW, to_sound(said))) * 32768).astype(np.int16)


def _compare(wav: wave.Wave_read, start: int, offset: int, sent: Path, verdict: Verdict) -> None:
    wav.setpos(start)
    place, number = 0, 0
    size = PIECE_S * RATE_HZ - offset  # the first piece is cut
    with sent.open("rb") as octets:
        while found := wav.readframes(size):
            recorded = np.frombuffer(found, "<i2")
            told = np.rint(decode(LAW, octets.read(len(recorded))) * 32768).astype(np.int16)
            told = np.pad(told, (0, len(recorded) - len(told)))
            verdict.wrong_of_sent += int(np.count_nonzero(recorded != told))
            count = max(0, min(len(recorded), verdict.said - place))
            words = heard(piece(number))[PIECE_S * RATE_HZ - size :][:count]
            verdict.wrong_of_said += int(np.count_nonzero(recorded[:count] != words))
            place += len(recorded)
            number, size = number + 1, PIECE_S * RATE_HZ


def measure(folder: Path, hours: float = HOURS) -> list[Figure]:
    """The one figure. What was recorded is deleted."""
    folder = folder / "hours"
    folder.mkdir(parents=True)
    begun = time.monotonic()
    shop = Shop(folder)
    try:
        shop.talk(hours)
    finally:
        shop.close()
    speed = hours * 3600 / (time.monotonic() - begun)
    verdict = judge(shop)
    shutil.rmtree(folder)
    told = (
        f"{verdict.wrong_of_sent} wrong of {verdict.samples} sent, {verdict.wrong_of_said} of {verdict.said} said, "
        f"{speed:.0f} × real time"
    )
    wrong = verdict.wrong_of_sent + verdict.wrong_of_said
    return [
        Figure(
            "hours",
            f"{hours:g} hours of call, sample-exact",
            "0 wrong",
            "; ".join([told, *verdict.complaints]),
            wrong == 0 and verdict.said > 0 and not verdict.complaints,
        )
    ]
