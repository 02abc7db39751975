"""One worker a core, for jobs that know nothing of each other."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self, TypeVar

from appliance.errors import HouseError
from bench.figures import Figure

Job = TypeVar("Job")
Result = TypeVar("Result")

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
"""Each worker has one core: libraries that start threads of their own would get in the others' way."""


class Crew:
    """The workers. `quick`: a tenth of the work."""

    def __init__(self, *, quick: bool) -> None:
        self.quick = quick
        for name in THREADS:
            os.environ.setdefault(name, "1")
        self._pool = ProcessPoolExecutor(os.cpu_count() or 1, multiprocessing.get_context("spawn"))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def count(self, full: int) -> int:
        """`full`, or a tenth of it in a quick run."""
        return max(1, full // 10) if self.quick else full

    def share(self, work: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]:
        """What `work` makes of every job, in their order; prints how far it is. Raises HouseError where one fails."""
        results: list[Result] = []
        waiting = deque(self._pool.submit(work, job) for job in jobs)
        for job in jobs:
            future = waiting.popleft()
            error = future.exception()
            if error is not None:
                raise HouseError(f"{job}: {type(error).__name__}: {error}") from error
            results.append(future.result())
            tenths = len(results) * 10 // len(jobs)
            if tenths > (len(results) - 1) * 10 // len(jobs) and tenths < 10:
                print(f"{tenths}0 %", end=" ", flush=True)
        return results


@dataclass
class Report:
    """What one measurement has to tell: tables as lines of text, figures that were wanted."""

    lines: list[str] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)


@dataclass
class Tally:
    """What a receiver made of what was sent. `failed`: seeds that are not exact; `misled`: with something wrong."""

    tried: int = 0
    exact: int = 0
    wrong: int = 0  # reported, but not what was sent (or a second time)
    failed: list[int] = field(default_factory=list)
    misled: list[int] = field(default_factory=list)

    def count(self, seed: int, heard: Sequence[object], sent: object) -> None:
        """One message: exact is the one that was sent, once, and nothing else."""
        self.tried += 1
        right = len(heard) == 1 and heard[0] == sent
        self.exact += right
        wrong = len(heard) - min(1, sum(one == sent for one in heard))
        self.wrong += wrong
        self.misled += [seed] if wrong else []
        if not right:
            self.failed.append(seed)

    def add(self, other: Tally) -> None:
        self.tried += other.tried
        self.exact += other.exact
        self.wrong += other.wrong
        self.failed += other.failed
        self.misled += other.misled

    @property
    def percent(self) -> float:
        return 100 * self.exact / self.tried if self.tried else float("nan")

    def examples(self) -> str:
        """Some seeds to look at."""
        seeds = ", ".join(str(seed) for seed in self.failed[:5])
        return seeds + (f"; wrong: {', '.join(str(seed) for seed in self.misled[:5])}" if self.misled else "")

    def shown(self) -> str:
        """Its cell in a table: a dash where nothing was tried; 100 only where nothing failed."""
        if not self.tried:
            return "–"
        return f"{int(self.percent * 10) / 10:.1f}".removesuffix(".0")


def columns(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """A table as lines of text: the first column to the left, the others to the right."""
    cells = [list(titles), *(list(row) for row in rows)]
    widths = [max(len(row[place]) for row in cells) for place in range(len(titles))]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        )
        for row in cells
    ]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]
