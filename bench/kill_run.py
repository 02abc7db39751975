"""One run of the kill test: a call, a kill at a moment of it, what is left, and the next call."""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from appliance.exchange.exchange import Call
from appliance.store.rows import CallQuery, CallRecord
from bench.evidence import LOST_LIMIT_S, calls_trouble, compare, database_trouble, passed
from bench.shop import KNOWN, BenchFailed, Shop, noise

CALL_S = 11.0
"""A call, from dialling to the caller's hanging up. Why: number 2.3 s, ring, notice 4.8 s, some talk."""

AFTER_KILL_S = 1.0
"""So long the caller holds on after the line process was killed."""

BACK_LIMIT_S = 30.0
"""Patience for a killed process to be back at work. Why: several shops start processes on two cores."""

ALIVE = {"line": "line/alive", "web": "web/alive", "clerk": "clerk/alive"}


@dataclass(frozen=True)
class Plan:
    """What is to happen in a run. `moment_s`: seconds into the call."""

    number: int
    victim: str
    moment_s: float
    box_first: bool


@dataclass(frozen=True)
class Result:
    """What became of it; the words of a trouble, or empty."""

    plan: Plan
    state: str
    lost_s: float
    wav: str
    database: str
    call: str
    call_trouble: str
    following: str
    back_s: float

    @property
    def ok(self) -> bool:
        return self.lost_s <= LOST_LIMIT_S and not (self.wav or self.database or self.call_trouble or self.following)

    def line(self, of: int) -> str:
        """One line of text."""
        plan = self.plan
        name = {"bus": "mosquitto"}.get(plan.victim, plan.victim)
        return (
            f"{plan.number:3d}/{of} {name:9s} at {plan.moment_s:5.2f} s ({self.state:17s}) "
            f"lost {self.lost_s:4.2f} s  wav {self.wav or 'ok'}  database {self.database or 'ok'}  "
            f"call {self.call_trouble or self.call:12s} back {self.back_s:4.1f} s  "
            f"next call {self.following or 'recorded'}  {'ok' if self.ok else 'FAILED'}"
        )


class _Staff:
    """Lift once in a call: after a while of ringing, or of being called to the telephone."""

    def __init__(self, shop: Shop, plan: Plan, chance: random.Random) -> None:
        self._shop = shop
        self._box_first = plan.box_first
        self._wait_s = chance.uniform(0.5, 2.5) if plan.box_first else chance.uniform(0.2, 1.2)
        self._since_s: float | None = None
        self.lifted = False

    def live(self) -> None:
        """Look, and perhaps lift."""
        now_s = time.monotonic()
        if self._since_s is None and self._called():
            self._since_s = now_s
        if not self.lifted and self._since_s is not None and now_s - self._since_s >= self._wait_s:
            self.lifted = True
            self._shop.lift()

    def _called(self) -> bool:
        if self._box_first:
            return self._shop.news.now("call/state") in ("summoning", "listening")
        return self._shop.line() in ("ring_burst", "ring_pause")


