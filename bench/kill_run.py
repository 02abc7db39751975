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
from bench.evidence import LOST_LIMIT_S, Heard, calls_trouble, compare, database_trouble, left_over, passed
from bench.shop import KNOWN, POLL_S, BenchFailed, Shop, noise

CALL_S = 11.0
"""A call, from dialling to the caller's hanging up. Why: number 2.3 s, ring, notice 4.8 s, some talk."""

MOMENTS_S = CALL_S + 3.2
"""A kill comes before so much of the call. Why: the box notices the busy tone and lets go within 3 s."""

CLEARING_LIMIT_S = 20.0
"""Patience for the box to let go of the line."""

AFTER_KILL_S = 1.0
"""So long the caller holds on after the line process was killed."""

BACK_LIMIT_S = 30.0
"""Patience for a killed process to be back at work. Why: several shops start processes on two cores."""


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
    heard: Heard
    database: str
    call: str
    trouble: str
    following: str
    back_s: float

    @classmethod
    def broken_off(cls, plan: Plan, why: str) -> Result:
        """A run that could not be carried to its end."""
        return cls(plan, "?", Heard(0.0), "", "", why, "not tried", 0.0)

    @property
    def ok(self) -> bool:
        troubles = (self.heard.trouble, self.database, self.trouble, self.following)
        return self.heard.lost_s <= LOST_LIMIT_S and not any(troubles)

    def line(self, of: int) -> str:
        """One line of text."""
        plan = self.plan
        name = {"bus": "mosquitto"}.get(plan.victim, plan.victim)
        wav = self.heard.trouble or ("ok  " if self.heard.there else "none")
        return (
            f"{plan.number:3d}/{of} {name:9s} at {plan.moment_s:5.2f} s ({self.state:17s}) "
            f"lost {self.heard.lost_s:4.2f} s  wav {wav}  database {self.database or 'ok'}  "
            f"call {self.trouble or self.call:12s} back {self.back_s:4.1f} s  "
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
        self._back_s: float | None = None
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
        until_s = self._killed_s if plan.victim == "line" else time.monotonic()
        shop.until(self._look_for_it, BACK_LIMIT_S, f"{plan.victim} to be back at work")
        shop.until(shop.idle, BACK_LIMIT_S, "the box to be ready for the next call")
        rows = [row for row in shop.store.calls(CallQuery(limit=20)) if row.seq > before][::-1]
        recordings = [self._path(row) for row in rows if row.recording]
        heard = compare(recordings[0] if recordings else None, passed(shop.tap, until_s, call.ended_at))
        following = self._following_call()
        data = shop.settings.paths.data
        return Result(
            plan,
            self._state,
            heard,
            database_trouble(data),
            ", ".join(str(row.outcome) for row in rows) or "not begun",
            self._trouble(),
            following,
            self._back_s or 0.0,
        )

    # ---- the call and the kill

    def _live(self, call: Call) -> None:
        """The call to its end, and the kill on the way."""
        shop, plan = self._shop, self._plan
        begun_s, hung_up = time.monotonic(), False
        while not self._over(hung_up):
            into_s = time.monotonic() - begun_s
            if not hung_up:
                self._staff.live()
            if not hung_up and into_s >= CALL_S:
                hung_up = True
                shop.hang_up(call)
            if not self._killed_s and into_s >= plan.moment_s:
                self._kill()
            if into_s > CALL_S + CLEARING_LIMIT_S:
                raise BenchFailed("the box holds the line although the caller has gone")
            self._look_for_it()
            shop.sleep(POLL_S)
        if not hung_up:
            shop.hang_up(call)
        shop.until(lambda: not shop.modem.off_hook, CLEARING_LIMIT_S, "the modem to go on-hook")
        shop.replace()

    def _over(self, hung_up: bool) -> bool:
        """Nothing more is to be waited for in this call."""
        if not self._killed_s:
            return False
        if self._plan.victim == "line":
            return hung_up or time.monotonic() - self._killed_s > AFTER_KILL_S
        return hung_up and not self._shop.modem.off_hook

    def _kill(self) -> None:
        shop = self._shop
        self._pid = shop.pid(self._plan.victim)
        self._state = shop.news.now("call/state") or "?"
        shop.news.forget_states(*{"web": ["web/alive"], "clerk": ["clerk/alive"]}.get(self._plan.victim, []))
        self._killed_s = time.monotonic()
        os.kill(self._pid, signal.SIGKILL)

    def _look_for_it(self) -> bool:
        """Whether the killed process is at work again; notes when it was first seen so."""
        if self._back_s is None and self._is_back():
            self._back_s = time.monotonic() - self._killed_s
        return self._back_s is not None

    def _is_back(self) -> bool:
        shop, victim = self._shop, self._plan.victim
        if not self._killed_s or shop.house.pid(victim) in (None, self._pid):
            return False
        if victim == "line":
            return shop.idle()
        return victim == "bus" or shop.news.now(f"{victim}/alive", "alive") == "True"

    # ---- the next call

    def _following_call(self) -> str:
        """What went wrong with the next call; empty where it was taken and recorded."""
        try:
            return self._take_a_call()
        except BenchFailed as failure:
            return str(failure)

    def _take_a_call(self) -> str:
        shop = self._shop
        shop.news.forget()
        shop.tap.forget()
        newest = self._newest()
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
        if len(rows) != 1 or rows[0].number != KNOWN or not rows[0].recording:
            return f"not recorded: {rows}"
        heard = compare(self._path(rows[0]), passed(shop.tap, time.monotonic(), call.ended_at))
        return heard.trouble or ("" if heard.lost_s == 0 else f"{heard.lost_s:.2f} s lost")

    def _sealed(self, newest: int) -> bool:
        """The newest call is over and its recording closed."""
        row = next(iter(self._shop.store.calls(CallQuery(limit=1))), None)
        return row is not None and row.seq > newest and row.ended_at is not None and row.samples is not None

    # ---- what is left in the database

    def _trouble(self) -> str:
        """What is wrong with calls or processes, once the recorder has had time to close the last file."""
        shop, give_up = self._shop, time.monotonic() + 5
        while True:
            trouble = calls_trouble(shop.settings.paths.data, shop.store.calls(CallQuery(limit=1000)))
            pids = left_over(shop.config, [shop.house.pid(name) or 0 for name in shop.processes])
            trouble = trouble or (f"processes left over: {pids}" if pids else "")
            if not trouble or time.monotonic() > give_up:
                return trouble
            shop.sleep(0.1)

    def _newest(self) -> int:
        """The number of the newest call in the database."""
        return max((row.seq for row in self._shop.store.calls(CallQuery(limit=1))), default=0)

    def _path(self, row: CallRecord) -> Path:
        return self._shop.settings.paths.data / row.recording
