"""`python -m bench.fuzz`: random, mutated and guided input into every decoder, for so many minutes.

Exit status: 0 where nothing was found, 1 where something was, or where more messages were mended wrongly than chance
explains; 2 for wrong arguments. Each such input is kept in .fuzz and can be given back with --replay. With the same
--seed the same cases come in the same order.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.fuzz import ears, guided, octets, sounds
from bench.fuzz.cases import Case, OctetCase, Verdict, keep, kept, mistakes_allowed

FOLDER = Path(".fuzz")
SHARES = {"sounds": 0.7, "octets": 0.3}
"""Of the time. Why: most of the code hears, and an input of sound takes ten times as long as one of octets. The guided
fuzzer runs beside both: a small machine has a second core."""

STAGES = (*SHARES, "guided")

MOST_SHOWN = 20
"""Failures told one by one."""


@dataclass
class Tally:
    """What the cases of one kind brought."""

    cases: int = 0
    failed: int = 0
    messages: int = 0
    by_chance: int = 0
    mistaken: int = 0
    digits: int = 0

    def count(self, verdict: Verdict) -> None:
        self.cases += 1
        self.failed += bool(verdict.troubles)
        self.messages += verdict.messages
        self.by_chance += verdict.by_chance
        self.mistaken += len(verdict.mistaken)
        self.digits += verdict.digits


@dataclass
class Run:
    """One run of all fuzzers."""

    seed: int
    tallies: dict[str, Tally] = field(default_factory=dict)
    troubles: Counter[str] = field(default_factory=Counter)
    _shown: int = 0

    def cases(self, kinds: Sequence[str], judged: Callable[[str, int], None], until: float) -> None:
        """The kinds in turn until the clock (time.monotonic) shows `until`."""
        index = 0
        while time.monotonic() < until:
            for kind in kinds:
                judged(kind, index)
            index += 1

    def sound(self, kind: str, index: int) -> None:
        case = sounds.make(kind, self._random("sounds", kind, index))
        self._count(f"sounds/{kind}", index, case, ears.judge(case))

    def octet(self, kind: str, index: int) -> None:
        case = octets.make(kind, self._random("octets", kind, index))
        self._count(f"octets/{kind}", index, case, octets.judge(case))

    def _random(self, stage: str, kind: str, index: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, index, *f"{stage}/{kind}".encode()])

    def _count(self, kind: str, index: int, case: Case, verdict: Verdict) -> None:
        self.tallies.setdefault(kind, Tally()).count(verdict)
        if not verdict.troubles and not verdict.mistaken:
            return
        self.troubles[kind] += bool(verdict.troubles)
        self._shown += 1
        if self._shown <= MOST_SHOWN:
            path = FOLDER / f"{kind.replace('/', '-')}-{self.seed}-{index}.npz"
            keep(case, path)
            print(
                f"{'FAILED' if verdict.troubles else 'mistaken'} {kind}, seed {self.seed}, case {index}, kept as {path}"
            )
            print("\n".join(f"  {line}" for line in (*verdict.troubles, *verdict.mistaken)), flush=True)

    def well(self) -> bool:
        """Nothing was wrong, and no more messages were mended wrongly than chance explains."""
        tallies = self.tallies.values()
        mistaken = sum(tally.mistaken for tally in tallies)
        return not self.troubles.total() and mistaken <= mistakes_allowed(sum(tally.messages for tally in tallies))


def judge(case: Case) -> Verdict:
    """The verdict on a case of either sort."""
    return octets.judge(case) if isinstance(case, OctetCase) else ears.judge(case)


def replay(paths: Sequence[Path]) -> int:
    """Give kept inputs again."""
    failed = 0
    for path in paths:
        verdict = judge(kept(path))
        failed += bool(verdict.troubles)
        print(f"{path}: " + ("; ".join(verdict.troubles + verdict.mistaken) or "nothing wrong"))
    return min(failed, 1)


def show(run: Run) -> None:
    """What was given and what came of it."""
    titles = ("cases", "messages", "by chance", "mistaken", "digits", "failed")
    print(f"\n{'input':<22}" + "".join(f"{title:>10}" for title in titles))
    for kind, tally in run.tallies.items():
        counts = (tally.cases, tally.messages, tally.by_chance, tally.mistaken, tally.digits, tally.failed)
        print(f"{kind:<22}" + "".join(f"{count:>10}" for count in counts))
    print("messages, digits: reported; by chance: nobody meant this message, but the octets on the line make it one;")
    allowed = mistakes_allowed(sum(tally.messages for tally in run.tallies.values()))
    print(f"mistaken: mended, but not to what was sent (at most {allowed} for so many messages)")
    failed = {kind: count for kind, count in run.troubles.items() if count}
    print("failed: " + (", ".join(f"{kind} {count}" for kind, count in failed.items()) or "nothing"))


def fuzz(minutes: float, seed: int, stages: Sequence[str]) -> int:
    """The stages, each its share of the time."""
    FOLDER.mkdir(exist_ok=True)
    run = Run(seed)
    with _bred(run, minutes * 60, "guided" in stages):
        named = [stage for stage in stages if stage in SHARES]
        for stage in named:
            seconds = minutes * 60 * SHARES[stage] / sum(SHARES[name] for name in named)
            print(f"{stage}: {seconds:.0f} s, seed {seed}", flush=True)
            kinds, judged = (sounds.KINDS, run.sound) if stage == "sounds" else (octets.KINDS, run.octet)
            run.cases(list(kinds), judged, time.monotonic() + seconds)
    show(run)
    return 0 if run.well() else 1


@contextmanager
def _bred(run: Run, seconds: float, wanted: bool) -> Iterator[None]:
    """The guided fuzzer beside what is done inside."""
    if not wanted or not guided.installed():
        if wanted:
            print("guided: atheris is not installed; random octets only")
        yield
        return
    print(f"guided: {seconds:.0f} s, seed {run.seed}, beside the others", flush=True)
    breeder = guided.Breeder(seconds, run.seed, FOLDER)
    try:
        yield
        well, said = breeder.result()
        print(said)
        run.troubles["guided"] += not well
    finally:
        breeder.stop()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=1.0, help="how long in all (default 1)")
    parser.add_argument("--seed", type=int, default=1, help="another seed gives other cases (default 1)")
    parser.add_argument("--only", choices=STAGES, action="append", help="this stage only (may be repeated)")
    parser.add_argument("--replay", type=Path, nargs="+", metavar="FILE", help="give these kept inputs again, and end")
    options = parser.parse_args()
    if options.replay:
        return replay(options.replay)
    return fuzz(options.minutes, options.seed, options.only or STAGES)


if __name__ == "__main__":
    sys.exit(main())
