"""Staff lift while the box says that somebody will come: how long the caller still hears the box."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from appliance.daemon.wiring import load_prompts
from appliance.events import Prompt
from appliance.exchange.ears import Pcm
from appliance.units import RATE_HZ, SampleIndex, milliseconds, samples
from bench.calls import STRANGER
from bench.figures import Figure, Limit, percentile, spread
from bench.shop import BenchFailed, Shop

SHOPS = 3
CALLS_A_SHOP = 6

AUDIBLE = 60
"""Of a 16-bit sample (−55 dB of full scale). Why: below the weakest sounds of the prompt, far over nothing at all."""

VOICED_S = 0.25
"""The prompt has no pause in so much after the moment of the lift. Why: silence must come from the stop alone."""

WATCHED_S = 1.0
"""How long after the lift the caller's ear is looked at."""


def voiced_moments(prompt: Pcm) -> list[float]:
    """Seconds into the prompt after which it goes on for VOICED_S, 10 ms without any sound at most."""
    step = samples(10)
    loud = np.abs(prompt[: len(prompt) // step * step].reshape(-1, step)).max(axis=1) > 4 * AUDIBLE
    count = round(VOICED_S * 100)
    return [place / 100 for place in range(30, len(loud) - count) if loud[place : place + count].all()]


def still_heard(ear: Pcm) -> int:
    """Samples from the beginning of `ear` to the last that can be heard."""
    audible = np.flatnonzero(np.abs(ear.astype(np.int32)) > AUDIBLE)
    return int(audible[-1]) + 1 if len(audible) else 0


def _one_call(shop: Shop, after_s: float) -> float:
    """Milliseconds from the lift to the last sound of the box at the caller's ear."""
    shop.tap.forget()
    shop.news.forget()
    call = shop.place_call(STRANGER)
    begun = shop.await_news(
        lambda message: message.topic == "call/state" and message.payload.get("state") == "summoning", 30, "the summons"
    )
    shop.until(lambda: len(_prompts_played(shop)) >= 2, 5, "the prompt")
    shop.sleep(max(0.0, after_s))
    _, at = shop.lift()
    shop.sleep(WATCHED_S)
    with shop.clock.lock:
        before = call.caller.ear.between(SampleIndex(at - samples(100)), at)
        ear = call.caller.ear.between(at, SampleIndex(at + round(WATCHED_S * RATE_HZ)))
    if not still_heard(before):
        raise BenchFailed(f"the box was not speaking at the lift, {begun.message.payload}")
    shop.clear(call)
    return milliseconds(still_heard(ear))


def _prompts_played(shop: Shop) -> list[bytes]:
    """Every AT+VTX that was obeyed since the call began."""
    return [wire.octets for wire in shop.tap.wires if b"AT+VTX" in wire.octets]


def _one_shop(folder: Path, seed: int) -> list[float]:
    chance = random.Random(seed)
    prompt = np.frombuffer(load_prompts("JP")[Prompt.PLEASE_WAIT], "<i2").astype(np.int16)
    moments = voiced_moments(prompt)
    with Shop(folder, {"call.mode": "box_first"}) as shop:
        return [_one_call(shop, chance.choice(moments)) for _ in range(CALLS_A_SHOP)]


def measure(folder: Path) -> list[Figure]:
    """The one figure."""
    with ThreadPoolExecutor(SHOPS) as pool:
        shops = [pool.submit(_one_shop, folder / f"stop{number}", number) for number in range(SHOPS)]
        heard_ms = [ms for shop in shops for ms in shop.result()]
    worst = percentile(heard_ms, 0.95)
    return [Limit(100, "ms").figure("stop", "lifted → box silent at the caller's ear, p95", worst, spread(heard_ms))]
