"""The clock of the machine: one that only counts, and the one on the wall."""

from __future__ import annotations

import ctypes
import time
from datetime import datetime
from zoneinfo import ZoneInfo

from appliance.errors import OperatorError
from appliance.units import RATE_HZ, SampleIndex

_NANOSECONDS = 1_000_000_000


class HostClock:
    """Counts samples since it was made; tells the time of day in `timezone`, or in that of the machine if empty.

    Raises: OperatorError for a time zone that the machine does not know.
    """

    def __init__(self, timezone: str = "") -> None:
        self._zone = _zone(timezone)
        self._start = time.monotonic_ns()

    def now(self) -> SampleIndex:
        """Samples of 1/8000 s since the clock was made. In whole numbers, so that it stays exact for years."""
        return SampleIndex((time.monotonic_ns() - self._start) * RATE_HZ // _NANOSECONDS)

    def civil(self) -> datetime:
        """Time of day, timezone-aware; follows the machine's clock when that is set."""
        return datetime.now().astimezone() if self._zone is None else datetime.now(self._zone)


def _zone(name: str) -> ZoneInfo | None:
    if not name:
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError) as error:  # ZoneInfoNotFoundError is a KeyError, below
        raise OperatorError(f'[hours] timezone = "{name}" cannot be read: {error}') from None
    except KeyError:
        raise OperatorError(f'[hours] timezone = "{name}" is not known here; for example "Asia/Tokyo"') from None


TIME_ERROR = 5
"""Spec: adjtimex(2): the clock is not synchronised."""

TIMEX_BYTES = 256
"""Room for struct timex. Spec: adjtimex(2): 208 bytes on 64-bit Linux."""


def is_synchronised() -> bool:
    """Whether the kernel believes that the time of day is right (NTP). True where it cannot be asked."""
    timex = ctypes.create_string_buffer(TIMEX_BYTES)  # modes = 0: only ask
    try:
        state: int = ctypes.CDLL(None).adjtimex(timex)
    except (OSError, AttributeError):
        return True
    return state != TIME_ERROR
