"""Call waiting tones in mid-talk, as the exchange of each country sends them."""

from __future__ import annotations

from ear_sounds import Sound, noise, np, peak, quiet, seconds, speech, tone

from appliance.events import CallWaitingHeard, Fact, FarEndCleared
from appliance.line.progress_tones import KNOCKS, Knock
from appliance.units import RATE_HZ

EVERY = [(country, knock) for country in sorted(KNOCKS) for knock in KNOCKS[country]]


def swelling(secs: float, dbm0: float, depth: float) -> Sound:
    t = seconds(secs)
    return peak(dbm0) * np.sin(2 * np.pi * 400 * t) * ((1 - depth) + depth * np.cos(2 * np.pi * 16 * t))


def sound_of(knock: Knock, dbm0: float = -20.0, depth: float = 0.5) -> Sound:
    parts = []
    for index, on in enumerate(knock.on_ms):
        swells = knock.modulated and on > 100
        parts.append(swelling(on / 1000, dbm0, depth) if swells else tone(knock.hz, on / 1000, dbm0))
        parts += [quiet(sum(pause) / 2000) for pause in knock.off_ms[index : index + 1]]
    return np.concatenate(parts)


def in_talk(knocking: Sound, noise_dbm0: float = -62.0, before_s: float = 1.0, after_s: float = 0.5) -> Sound:
    """Speech, which the exchange mutes for the tone, and goes on."""
    sound = np.concatenate([speech(before_s, -20), quiet(0.04), knocking, quiet(0.7), speech(after_s, -20, 6)])
    return sound + noise(len(sound) / RATE_HZ, noise_dbm0)


def knocks(facts: list[Fact]) -> list[CallWaitingHeard]:
    assert not [fact for fact in facts if isinstance(fact, FarEndCleared)]
    return [fact for fact in facts if isinstance(fact, CallWaitingHeard)]
