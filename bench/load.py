"""What `denwaban line` costs: processor and memory, idle and in a call. Read from /proc, see proc(5)."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Figure, Limit
from bench.shop import KNOWN, Shop, noise

WATCH_S = 22.0
"""Long enough that one clock tick of 10 ms is 0.04 %."""

SETTLE_S = 4.0
"""After the start and after the lift. Why: what is done once in a call is no load of a call."""

PROCESSOR = Limit(5, "%")
MEMORY = Limit(80, "MB")

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Memory:
    """Of one process, MB of 2^20 bytes. `pss`: what it shares is counted in parts."""

    rss: float
    pss: float


def processor_s(pid: int) -> float:
    """Seconds of processor that all threads of a process have used. Spec: proc(5), stat fields 14 and 15."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def memory(pid: int) -> Memory:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    sizes = {name: int(kb) / 1024 for name, kb in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}
    return Memory(sizes["Rss"], sizes["Pss"])


def watch(pid: int, seconds: float) -> tuple[float, Memory]:
    """Percent of one core over `seconds`, and the memory at their end."""
    used, begun = processor_s(pid), time.monotonic()
    time.sleep(seconds)
    percent = (processor_s(pid) - used) / (time.monotonic() - begun) * 100
    return percent, memory(pid)


def measure(folder: Path) -> list[Figure]:
    """Idle first, then in a call in which the caller never stops to speak."""
    with Shop(folder / "load") as shop:
        pid = shop.pid("line")
        shop.sleep(SETTLE_S)
        idle, _ = watch(pid, WATCH_S)
        call = shop.place_call(KNOWN, noise(6, WATCH_S + 60))
        shop.until(lambda: shop.line() == "ring_burst", 15, "the first ring")
        shop.sleep(0.3)
        shop.lift()
        shop.until(lambda: shop.news.now("call/state") == "talking", 10, "the talk")
        shop.sleep(SETTLE_S)
        busy, used = watch(pid, WATCH_S)
        shop.clear(call)
    more = f"idle {idle:.1f} %, {model()}"
    return [
        PROCESSOR.figure("processor", "denwaban line in a call, of one core", busy, more),
        MEMORY.figure("memory", "denwaban line in a call, RSS", used.rss, f"PSS {used.pss:.1f} MB"),
    ]


def model() -> str:
    """What processor this is."""
    found = re.search(r"^(?:model name|Model)\s*: (.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else os.uname().machine
