"""False messages and talk-off: hours of noise, speech and music through every receiver; nothing is to be heard."""

from __future__ import annotations

from dataclasses import dataclass, field

from appliance.dsp.level import Sound
from appliance.units import RATE_HZ
from bench.decoding import corpus, ours, peers, programs, spandsp
from bench.decoding.corpus import Piece
from bench.decoding.crew import Crew, Report, columns
from bench.decoding.messages import SIGNALS
from bench.figures import Figure

HOURS = 3.0
"""Of noise, and again of speech and music. Spec: issue 3, figures to reach."""

MESSAGES, DIGITS = "messages", "digits"


@dataclass
class Heard:
    """What was heard in a piece that holds nothing. `counts`: by (receiver, what)."""

    piece: Piece
    seconds: float
    counts: dict[tuple[str, str], int] = field(default_factory=dict)


def listen(piece: Piece) -> Heard:
    """All receivers on one piece."""
    sound = corpus.sound_of(piece)
    heard = Heard(piece, len(sound) / RATE_HZ)
    heard.counts["ours", MESSAGES] = len(ours.caller_id(sound))
    heard.counts["ours", DIGITS] = len(ours.dtmf(sound))
    if peers.present("spandsp"):
        heard.counts["spandsp", MESSAGES] = sum(len(_spandsp_messages(signal, sound)) for signal in SIGNALS)
        heard.counts["spandsp", DIGITS] = len(spandsp_digits(sound))
    if peers.present("multimon"):
        heard.counts["multimon", DIGITS] = len(programs.multimon(sound))
    return heard


def _spandsp_messages(signal: str, sound: Sound) -> list[object]:
    receiver = spandsp.SpandspCallerId(signal)
    messages: list[object] = list(receiver.hear(sound))
    receiver.close()
    return messages


def spandsp_digits(sound: Sound) -> str:
    """What a fresh dtmf_rx hears."""
    receiver = spandsp.SpandspDtmf()
    digits = receiver.hear(sound)
    receiver.close()
    return digits


def measure(crew: Crew) -> Report:
    pieces = corpus.speech_and_music(HOURS) + corpus.noise_pieces(HOURS)
    return report(crew.share(listen, pieces[::10] if crew.quick else pieces))


def report(heard: list[Heard]) -> Report:
    """The table, and the figures."""
    kinds = ("noise", "speech", "music")
    hours = {kind: sum(one.seconds for one in heard if one.piece.kind == kind) / 3600 for kind in kinds}
    keys = sorted({key for one in heard for key in one.counts}, key=lambda key: (key[1] != MESSAGES, key[0] != "ours"))
    rows = [
        [f"{receiver}, {what}", *(str(_count(heard, (receiver, what), (kind,))) for kind in kinds)]
        for receiver, what in keys
    ]
    told = Report(["", "Heard where nothing was sent (spandsp: its three caller-ID receivers together)"])
    told.lines += columns(["", *(f"{hours[kind]:.2f} h {kind}" for kind in kinds)], rows)
    told.lines += peers.absent("spandsp", "multimon")
    if not corpus.PROMPTS.is_dir():
        told.lines.append(f"human speech: not installed (apt install {corpus.PROMPT_PACKAGES})")
    told.lines += [
        f"ours: {count} {what} in {corpus.label(one.piece)}"
        for one in heard
        for (receiver, what), count in one.counts.items()
        if receiver == "ours" and count
    ]
    living = hours["speech"] + hours["music"]
    told.figures = [
        _figure("false-noise", f"false messages, {hours['noise']:.2g} h noise", heard, MESSAGES, ("noise",)),
        _figure("false-speech", f"false messages, {living:.2g} h speech, music", heard, MESSAGES, ("speech", "music")),
        _figure("talk-off", f"DTMF talk-off, {living:.2g} h speech, music", heard, DIGITS, ("speech", "music")),
    ]
    return told


def _count(heard: list[Heard], key: tuple[str, str], kinds: tuple[str, ...]) -> int:
    return sum(one.counts.get(key, 0) for one in heard if one.piece.kind in kinds)


def _figure(name: str, what: str, heard: list[Heard], counted: str, kinds: tuple[str, ...]) -> Figure:
    count = _count(heard, ("ours", counted), kinds)
    return Figure(name, what, "0", str(count), count == 0)
