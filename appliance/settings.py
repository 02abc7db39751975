"""Every setting of the box: one TOML file, one checker a setting, all complaints at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


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
    call: CallSettings = field(default_factory=CallSettings)
    policy: PolicySettings = field(default_factory=PolicySettings)
    hours: HoursSettings = field(default_factory=HoursSettings)
    recording: RecordingSettings = field(default_factory=RecordingSettings)
    panel: PanelSettings = field(default_factory=PanelSettings)
    web: WebSettings = field(default_factory=WebSettings)
    bus: BusSettings = field(default_factory=BusSettings)
    paths: PathSettings = field(default_factory=PathSettings)
    shop: ShopSettings = field(default_factory=ShopSettings)
