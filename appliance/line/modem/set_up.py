"""From an unknown port to a voice modem that is ready for calls. Spec: LINE_HARDWARE.md 1.1, 1.2, 1.5."""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass, replace

from appliance.line.modem.at import Reply
from appliance.line.modem.codecs import Codec, choose, parse_codecs
from appliance.line.modem.dialogue import Answer, ModemFailed, Wish, command, pause
from appliance.line.modem.dle import ABORT_RECEIVE, CANCEL_TRANSMIT, END_DUPLEX, END_TRANSMIT, ESCAPE_RECEIVE
from appliance.line.modem.profiles import COUNTRY_CODES, GENERIC, Profile, select
from appliance.settings import LineSettings

WAKE = ABORT_RECEIVE + ESCAPE_RECEIVE + END_DUPLEX + CANCEL_TRANSMIT + END_TRANSMIT + b"\r"
"""Ends whatever voice state an earlier run left the modem in. Spec: LINE_HARDWARE.md 1.5."""

DRAIN_MS = 400
"""Wait after `WAKE` until its leavings have arrived. Why: a stuck +VRX hands over up to 0.3 s of buffered sound."""

WAKE_UP = Wish(WAKE, frozenset(), DRAIN_MS)
"""Always the first thing sent."""

PROBE_MS = 1_000
"""Patience for a plain AT. Why: a healthy modem answers within 100 ms; ten times that."""

PROBES = 3
"""Spec: LINE_HARDWARE.md 1.10, three misses."""

RESET_MS = 4_000
"""Patience for ATZ. Spec: LINE_HARDWARE.md 1.5, up to 1-2 s; twice that."""

NO_MODEM = "nothing on this port answers like a modem"
ONLY_ERROR = "the modem answers ERROR to everything"
NO_VOICE = "this port is a modem that cannot do voice"
NOTE_COUNTRY = "the modem did not take the country {country}: levels and ringing may be wrong"
NOTE_NO_CODE = "no country code is known for {country}: the modem keeps its own"
NOTE_NUMBERS = "the modem refused to show callers' numbers"
NOTE_JAPAN = "this modem is not known to read Japanese number display: callers may stay unknown"
NOTE_LIFTED = "cannot tell when the phone is lifted"

Steps = Generator[Wish, Answer, None]


@dataclass(frozen=True)
class Abilities:
    """What the set-up found."""

    device: str
    profile: Profile
    codec: Codec
    codec_command: str
    notes: tuple[str, ...] = ()


def set_up(settings: LineSettings) -> Generator[Wish, Answer, Abilities]:
    """The whole way, after `WAKE_UP`. Raises `ModemFailed` in words that the owner understands."""
    yield from _reset()
    identity = yield from _identify()
    profile = select(settings.profile, identity)
    notes: list[str] = []
    if settings.profile not in ("auto", profile.name):
        notes.append(f"the profile {settings.profile!r} is not known: {profile.name} is used")
    yield from _set_country(settings.country, notes)
    for step in profile.set_up[:3]:
        yield from _optional(step.command, step.note, notes)
    yield from _enter_voice()
    codec, codec_command = yield from _choose_codec(profile, settings.baud)
    for step in profile.set_up[3:]:
        yield from _optional(step.command, step.note, notes)
    profile = yield from _enable_hook_events(profile, notes)
    yield from _enable_caller_id(profile, settings, notes)
    if profile.idle_class == 0:
        yield command("AT+FCLASS=0")
    device = next(iter(identity), profile.name)
    return Abilities(device[:80], profile, codec, codec_command, tuple(notes))


def _reset() -> Steps:
    yield from _probe()
    yield command("ATZ", RESET_MS)
    yield from _probe()


def _probe() -> Steps:
    """Answers in words, no echo; also the first sign of life."""
    why = NO_MODEM
    for _ in range(PROBES):
        answer = yield command("ATQ0V1E0", PROBE_MS)
        if answer.ok:
            return
        if answer.reply is Reply.ERROR:
            why = ONLY_ERROR
    raise ModemFailed(why)


