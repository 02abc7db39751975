"""The serial port without a cable: `edge.ports.SerialLink` straight to a simulated modem, for the virtual clock."""

from __future__ import annotations

from typing import Protocol

from appliance.errors import LineGone


class HostSide(Protocol):
    """What a cable needs of a simulated modem."""

    powered: bool
    host_baud: int

    def host_room(self) -> int: ...

    def host_write(self, octets: bytes) -> int: ...

    def host_read(self, limit: int | None = None) -> bytes: ...

    def power_off(self) -> None: ...

    def power_cycle(self) -> None: ...

    def drop_dtr(self) -> None: ...


class MemoryLink:
    """A `SerialLink` that takes no time. Raises `errors.LineGone` where the modem is, or was since, unplugged."""

    def __init__(self, modem: HostSide) -> None:
        if not modem.powered:
            raise LineGone("there is no modem at this port")
        self.modem = modem
        self.gone = ""

    def read(self) -> bytes:
        self.check()
        return self.modem.host_read()

    def write(self, octets: bytes) -> int:
        self.check()
        return self.modem.host_write(octets)

    def wait(self, seconds: float) -> None:
        """Nothing: the virtual clock does not wait."""
        self.check()

    def lost(self) -> int:
        """Nothing is lost between two neighbours in memory; what the modem loses it says itself (<DLE>o)."""
        return 0

    def pulse_dtr(self) -> None:
        self.check()
        self.modem.drop_dtr()

    def close(self) -> None:
        self.gone = self.gone or "the port is closed"

    def unplug(self) -> None:
        """Pull the cable; this link stays dead also after `plug_in`, as an open file does."""
        self.modem.power_off()

    def plug_in(self) -> None:
        """Put the modem back; open it again by a new `MemoryLink`."""
        self.check_power()
        self.modem.power_cycle()

    def check_power(self) -> None:
        if not self.modem.powered:
            self.gone = self.gone or "the modem was unplugged"

    def check(self) -> None:
        self.check_power()
        if self.gone:
            raise LineGone(self.gone)
