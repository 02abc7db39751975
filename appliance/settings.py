"""Every setting of the box: one TOML file, one checker a setting, all complaints at once."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Container, Iterable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from appliance.errors import OperatorError
from appliance.settings_checks import Unfit, Words, did_you_mean
from appliance.settings_table import SECTIONS, TABLE, Row

DEFAULT_FILE = Path("/etc/denwaban/denwaban.toml")
"""Where the settings are read from when nobody says otherwise. Spec: FHS 3.0, 3.7."""

FILE_VARIABLE = "DENWABAN_CONFIG"
"""The environment variable that names another file."""


@dataclass(frozen=True)
class LineSettings:
    kind: str = "modem"
    port: str = ""
    country: str = "JP"
    profile: str = "auto"
    baud: int = 115200
    number_display: bool = True  # the line has ナンバー・ディスプレイ
    heartbeat_s: int = 45
    usb_reset: str = ""


@dataclass(frozen=True)
class AdapterSettings:
    """An analog adapter: a sound card on the line, optocouplers and a hook relay. A pin of 0 is not wired."""

    capture: str = ""  # ALSA PCM, for example "plughw:CARD=Device"
    playback: str = ""  # empty: as capture
    ring_pin: int = 5
    loop_pin: int = 6
    hook_pin: int = 24
    polarity_pin: int = 0
    tap_only: bool = False

    @property
    def listens_only(self) -> bool:
        """The box cannot answer: it records what the shop's telephones answer."""
        return self.tap_only or not self.hook_pin


@dataclass(frozen=True)
class CallSettings:
    mode: str = "staff_first"  # or "box_first"
    message_after_s: int = 30
    message_max_s: int = 180
    join_outgoing_s: int = 10


@dataclass(frozen=True)
class PolicySettings:
    known: str = "skip"
    unknown: str = "announce"
    withheld: str = "announce"
    pay_phone: str = "announce"
    unavailable: str = "announce"
    refused: str = "refuse"
    closed: str = "message"


@dataclass(frozen=True)
class HoursSettings:
    open: str = ""  # "mon-fri 09:00-18:00, sat 10:00-15:00"; empty: always open
    timezone: str = ""  # empty: that of the machine


@dataclass(frozen=True)
class RecordingSettings:
    outgoing: bool = True
    min_free_mb: int = 500


@dataclass(frozen=True)
class PanelSettings:
    driver: str = "auto"  # auto, gpiozero, disabled
    red_pin: int = 17
    amber_pin: int = 27
    green_pin: int = 22
    buzzer_pin: int = 23
    acknowledge_pin: int = 25
    sos_pin: int = 16
    mark_pin: int = 26
    quiet_hours: str = ""  # "22:00-07:00": no buzzer but for alarms


@dataclass(frozen=True)
class WebSettings:
    host: str = "127.0.0.1"
    port: int = 8080
    language: str = "ja"


@dataclass(frozen=True)
class BusSettings:
    socket: str = ""  # empty: bus.sock under [paths] run


@dataclass(frozen=True)
class PathSettings:
    data: Path = Path("/var/lib/denwaban")
    run: Path = Path("/run/denwaban")


@dataclass(frozen=True)
class ShopSettings:
    name: str = ""


@dataclass(frozen=True)
class Settings:
    line: LineSettings = field(default_factory=LineSettings)
    adapter: AdapterSettings = field(default_factory=AdapterSettings)
    call: CallSettings = field(default_factory=CallSettings)
    policy: PolicySettings = field(default_factory=PolicySettings)
    hours: HoursSettings = field(default_factory=HoursSettings)
    recording: RecordingSettings = field(default_factory=RecordingSettings)
    panel: PanelSettings = field(default_factory=PanelSettings)
    web: WebSettings = field(default_factory=WebSettings)
    bus: BusSettings = field(default_factory=BusSettings)
    paths: PathSettings = field(default_factory=PathSettings)
    shop: ShopSettings = field(default_factory=ShopSettings)

    @property
    def bus_socket(self) -> Path:
        """The broker's socket: as set, or in the run directory."""
        return Path(self.bus.socket) if self.bus.socket else self.paths.run / "bus.sock"

    @property
    def taps_only(self) -> bool:
        """The line is an adapter that cannot answer."""
        return self.line.kind == "sound" and self.adapter.listens_only


@dataclass(frozen=True)
class Complaint:
    """One thing that is wrong with the settings: where, and in plain words what."""

    setting: str
    words: Words

    def text(self, language: str = "en") -> str:
        return f"{self.setting}: {self.words.text(language)}" if self.setting else self.words.text(language)


