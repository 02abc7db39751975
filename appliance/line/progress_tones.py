"""Call progress tones as data: what the networks of each country, and fax machines everywhere, beep."""

from __future__ import annotations

from dataclasses import dataclass

from appliance.errors import OperatorError
from appliance.events import ClearedBy

TOLERANCE_HZ = 25.0
"""How far a tone may lie off. Spec: NTT 400 Hz ±20 Hz; Why: 5 Hz for our own measuring."""

TOLERANCE = 0.2
"""How far a beat may be off its length. Spec: 60 IPM ±20 %, make 50 ±10 %: 事業用電気通信設備規則 別表第5号."""

SWING_DB = 2.5
"""A generator keeps its level within this for a whole burst. Why: 1 dB was measured under noise 12 dB below; a voice, a
flute and the modulated ringback do not keep to it."""

ALIKE_DB = 6.0
"""Between the bursts of one cadence. Why: the modem's level control may still be settling."""


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
    swing_db: float = SWING_DB  # of the level within one burst
    alike_db: float = ALIKE_DB

    @property
    def steady(self) -> bool:
        return len(self.beats_ms) == 1

    @property
    def told(self) -> bool:
        """Whether anybody is told; the others (ringback) are known so that they are not taken for voice."""
        return self.cleared is not None or bool(self.fax)


@dataclass(frozen=True)
class Knock:
    """A call waiting tone. `on_ms`: its bursts; `off_ms`: from … to, the pause after each but the last.

    It stands alone: nothing of the same tone for `alone_ms` before and after, so that no busy tone is taken for it.
    `modulated`: the first burst swells 15–20 times a second. A single burst has to be as clean as a generator's.
    """

    hz: tuple[float, ...]
    on_ms: tuple[int, ...]
    off_ms: tuple[tuple[int, int], ...]
    source: str
    modulated: bool = False
    alone_ms: int = 600


_BUSY, _REORDER, _DIAL = ClearedBy.BUSY_TONE, ClearedBy.REORDER_TONE, ClearedBy.DIAL_TONE
_DIAL_MS = 3000  # Why: longer than any beat of music or howl of a bad hands-free set; three lengths of a ringback
_JP = "事業用電気通信設備規則 別表第5号"
_E180 = "ITU-T E.180 Supplement 2"
_US = "Bellcore Precise Tone Plan (GR-506-CORE)"
_EU = "ETSI TR 101 041-2"
_SIN = f"{_E180}; BT SIN 350"
_ASTERISK = "Asterisk indications.conf"
_FR = f"{_ASTERISK} [fr], after {_E180}"
_AU = f"{_ASTERISK} [au], after ACIF S002:2001"
_NZ = f"{_ASTERISK} [nz], after Telepermit TNA 102"
_CN = f"{_ASTERISK} [cn], after {_E180}"
_TW = f"{_ASTERISK} [tw], after Cisco's and makers' tables: fair confidence"
_KR = "CALLER_ID.md 5 for busy; the others from memory of a Cisco table: low confidence"
_IN = f"{_ASTERISK} [in]; CALLER_ID.md 5"
_MODULATED_DB = 12.0  # Why: tones of 90 % modulation, measured through our 40 ms window (Australia 25 Hz: 10 dB)


