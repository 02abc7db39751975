"""DTMF at the limits of Q.24: what must be heard, and what must not; one row each, ours beside the peers."""

from __future__ import annotations

import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from appliance.dsp.level import Sound
from appliance.units import samples
from bench.decoding import keys, peers
from bench.decoding.corpus import VOICES
from bench.decoding.crew import Crew, Report, columns
from bench.decoding.digits import RECEIVERS, hear
from bench.decoding.keys import Digits, Keying
from bench.decoding.messages import FIRST_SEED, randomly
from bench.decoding.sounds import at_level, digitised, hum, mu_law, white
from bench.figures import Figure

QUIET_DBM0 = -60.0
ROUNDS = 6
"""How often each of the sixteen keys is tried."""

HELD_MS = 5000.0
"""A key that somebody leans on."""

PART_MS = 60.0
"""Of tone before and after a break."""

GAP_MS = 10.0
"""A break this short is not a pause. Spec: ITU-T Q.24, NTT: gap to bridge ≤ 10 ms."""


@dataclass(frozen=True)
class Wanted:
    """Percent of digits that are to be heard, at least and at most."""

    least: float
    most: float

    def excess(self, percent: float) -> float:
        """By how much it is outside; 0: met."""
        return max(self.least - percent, percent - self.most, 0.0)

    def shown(self) -> str:
        """Its cell in a table; nothing where nothing is asked."""
        if self == TOLD:
            return ""
        return f"{self.least:g}" if self.least == self.most else f"≥ {self.least:g}"


ACCEPT, MOSTLY, REJECT, TOLD = Wanted(100, 100), Wanted(95, 100), Wanted(0, 0), Wanted(0, 100)

PROMPT_DBM0 = {-34.0: ACCEPT, -28.0: MOSTLY, -22.0: TOLD}
"""What comes back of our own prompt, and percent of digits wanted. Why: a prompt of −10 dBm0 and a hybrid that loses
24, 18 and 12 dB; issue 3 asks that digits are heard over it and names no number: who presses in vain presses again."""


@dataclass(frozen=True)
class Trial:
    """One way of sending keys. `over`: what else is on the line; `after`: what is done to both."""

    group: str
    name: str
    wanted: Wanted
    keying: Keying
    over: Callable[[np.random.Generator, int], Sound] | None = None
    after: Callable[[Sound], Sound] | None = None


def prompt(dbm0: float) -> Callable[[np.random.Generator, int], Sound]:
    """The box's own announcements without a pause, at that level."""

    def speak(random: np.random.Generator, n: int) -> Sound:
        paths = sorted(VOICES[1].rglob("*.wav"))
        parts: list[Sound] = []
        while sum(len(part) for part in parts) < n:
            with wave.open(str(paths[int(random.integers(len(paths)))]), "rb") as file:
                parts.append(np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(float))
        return at_level(np.concatenate(parts)[:n], dbm0)

    return speak


def mains(random: np.random.Generator, n: int) -> Sound:
    """Hum as strong as the tones."""
    return hum(n, 50, Keying().dbm0, float(random.uniform(0, 6)))


def dial_tone(random: np.random.Generator, n: int) -> Sound:
    """400 Hz as strong as the tones."""
    turns = 2 * np.pi * (400 * np.arange(n) / 8000 + random.random())
    return at_level(np.sin(turns), Keying().dbm0)


def _off(group: str, wanted: Wanted, percents: tuple[float, ...]) -> list[Trial]:
    """Both tones off, one alone, and each its own way."""
    trials = []
    for off in percents:
        ways = {"both": (off, off), "low": (off, 0.0), "high": (0.0, off), "apart": (off, -off)}
        trials += [
            Trial(group, f"{way} {off:+g} %", wanted, Keying(low_off=low, high_off=high))
            for way, (low, high) in ways.items()
        ]
    return trials


TRIALS: tuple[Trial, ...] = (
    *(
        Trial("twist", f"high over low {db:+d} dB", ACCEPT if -9 <= db <= 7 else TOLD, Keying(twist_db=db))
        for db in (-14, -12, -10, -9, -6, 0, 5, 7, 8, 10, 12)
    ),
    *_off("accept", ACCEPT, (-1.8, 1.8)),
    *_off("reject", REJECT, (-3.0, 3.0)),
    *(Trial("short", f"tone of {ms} ms, pause 80", ACCEPT, Keying(on_ms=ms, off_ms=80)) for ms in (50, 40)),
    *(Trial("short", f"tone of {ms} ms, pause 80", TOLD, Keying(on_ms=ms, off_ms=80)) for ms in (35, 30, 26)),
    *(Trial("brief", f"tone of {ms} ms, pause 80", REJECT, Keying(on_ms=ms, off_ms=80)) for ms in (23, 15)),
    *(Trial("pause", f"pause of {ms} ms", ACCEPT, Keying(off_ms=ms)) for ms in (40, 30)),
    *(Trial("pause", f"pause of {ms} ms", TOLD, Keying(off_ms=ms)) for ms in (20, 10)),
    *(Trial("level", f"{dbm0} dBm0 a tone", ACCEPT, Keying(dbm0=dbm0 + 3.0, twist_db=0)) for dbm0 in (-3, -15, -24)),
    *(Trial("level", f"{dbm0} dBm0 a tone", TOLD, Keying(dbm0=dbm0 + 3.0, twist_db=0)) for dbm0 in (-29, -36, -42)),
    *(
        Trial("prompt", f"over our prompt, {db:g} dBm0", wanted, Keying(), prompt(db))
        for db, wanted in PROMPT_DBM0.items()
    ),
    Trial("amid", "hum as strong", ACCEPT, Keying(), mains),
    Trial("amid", "dial tone as strong", TOLD, Keying(), dial_tone),
    Trial("amid", "mu-law", ACCEPT, Keying(), None, mu_law),
)