class SettingsError(OperatorError):
    """The settings cannot be used. `complaints` holds everything that is wrong, not only the first thing."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__(self.text("en"))

    def text(self, language: str = "en") -> str:
        """All complaints, one a line."""
        head = Words("the settings cannot be used:", "設定に誤りがあります。").text(language)
        return "\n".join([head, *(f"  {complaint.text(language)}" for complaint in self.complaints)])


def check(text: str, zones: Container[str] | None = None) -> Settings:
    """The settings that `text` (TOML) means.

    `zones`: the time zones that the machine knows; None leaves that unasked. Raises `SettingsError`.
    """
    try:
        given = tomllib.loads(text.removeprefix("\ufeff").replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([_syntax_complaint(text, str(error))]) from error
    complaints = _strangers(given)
    values: dict[str, dict[str, Any]] = {section.name: {} for section in SECTIONS}
    for row in TABLE:
        section = given.get(row.section)
        if not isinstance(section, dict) or row.key not in section:
            continue
        try:
            values[row.section][row.key] = row.checker.check(section[row.key])
        except Unfit as unfit:
            complaints.append(_unfit_complaint(row, section[row.key], unfit.hint))
    complaints += _missing(given)
    complaints += _contradictions(values, zones)
    if complaints:
        raise SettingsError(complaints)
    return _build(values)


def _build(values: dict[str, dict[str, Any]]) -> Settings:
    """Settings with `values` in place of the defaults."""
    if _taps_only(values):
        values = {**values, "policy": {**TAP_POLICY, **values["policy"]}}
    defaults = Settings()
    return Settings(**{name: type(getattr(defaults, name))(**keys) for name, keys in values.items()})


def _strangers(given: dict[str, Any]) -> list[Complaint]:
    """Sections and keys that do not exist."""
    names = [section.name for section in SECTIONS]
    complaints: list[Complaint] = []
    for section, content in given.items():
        if section not in names:
            complaints.append(_unknown(section, content, names))
        elif not isinstance(content, dict):
            words = Words(
                f"this is a section; write [{section}] on a line of its own.", f"[{section}] という行を書いてください。"
            )
            complaints.append(Complaint(section, words))
        else:
            keys = [row.key for row in TABLE if row.section == section]
            complaints += [_unknown(key, None, keys, section) for key in content if key not in keys]
    return complaints


def _unknown(word: str, content: object, known: list[str], section: str = "") -> Complaint:
    hint = did_you_mean(word, known) or _elsewhere(word, content)
    name = f"{section}.{word}" if section else word
    kind = Words("there is no such setting.", "そのような設定はありません。")
    if not section and isinstance(content, dict):
        name, kind = f"[{word}]", Words("there is no such section.", "そのような区分はありません。")
    return Complaint(name, _together(kind, hint))


def _elsewhere(word: str, content: object) -> Words | None:
    """A hint where a key stands in the wrong section, or in none."""
    homes = [row.section for row in TABLE if row.key == word]
    if not homes or isinstance(content, dict):
        return None
    listed = ", ".join(f"[{home}]" for home in homes)
    return Words(f"It belongs under {listed}.", f"{listed} の下に書いてください。")


def _together(first: Words, second: Words | None) -> Words:
    return Words(f"{first.en} {second.en}", f"{first.ja}{second.ja}") if second else first


def _shown(value: object) -> str:
    """The value as the person wrote it, more or less, cut to a line."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = "".join(character if character.isprintable() else "?" for character in text)
    return text if len(text) <= 60 else text[:59] + "…"


def _unfit_complaint(row: Row, value: object, hint: Words | None) -> Complaint:
    allowed, shown = row.checker.allowed, _shown(value)
    unit = f" ({row.unit})" if row.unit else ""
    words = Words(
        f"{shown} cannot be used. Allowed: {allowed.en}{unit}.",
        f"{shown} は使えません。使えるもの: {allowed.ja}{unit}。",
    )
    return Complaint(row.name, _together(words, hint))


def _missing(given: dict[str, Any]) -> list[Complaint]:
    """The one setting that has no default: where the line is plugged in."""
    line = given.get("line", {})
    adapter = given.get("adapter", {})
    if not isinstance(line, dict) or not isinstance(adapter, dict):
        return []
    if line.get("kind") == "sound":
        return [] if adapter.get("capture") else [_needed("adapter.capture")]
    return [] if "port" in line else [_needed("line.port")]


def _needed(name: str) -> Complaint:
    allowed = next(row for row in TABLE if row.name == name).checker.allowed
    words = Words(
        f"missing. Give {allowed.en}; `denwaban doctor` lists what is plugged in.",
        f"ありません。{allowed.ja} を書いてください。`denwaban doctor` で接続中の機器が分かります。",
    )
    return Complaint(name, words)


