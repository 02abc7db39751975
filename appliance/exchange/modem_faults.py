"""The knobs of the simulated modem: what it reports, how it reports it, and everything that can go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class CidForm(StrEnum):
    """How the identity is printed. Spec: LINE_HARDWARE.md 1.4 and 4.2 item 4."""

    NORMAL = "normal"
    NO_DATE = "no_date"
    NO_NAME = "no_name"
    GARBLED = "garbled"  # not UTF-8, control characters in the middle
    TRUNCATED = "truncated"  # ends in the middle of a field, without an end of line
    DUPLICATED = "duplicated"
    MESG = "mesg"  # an unknown tag in hex
    RAW_HEX = "raw_hex"  # as with +VCID=2
    NONE = "none"


class DtmfForm(StrEnum):
    BRACKETED = "bracketed"  # <DLE>/ digit, again every 70 ms while held, <DLE>~
    BARE = "bare"  # one code a digit


class Wiring(StrEnum):
    PARALLEL = "parallel"  # the shop's telephone beside the modem: P, p
    LOCAL = "local"  # the shop's telephone in the modem's PHONE jack: H, h


@dataclass
class ModemFaults:
    """Knobs, to be turned at any time. The names in `slow_ms` and `results` are beginnings of single commands."""

    # what it reports
    cid_form: CidForm = CidForm.NORMAL
    cid_delay_ms: int = 0  # between or after rings instead of at once
    dtmf_form: DtmfForm = DtmfForm.BRACKETED
    wiring: Wiring = Wiring.PARALLEL
    local_label: bool = False  # +VLS=3: line and the telephone in the PHONE jack together
    detect_extension: bool = True
    detect_loop: bool = True  # <DLE>l
    detect_polarity: bool = False  # <DLE>L
    detect_call_waiting: bool = True  # <DLE>w
    detect_busy_400: bool = False  # recognises Japanese tones by itself: <DLE>b, K, d
    use_sub: bool = False  # <DLE><SUB> for two 0x10
    vtr_echo_db: float | None = None  # echo of +VTR sound into what is received, e.g. -12
    vtr_echo_ms: int = 40
    data_only: bool = False  # +FCLASS=? without 8
    split_reads: bool = True  # the last 0-63 octets arrive one read later, as USB packets do

    # how it obeys
    reply_ms: int = 5
    off_hook_ms: int = 40  # relay
    cancel_ms: int = 20  # sound that <DLE><CAN> cannot call back: the converter has it
    connect_ms: int = 60  # from +VRX, +VTX, +VTR to CONNECT
    slow_ms: dict[str, int] = field(default_factory=dict)  # {"+VLS=1": 4000, "": 200}
    results: dict[str, str] = field(default_factory=dict)  # {"+VLS=1": "NO CARRIER", "A": "VCON"}
    ignore_off_hook_rings: int = 0  # off-hook is answered OK and not done before the ring burst of this number is over
    mute: bool = False  # obeys, never replies
    refuse_all: bool = False  # ERROR to everything

    # what breaks
    stuck: bool = False  # neither obeys nor reports, until `power_cycle`
    garble_rate: float = 0.0  # share of octets to the host that are wrong
    drop_rate: float = 0.0  # share of octets to the host that are lost
    babble_per_s: int = 0  # random octets to the host every second
    fixed_baud: int | None = None  # any other host speed gives garbage both ways; None: USB, speed means nothing
