"""`python -m bench.kill`: kills a process of the box at random moments of a call, and looks at what is left.

The whole box runs as `denwaban up` runs it, several shops side by side. Every run: a call; `kill -9` of the line
process (five times of eight), the broker, the page or the clerk at a moment between dialling and hanging up; the next
call. One line a run tells what was lost, whether recording, database and calls are sound, and when the process was
back at work.
Exit status: 0 where every run was good, 1 where one was not.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from appliance.errors import HouseError, OperatorError
from appliance.units import RATE_HZ
from bench.evidence import LOST_LIMIT_S
from bench.figures import percentile
from bench.kill_run import MOMENTS_S, Plan, Result, Run
from bench.shop import BenchFailed, Shop

VICTIMS = ("line", "bus", "line", "web", "line", "clerk", "line", "line")
"""By turns. Why: the line process is the one that holds the call."""

SHOPS = 5
"""Side by side. Why: a run is waiting, mostly; five keep two cores half busy."""

PROCESSES = ("line", "web", "clerk")


def plans(runs: int, shops: int, seed: int) -> list[list[Plan]]:
    """What is to be killed and when, by shop; every other shop lets the box answer first."""
    chance = random.Random(seed)
    wanted: list[list[Plan]] = [[] for _ in range(shops)]
    for number in range(runs):
        shop, victim = number % shops, VICTIMS[number % len(VICTIMS)]
        wanted[shop].append(Plan(number + 1, victim, round(chance.uniform(0, MOMENTS_S), 2), shop % 2 == 1))
    return wanted


class Tally:
    """Prints the results as they come, and counts."""

    def __init__(self, runs: int) -> None:
        self.runs = runs
        self.results: list[Result] = []
        self.skipped_s = 0.0  # of the wall clock, that an exchange could not live through
        self._lock = threading.Lock()

    def take(self, result: Result) -> None:
        with self._lock:
            self.results.append(result)
            print(result.line(self.runs), flush=True)

    def closing(self, seconds: float) -> str:
        """The last line."""
        good = sum(result.ok for result in self.results)
        worst = max((result.heard.lost_s for result in self.results), default=0.0)
        cut = [one.heard.lost_s for one in self.results if one.plan.victim == "line" and one.heard.there]
        middle = f", median of {len(cut)} recordings cut short {percentile(cut, 0.5):.2f} s" if cut else ""
        slow = f"; this machine was too slow for {self.skipped_s:.1f} s of line time" if self.skipped_s else ""
        return (
            f"{good} of {self.runs} good (at most {LOST_LIMIT_S:g} s of sound lost, recording, database, calls sound, "
            f"next call recorded). Lost: at most {worst:.2f} s{middle}. Took {seconds:.0f} s{slow}."
        )


def work(folder: Path, wanted: list[Plan], seed: int, tally: Tally) -> None:
    """All runs of one shop; after a run that failed the shop is opened anew."""
    waiting = list(wanted)
    while waiting:
        mode = "box_first" if waiting[0].box_first else "staff_first"
        with Shop(folder / f"from{waiting[0].number}", {"call.mode": mode}, PROCESSES) as shop:
            waiting = waiting[_run_some(shop, waiting, seed, tally) :]
            tally.skipped_s += shop.clock.skipped / RATE_HZ


def _run_some(shop: Shop, wanted: list[Plan], seed: int, tally: Tally) -> int:
    """How many runs were done: all, or those up to one that failed."""
    for done, plan in enumerate(wanted):
        try:
            result = Run(shop, plan, seed).carry_out()
        except BenchFailed as why:
            result = Result.broken_off(plan, str(why))
        tally.take(result)
        if not result.ok:
            return done + 1
    return len(wanted)


def run(runs: int, seed: int, folder: Path) -> Tally:
    """The whole test. Raises what stops a shop from opening at all."""
    tally = Tally(runs)
    lists = [wanted for wanted in plans(runs, min(SHOPS, runs), seed) if wanted]
    with ThreadPoolExecutor(len(lists)) as pool:
        shops = [pool.submit(work, folder / f"shop{i}", wanted, seed, tally) for i, wanted in enumerate(lists)]
        for shop in shops:
            shop.result()
    return tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.kill", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--runs", type=int, default=100, metavar="N", help="how many kills (default 100)")
    parser.add_argument("--seed", type=int, help="the same seed kills the same processes at the same moments")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep databases, recordings and logs here")
    options = parser.parse_args()
    seed = random.randrange(2**32) if options.seed is None else options.seed
    begun_s = time.monotonic()
    print(f"{options.runs} kills, --seed {seed}", flush=True)
    try:
        with tempfile.TemporaryDirectory(prefix="denwaban-kill-") as folder:
            tally = run(options.runs, seed, options.keep or Path(folder))
    except (HouseError, OperatorError) as error:
        print(f"the test could not be made: {error}", file=sys.stderr)
        return 2
    print(tally.closing(time.monotonic() - begun_s))
    return 0 if len(tally.results) == options.runs and all(result.ok for result in tally.results) else 1


if __name__ == "__main__":
    sys.exit(main())
