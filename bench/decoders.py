"""`python -m bench.decoders [NAME ...]`: what our decoders hear beside their peers, and what was wanted of them.

Exit status: 0 where every figure is met, 1 where one is missed, 2 where a measurement could not be made.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from appliance.errors import HouseError, OperatorError
from bench.decoding import alarms, digit_limits, digits, dtmf_ids, limits, picture, snr, speed
from bench.decoding.crew import Crew, Report
from bench.figures import Figure, table

Measure = Callable[[Crew], Report]

BENCHES: Mapping[str, tuple[Measure, str]] = {
    "snr": (snr.measure, "caller ID by FSK in noise"),
    "limits": (limits.measure, "caller ID by FSK on bad lines"),
    "digits": (digits.measure, "DTMF digits in noise"),
    "digit-limits": (digit_limits.measure, "DTMF at the limits of Q.24"),
    "dtmf-id": (dtmf_ids.measure, "caller ID by DTMF in noise"),
    "false": (alarms.measure, "false messages and talk-off"),
    "speed": (speed.measure, "speed on one core"),
}
"""By name: what measures, and what it is. In the order of running."""

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "decoders.svg"


def choose(names: list[str]) -> list[str]:
    """The benches asked for, in order; all where nothing was. Raises `OperatorError`."""
    for name in names:
        if name not in BENCHES:
            raise OperatorError(f"{name!r} is nothing that is measured here; choose from {', '.join(BENCHES)}")
    return [name for name in BENCHES if name in names or not names]


def measure(name: str, crew: Crew) -> Report:
    """One bench with its progress."""
    begun = time.monotonic()
    print(f"{name} ...", end=" ", flush=True)
    found = BENCHES[name][0](crew)
    print(f"{time.monotonic() - begun:.0f} s", flush=True)
    return found


def run(names: list[str], crew: Crew) -> list[Figure]:
    """Prints every table as soon as it is there; the figures."""
    figures: list[Figure] = []
    for name in choose(names):
        found = measure(name, crew)
        print("\n".join([*found.lines, ""]), flush=True)
        figures += found.figures
    return figures


def draw(crew: Crew) -> list[Figure]:
    """The curve as a picture; the figures of its bench."""
    print("picture ...", end=" ", flush=True)
    curve = snr.measure_curve(crew)
    PICTURE.write_text(picture.draw(curve), encoding="utf-8")
    print(PICTURE.relative_to(Path(__file__).parents[1]))
    found = snr.report(curve)
    print("\n".join([*found.lines, ""]))
    return found.figures


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.decoders", description=(__doc__ or "").splitlines()[0])
    named = "; ".join(f"{name}: {what}" for name, (_, what) in BENCHES.items())
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"what to measure ({named}); default: all")
    parser.add_argument("--quick", action="store_true", help="a tenth of everything: a look, not a proof")
    parser.add_argument(
        "--picture", action="store_true", help="draw docs/pictures/decoders.svg anew, measure snr alone"
    )
    return parser.parse_args()


def main() -> int:
    asked = options()
    try:
        choose(asked.names)
        with Crew(quick=asked.quick) as crew:
            figures = draw(crew) if asked.picture else run(asked.names, crew)
    except (HouseError, OperatorError) as error:
        print(f"\nnot measured: {error}", file=sys.stderr)
        return 2
    print("\n".join(table(figures)))
    return 0 if all(figure.ok for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
