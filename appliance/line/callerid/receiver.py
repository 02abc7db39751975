"""Sound of an idle line -> caller-identity messages, of one standard or of all of them."""

from __future__ import annotations

from collections.abc import Iterable

from appliance.dsp.fsk import FskBurst, FskReceiver
from appliance.dsp.fsk_modulation import V23
from appliance.dsp.level import Sound
from appliance.errors import HouseError
from appliance.line.callerid.dtmf import DtmfCallerId
from appliance.line.callerid.message import CallerIdMessage
from appliance.line.callerid.reading import Languages, read
from appliance.units import SampleIndex

STANDARDS = ("auto", "fsk", "jclip", "bellcore", "etsi", "dtmf")
"""What a receiver can be told to listen for; `auto` is all of it and needs to know no country, `fsk` all but DTMF."""


class CallerIdReceiver:
    """Listens for messages. Any chunking of the sound gives the same ones; none is told whose check failed."""

    def __init__(self, standard: str = "auto") -> None:
        if standard not in STANDARDS:
            raise HouseError(f"{standard!r} is no standard of caller identity: {', '.join(STANDARDS)}")
        every = standard in ("auto", "fsk")
        self._jclip = every or standard == "jclip"
        self._bellcore = every or standard == "bellcore"
        self._etsi = every or standard == "etsi"
        self._fsk = None if standard == "dtmf" else FskReceiver()
        self._dtmf = DtmfCallerId() if standard in ("auto", "dtmf") else None

    def hear(self, at: SampleIndex, sound: Sound) -> list[CallerIdMessage]:
        """Messages that `sound` (float64, shape (n,), 8 kHz, its first sample at `at`) completes; mostly none."""
        found = self._read(self._fsk.hear(at, sound)) if self._fsk else []
        return found + self._dtmf.hear(at, sound) if self._dtmf else found

    def flush(self) -> list[CallerIdMessage]:
        """Messages that the end of the sound completes."""
        found = self._read(self._fsk.flush()) if self._fsk else []
        return found + self._dtmf.flush() if self._dtmf else found

    def reset(self) -> None:
        """Forget everything heard."""
        if self._fsk:
            self._fsk.reset()
        if self._dtmf:
            self._dtmf.reset()

    def _read(self, bursts: Iterable[FskBurst]) -> list[CallerIdMessage]:
        return [message for burst in bursts if (message := self._message(burst)) is not None]

    def _message(self, burst: FskBurst) -> CallerIdMessage | None:
        """What the first reading that holds a message says; each burst is told once."""
        languages = Languages(self._jclip, self._bellcore, self._etsi, v23=burst.modulation == V23)
        for octets in burst.readings():
            verdict = read(octets, languages)
            if verdict is not None:
                return verdict.message
        return None
