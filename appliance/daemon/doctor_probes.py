"""How the doctor looks at the machine: one small function a question, none of which changes anything."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import termios
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import serial
from serial.tools import list_ports

from appliance.bus.mqtt import MqttBus
from appliance.daemon.broker import BrokerError, find_mosquitto, listens
from appliance.edge.alsa_card import SAMPLE_OCTETS, AlsaCard
from appliance.edge.alsa_quiet import hush_alsa
from appliance.edge.host_clock import HostClock
from appliance.errors import LineGone, OperatorError
from appliance.events import SoundBlock
from appliance.settings import AdapterSettings, LineSettings
from appliance.units import RATE_HZ

ANSWER_PATIENCE_S = 1.5
"""How long a modem may think about one command, seconds. Spec: V.250 gives none; the slowest ATI seen takes 0.4."""

NEWS_PATIENCE_S = 0.5
"""How long the doctor listens for the retained states, seconds. Why: the local broker sends them in milliseconds."""

SOUND_PATIENCE_S = 1.5
"""How long a sound card may take to give its first sound, seconds. Why: it is called hanging after one."""

SOUND_S = 0.5
"""Sound that is looked at, seconds. Why: a converter that hears anything at all gives two values in that time."""

MUTED = "every sample is the same"
"""What `Probes.sound` says of a card that works and hears nothing."""

CARDS = Path("/proc/asound/cards")
"""Spec: Documentation/sound/designs/procfile.rst of Linux: number, [id], driver - name."""

_CARD = re.compile(r"^ *\d+ \[(\S+) *\]: .+? - (.+)$", re.MULTILINE)

VOICE_CLASS = "8"
"""The service class of voice. Spec: V.253, 6.1 (+FCLASS)."""

BY_PATH = Path("/dev/serial/by-path")


@dataclass(frozen=True)
class PortSeen:
    """A serial port that is plugged in; `by_path` is its name that survives replugging, if it has one."""

    device: str
    by_path: str = ""
    description: str = ""


@dataclass(frozen=True)
class CardSeen:
    """A sound card; `pcm` is what the settings call it."""

    pcm: str
    name: str


@dataclass(frozen=True)
class ModemReport:
    """What is known of the modem at the configured port. `voice`: None where nobody could say."""

    opened: bool
    answered: bool = False
    device: str = ""
    profile: str = ""
    voice: bool | None = None
    notes: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class DirectoryReport:
    exists: bool
    writable: bool = False
    free_mb: int = 0


@dataclass(frozen=True)
class GpioReport:
    """`chips`: device nodes found; `allowed`: we may open them; `board`: what the machine calls itself."""

    chips: tuple[str, ...] = ()
    allowed: bool = False
    board: str = ""


def seen_ports() -> list[PortSeen]:
    """Serial ports with something real behind them."""
    stable = {str(link.resolve()): str(link) for link in BY_PATH.glob("*")} if BY_PATH.is_dir() else {}
    ports = [port for port in list_ports.comports() if port.hwid not in ("n/a", "")]
    return [PortSeen(port.device, stable.get(port.device, ""), port.description or "") for port in sorted(ports)]


def ask_modem(line: LineSettings) -> ModemReport:
    """Open the port and ask who is there and whether it can do voice. Only for a port that nobody uses."""
    try:
        with serial.Serial(line.port, line.baud, timeout=0.05, write_timeout=1.0, exclusive=True) as port:
            if "OK" not in _asked(port, "AT"):
                return ModemReport(opened=True)
            identity = next((word for word in _asked(port, "ATI3") if word not in ("OK", "ERROR", "ATI3")), "")
            classes = ",".join(_asked(port, "AT+FCLASS=?")[:-1]).replace("(", "").replace(")", "").split(",")
            return ModemReport(True, True, identity, voice=VOICE_CLASS in (word.strip() for word in classes))
    except (OSError, termios.error) as error:  # SerialException is an OSError
        return ModemReport(opened=False, why=getattr(error, "strerror", None) or str(error))


def _asked(port: serial.Serial, command: str) -> list[str]:
    """The lines that answer `command`, the last of them the verdict; empty where none came in time."""
    port.write(f"{command}\r".encode())
    give_up = time.monotonic() + ANSWER_PATIENCE_S
    answer = b""
    while time.monotonic() < give_up:
        answer += port.read(port.in_waiting or 1)  # what is there; else the first that comes
        lines = [line.strip() for line in answer.decode("ascii", "replace").replace("\r", "\n").split("\n")]
        lines = [line for line in lines if line and line != command]
        if lines and lines[-1] in ("OK", "ERROR"):
            return lines
    return []


def seen_cards(cards: Path = CARDS) -> list[CardSeen]:
    """Sound cards that the kernel knows."""
    if not cards.is_file():
        return []
    return [CardSeen(f"plughw:CARD={card}", name) for card, name in _CARD.findall(cards.read_text(errors="replace"))]


def try_sound(adapter: AdapterSettings) -> str:
    """Open the card and listen; what is wrong, empty if nothing. Only for a card that nobody uses."""
    hush_alsa()
    try:
        card = AlsaCard(adapter.capture, None if adapter.listens_only else adapter.playback, HostClock())
    except (LineGone, OperatorError) as fault:
        return str(fault)
    give_up = time.monotonic() + SOUND_PATIENCE_S
    heard = b""
    try:
        while time.monotonic() < give_up and len(heard) < SOUND_S * RATE_HZ * SAMPLE_OCTETS:
            card.wait(give_up - time.monotonic())
            heard += b"".join(item.pcm for item in card.read() if isinstance(item, SoundBlock))
    except LineGone as fault:
        return str(fault)
    finally:
        card.close()
    if not heard:
        return f"the sound card {adapter.capture} delivers no sound"
    return MUTED if heard == heard[:SAMPLE_OCTETS] * (len(heard) // SAMPLE_OCTETS) else ""


def look_at_directory(path: Path) -> DirectoryReport:
    """Whether `path` is there and ours to write, and the room it has, MB."""
    if not path.is_dir():
        return DirectoryReport(exists=False)
    return DirectoryReport(True, os.access(path, os.W_OK | os.X_OK), shutil.disk_usage(path).free // 1_000_000)


def has_mosquitto() -> bool:
    try:
        find_mosquitto()
    except BrokerError:
        return False
    return True


def overhear(socket: Path) -> dict[str, dict[str, Any]] | None:
    """The retained states on the bus by topic; None where no broker answers."""
    if not listens(socket):
        return None
    bus = MqttBus(socket, "doctor", ("line/state", "+/alive"), announce=False)
    heard: dict[str, dict[str, Any]] = {}
    give_up = time.monotonic() + NEWS_PATIENCE_S
    try:
        while time.monotonic() < give_up:
            bus.wait(give_up - time.monotonic())
            heard.update({message.topic: message.payload for message in bus.received()})
    finally:
        bus.close()
    return heard


def look_at_gpio() -> GpioReport:
    chips = tuple(sorted(str(chip) for chip in Path("/dev").glob("gpiochip*")))
    model = Path("/proc/device-tree/model")
    board = model.read_text(errors="replace").strip("\0\n ") if model.is_file() else ""
    return GpioReport(chips, bool(chips) and all(os.access(chip, os.R_OK | os.W_OK) for chip in chips), board)


def clock_is_set() -> bool | None:
    """Whether the clock follows a time server; None where nobody can say."""
    program = shutil.which("timedatectl")
    if program is None:
        return None
    command = [program, "show", "--property=NTPSynchronized", "--value"]
    try:
        told = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)  # noqa: S603  as found
    except subprocess.TimeoutExpired:
        return None
    return {"yes": True, "no": False}.get(told.stdout.strip())


@dataclass(frozen=True)
class Probes:
    """Every question the doctor asks of the machine. A test gives other answers; nothing else differs."""

    ports: Callable[[], list[PortSeen]] = seen_ports
    modem: Callable[[LineSettings], ModemReport] = ask_modem
    cards: Callable[[], list[CardSeen]] = seen_cards
    sound: Callable[[AdapterSettings], str] = try_sound
    port_exists: Callable[[str], bool] = os.path.exists
    port_allowed: Callable[[str], bool] = lambda port: os.access(port, os.R_OK | os.W_OK)
    directory: Callable[[Path], DirectoryReport] = look_at_directory
    mosquitto: Callable[[], bool] = has_mosquitto
    bus: Callable[[Path], Mapping[str, Mapping[str, Any]] | None] = overhear
    gpio: Callable[[], GpioReport] = look_at_gpio
    clock: Callable[[], bool | None] = clock_is_set
    database: Callable[[Path], str] | None = None  # data directory -> what is wrong with the database, empty if nothing
