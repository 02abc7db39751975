"""What the simulated modem remembers between commands: volatile and stored settings."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from appliance.exchange.modem_profiles import Codec, ModemProfile

S_DEFAULTS = {0: 0, 1: 0, 2: 43, 3: 13, 4: 10, 5: 8, 6: 3, 7: 50, 8: 2, 10: 14, 11: 95, 12: 50, 25: 5, 30: 0}
"""S registers after factory reset. Spec: ITU-T V.250, 6; S11 digit length in ms [Conexant manual]."""

STORED = ("echo", "verbose", "quiet", "progress", "s", "vcid")
"""What AT&W keeps."""


@dataclass
class Registers:
    """One set of settings."""

    country: int
    codec: Codec
    vsd: tuple[int, int]  # sensitivity, 0.1 s
    vit: int  # 0.1 s; 0: never
    echo: bool = True
    verbose: bool = True
    quiet: bool = False
    progress: int = 4  # X
    dtr: int = 2  # &D
    fclass: int = 0
    vcid: int = 0
    vcdt: int = 0
    cid_type: int = 0  # AT!4886=
    ste: int = 0
    vdr: tuple[int, int] = (0, 0)
    vtd: int = 9  # DTMF of a bare digit in +VTS, 10 ms
    vls: int = 0
    s: dict[int, int] = field(default_factory=lambda: dict(S_DEFAULTS))
    other: dict[str, str] = field(default_factory=dict)


def factory(profile: ModemProfile, country: int) -> Registers:
    """Settings as the maker left them."""
    return Registers(country, profile.codecs[0], profile.vsd_default, profile.vit_default)


def store(registers: Registers) -> dict[str, object]:
    """The part of the settings that AT&W keeps."""
    kept: dict[str, object] = {name: getattr(registers, name) for name in STORED}
    kept["s"] = dict(registers.s)
    return kept


def restore(profile: ModemProfile, country: int, stored: dict[str, object]) -> Registers:
    """Settings after ATZ or power: factory, then what was stored, minus what this family forgets."""
    kept = {name: value for name, value in stored.items() if name != "vcid" or profile.vcid_kept}
    fresh = replace(factory(profile, country), **kept)  # type: ignore[arg-type]
    fresh.s = dict(fresh.s)
    return fresh
