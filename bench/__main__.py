"""`python -m bench [NAME ...]`: measures, and prints one table of what was wanted and what is.

Exit status: 0 where every figure is met, 1 where one is missed, 2 where a measurement could not be made.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from appliance.errors import HouseError, OperatorError
from bench import calls, hours, load, stop
from bench.figures import Figure, table

Measure = Callable[[Path], list[Figure]]

BENCHES: Mapping[str, tuple[Measure, tuple[str, ...]]] = {
    "calls": (calls.measure, ("identity", "lamp", "first-sample", "busy")),
    "stop": (stop.measure, ("stop",)),
    "load": (load.measure, ("processor", "memory")),
    "hours": (hours.measure, ("hours",)),
}
"""By name: what measures, and the figures that it gives. In the order of running."""


ON_DISK = "/var/tmp"
"""Eight hours are 700 MB. Why not /tmp: it may lie in memory. Spec: FHS 3.0, 5.15."""


def choose(names: list[str]) -> list[str]:
    """The benches that give what was asked for; all where nothing was. Raises `OperatorError`."""
    chosen = []
    for name in names:
        found = [bench for bench, (_, figures) in BENCHES.items() if name in (bench, *figures)]
        if not found:
            known = [*BENCHES, *(figure for _, figures in BENCHES.values() for figure in figures)]
            raise OperatorError(
                f"{name!r} is nothing that is measured here; choose from {', '.join(dict.fromkeys(known))}"
            )
        chosen += found
    return [name for name in BENCHES if name in chosen or not names]


def run(names: list[str], folder: Path) -> list[Figure]:
    """The figures asked for."""
    figures: list[Figure] = []
    for bench in choose(names):
        begun = time.monotonic()
        print(f"{bench} ...", end=" ", flush=True)
        found = BENCHES[bench][0](folder)
        print(f"{time.monotonic() - begun:.0f} s", flush=True)
        figures += [one for one in found if not names or bench in names or one.name in names]
    return figures


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=(__doc__ or "").splitlines()[0])
    named = "; ".join(f"{bench}: {', '.join(figures)}" for bench, (_, figures) in BENCHES.items())
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"a bench or one of its figures ({named}); default: all"
    )
    options = parser.parse_args()
    try:
        with tempfile.TemporaryDirectory(prefix="denwaban-bench-", dir=ON_DISK) as folder:
            figures = run(options.names, Path(folder))
    except (HouseError, OperatorError) as error:
        print(f"\nnot measured: {error}", file=sys.stderr)
        return 2
    print()
    print("\n".join(table(figures)))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