class Run:
    """Carries out one plan in a shop that is idle."""

    def __init__(self, shop: Shop, plan: Plan, seed: int) -> None:
        self._shop = shop
        self._plan = plan
        self._chance = random.Random(f"{seed}/{plan.number}")
        self._staff = _Staff(shop, plan, self._chance)
        self._killed_s = 0.0
        self._state = ""
        self._pid = 0

    def carry_out(self) -> Result:
        """All of it. Raises `BenchFailed` where not even the first call could be placed."""
        shop, plan = self._shop, self._plan
        shop.tap.forget()
        shop.news.forget()
        before = self._newest()
        call = shop.place_call(f"0312{plan.number:06d}", noise(self._chance.randrange(2**32), CALL_S + 10))
        self._live(call)
        back_s = self._await_back()
        following = self._following_call()
        rows = [row for row in shop.store.calls(CallQuery(limit=20)) if row.seq > before]
        return self._judge(rows[::-1], call, following, back_s)

    # ---- the call and the kill

    def _live(self, call: Call) -> None:
        """The call to its end, and the kill on the way."""
        shop, plan = self._shop, self._plan
        begun_s = time.monotonic()
        ends_s = CALL_S
        while (into_s := time.monotonic() - begun_s) < ends_s:
            self._staff.live()
            if not self._killed_s and into_s >= plan.moment_s:
                self._kill()
                ends_s = into_s + AFTER_KILL_S if plan.victim == "line" else CALL_S
            shop.sleep(0.005)
        shop.hang_up(call)
        shop.until(lambda: not shop.modem.off_hook, 20, "the modem to go on-hook")
        shop.replace()

    def _kill(self) -> None:
        shop = self._shop
        self._pid = shop.pid(self._plan.victim)
        self._state = shop.news.now("call/state") or "?"
        if self._plan.victim in ("line", "bus"):
            shop.news.forget_states()
        self._killed_s = time.monotonic()
        os.kill(self._pid, signal.SIGKILL)

    def _await_back(self) -> float:
        """Seconds from the kill until the process was at work again, and the line ready for a call."""
        shop, victim = self._shop, self._plan.victim
        shop.until(lambda: shop.house.pid(victim) not in (None, self._pid), BACK_LIMIT_S, f"{victim} to be started")
        if victim in ALIVE:
            shop.until(lambda: shop.news.now(ALIVE[victim], "alive") == "True", BACK_LIMIT_S, f"{victim} to be back")
        back_s = time.monotonic() - self._killed_s
        shop.until(shop.idle, BACK_LIMIT_S, "the box to be ready for the next call")
        return max(back_s, time.monotonic() - self._killed_s) if victim == "line" else back_s

    # ---- the next call

    def _following_call(self) -> str:
        """What went wrong with the next call; empty where it was taken and recorded."""
        try:
            return self._take_a_call()
        except BenchFailed as failure:
            return str(failure)

    def _take_a_call(self) -> str:
        shop = self._shop
        begun_s = time.monotonic()
        shop.news.forget()
        newest = self._newest()
        first_hook = len(shop.tap.hooks)
        call = shop.place_call(KNOWN, noise(self._chance.randrange(2**32), 20))
        shop.await_news(lambda m: m.topic == "call/state" and m.payload.get("number") == KNOWN, 15, "the number")
        shop.until(lambda: shop.line() == "ring_burst", 10, "the ring")
        shop.sleep(0.3)
        shop.lift()
        shop.until(lambda: shop.news.now("call/state") == "talking", 10, "the talk")
        shop.sleep(1.0)
        shop.clear(call)
        shop.until(lambda: self._sealed(newest), 5, "the call in the database")
        rows = [row for row in shop.store.calls(CallQuery(limit=5)) if row.seq > newest]
        if len(rows) != 1 or rows[0].number != KNOWN or not rows[0].recording or len(shop.tap.hooks) == first_hook:
            return f"not recorded: {rows}"
        cleared = [one.at for one in shop.exchange.history if one.what == "line: cleared"][-1]
        sound = passed(_since(shop, begun_s), time.monotonic(), cleared)
        heard = compare(self._path(rows[0]), sound)
        return heard.trouble or ("" if heard.lost_s == 0 else f"{heard.lost_s:.2f} s lost")

    def _sealed(self, newest: int) -> bool:
        """The newest call is over and its recording closed."""
        row = next(iter(self._shop.store.calls(CallQuery(limit=1))), None)
        return row is not None and row.seq > newest and row.ended_at is not None and row.samples is not None

    # ---- what is left

    def _judge(self, rows: list[CallRecord], call: Call, following: str, back_s: float) -> Result:
        shop, plan = self._shop, self._plan
        data = shop.settings.paths.data
        line = plan.victim == "line"
        ours = [row for row in rows if row.number == f"0312{plan.number:06d}"] or rows[:1] * (not following)
        mine = [row for row in rows if row.number == f"0312{plan.number:06d}"]
        sound = passed(shop.tap, self._killed_s if line else time.monotonic(), call.ended_at)
        recorded = [row for row in mine if row.recording]
        heard = compare(self._path(recorded[0]) if recorded else None, sound)
        trouble = calls_trouble(data, list(shop.store.calls(CallQuery(limit=1000))))
        del ours
        return Result(
            plan,
            self._state,
            heard.lost_s,
            heard.trouble,
            database_trouble(data),
            ", ".join(str(row.outcome) for row in mine) or "not yet begun",
            trouble,
            following,
            back_s,
        )

    def _newest(self) -> int:
        """The number of the newest call in the database."""
        return max((row.seq for row in self._shop.store.calls(CallQuery(limit=1))), default=0)

    def _path(self, row: CallRecord) -> Path:
        return self._shop.settings.paths.data / row.recording
