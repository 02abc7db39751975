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
NOTE_UNVERIFIED = "not verified yet: whether this modem tells when the phone is lifted"
ON_JACK = "the phone is plugged into the modem; put it beside the modem with a splitter"

LABELS = 32
"""Rows of +VLS=? that are looked at. Spec: ITU-T V.253 +VLS knows labels 0 to 31."""

_LINE, _LOCAL = "T", "L"
"""The devices of a +VLS label: telephone line, local phone. Spec: ITU-T V.253 +VLS; LINE_HARDWARE.md 1.8."""

_TELLS_HOOK = 0x8000_0000 >> 8 | 0x8000_0000 >> 24
"""Events 8 (local phone) and 24 (extension hook) in a mask; event 0 is the highest of 32 bits.

Spec: LINE_HARDWARE.md 1.8. Why the highest: only so do the masks seen there name events that make sense."""

_LABEL = re.compile(r'\s*(?:\+VLS:)?\s*(\d{1,2})\s*,\s*"([A-Z]*)"((?:\s*,\s*[0-9A-F]+)*)\s*', re.IGNORECASE)

Steps = Generator[Wish, Answer, None]


@dataclass(frozen=True)
class Abilities:
    """What the set-up found."""

    device: str
    profile: Profile
    codec: Codec
    codec_command: str
    notes: tuple[str, ...] = ()
    label_with_phone: str = ""  # of +VLS: line and the phone on the modem's own jack; empty where there is none


@dataclass(frozen=True)
class LineLabel:
    """One row of +VLS=?. `idle_mask`: the events told in this state; None where the row does not say."""

    number: str
    devices: str
    idle_mask: int | None


def parse_labels(lines: tuple[str, ...]) -> list[LineLabel]:
    """What +VLS=? answered; what is no row is left out."""
    labels = []
    for line in lines[:LABELS]:
        if found := _LABEL.fullmatch(line):
            masks = [int(mask, 16) for mask in found[3].split(",") if mask.strip()]
            labels.append(LineLabel(found[1], found[2].upper(), masks[2] if len(masks) > 2 else None))
    return labels


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
    labels = parse_labels((yield command("AT+VLS=?")).lines)
    profile = yield from _enable_hook_events(profile, labels, notes)
    yield from _enable_caller_id(profile, settings, notes)
    if profile.idle_class == 0:
        yield command("AT+FCLASS=0")
    device = next(iter(identity), profile.name)
    return Abilities(device[:80], profile, codec, codec_command, tuple(notes), _label_with_phone(labels))


def _label_with_phone(labels: list[LineLabel]) -> str:
    """The label with the fewest devices beside line and local phone (no loudspeaker, no microphone)."""
    fitting = [label for label in labels if {_LINE, _LOCAL} <= set(label.devices)]
    return min(fitting, key=lambda label: len(label.devices)).number if fitting else ""


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


def _enable_hook_events(
    profile: Profile, labels: list[LineLabel], notes: list[str]
) -> Generator[Wish, Answer, Profile]:
    """The profile, less the telling of lifted telephones where the modem refuses it; a note where that is open."""
    tells = profile.tells_lifted and profile.idle_class == 8
    for text in profile.hook_events if tells else ():
        answer = yield command(text)
        tells = tells and answer.ok
    masks = [label.idle_mask for label in labels if not label.devices and label.idle_mask is not None]
    if not tells or (not profile.hook_events and masks and not masks[0] & _TELLS_HOOK):
        notes.append(NOTE_LIFTED)
    elif not profile.hook_events:
        notes.append(NOTE_UNVERIFIED)
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
