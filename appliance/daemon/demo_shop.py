"""A shop for the demo: a call script with its people, a fresh data directory, settings, and the simulated line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

import appliance
from appliance.daemon.wiring import load_prompts, prepare_data
from appliance.desk.contacts import Contact, lookup_key
from appliance.desk.popup import missing_number
from appliance.edge.sound_files import read_any
from appliance.errors import OperatorError
from appliance.events import Absence, CallerIdentity, Outcome, Prompt
from appliance.exchange.adapter import SimAdapter
from appliance.exchange.ears import Pcm
from appliance.exchange.exchange import Exchange, ExchangeOptions
from appliance.exchange.modem import SimModem
from appliance.exchange.script import Actor, After, Do, Expectation, Script, ScriptedCall, Step, load_script
from appliance.settings import Settings, check
from appliance.store.calls import Store

EXCHANGE = Path(appliance.__file__).parent / "exchange"
SHOP_DAY = EXCHANGE / "scripts" / "shop_day.toml"
VOICES = EXCHANGE / "voices"

MODEMS: Mapping[str, tuple[str, int]] = {"JP": ("cx930xx", 0x00), "US": ("usr5637", 0xB5)}
"""Profile and country code (Spec: ITU-T T.35) of the modem. Why: one that knows ナンバー・ディスプレイ in Japan."""

LINES = ("modem", "sound")
"""Kinds of line that the demo can stand on."""

CARD = "denwaban_exchange"
"""Name of the simulated sound card to alsa-lib."""

POLARITY_PIN = 13
"""Where the polarity opto of the simulated adapter leads. Why: any pin that the panel leaves free."""

CALLERS_FILE = "caller's file"
"""Name of the voice that `--caller` gives."""


@dataclass(frozen=True)
class DemoOptions:
    script: Path | None = None
    caller: Path | None = None
    number: str | None = None
    fast: bool = False
    keep: Path | None = None
    web_port: int = 8080
    stay: bool = False
    line: str = "modem"


def choose_script(options: DemoOptions) -> Script:
    """The script to play. Raises OperatorError for options that contradict each other or files that are no good."""
    one_call = options.caller is not None or options.number is not None
    if one_call and options.script is not None:
        raise OperatorError("--script says who calls; leave out --caller and --number, or leave out --script")
    if not one_call:
        return load_script(options.script or SHOP_DAY)
    return _one_call(options)


def _one_call(options: DemoOptions) -> Script:
    """The shop of the day, and a single call to it."""
    if options.caller is not None:
        read_sound(options.caller)  # a file that is no good is told before anything starts
    identity = _identity(options.number or "0312345678")
    voice = CALLERS_FILE if options.caller else "unknown_asks_hours"
    steps = (
        Step(Actor.CALLER, Do.SAY, After.LIFTED, wait_s=4, voice=voice),
        Step(Actor.CALLER, Do.HANG_UP, wait_s=2),
        Step(Actor.STAFF, Do.LIFT, After.RINGING, wait_s=12),
        Step(Actor.STAFF, Do.SAY, wait_s=0.8, voice="staff_greets"),
        Step(Actor.STAFF, Do.REPLACE, After.CLEARED, wait_s=1),
    )
    expect = Expectation(Outcome.TALKED, "any", None, (1, 900), ("ringing", "recording"), any_announcement=True)
    who = f"from {identity.number}" if identity.number else missing_number(identity, "en").lower()
    why = f"{who}; the caller " + (f"speaks {options.caller.name}" if options.caller else "asks when the shop closes")
    call = ScriptedCall("your_call", "あなたの電話", "Your call", why, identity, steps, expect, max_s=900)
    day = load_script(SHOP_DAY)
    return replace(day, title_ja="さくら電器への電話", title_en="One call to Sakura Electronics", calls=(call,))


def read_sound(path: Path) -> bytes:
    """The samples of a voice. Raises OperatorError where there are none."""
    sound = read_any(path)
    if not sound:
        raise OperatorError(f"{path} has no sound in it")
    return sound


def _identity(text: str) -> CallerIdentity:
    letter = text.upper()
    if letter in list(Absence):
        return CallerIdentity(absence=Absence(letter))
    digits = text.replace("-", "")
    if not digits.isdigit() or len(digits) > 20:
        raise OperatorError(
            f"--number {text!r}: digits (0312345678), or P withheld, C pay phone, O unavailable, S conflict"
        )
    return CallerIdentity(number=digits)


class DemoShop:
    """Everything of the demo that does not depend on the clock."""

    def __init__(self, script: Script, options: DemoOptions, folder: Path) -> None:
        self.script = script
        self.folder = folder
        self.port = folder / "modem"
        self.config = folder / "denwaban.toml"
        self._caller_file = options.caller
        line = _adapter_line() if options.line == "sound" else _modem_line(self.port)
        text = _config(script, folder, line, options.web_port)
        self.config.write_text(text, encoding="utf-8")
        self.settings: Settings = check(text)
        trouble = prepare_data(self.settings)
        if trouble:
            raise OperatorError(f"{folder}: {trouble}")
        self.store = Store(self.settings.paths.data)
        self._enter_customers()
        self.exchange = Exchange(ExchangeOptions(country=script.country, number_display=script.number_display))
        sound = options.line == "sound"
        self.terminal = SimAdapter(script.country) if sound else SimModem(*MODEMS[script.country])
        self._prompts = load_prompts(script.country)

    def unplug(self) -> None:
        """Pull the modem, or the adapter's sound card."""
        if isinstance(self.terminal, SimModem):
            self.terminal.power_off()
        else:
            self.terminal.unplug()

    def plug_in(self) -> None:
        """Put it back."""
        if isinstance(self.terminal, SimModem):
            self.terminal.power_cycle()
        else:
            self.terminal.plug_in()

    def keep_history(self) -> None:
        """Write what passed between box and terminal beside the data."""
        if isinstance(self.terminal, SimModem):
            (self.folder / "modem.txt").write_text(self.terminal.transcript.text(), encoding="utf-8")
        else:
            (self.folder / "adapter.txt").write_text(self.terminal.story(), encoding="utf-8")

    def voice(self, name: str) -> Pcm:
        """The sound of a voice of the script."""
        path = self._caller_file if name == CALLERS_FILE and self._caller_file else VOICES / f"{name}.wav"
        return np.frombuffer(read_sound(path), "<i2").astype(np.int16)

    def prompt(self, prompt: Prompt) -> Pcm:
        """The sound of a prompt, as the box says it."""
        return np.frombuffer(self._prompts.get(prompt, b""), "<i2").astype(np.int16)

    def _enter_customers(self) -> None:
        for customer in self.script.customers:
            key = lookup_key(customer.number, self.script.country)
            contact = Contact(key, customer.name, customer.company, customer.on_list, customer.note)
            self.store.put_contact(contact, datetime.now(UTC))


def _modem_line(port: Path) -> dict[str, object]:
    return {"line.kind": "modem", "line.port": str(port)}


def _adapter_line() -> dict[str, object]:
    return {"line.kind": "sound", "adapter.capture": CARD, "adapter.polarity_pin": POLARITY_PIN}


def _config(script: Script, folder: Path, line: Mapping[str, object], web_port: int) -> str:
    """The settings file of the demo: what the script asks for, and where things lie."""
    values: dict[str, object] = {
        **line,
        "line.country": script.country,
        "line.number_display": script.number_display,
        "shop.name": "さくら電器" if script.country == "JP" else "Sakura Electronics",
        "web.port": web_port,
        "web.language": "ja" if script.country == "JP" else "en",
        "paths.data": str(folder / "data"),
        "paths.run": str(folder / "run"),
        **script.box,
    }
    sections: dict[str, list[str]] = {}
    for name, value in values.items():
        section, key = name.split(".")
        sections.setdefault(section, []).append(f"{key} = {json.dumps(value, ensure_ascii=False)}")
    return "\n".join(f"[{section}]\n" + "\n".join(lines) + "\n" for section, lines in sections.items())
