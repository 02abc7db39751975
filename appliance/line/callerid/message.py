"""What every caller-identity receiver gives: one message whose check was passed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from appliance.events import CallerIdentity
from appliance.units import SampleIndex


class Standard(StrEnum):
    """The form of a message, not the country it came from."""

    JCLIP = "jclip"  # NTT ナンバー・ディスプレイ
    MDMF = "mdmf"  # Bellcore, ETSI, BT, ACLIP
    SDMF = "sdmf"
    DTMF = "dtmf"


@dataclass(frozen=True)
class CallerIdMessage:
    """One message. `at`, `end`: instants of its first octet or digit, and after its last.

    `mended`: bits that the message's own redundancy corrected; 0 for one that arrived whole.
    """

    at: SampleIndex
    end: SampleIndex
    standard: Standard
    identity: CallerIdentity
    mended: int = 0
