"""What the chip itself hears on the line: DTMF, call progress cadences, silence. By Goertzel bins of its own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from appliance.exchange.modem_faults import DtmfForm
from appliance.exchange.modem_tones import COLUMNS_HZ, KEYS, ROWS_HZ
from appliance.exchange.terminal import Sound
from appliance.units import RATE_HZ, samples

WINDOW = 160
HOP = 80
"""20 ms windows every 10 ms. Why: several whole windows fit into the shortest digit and pause (50 ms)."""

PROGRESS_HZ = (350.0, 400.0, 440.0, 480.0, 620.0)
"""Spec: 事業用電気通信設備規則 別表 (400 Hz); ITU-T E.180 Supplement 2 (USA)."""

AUDIBLE_RMS = 0.002
"""Quieter is nothing: -51 dBm0. Why: below the weakest digit a telephone may deliver (-45 dBm0 is out of range)."""

VOICE_RMS = 0.01
"""Voice for <DLE>q and s: -37 dBm0. Why: ours; speech on a line is -15 to -30."""

DTMF_PURITY = 0.75
DTMF_TWIST = 10 ** (8 / 10)
DTMF_CONTRAST = 10 ** (6 / 10)
"""Share of a window's power in the two tones; power ratio between them (8 dB); lead over the next of the same group
(6 dB). Spec: ITU-T Q.24 for the twist; the others ours for 20 ms windows."""

TONE_PURITY = 0.7
LEADING_SHARE = 0.35
"""No tone or pair of tones is pure enough where no single bin has this share (half of the lesser purity)."""
REPEAT = samples(70)
"""A held key is reported again after this. Spec: LINE_HARDWARE.md 1.8."""

CADENCES = ((b"b", 0.5), (b"K", 0.25))
CADENCE_TOLERANCE = 0.12
"""Busy 0.5/0.5 s, reorder 0.25/0.25 s and how far from it (s) is accepted. Spec: CALLER_ID.md, call progress tones."""

DIAL_TONE_S = 2.0
"""Uninterrupted tone this long is dial tone. Why: longer than any on-time of a cadence but ringback's."""

NONE, JAPAN, US_DIAL, US_BUSY = range(4)


@dataclass(frozen=True)
class Heard:
    """An event `offset` samples into the block just heard."""

    offset: int
    code: bytes


def goertzel_matrix() -> npt.NDArray[np.complex64]:
    """One column for each frequency of interest."""
    hz = np.array(ROWS_HZ + COLUMNS_HZ + PROGRESS_HZ)
    return np.exp(-2j * np.pi * np.outer(np.arange(WINDOW), hz) / RATE_HZ).astype(np.complex64)


BINS = np.concatenate([goertzel_matrix().real, goertzel_matrix().imag], axis=1)
BIN_COUNT = BINS.shape[1] // 2
SHARE_SCALE = np.float32(WINDOW**2 / 2)
"""Squared bin of a pure tone over its mean square."""


class Keys:
    """Bracketed or bare reports of digits, from one guess a window."""

    def __init__(self) -> None:
        self.down = 0  # 1-16, 0: none
        self.guess = 0
        self.gone = 0
        self.repeat_in = 0

    def take(self, guess: int, form: DtmfForm) -> list[bytes]:
        """Codes to report after one more window."""
        codes: list[bytes] = []
        if self.down and guess == self.down:
            self.gone = 0
            self.repeat_in -= HOP
            if self.repeat_in <= 0 and form is DtmfForm.BRACKETED:
                self.repeat_in += REPEAT
                codes.append(KEYS[guess - 1].encode())
        elif self.down:
            self.gone += 1
            if self.gone == 2:
                self.down = 0
                codes += [b"~"] if form is DtmfForm.BRACKETED else []
        if not self.down and guess and guess == self.guess:
            self.down, self.gone, self.repeat_in = guess, 0, REPEAT
            digit = KEYS[guess - 1].encode()
            codes += [b"/", digit] if form is DtmfForm.BRACKETED else [digit]
        self.guess = guess
        return codes


class Cadence:
    """Busy, reorder and dial tone from runs of the same tone."""

    def __init__(self) -> None:
        self.tone = NONE
        self.windows = 0
        self.past: list[tuple[int, float]] = []  # finished runs: tone, seconds
        self.told = b""

    @property
    def seconds(self) -> float:
        return self.windows * HOP / RATE_HZ

    def take(self, tone: int) -> bytes:
        """The code to report after one more window, empty for none."""
        if tone == self.tone:
            self.windows += 1
            return self.steady()
        self.past = [*self.past[-3:], (self.tone, self.seconds)]
        self.tone, self.windows = tone, 1
        return self.rhythm()

    def steady(self) -> bytes:
        if self.tone == NONE and self.seconds >= DIAL_TONE_S:
            self.told = b""
        if self.tone in (JAPAN, US_DIAL) and self.seconds >= DIAL_TONE_S and self.told != b"d":
            self.told = b"d"
            return b"d"
        return b""

    def rhythm(self) -> bytes:
        """Two bursts with their pause between have gone by."""
        if len(self.past) < 3 or self.past[-1][0] not in (JAPAN, US_BUSY):
            return b""
        first, pause, second = self.past[-3:]
        if first[0] != second[0] or pause[0] != NONE:
            return b""
        for code, length in CADENCES:
            regular = all(abs(run[1] - length) <= CADENCE_TOLERANCE for run in (first, pause, second))
            if regular and self.told != code:
                self.told = code
                return code
        return b""