TITLES = {
    "twist": "DTMF: high over low −9…+7 dB",
    "accept": "DTMF: ±1.8 % accepted",
    "reject": "DTMF: ±3 % rejected",
    "short": "DTMF: tones of 40 ms accepted",
    "brief": "DTMF: tones of 23 ms rejected",
    "pause": "DTMF: pauses of 30 ms",
    "level": "DTMF: −3…−24 dBm0 a tone",
    "prompt": "DTMF: over our own prompt",
    "amid": "DTMF: hum, mu-law",
}


def try_trial(place: int) -> dict[str, Digits]:
    """Every receiver on one trial."""
    trial = TRIALS[place]
    found = {one: Digits() for one in RECEIVERS if peers.present(one)}
    for seed in range(FIRST_SEED, FIRST_SEED + ROUNDS):
        random = randomly("digit limits", trial.group, trial.name, seed)
        text = keys.every_key(random)
        if trial.group == "pause":
            text = "".join(key + key for key in text)  # the same key twice: nothing else tells a pause from a break
        sound = keys.sound_of(text, trial.keying, random)
        if trial.over:
            sound = sound + trial.over(random, len(sound))
        if trial.after:
            sound = trial.after(sound)
        sound = digitised(sound + white(random, len(sound), QUIET_DBM0))
        for receiver, digits in found.items():
            digits.count(text, hear(receiver, sound))
    return found


def try_held(key: str) -> dict[str, tuple[str, str]]:
    """What is heard of a key that is held, and of one whose tone breaks off for a moment."""
    random = randomly("held", key)
    held = keys.sound_of(key, Keying(on_ms=HELD_MS), random)
    broken = keys.sound_of(key, Keying(on_ms=2 * PART_MS + GAP_MS), random)
    gap = int(np.flatnonzero(broken)[0]) + samples(PART_MS)
    broken[gap : gap + samples(GAP_MS)] = 0
    noises = [digitised(sound + white(random, len(sound), -40.0)) for sound in (held, broken)]
    return {one: (hear(one, noises[0]), hear(one, noises[1])) for one in RECEIVERS if peers.present(one)}


def measure(crew: Crew) -> Report:
    trials = dict(zip((one.name for one in TRIALS), crew.share(try_trial, range(len(TRIALS))), strict=True))
    helds = dict(zip(keys.KEYS, crew.share(try_held, keys.KEYS), strict=True))
    return report(trials, helds)


def report(trials: Mapping[str, Mapping[str, Digits]], helds: Mapping[str, Mapping[str, tuple[str, str]]]) -> Report:
    receivers = [one for one in RECEIVERS if one in next(iter(trials.values()))]
    titles = ["DTMF limits", "wanted", *receivers]
    rows = [[one.name, one.wanted.shown(), *(trials[one.name][peer].shown() for peer in receivers)] for one in TRIALS]
    for place, what in enumerate((f"held for {HELD_MS / 1000:g} s is one", f"broken for {GAP_MS:g} ms is one")):
        rows.append([what, ACCEPT.shown(), *(_one_digit(helds, peer, place) for peer in receivers)])
    told = Report(["", f"DTMF limits: percent of {16 * ROUNDS} digits heard", *columns(titles, rows)])
    told.lines += peers.absent(*RECEIVERS)
    told.figures = [_figure(group, trials) for group in TITLES]
    single = [_one_digit(helds, "ours", place) for place in (0, 1)]
    told.figures.append(
        Figure(
            "held", "DTMF: held or broken key is one digit", "100 %", " %, ".join(single) + " %", single == ["100"] * 2
        )
    )
    doubled = sum(found["ours"].doubled for found in trials.values())
    told.figures.append(Figure("doubled-limits", "DTMF: doubled digits at limits", "0", str(doubled), doubled == 0))
    return told


def _one_digit(helds: Mapping[str, Mapping[str, tuple[str, str]]], receiver: str, place: int) -> str:
    """Percent of keys of which exactly one digit came."""
    right = sum(heard[receiver][place] == key for key, heard in helds.items())
    return f"{100 * right / len(helds):.1f}".removesuffix(".0")


def _figure(group: str, trials: Mapping[str, Mapping[str, Digits]]) -> Figure:
    """The trial of the group that is farthest from what is wanted."""
    asked = {one.name: one.wanted for one in TRIALS if one.group == group and one.wanted != TOLD}
    found = {name: trials[name]["ours"] for name in asked}
    worst = max(asked, key=lambda name: (asked[name].excess(found[name].percent), -asked[name].least))
    met = not asked[worst].excess(found[worst].percent)
    shown = f"{found[worst].shown()} %" + ("" if met and asked[worst] != MOSTLY else f" ({worst})")
    return Figure(f"dtmf-{group}", TITLES[group], f"{asked[worst].shown()} %", shown, met)
