"""DTMF in white noise: digits for menus, and whole caller-ID strings, ours beside the peers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from appliance.dsp.level import Sound
from bench.decoding import keys, ours, peers, programs
from bench.decoding.alarms import spandsp_digits
from bench.decoding.crew import Crew, Report, columns
from bench.decoding.keys import Digits, Keying
from bench.decoding.messages import FIRST_SEED, randomly
from bench.decoding.sounds import digitised, white
from bench.figures import Figure

SNRS_DB = (8.0, 6.0, 4.0, 3.0, 2.0)
"""Power of both tones, while they are on, over that of the noise in 0–4 kHz."""

KEYINGS = {"70": Keying(), "50": Keying(on_ms=50.0)}
"""By length of the tone, ms. Why: 70/70 is what telephones dial; 50 with 120 a key is the shortest that Japan allows.
Spec: 事業用電気通信設備規則 別表第3号."""

STRINGS, LENGTH = 100, 40
"""Strings at each SNR, and keys in each."""

BATCH = 10

RECEIVERS = ("ours", "spandsp", "multimon")

WANTED_DB, WANTED = 4.0, 99.5
"""Percent of digits right at this SNR. Spec: issue 3, figures to reach."""

Key = tuple[str, str, float]
"""Receiver, keying, SNR."""


@dataclass(frozen=True)
class Batch:
    """Some strings of one keying at one SNR."""

    keying: str
    snr_db: float
    first_seed: int
    count: int


def hear(receiver: str, sound: Sound) -> str:
    """The digits that a receiver hears."""
    if receiver == "ours":
        return ours.dtmf(sound)
    return spandsp_digits(sound) if receiver == "spandsp" else programs.multimon(sound)


def noisy(batch: Batch, seed: int) -> tuple[str, Sound]:
    """The string of that seed, and what arrives of it."""
    random = randomly("digits", batch.keying, round(batch.snr_db * 10), seed)
    keying = KEYINGS[batch.keying]
    text = keys.string_of(random, LENGTH)
    clean = keys.sound_of(text, keying, random)
    return text, digitised(clean + white(random, len(clean), keying.dbm0 - batch.snr_db))


def try_batch(batch: Batch) -> dict[Key, Digits]:
    """Every receiver that is here."""
    found = {one: Digits() for one in RECEIVERS if peers.present(one)}
    for seed in range(batch.first_seed, batch.first_seed + batch.count):
        text, sound = noisy(batch, seed)
        for receiver, digits in found.items():
            digits.count(text, hear(receiver, sound))
    return {(receiver, batch.keying, batch.snr_db): digits for receiver, digits in found.items()}


def measure(crew: Crew) -> Report:
    count = crew.count(STRINGS)
    jobs = [
        Batch(keying, snr, seed, min(BATCH, FIRST_SEED + count - seed))
        for keying in KEYINGS
        for snr in SNRS_DB
        for seed in range(FIRST_SEED, FIRST_SEED + count, BATCH)
    ]
    table: dict[Key, Digits] = {}
    for part in crew.share(try_batch, jobs):
        for key, digits in part.items():
            table.setdefault(key, Digits()).add(digits)
    return report(table)


def report(table: Mapping[Key, Digits]) -> Report:
    """The table, and the figures."""
    one = next(iter(table.values()))
    told = Report(["", f"DTMF: percent of {one.sent} digits right, white noise over 0–4 kHz, SNR while the tone is on"])
    titles = ["tone of", *(f"{snr:g} dB" for snr in SNRS_DB), "doubled", "wrong"]
    rows = [
        _row(table, receiver, keying)
        for keying in KEYINGS
        for receiver in RECEIVERS
        if (receiver, keying, 4.0) in table
    ]
    told.lines += columns(titles, rows) + peers.absent(*RECEIVERS)
    for keying in KEYINGS:
        found = table["ours", keying, WANTED_DB]
        told.figures.append(
            Figure(
                f"digits-{keying}",
                f"DTMF digits at {WANTED_DB:g} dB, {keying} ms",
                f"≥ {WANTED:g} %",
                f"{found.shown()} %",
                found.percent >= WANTED,
            )
        )
    doubled = sum(digits.doubled for (receiver, *_), digits in table.items() if receiver == "ours")
    told.figures.append(Figure("doubled", "DTMF: doubled digits in noise", "0", str(doubled), doubled == 0))
    return told


def _row(table: Mapping[Key, Digits], receiver: str, keying: str) -> list[str]:
    cells = [table[receiver, keying, snr] for snr in SNRS_DB]
    doubled, wrong = sum(cell.doubled for cell in cells), sum(cell.wrong for cell in cells)
    return [f"{keying} ms, {receiver}", *(cell.shown() for cell in cells), str(doubled), str(wrong)]
