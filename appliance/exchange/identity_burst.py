"""Who calls, as the exchange of each country puts it on the pair: octets and sound together."""

from __future__ import annotations

from dataclasses import replace

from appliance.events import CallerIdentity
from appliance.exchange.caller_id_frames import jclip, jclip_parameters, mdmf, mdmf_parameters
from appliance.exchange.fsk import BELL_202, JAPAN_BURST, US_BURST, V23, Burst, transmit
from appliance.exchange.office import IdentityBurst

OFF_HOOK_MARKS = 80
"""Bits of mark before an identity in mid-call, without seizure. Spec: Telcordia GR-30-CORE: 80 +-25."""


def identity_burst(
    country: str, identity: CallerIdentity, frame: bytes | None = None, *, off_hook: bool = False
) -> IdentityBurst:
    """The message for `identity`, or `frame` in its place. `off_hook`: as sent into a call (call waiting).

    Why the same frame in Japan: キャッチホン・ディスプレイ has no published one; ナンバー・ディスプレイ stands in.
    """
    known = identity if frame is None else None
    if country == "JP":
        octets = jclip(jclip_parameters(identity)) if frame is None else frame
        return IdentityBurst(transmit(octets, V23, _shape(JAPAN_BURST, off_hook)), octets, known)
    octets = mdmf(mdmf_parameters(identity)) if frame is None else frame
    return IdentityBurst(transmit(octets, BELL_202, _shape(US_BURST, off_hook)), octets, known)


def _shape(burst: Burst, off_hook: bool) -> Burst:
    return replace(burst, seizure=0, marks=OFF_HOOK_MARKS) if off_hook else burst
