"""The commands of the class-independent set: identity, S registers, country, caller ID. Spec: ITU-T V.250, 6."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from appliance.exchange.modem_at import AtCommand
from appliance.exchange.modem_core import Core
from appliance.exchange.modem_profiles import ModemProfile


@dataclass(frozen=True)
class Wait:
    """The command takes `ms`; then `then` does it, with an outcome of its own."""

    ms: float
    then: Callable[[], str | Wait | None]


Outcome = str | Wait | None
"""A result code that ends the line, a wait, or None: go on with the next command."""

Doing = Callable[[Core, AtCommand], Outcome]
ERROR = "ERROR"

TAKEN_AS_IS = ("IFC", "FLO", "IPR", "ICF", "DR", "ER", "MR", "MS", "ES", "DS", "EB", "ILRR", "ITF", "A8E", "PIG")
"""Data-modem settings that change nothing here; stored and read back. Spec: ITU-T V.250, 6."""

BASIC_TAKEN = (
    frozenset("LMNPTWYBC")
    | {f"&{letter}" for letter in "CGKRSTYBHIMV"}
    | {f"\\{letter}" for letter in "NQVGJ"}
    | {"%C", "%E", "*"}
)
"""Basic commands that are taken and change nothing here."""


def flag(name: str) -> Doing:
    """E, Q, V: 0 or 1."""

    def set_flag(core: Core, command: AtCommand) -> Outcome:
        if command.args not in ("", "0", "1"):
            return ERROR
        setattr(core.registers, name, command.args == "1")
        return None

    return set_flag


def progress(core: Core, command: AtCommand) -> Outcome:
    """ATX. Spec: ITU-T V.250, 6.2.7."""
    level = int(command.args or 0)
    if level > 4:
        return ERROR
    core.registers.progress = level
    return None


def identify(core: Core, command: AtCommand) -> Outcome:
    """ATIn."""
    number = int(command.args or 0)
    if number not in core.profile.info:
        return ERROR if number > 9 else None
    core.info(core.profile.info[number])
    return None


def s_register(core: Core, command: AtCommand) -> Outcome:
    """ATSn=v and ATSn?."""
    number, _, value = command.args.partition("=")
    if not number or int(number) > 255:
        return ERROR
    if command.use == "read":
        core.info(f"{core.registers.s.get(int(number), 0):03d}")
    elif command.use == "set":
        if int(value) > 255:
            return ERROR
        core.registers.s[int(number)] = int(value)
    return None


def dtr(core: Core, command: AtCommand) -> Outcome:
    core.registers.dtr = int(command.args or 0)
    return None


def fixed(text: Callable[[ModemProfile], str]) -> Doing:
    """An identity that is read with `?`, or done without."""

    def tell(core: Core, command: AtCommand) -> Outcome:
        if command.use in ("do", "read"):
            core.info(text(core.profile))
        return ERROR if command.use == "set" else None

    return tell


def country(core: Core, command: AtCommand) -> Outcome:
    """+GCI. Spec: ITU-T V.250, 6.1.9; codes of ITU-T T.35."""
    if command.use == "test":
        core.info("+GCI: (" + ",".join(f"{code:02X}" for code in core.profile.countries) + ")")
    elif command.use == "read":
        core.info(f"+GCI: {core.registers.country:02X}")
    elif command.use == "set":
        code = int(command.args, 16)
        if code not in core.profile.countries:
            return ERROR
        core.registers.country = code
    return None


def number(name: str, low: int, high: int) -> Doing:
    """A setting with one decimal number."""

    def set_number(core: Core, command: AtCommand) -> Outcome:
        if command.use == "test":
            core.info(f"({low}-{high})")
        elif command.use == "read":
            core.info(str(getattr(core.registers, name)))
        else:
            (value,) = command.numbers() if command.use == "set" else (low,)
            if not low <= value <= high:
                return ERROR
            setattr(core.registers, name, value)
        return None

    return set_number


def distinctive(core: Core, command: AtCommand) -> Outcome:
    """+VDR=enable,report. Spec: ITU-T V.253 +VDR."""
    if command.use == "read":
        core.info(f"{core.registers.vdr[0]},{core.registers.vdr[1]}")
    elif command.use == "test":
        core.info("(0,1),(0-255)")
    else:
        values = [*command.numbers(), 0]
        core.registers.vdr = (values[0], values[1])
    return None


def cid_patch(core: Core, command: AtCommand) -> Outcome:
    """AT!4886=nn: type of caller identity in the firmware of this family. Spec: LINE_HARDWARE.md 1.2."""
    if not core.profile.patches or command.use not in ("set", "read"):
        return ERROR
    if command.use == "read":
        core.info(f"{core.registers.cid_type:02X}")
        return None
    core.registers.cid_type = int(command.args, 16)
    return None


def taken(core: Core, command: AtCommand) -> Outcome:
    """A setting that is stored and read back and has no effect here."""
    if command.use == "read":
        core.info(f"{command.name}: {core.registers.other.get(command.name, '0')}")
    elif command.use == "set":
        core.registers.other[command.name] = command.args
    return None


def only(has: Callable[[ModemProfile], bool], doing: Doing) -> Doing:
    """A command that only some families know."""

    def known(core: Core, command: AtCommand) -> Outcome:
        return doing(core, command) if has(core.profile) else ERROR

    return known


PLAIN: dict[str, Doing] = {
    "": lambda core, command: None,
    "E": flag("echo"),
    "V": flag("verbose"),
    "Q": flag("quiet"),
    "X": progress,
    "I": identify,
    "S": s_register,
    "&D": dtr,
    "+FMI": fixed(lambda profile: profile.maker),
    "+GMI": fixed(lambda profile: profile.maker),
    "+FMM": fixed(lambda profile: profile.model),
    "+GMM": fixed(lambda profile: profile.model),
    "+FMR": fixed(lambda profile: profile.revision),
    "+GMR": fixed(lambda profile: profile.revision),
    "+GCAP": fixed(lambda profile: "+GCAP: +FCLASS,+VCID"),
    "+GCI": country,
    "+VCID": number("vcid", 0, 2),
    "+VDR": distinctive,
    "+VCDT": only(lambda profile: profile.vcdt, number("vcdt", 0, 7)),
    "-STE": only(lambda profile: profile.patches, number("ste", 0, 7)),
    "-SCID": only(lambda profile: profile.patches, taken),
    "!4886": cid_patch,
    "!4892": only(lambda profile: profile.patches, taken),
} | {f"+{name}": taken for name in TAKEN_AS_IS}


def find(core: Core, command: AtCommand) -> Doing | None:
    """What a command of the general set does; None where it is not known."""
    if command.name in core.profile.quirks and command.use in ("do", "read"):
        return fixed(lambda profile: profile.quirks[command.name])
    if command.name in PLAIN:
        return PLAIN[command.name]
    return taken if command.name in BASIC_TAKEN else None
