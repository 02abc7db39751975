"""Digits as sound, to dial on a line that is held. The twin for tests is `exchange.tones`."""

from __future__ import annotations

import numpy as np

from appliance.errors import OperatorError
from appliance.units import RATE_HZ, samples

LOW_HZ = {key: hz for keys, hz in (("123A", 697), ("456B", 770), ("789C", 852), ("*0#D", 941)) for key in keys}
HIGH_HZ = {key: hz for keys, hz in (("147*", 1209), ("2580", 1336), ("369#", 1477), ("ABCD", 1633)) for key in keys}
"""Spec: ITU-T Q.23."""

LOW_DBM0, HIGH_DBM0 = -9.0, -7.0
"""Spec: CALLER_ID.md 4 (別表第3号): the low group must not exceed the high one, 5 dB apart at most. Why so loud: as
telephones send."""

ON_MS, OFF_MS = 100, 100
"""Spec: CALLER_ID.md 4: on at least 50 ms, off 30 ms, 120 ms in all. Why: old private exchanges want 100."""

PAUSE = ","
PAUSE_MS = 1_000
"""Spec: LINE_HARDWARE.md 5: the internal dial tone of a private exchange comes within 0.5 to 1.5 s."""

RISE_MS = 4
"""Why: a tone that begins with a click is heard as a click by staff, and by some detectors as a third tone."""

FULL_SCALE_DBM0 = 3.14
"""Spec: ITU-T G.711 Table 5."""


def digits_to_pcm(digits: str) -> bytes:
    """`digits` (0-9 A-D * #, "," for a pause of 1 s) as int16 LE mono 8 kHz. Raises: OperatorError for any other."""
    wrong = [key for key in digits if key != PAUSE and key not in LOW_HZ]
    if wrong or not digits:
        raise OperatorError(f"cannot be dialled: {digits!r} (only 0-9, A-D, *, # and a comma for a pause)")
    return b"".join(bytes(2 * samples(PAUSE_MS)) if key == PAUSE else _key(key) for key in digits)


def _key(key: str) -> bytes:
    at = np.arange(samples(ON_MS)) / RATE_HZ
    tones = ((LOW_HZ[key], LOW_DBM0), (HIGH_HZ[key], HIGH_DBM0))
    sound = sum(10 ** ((level - FULL_SCALE_DBM0) / 20) * np.sin(2 * np.pi * hz * at) for hz, level in tones)
    slope = np.minimum(1.0, np.arange(1, len(at) + 1) / samples(RISE_MS))
    shaped = np.round(32767 * sound * slope * slope[::-1]).astype("<i2")
    return shaped.tobytes() + bytes(2 * samples(OFF_MS))
