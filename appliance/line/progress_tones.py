"""Call progress tones as data: what the networks of each country, and fax machines everywhere, beep."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.errors import OperatorError
from appliance.events import ClearedBy

TOLERANCE_HZ = 25.0
"""How far a tone may lie off. Spec: NTT 400 Hz ±20 Hz; Why: 5 Hz for our own measuring."""

TOLERANCE = 0.2
"""How far a beat may be off its length. Spec: 60 IPM ±20 %, make 50 ±10 %: 事業用電気通信設備規則 別表第5号."""


@dataclass(frozen=True)
class Cadence:
    """One tone. `beats_ms`: on, off, on, off …; a single beat is a steady tone that must last that long."""

    name: str
    hz: tuple[float, ...]
    beats_ms: tuple[int, ...]
    source: str
    cleared: ClearedBy | None = None  # what it tells of the far end
    fax: str = ""  # "cng" or "ced"
    cycles: int = 3  # Why: three cycles of busy are 3 s, inside the 4 s we promise, and speech never keeps that time
    rest_ms: int = 0  # how much of the last pause must have passed; 0: as much as the tolerance asks

    @property
    def steady(self) -> bool:
        return len(self.beats_ms) == 1

    @property
    def told(self) -> bool:
        """Whether anybody is told; the others (ringback) are known so that they are not taken for voice."""
        return self.cleared is not None or bool(self.fax)


_BUSY, _REORDER, _DIAL = ClearedBy.BUSY_TONE, ClearedBy.REORDER_TONE, ClearedBy.DIAL_TONE
_DIAL_MS = 3000  # Why: longer than any beat of music or howl of a bad hands-free set; three lengths of a ringback
_JP = "事業用電気通信設備規則 別表第5号"
_E180 = "ITU-T E.180 Supplement 2"
_US = "Bellcore Precise Tone Plan (GR-506-CORE)"
_EU = "ETSI TR 101 041-2"

_JAPAN = (
    Cadence("busy", (400,), (500, 500), f"{_JP}; sent to either party after the other cleared", _BUSY),
    Cadence("reorder", (400,), (500, 500), "sounds as busy does (spandsp, Asterisk): told as busy"),
    Cadence("second dial", (400,), (125, 125), "spandsp; 250/250 in PBX: it waits for digits, nobody has cleared"),
    Cadence("dial", (400,), (_DIAL_MS,), _JP, _DIAL),
    Cadence("ringback", (400,), (1000, 2000), f"{_JP}: modulated by 15–20 Hz"),
)
_AMERICA = (
    Cadence("busy", (480, 620), (500, 500), _US, _BUSY),
    Cadence("reorder", (480, 620), (250, 250), _US, _REORDER, cycles=6),
    Cadence("dial", (350, 440), (_DIAL_MS,), _US, _DIAL),
    Cadence("ringback", (440, 480), (2000, 4000), _US),
)
_BRITAIN = (
    Cadence("busy", (400,), (375, 375), f"{_E180}; BT SIN 350", _BUSY, cycles=4),
    Cadence("reorder", (400,), (400, 350, 225, 525), f"{_E180}; BT SIN 350", _REORDER, cycles=2),
    Cadence("unobtainable", (400,), (_DIAL_MS,), f"{_E180}; BT SIN 350", _REORDER),
    Cadence("dial", (350, 440), (_DIAL_MS,), f"{_E180}; BT SIN 350", _DIAL),
    Cadence("ringback", (400, 450), (400, 200, 400, 2000), f"{_E180}; BT SIN 350"),
)
_EUROPE = (
    Cadence("busy", (425,), (500, 500), f"{_EU}; Germany 480/480 lies inside the tolerance", _BUSY),
    Cadence("reorder", (425,), (250, 250), f"{_EU}; Germany 240/240 lies inside the tolerance", _REORDER, cycles=6),
    Cadence("dial", (425,), (_DIAL_MS,), _EU, _DIAL),
    Cadence("ringback", (425,), (1000, 4000), _EU),
)

CADENCES: dict[str, tuple[Cadence, ...]] = {
    "JP": _JAPAN,
    "US": _AMERICA,
    "CA": _AMERICA,
    "UK": _BRITAIN,
    "GB": _BRITAIN,
    "EU": _EUROPE,
}

FAX_TONES = (
    Cadence("cng", (1100,), (500, 3000), "ITU-T T.30 4.2: 1100 Hz ±38, 0.5 s on, 3 s off", None, "cng", 1, 200),
    Cadence("ced", (2100,), (1000,), "ITU-T T.30 4.1: 2100 Hz ±15 for 2.6–4.0 s", None, "ced"),
)


def cadences_of(country: str) -> tuple[Cadence, ...]:
    """The tones of a country's network, and those of fax machines. Raises: OperatorError for one we do not know."""
    if country not in CADENCES:
        raise OperatorError(f'the tones of country "{country}" are not known; known: {", ".join(sorted(CADENCES))}')
    return CADENCES[country] + FAX_TONES
