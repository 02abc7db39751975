"""The knobs of the simulated adapter board: what is wired, and everything that can go wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Relay(StrEnum):
    """What the hook relay makes of its drive."""

    OBEYS = "obeys"
    STUCK_OPEN = "stuck_open"
    STUCK_CLOSED = "stuck_closed"  # welded contacts: the line stays busy
    NONE = "none"  # a tap: there is no relay on the board


@dataclass
class AdapterFaults:
    """Knobs, to be turned at any time. Levels in dBm0, times in ms."""

    # what is wired, and how well
    polarity_wired: bool = True
    loop_wired: bool = True
    loop_shows_us: bool = False  # wired in series with our own relay, too
    relay: Relay = Relay.OBEYS
    hybrid_db: float = -16.0  # of our own sound in what is captured; Why: a fixed balance network gives -12 to -20
    hybrid_ms: float = 2.0  # Why: converters and their filters, no line in between
    ring_crosstalk_dbm0: float = -40.0  # Why: 75 V at 16 Hz behind a 300 Hz high-pass; what is left is a faint purr
    noise_dbm0: float = -70.0  # of the converter; Why: a cheap USB stick, 12 true bits at this gain
    hum_dbm0: float | None = None  # 50 Hz and its third harmonic, of a bad ground

    # what an opto shows that is no ringing
    transients: bool = True  # one pulse of the ring opto at a reversal or hook change: a coupling capacitor
    glitches_per_s: float = 0.0  # single pulses of the ring opto out of nothing

    # what breaks
    muted: bool = False  # the card captures nothing but zeros
    stalled: bool = False  # the card neither gives nor takes sound; time passes on the line
