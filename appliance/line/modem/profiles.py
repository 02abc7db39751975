"""What is known about each family of chips, as data. Spec: LINE_HARDWARE.md 1.1, 1.2, 1.5, 1.6, 1.9."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from appliance.line.modem.codecs import Codec, Form
from appliance.line.modem.dle import ABORT_RECEIVE, ESCAPE_RECEIVE

COUNTRY_CODES = {"JP": "00", "US": "B5", "GB": "B4", "FR": "3D"}
"""Country -> T.35 code of +GCI. Spec: LINE_HARDWARE.md 1.2."""


@dataclass(frozen=True)
class SetUp:
    """One command of the set-up. `note`: what the owner is told when the modem refuses; empty where it is no loss."""

    command: str  # {country} stands for the T.35 code
    note: str = ""


_UNSIGNED = Codec(1, Form.UNSIGNED8)


@dataclass(frozen=True)
class Profile:
    """One family of chips."""

    name: str
    identity: str = ""  # pattern found in the answers to ATI0, ATI3, ATI6, +GMM; empty: only ever chosen by default
    set_up: tuple[SetUp, ...] = ()
    caller_id: tuple[str, ...] = ("AT+VCID=1", "AT#CID=1")  # the first that is accepted
    caller_id_kind: Mapping[str, str] = field(default_factory=dict)  # country -> the command for its signalling
    hook_events: tuple[str, ...] = ()  # commands that turn on the reports of a lifted telephone
    codec: Codec = _UNSIGNED  # where +VSM=? does not tell
    codec_forms: tuple[str, ...] = ("{number},8000", "{number},8000,0,0", "{number}")
    duplex: bool = False  # listen and speak with +VTR
    idle_class: int = 8  # 8: <DLE> events while idle; 0: text only
    tells_lifted: bool = True  # lifted telephones are reported at all
    off_hook_ignored_in_burst: bool = False
    abort_receive: bytes = ABORT_RECEIVE


_COMMON = (
    SetUp("ATS0=0", "the modem may answer calls by itself (ATS0=0 refused)"),
    SetUp("ATM0"),
    SetUp("AT&K0"),
)
_NO_SILENCE_JUDGE = SetUp("AT+VSD=128,0")
_NO_TIMER = SetUp("AT+VIT=0")

USR5637 = Profile(
    name="usr5637",
    identity=r"U\.?S\.? ?Robotics|^5601$",
    set_up=(*_COMMON, _NO_TIMER, _NO_SILENCE_JUDGE),
    codec=Codec(128, Form.UNSIGNED8, "8-BIT LINEAR"),
    codec_forms=("{number},8000",),
    off_hook_ignored_in_burst=True,  # LINE_HARDWARE.md 1.5 (thess#11)
)
"""No caller-ID command for Japan is known (1.2)."""

CX930XX = Profile(
    name="cx930xx",
    identity=r"CX9\d{4}|Conexant|^56000$",
    set_up=(*_COMMON, SetUp("AT-SCID=1"), _NO_TIMER, _NO_SILENCE_JUDGE),
    caller_id_kind={"JP": "AT!4886=01", "GB": "AT!4886=03", "FR": "AT!4886=02"},
    hook_events=("AT-STE=3",),
    codec=Codec(1, Form.UNSIGNED8, "UNSIGNED PCM"),
    codec_forms=("{number},8000,0,0", "{number},8000"),
)
"""The caller-ID kind is a patch in RAM: sent at every set-up."""

SI24XX = Profile(
    name="si24xx",
    identity=r"Si24\d\d|^24(?:0[3-6]|1[45]|3[3-9]|5[67]|9[34])(?:\b|[A-Z])|Silicon Lab",
    set_up=(*_COMMON, _NO_TIMER, _NO_SILENCE_JUDGE),
    caller_id_kind={"JP": "AT+VCDT=3", "GB": "AT+VCDT=2", "US": "AT+VCDT=0"},
    codec=Codec(1, Form.UNSIGNED8, "8-bit linear"),
    codec_forms=("{number}", "{number},8000"),
    abort_receive=ESCAPE_RECEIVE,
)

GENERIC = Profile(
    name="generic",
    set_up=(*_COMMON, _NO_TIMER, _NO_SILENCE_JUDGE),
    caller_id_kind={"JP": "AT+VCDT=3"},
    hook_events=(),
)
"""Any other modem that can do voice: everything optional is asked for, what is refused is noted."""

PROFILES = {
    profile.name: profile
    for profile in (
        USR5637,
        CX930XX,
        SI24XX,
        GENERIC,
        replace(CX930XX, name="cx930xx-duplex", identity="", duplex=True),
        replace(GENERIC, name="generic-duplex", duplex=True),
    )
}
"""All, by the name used in the setting `[line] profile`."""


def select(wanted: str, identity_lines: tuple[str, ...]) -> Profile:
    """The profile that was asked for, else the one whose pattern fits what the modem says of itself."""
    if wanted in PROFILES:
        return PROFILES[wanted]
    for profile in PROFILES.values():
        if profile.identity and any(re.search(profile.identity, line, re.IGNORECASE) for line in identity_lines):
            return profile
    return GENERIC