class Silence:
    """<DLE>q after voice and silence, <DLE>s after silence from the start. Spec: ITU-T V.253 +VSD."""

    def __init__(self) -> None:
        self.begin()

    def begin(self) -> None:
        self.voice = False
        self.quiet_windows = 0
        self.told = False

    def take(self, loud: bool, limit_s: float) -> bytes:
        if loud:
            self.voice, self.quiet_windows, self.told = True, 0, False
            return b""
        self.quiet_windows += 1
        if self.told or not limit_s or self.quiet_windows * HOP < limit_s * RATE_HZ:
            return b""
        self.told = True
        return b"q" if self.voice else b"s"


class ModemEar:
    """Listens to the far end. Any chunking of the sound gives the same events."""

    def __init__(self) -> None:
        self.left = np.zeros(0, np.float32)
        self.keys = Keys()
        self.cadence = Cadence()
        self.silence = Silence()
        self.dtmf_form = DtmfForm.BRACKETED
        self.japanese_tones = False
        self.silence_s = 0.0

    def rest(self) -> None:
        """Forget everything: the modem went on-hook."""
        self.left = np.zeros(0, np.float32)
        self.keys, self.cadence = Keys(), Cadence()
        self.silence.begin()

    def hear(self, sound: Sound) -> list[Heard]:
        """float32 (n,); events with their offset into `sound` (the end of the window that decided)."""
        before = len(self.left)
        joined = np.concatenate([self.left, sound])
        count = (len(joined) - WINDOW) // HOP + 1
        if count <= 0:
            self.left = joined
            return []
        self.left = joined[count * HOP :]
        windows: Sound = np.ndarray((count, WINDOW), np.float32, joined, 0, (joined.itemsize * HOP, joined.itemsize))
        power = np.einsum("ij,ij->i", windows, windows) / np.float32(WINDOW)
        guesses, tones = self.recognise(windows, power)
        heard: list[Heard] = []
        for index in range(count):
            end = index * HOP + WINDOW - before
            codes = self.keys.take(guesses[index], self.dtmf_form)
            codes.append(self.cadence.take(tones[index]))
            codes.append(self.silence.take(bool(power[index] > VOICE_RMS**2), self.silence_s))
            heard += [Heard(max(0, end), code) for code in codes if code]
        return heard

    def recognise(self, windows: Sound, power: npt.NDArray[np.float32]) -> tuple[list[int], list[int]]:
        """For each window the digit (1-16, 0: none) and the call progress tone."""
        nothing = [0] * len(power)
        if power.max() < AUDIBLE_RMS**2:
            return nothing, nothing
        parts = windows @ BINS
        parts *= parts
        share = (parts[:, :BIN_COUNT] + parts[:, BIN_COUNT:]) / (np.maximum(power, AUDIBLE_RMS**2) * SHARE_SCALE)[
            :, None
        ]
        if share.max() < LEADING_SHARE:
            return nothing, nothing
        return digits(share).tolist(), self.progress(share[:, 8:]).tolist()

    def progress(self, share: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
        tone = np.zeros(len(share), np.int64)
        if self.japanese_tones:
            tone[share[:, 1] > TONE_PURITY] = JAPAN
        for first, second, name in ((0, 2, US_DIAL), (3, 4, US_BUSY)):
            both = (
                (share[:, first] + share[:, second] > TONE_PURITY) & (share[:, first] > 0.2) & (share[:, second] > 0.2)
            )
            tone[both] = name
        return tone


def digits(share: npt.NDArray[np.float32]) -> npt.NDArray[np.int64]:
    """Digit number 1-16 of each window, 0 where it is not clearly one."""
    rows, columns = share[:, :4], share[:, 4:8]
    row, column = rows.argmax(axis=1), columns.argmax(axis=1)
    low, high = rows.max(axis=1), columns.max(axis=1)
    next_low, next_high = np.partition(rows, 2, axis=1)[:, 2], np.partition(columns, 2, axis=1)[:, 2]
    clear = (low + high > DTMF_PURITY) & (low < high * DTMF_TWIST) & (high < low * DTMF_TWIST)
    clear &= (low > next_low * DTMF_CONTRAST) & (high > next_high * DTMF_CONTRAST)
    return np.where(clear, row * 4 + column + 1, 0)
