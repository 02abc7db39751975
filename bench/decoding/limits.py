"""Caller ID by FSK at the limits of what a line may do to it, without noise worth the name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from appliance.dsp.level import Sound
from appliance.exchange.damage import RURAL, DamagedLine
from appliance.exchange.fsk import Burst
from appliance.units import SampleIndex
from bench.decoding import peers
from bench.decoding.crew import Crew, Report, Tally, columns
from bench.decoding.messages import (
    BURSTS,
    FIRST_SEED,
    LEVEL_DBM0,
    MODULATIONS,
    SIGNALS,
    Sent,
    message,
    randomly,
    sound_of,
)
from bench.decoding.snr import hear
from bench.decoding.sounds import FULL_SCALE, a_law, band, brick, digitised, echoed, hum, mu_law, peak, slanted, white
from bench.figures import Figure

QUIET_DBM0 = -65.0
"""Noise of a good line; also keeps 16-bit rounding from being the only noise."""

MESSAGES = 100
"""Of each signal under each condition. Why: 99 % can be met with one miss."""

WANTED = 99.0
"""Percent exact. Spec: issue 3, figures to reach."""

RECEIVERS = ("ours", "spandsp")


@dataclass(frozen=True)
class Condition:
    """One thing that is wrong with the line. `group`: the figure that it belongs to."""

    group: str
    name: str
    make: Callable[[Sent], Sound]


def level(dbm0: float) -> Callable[[Sent], Sound]:
    return lambda sent: sound_of(sent, dbm0=dbm0)


def speed(tones: float, rate: float) -> Callable[[Sent], Sound]:
    """Tones and bit rate off by so many percent; both alike: the clock of one side."""

    def make(sent: Sent) -> Sound:
        right = MODULATIONS[sent.signal]
        factor = 1 + tones / 100
        off = replace(
            right,
            mark_hz=right.mark_hz * factor,
            space_hz=right.space_hz * factor,
            bit_rate=right.bit_rate * (1 + rate / 100),
        )
        return sound_of(sent, modulation=off)

    return make


def twist(db: float) -> Callable[[Sent], Sound]:
    """Space `db` stronger than mark."""

    def make(sent: Sent) -> Sound:
        tones = MODULATIONS[sent.signal]
        return slanted(sound_of(sent), tones.mark_hz, tones.space_hz, db)

    return make


def mains(hz: float) -> Callable[[Sent], Sound]:
    """Hum of the same power as the signal."""

    def make(sent: Sent) -> Sound:
        phase = float(randomly("hum", sent.seed).uniform(0, 2 * np.pi))
        sound = sound_of(sent)
        return sound + hum(len(sound), hz, LEVEL_DBM0, phase)

    return make


def through(change: Callable[[Sound], Sound], dbm0: float = LEVEL_DBM0) -> Callable[[Sent], Sound]:
    return lambda sent: change(sound_of(sent, dbm0=dbm0))


def framed(**changes: int) -> Callable[[Sent], Sound]:
    """With another burst: stop bits, marks, seizure (bits)."""

    def make(sent: Sent) -> Sound:
        burst: Burst = replace(BURSTS[sent.signal], **changes)
        return sound_of(sent, burst=burst)

    return make


def echo(ms: float) -> Callable[[Sent], Sound]:
    """The signal itself again, 12 dB weaker."""
    return through(lambda sound: echoed(sound, ms, -12))


def rural(sent: Sent) -> Sound:
    """All at once: the worst line of the simulated exchange."""
    line = DamagedLine(RURAL, sent.seed)
    sound = sound_of(sent, dbm0=BURSTS[sent.signal].dbm0) / FULL_SCALE
    return line.carry(SampleIndex(0), sound.astype(np.float32)).astype(float) * FULL_SCALE


CONDITIONS = (
    *(Condition("level", f"level {dbm0} dBm0", level(dbm0)) for dbm0 in (-10, -20, -30, -36, -42)),
    *(Condition("clock", f"clock {off:+g} %", speed(off, off)) for off in (-2.0, 2.0)),
    *(Condition("clock", f"tones alone {off:+g} %", speed(off, 0)) for off in (-1.5, 1.5)),
    *(Condition("clock", f"bit rate alone {off:+g} %", speed(0, off)) for off in (-1.0, 1.0)),
    *(Condition("twist", f"space over mark {db:+g} dB", twist(db)) for db in (-10.0, 10.0)),
    *(Condition("hum", f"hum {hz} Hz as strong", mains(hz)) for hz in (50, 60)),
    Condition("codec", "mu-law", through(mu_law)),
    Condition("codec", "A-law", through(a_law)),
    Condition("codec", "mu-law at -40 dBm0", through(mu_law, -40)),
    Condition("codec", "A-law at -40 dBm0", through(a_law, -40)),
    Condition("band", "300-3400 Hz", through(band)),
    Condition("band", "300-3400 Hz, sharp", through(brick)),
    Condition("offset", "direct current, twice as strong", through(lambda sound: sound + 2 * peak(LEVEL_DBM0))),
    *(Condition("stops", f"stop bits {bits}", framed(stop=bits)) for bits in (1, 2, 3, 4)),
    Condition("stops", "10 marks after each octet", framed(stop=10)),
    Condition("mark", "60 ms of mark", framed(marks=72)),
    Condition("mark", "60 ms of mark, no seizure", framed(marks=72, seizure=0)),
    Condition("mark", "40 ms of mark", framed(marks=48)),
    Condition("mark", "40 ms of mark, no seizure", framed(marks=48, seizure=0)),
    *(Condition("echo", f"echo {ms:g} ms, -12 dB", echo(ms)) for ms in (0.5, 3.0, 30.0)),
    Condition("rural", "rural line of the simulator", rural),
)

TITLES = {
    "level": "FSK: −10…−42 dBm0",
    "clock": "FSK: clock ±2 %, tones ±1.5 %, rate ±1 %",
    "twist": "FSK: twist ±10 dB",
    "hum": "FSK: hum as strong as the signal",
    "codec": "FSK: mu-law, A-law",
    "band": "FSK: 300–3400 Hz",
    "offset": "FSK: direct current",
    "stops": "FSK: 1–4 stop bits, 10 marks",
    "mark": "FSK: 60 and 40 ms of mark",
    "echo": "FSK: echo",
    "rural": "FSK: rural line",
}


@dataclass(frozen=True)
class Batch:
    """Messages of one signal under one condition."""

    place: int  # in CONDITIONS
    signal: str
    count: int


def heard_sound(condition: Condition, sent: Sent) -> Sound:
    """What arrives."""
    sound = condition.make(sent)
    return digitised(sound + white(randomly("quiet", sent.signal, sent.seed), len(sound), QUIET_DBM0))


def try_batch(batch: Batch) -> dict[str, Tally]:
    """Both receivers on every message."""
    condition = CONDITIONS[batch.place]
    tallies = {one: Tally() for one in RECEIVERS if peers.present(one)}
    for seed in range(FIRST_SEED, FIRST_SEED + batch.count):
        sent = message(batch.signal, seed)
        sound = heard_sound(condition, sent)
        for receiver, tally in tallies.items():
            tally.count(seed, hear(receiver, sent, sound), sent.identity)
    return tallies


def measure(crew: Crew) -> Report:
    count = crew.count(MESSAGES)
    jobs = [Batch(place, signal, count) for place in range(len(CONDITIONS)) for signal in SIGNALS]
    results = crew.share(try_batch, jobs)
    cells = {
        (CONDITIONS[job.place].name, job.signal, receiver): tally
        for job, tallies in zip(jobs, results, strict=True)
        for receiver, tally in tallies.items()
    }
    return report(cells, count)


def report(cells: Mapping[tuple[str, str, str], Tally], count: int) -> Report:
    """The sweep, and one figure for each group."""
    receivers = [one for one in RECEIVERS if any(key[2] == one for key in cells)]
    titles = ["limits", *(f"{one} {signal.upper()}" for one in receivers for signal in SIGNALS)]
    rows = [
        [one.name, *(cells[one.name, signal, receiver].shown() for receiver in receivers for signal in SIGNALS)]
        for one in CONDITIONS
    ]
    told = Report(["", f"Limits: percent of {count} messages exact, clean ({QUIET_DBM0:g} dBm0 of noise)"])
    told.lines += columns(titles, rows) + peers.absent("spandsp")
    told.lines += [
        f"ours {signal.upper()}, {name}: not exact, e.g. seeds {tally.examples()}"
        for (name, signal, receiver), tally in cells.items()
        if receiver == "ours" and tally.failed
    ]
    told.figures = [_figure(group, cells) for group in TITLES]
    return told


def _figure(group: str, cells: Mapping[tuple[str, str, str], Tally]) -> Figure:
    names = [one.name for one in CONDITIONS if one.group == group]
    found = {(name, signal): cells[name, signal, "ours"] for name in names for signal in SIGNALS}
    worst = min(found, key=lambda key: found[key].percent)
    least = found[worst]
    measured = f"{least.shown()} %" + ("" if least.percent == 100 else f" ({worst[1].upper()}, {worst[0]})")
    return Figure(f"limits-{group}", TITLES[group], f"≥ {WANTED:g} %", measured, least.percent >= WANTED)
