"""What the parts of a modem session share: the way out, the news, and how far the call has got."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.events import Fact, SoundBlock
from appliance.units import SampleIndex


@dataclass
class Channel:
    """What goes out of a session: octets and news. `now`: the instant of the octets being served."""

    now: SampleIndex
    out: bytearray = field(default_factory=bytearray)
    found: list[Fact | SoundBlock] = field(default_factory=list)


@dataclass
class Engagement:
    """How far our own call has got."""

    answering: bool = False  # from the wish to seize until the release: rings are no news
    seized: bool = False  # sound flows: tones and digits are news
    rings_on: bool = False  # the line still rings although the modem said that it is off-hook
    carrier_gone: bool = False  # the modem hung up by itself
    jack_cut: bool = False  # staff lifted the phone on the modem's own jack, which going off-hook has cut off
    seized_at: SampleIndex | None = None  # of the present or last call

    @property
    def may_talk(self) -> bool:
        """Voice data may flow, and go on flowing."""
        return self.answering and self.seized and not (self.rings_on or self.carrier_gone or self.jack_cut)


@dataclass
class Wiring:
    """What lifted telephones have taught us of how the shop is wired."""

    hook_seen: bool = False  # the modem has told of a lifted or replaced telephone: it can
    phone_on_jack: bool = False  # the telephone hangs on the modem's own PHONE jack, which off-hook disconnects