def _identify() -> Generator[Wish, Answer, tuple[str, ...]]:
    """What the modem says of itself; raises when it cannot do voice."""
    answer = yield command("AT+FCLASS=?")
    if not answer.ok or not any(re.search(r"(?<![\d.])8(?![\d.])", line) for line in answer.lines):
        raise ModemFailed(NO_VOICE)
    lines: list[str] = []
    for question in ("ATI3", "AT+GMM", "ATI6", "ATI0"):
        answer = yield command(question)
        texts = (line.strip() for line in answer.lines)
        lines += [text for text in texts if text.isascii() and text.isprintable() and text.strip("AT")]
    return tuple(lines)


def _set_country(country: str, notes: list[str]) -> Steps:
    code = COUNTRY_CODES.get(country)
    if code is None:
        notes.append(NOTE_NO_CODE.format(country=country))
        return
    answer = yield command("AT+GCI?")
    if _country_of(answer) == code:
        return
    yield command(f"AT+GCI={code}")
    answer = yield command("AT+GCI?")
    if _country_of(answer) != code:
        notes.append(NOTE_COUNTRY.format(country=country))


def _country_of(answer: Answer) -> str:
    for line in answer.lines:
        if found := re.fullmatch(r"\s*(?:\+GCI:)?\s*([0-9A-Fa-f]{2})\s*", line):
            return found[1].upper()
    return ""


def _enter_voice() -> Steps:
    answer = yield command("AT+FCLASS=8")
    if not answer.ok:
        yield pause(PROBE_MS)
        answer = yield command("AT+FCLASS=8")
    if not answer.ok:
        raise ModemFailed(NO_VOICE)


def _choose_codec(profile: Profile, baud: int) -> Generator[Wish, Answer, tuple[Codec, str]]:
    """The best codec that the modem both offers and accepts."""
    answer = yield command("AT+VSM=?")
    offered = parse_codecs(answer.lines)
    while codec := choose(offered, baud):
        accepted = yield from _select_codec(profile, codec)
        if accepted:
            return codec, accepted
        offered.remove(codec)
    accepted = yield from _select_codec(profile, profile.codec)
    if not accepted:
        raise ModemFailed("the modem accepts no form of sound that we know")
    return profile.codec, accepted


def _select_codec(profile: Profile, codec: Codec) -> Generator[Wish, Answer, str]:
    """The command that was accepted, or nothing."""
    for form in dict.fromkeys((*profile.codec_forms, *GENERIC.codec_forms)):
        text = "AT+VSM=" + form.format(number=codec.number)
        answer = yield command(text)
        if answer.ok:
            return text
    return ""


def _optional(text: str, note: str, notes: list[str]) -> Steps:
    answer = yield command(text)
    if not answer.ok and note:
        notes.append(note)


def _enable_hook_events(profile: Profile, notes: list[str]) -> Generator[Wish, Answer, Profile]:
    """The profile, less the telling of lifted telephones where the modem refuses it."""
    tells = profile.tells_lifted and profile.idle_class == 8
    for text in profile.hook_events if tells else ():
        answer = yield command(text)
        tells = tells and answer.ok
    if not tells:
        notes.append(NOTE_LIFTED)
    return replace(profile, tells_lifted=tells)


def _enable_caller_id(profile: Profile, settings: LineSettings, notes: list[str]) -> Steps:
    """Sent at every set-up: some units forget it over ATZ (LINE_HARDWARE.md 1.4)."""
    if not settings.number_display:
        return
    kind = profile.caller_id_kind.get(settings.country)
    kind_answer = (yield command(kind)) if kind else Answer(Reply.ERROR)
    if settings.country == "JP" and not kind_answer.ok:
        notes.append(NOTE_JAPAN)
    for voice_class in (8, 0):
        for text in profile.caller_id:
            answer = yield command(text)
            if answer.ok:
                break
        else:
            yield command("AT+FCLASS=0" if voice_class == 8 else "AT+FCLASS=8")
            continue
        if voice_class == 0:
            yield command("AT+FCLASS=8")
        return
    notes.append(NOTE_NUMBERS)