def _contradictions(values: dict[str, dict[str, Any]], zones: Container[str] | None) -> list[Complaint]:
    """Settings that are each fit and yet do not fit together, or not this machine."""
    complaints = [*_shared_pins(values), *_tap_complaints(values)]
    paths = {**_defaults("paths"), **values["paths"]}
    if paths["data"] == paths["run"]:
        words = Words(
            "must differ from paths.run: what is in that one is lost at every start.",
            "paths.run とは別の場所にしてください(paths.run の中身は起動のたびに消えます)。",
        )
        complaints.append(Complaint("paths.data", words))
    zone = values["hours"].get("timezone", "")
    if zone and zones is not None and zone not in zones:
        words = Words(
            f"this machine knows no time zone {_shown(zone)}.", f"{_shown(zone)} という時間帯はこの機器にありません。"
        )
        hint = did_you_mean(zone, zones) if isinstance(zones, Iterable) else None
        complaints.append(Complaint("hours.timezone", _together(words, hint)))
    return complaints


def _defaults(section: str) -> dict[str, Any]:
    defaults = getattr(Settings(), section)
    return {entry.name: getattr(defaults, entry.name) for entry in fields(defaults)}


def _shared_pins(values: dict[str, dict[str, Any]]) -> list[Complaint]:
    """Pins that two things are wired to. 0 is no pin; the adapter's count only where the line is one."""
    sections = ("panel", "adapter") if _is_sound(values) else ("panel",)
    users: dict[int, list[str]] = {}
    for section in sections:
        for key, value in {**_defaults(section), **values[section]}.items():
            if key.endswith("_pin") and value:
                users.setdefault(value, []).append(f"{section}.{key}")
    return [
        Complaint(
            " = ".join(names),
            Words(
                f"GPIO {pin} is used more than once; give each its own.",
                f"GPIO {pin} が重複しています。別々の番号にしてください。",
            ),
        )
        for pin, names in users.items()
        if len(names) > 1
    ]


# ---- a line that cannot answer ---------------------------------------------------------------------------------------

TAP_POLICY = {"refused": "pass", "closed": "pass"}
"""What a tap does where the owner says nothing. Why: the defaults of [policy] answer the call."""

_ANSWERING = ("message", "refuse", "ask_redial")
"""Policies that only a box can fulfil that answers."""


def _is_sound(values: dict[str, dict[str, Any]]) -> bool:
    return bool(values["line"].get("kind") == "sound")


def _taps_only(values: dict[str, dict[str, Any]]) -> bool:
    return _is_sound(values) and AdapterSettings(**values["adapter"]).listens_only


def _tap_complaints(values: dict[str, dict[str, Any]]) -> list[Complaint]:
    """What was asked for and needs an answering box, on a line that only listens; and the other way round."""
    if not _is_sound(values):
        return []
    adapter = AdapterSettings(**values["adapter"])
    if not adapter.listens_only:
        return [] if adapter.ring_pin else [_no_ring_input()]
    asked = [f"policy.{key}" for key, value in values["policy"].items() if value in _ANSWERING]
    asked += ["call.mode"] if values["call"].get("mode") == "box_first" else []
    return [Complaint(name, _cannot_answer(adapter)) for name in asked]


def _cannot_answer(adapter: AdapterSettings) -> Words:
    cause = "adapter.tap_only = true" if adapter.tap_only else "adapter.hook_pin = 0"
    return Words(
        f"needs a box that can answer, and with {cause} this one only listens. "
        'Take this line out (call.mode = "staff_first"; in [policy] "pass"), or wire the hook relay.',
        f"応答できる機器が必要ですが、{cause} では聞くだけです。この行を外す"
        "(call.mode は「staff_first」、[policy] は「pass」)か、フックリレーを配線してください。",
    )


def _no_ring_input() -> Complaint:
    words = Words(
        "0 (not wired) leaves the box deaf to ringing: it would never answer. "
        "Wire the ring input, or set adapter.tap_only = true.",
        "0(未配線)では呼び出しに気づけず、応答できません。着信入力を配線するか、"
        "adapter.tap_only = true にしてください。",
    )
    return Complaint("adapter.ring_pin", words)


_PLACE = re.compile(r"\(at line (\d+), column (\d+)\)")


def _syntax_complaint(text: str, reason: str) -> Complaint:
    """What TOML itself cannot read, with the line shown."""
    place = _PLACE.search(reason)
    why = _PLACE.sub("", reason).replace("(at end of document)", "").strip().rstrip(".")
    lines = text.splitlines()
    number = int(place[1]) if place else len(lines)
    shown = _shown(lines[number - 1].strip()) if 0 < number <= len(lines) else '""'
    words = Words(f"not TOML: {why}. There: {shown}", f"TOML として読めません({why})。その行: {shown}")
    return Complaint(f"line {number}", words)