def _plain(hz: float, busy_ms: int, reorder_ms: int, ringback_ms: tuple[int, ...], source: str) -> tuple[Cadence, ...]:
    """The tones of a network that has one frequency and even beats."""
    cycles = max(3, -(-1500 // reorder_ms))  # Why: 3 s of it, as of busy; speech has some even beats sooner
    return (
        Cadence("busy", (hz,), (busy_ms, busy_ms), source, _BUSY),
        Cadence("reorder", (hz,), (reorder_ms, reorder_ms), source, _REORDER, cycles=cycles),
        Cadence("dial", (hz,), (_DIAL_MS,), source, _DIAL),
        Cadence("ringback", (hz,), ringback_ms, source),
    )


def _precise(reorder_ms: tuple[int, int], ringback_ms: tuple[int, int], source: str) -> tuple[Cadence, ...]:
    """The tones of a network that uses America's frequencies."""
    return (
        Cadence("busy", (480, 620), (500, 500), source, _BUSY),
        Cadence("reorder", (480, 620), reorder_ms, source, _REORDER, cycles=6),
        Cadence("dial", (350, 440), (_DIAL_MS,), source, _DIAL),
        Cadence("ringback", (440, 480), ringback_ms, source),
    )


_JAPAN = (
    Cadence("busy", (400,), (500, 500), f"{_JP}; sent to either party after the other cleared", _BUSY),
    Cadence("reorder", (400,), (500, 500), "sounds as busy does (spandsp, Asterisk): told as busy"),
    Cadence("second dial", (400,), (125, 125), "spandsp; 250/250 in PBX: it waits for digits, nobody has cleared"),
    Cadence("dial", (400,), (_DIAL_MS,), _JP, _DIAL),
    Cadence("ringback", (400,), (1000, 2000), f"{_JP}: modulated by 15–20 Hz"),
)
_AMERICA = _precise((250, 250), (2000, 4000), _US)
_BRITAIN = (
    Cadence("busy", (400,), (375, 375), _SIN, _BUSY, cycles=4),
    Cadence("reorder", (400,), (400, 350, 225, 525), _SIN, _REORDER, cycles=2),
    Cadence("unobtainable", (400,), (_DIAL_MS,), _SIN, _REORDER),
    Cadence("dial", (350, 440), (_DIAL_MS,), _SIN, _DIAL),
    Cadence("ringback", (400, 450), (400, 200, 400, 2000), _SIN),
)
_EUROPE = _plain(425, 500, 250, (1000, 4000), f"{_EU}; Germany 480/480 and 240/240 lie inside the tolerance")
_AUSTRALIA = (
    Cadence("busy", (425,), (375, 375), _AU, _BUSY, cycles=4, alike_db=14.0),
    Cadence("reorder", (425,), (375, 375), f"{_AU}: busy with every other beat 10 dB below; told as busy"),
    Cadence("dial", (425,), (_DIAL_MS,), f"{_AU}: 413+438 Hz, 25 Hz apart", _DIAL, swing_db=_MODULATED_DB),
    Cadence("ringback", (425,), (400, 200, 400, 2000), f"{_AU}: 413+438 Hz"),
)
_INDIA = (
    Cadence("busy", (400,), (750, 750), _IN, _BUSY),
    Cadence("reorder", (400,), (250, 250), _IN, _REORDER, cycles=6),
    Cadence("dial", (400,), (_DIAL_MS,), f"{_IN}: modulated by 25 Hz", _DIAL, swing_db=_MODULATED_DB),
    Cadence("ringback", (400,), (400, 200, 400, 2000), f"{_IN}: modulated by 25 Hz"),
)
_NEW_ZEALAND = (
    *_plain(400, 500, 250, (400, 200, 400, 2000), _NZ)[:3],
    Cadence("ringback", (400, 450), (400, 200, 400, 2000), _NZ),
)

CADENCES: dict[str, tuple[Cadence, ...]] = {
    "JP": _JAPAN,
    "US": _AMERICA,
    "CA": _AMERICA,
    "UK": _BRITAIN,
    "GB": _BRITAIN,
    "EU": _EUROPE,
    "DE": _EUROPE,
    "FR": _plain(440, 500, 250, (1500, 3500), _FR),
    "AU": _AUSTRALIA,
    "NZ": _NEW_ZEALAND,
    "KR": _precise((300, 200), (1000, 2000), _KR),
    "TW": _precise((250, 250), (1000, 2000), _TW),
    "CN": _plain(450, 350, 700, (1000, 4000), _CN),
    "IN": _INDIA,
}

FAX_TONES = (
    Cadence("cng", (1100,), (500, 3000), "ITU-T T.30 4.2: 1100 Hz ±38, 0.5 s on, 3 s off", None, "cng", 1, 200),
    Cadence(
        "ced",
        (2100,),
        (1000,),
        "ITU-T T.30 4.1: 2100 Hz ±15 for 2.6–4.0 s; V.8 ANSam: swells by 20 % at 15 Hz (3.5 dB), turned every 450 ms",
        fax="ced",
        swing_db=5.0,
    ),
)

_PAIR_EU = Knock((425,), (200, 200), ((140, 700),), f"{_ASTERISK} [de], [dk], [ch], [no], [se]: pauses of 200–600 ms")
_SHORT_PAIR_EU = Knock((425,), (150, 150), ((100, 210),), f"{_ASTERISK} [es] 175/175, [pl], [fi], [gr] 150/150")
_ONE_440 = Knock((440,), (300,), (), f"{_US}: 300 ms every 10 s")
_PAIR_350_440 = Knock((350, 440), (250, 250), ((200, 300),), _TW)

KNOCKS: dict[str, tuple[Knock, ...]] = {
    "JP": (
        Knock(
            (400,),
            (500, 50),
            ((30, 900),),
            "通話中着信: 400*16 Hz 0.5 s, then pips of 400 Hz 50 ms (spandsp global-tones); pauses unknown",
            modulated=True,
            alone_ms=0,  # Why: pips follow
        ),
        Knock(
            (400,), (500, 500), ((3000, 9000),), f"{_ASTERISK} [jp]: 0.5 s every 8 s: low confidence", modulated=True
        ),
    ),
    "US": (_ONE_440,),
    "CA": (_ONE_440,),
    "UK": (
        Knock((400,), (100, 100), ((2000, 5200),), f"{_SIN}: 100 ms every 2–5 s"),
        Knock((400,), (250, 250, 250), ((200, 300), (200, 300)), f"{_ASTERISK} [uk] specialcallwaiting"),
    ),
    "EU": (_PAIR_EU, _SHORT_PAIR_EU),
    "DE": (_PAIR_EU,),
    "FR": (Knock((440,), (300,), (), f"{_FR}: 300 ms every 10 s"),),
    "AU": (Knock((425,), (200, 200), ((140, 260),), _AU),),
    "NZ": (Knock((400,), (200, 200), ((2400, 3600),), _NZ),),
    "KR": (Knock((350, 440), (250, 250), ((200, 300),), "as Taiwan; from memory: low confidence"),),
    "TW": (_PAIR_350_440,),
    "CN": (Knock((450,), (400, 400), ((3200, 4800),), _CN),),
    "IN": (Knock((400,), (200, 200), ((70, 130),), _IN),),
}
KNOCKS["GB"] = KNOCKS["UK"]


def cadences_of(country: str) -> tuple[Cadence, ...]:
    """The tones of a country's network, and those of fax machines. Raises: OperatorError for one we do not know."""
    if country not in CADENCES:
        raise OperatorError(f'the tones of country "{country}" are not known; known: {", ".join(sorted(CADENCES))}')
    return CADENCES[country] + FAX_TONES


def knocks_of(country: str) -> tuple[Knock, ...]:
    """How a second caller sounds there. Raises: as `cadences_of`."""
    cadences_of(country)
    return KNOCKS[country]
