"""Reads WAV files into the house's sound: int16 little-endian, mono, 8 kHz."""

from __future__ import annotations

import wave
from pathlib import Path

from appliance.errors import OperatorError
from appliance.units import RATE_HZ


def read_wav(path: Path) -> bytes:
    """The samples of a 16-bit mono 8 kHz WAV.

    Raises: OperatorError where the file is missing, is no WAV, or has another form.
    """
    try:
        with wave.open(str(path), "rb") as wav:
            form = (wav.getnchannels(), wav.getsampwidth(), wav.getframerate())
            if form != (1, 2, RATE_HZ):
                channels, width, rate = form
                raise OperatorError(
                    f"{path} is a WAV of {channels} channel(s), {8 * width} bit, {rate} Hz; "
                    f"wanted: 1 channel, 16 bit, {RATE_HZ} Hz (sox IN.wav -c 1 -b 16 -r {RATE_HZ} OUT.wav)"
                )
            return wav.readframes(wav.getnframes())
    except FileNotFoundError:
        raise OperatorError(f"there is no file {path}") from None
    except (wave.Error, EOFError) as error:
        raise OperatorError(f"{path} is not a WAV file: {error}".removesuffix(": ")) from None
    except OSError as error:
        raise OperatorError(f"cannot read {path}: {error.strerror or error}") from None
