"""`python -m bench.fuzz.breed SECONDS SEED FOLDER`: inputs that a coverage-guided fuzzer breeds for the parsers.

atheris (libFuzzer) keeps what reaches new code and changes it further. Why processes of its own, one after the other:
libFuzzer ends the one it runs in, and atheris 3.0 loses some 40 KB with each input (the parsers alone lose none).
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import atheris
import numpy as np

with atheris.instrument_imports(include=["appliance.line.callerid", "appliance.line.identity"]):
    from bench.fuzz import messages
    from bench.fuzz import octets as parsers

from bench.fuzz.cases import OctetCase, keep

LONGEST = 300
"""Octets of one input. Why: the longest packet has 258 (CALLER_ID.md 2.2)."""

HANGS_S = 30
"""An input that takes so long counts as hanging. Why: a hundred times the slowest that was met."""

ROUND_S = 60
"""One process breeds for so long. Why: at 300 inputs a second it loses 0.7 of the 2 GB that it may have."""

SEEDS = 60
"""Good frames to begin with. Why: each standard some twenty times, with and without each parameter."""

SOFT_FROM = 248
"""Inputs with such a first octet go through correction. Why so few (1 in 32): it takes a thousand times as long."""


def judge(octets: bytes) -> tuple[OctetCase, list[str]]:
    """The input as a case, and what was wrong. Its first octet says how sure the bits are, and whether that matters."""
    case = OctetCase("guided", parsers.soft(octets[1:], octets[0] % 16 + 0.5), None)
    return case, parsers.judge(case, octets[0] >= SOFT_FROM).troubles


def breed(seconds: int, seed: int, folder: Path) -> int:
    """Round after round on one growing corpus: 0 where nothing was wrong, else how the failing round ended."""
    corpus = Path(tempfile.mkdtemp(prefix="denwaban-fuzz-"))
    random = np.random.default_rng(seed)
    for index in range(SEEDS):
        (corpus / f"{index}").write_bytes(bytes([SOFT_FROM - 8 + index % 16]) + messages.frame(random))
    rounds = max(1, round(seconds / ROUND_S))
    for number in range(rounds):
        child = os.fork()
        if child == 0:
            _round(seconds // rounds, seed + number, folder, corpus)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:
            return abs(status)
    print(f"guided: {rounds} rounds, {len(list(corpus.iterdir()))} inputs that each reach something of their own")
    return 0


def _round(seconds: int, seed: int, folder: Path, corpus: Path) -> None:
    """Never returns. Exit status 0 where nothing was wrong; the failing input is kept as guided.npz."""

    def test_one(octets: bytes) -> None:
        if not octets:
            return
        case, troubles = judge(octets)
        if troubles:
            keep(case, folder / "guided.npz")
            sys.stderr.write(f"guided: {troubles[0]}\nguided: kept as {folder / 'guided.npz'}\n")
            raise AssertionError(troubles[0])

    flags = {
        "max_total_time": seconds,
        "seed": seed + 1,  # 0 would mean a random one
        "max_len": LONGEST,
        "timeout": HANGS_S,
        "print_final_stats": 1,
        "verbosity": 0,
        "artifact_prefix": f"{folder}/",
    }
    atheris.Setup([sys.argv[0], *(f"-{name}={value}" for name, value in flags.items()), str(corpus)], test_one)
    atheris.Fuzz()


if __name__ == "__main__":
    sys.exit(breed(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
