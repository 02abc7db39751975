"""The +V command set of the simulated modem. Spec: ITU-T V.253; LINE_HARDWARE.md 1.5, 1.6, 1.9."""

from __future__ import annotations

from appliance.exchange.modem_at import AtCommand
from appliance.exchange.modem_commands import ERROR, Doing, Outcome, number, taken
from appliance.exchange.modem_core import Core
from appliance.exchange.modem_registers import factory
from appliance.units import RATE_HZ

OFF_HOOK_LABELS = frozenset((1, 3, 5, 7))
"""+VLS labels that close the loop. Spec: ITU-T V.253 +VLS; from memory, labels above 1 unverified."""

LOCAL_LABEL = 3
"""Line and local phone together, where the modem has it. Spec: ITU-T V.253 +VLS."""

HIGHEST_LABEL = 13


def codec(core: Core, command: AtCommand) -> Outcome:
    """+VSM=id[,rate[,sds[,sel]]]."""
    profile, registers = core.profile, core.registers
    if command.use == "test":
        core.info("\r\n".join(row.row() for row in profile.codecs))
        return None
    if command.use == "read":
        core.info(registers.codec.row().replace("(8000)", "8000").replace("(0)", "0"))
        return None
    values = [*command.numbers(), 0]
    found = [row for row in profile.codecs if row.id == values[0] and row.law is not None]
    if command.use != "set" or not found or values[1] not in (0, RATE_HZ):
        return ERROR
    registers.codec = found[0]
    return None


def silence(core: Core, command: AtCommand) -> Outcome:
    """+VSD=sensitivity,0.1 s; one family takes 128,50 and keeps 128,0. Spec: LINE_HARDWARE.md 1.9."""
    if command.use == "test":
        core.info("(0-255),(0-255)")
        return None
    if command.use == "read":
        core.info(f"{core.registers.vsd[0]},{core.registers.vsd[1]}")
        return None
    values = [*command.numbers(), 0] if command.use == "set" else [128, 0]
    if max(values) > 255:
        return ERROR
    deaf = core.profile.vsd_only_zero and values[0] != 0
    core.registers.vsd = (values[0], 0 if deaf else values[1])
    return None


def gain(core: Core, command: AtCommand) -> Outcome:
    """+VGR, +VGT: bounds of the family; the sound is not changed here."""
    low, high = core.profile.gain
    if command.use == "test":
        core.info(f"({low}-{high})")
    elif command.use == "set":
        (value,) = command.numbers()
        if not low <= value <= high:
            return ERROR
        core.registers.other[command.name] = command.args
    elif command.use == "read":
        core.info(core.registers.other.get(command.name, str(min(128, high))))
    return None


def defaults(core: Core, command: AtCommand) -> Outcome:
    """+VIP: all voice parameters as from the factory."""
    fresh, registers = factory(core.profile, core.registers.country), core.registers
    registers.codec, registers.vsd, registers.vit, registers.vtd = fresh.codec, fresh.vsd, fresh.vit, fresh.vtd
    registers.other = {name: value for name, value in registers.other.items() if not name.startswith("+V")}
    return None


def valid_label(core: Core, command: AtCommand) -> int | None:
    """The +VLS label asked for; None where it is no label."""
    (label,) = command.numbers() if command.use == "set" else (0,)
    if label == LOCAL_LABEL and not core.faults.local_label:
        return None
    return label if 0 <= label <= HIGHEST_LABEL else None


VOICE: dict[str, Doing] = {
    "+VSM": codec,
    "+VSD": silence,
    "+VGR": gain,
    "+VGT": gain,
    "+VIP": defaults,
    "+VIT": number("vit", 0, 255),
    "+VTD": number("vtd", 0, 255),
} | {
    f"+{name}": taken for name in ("VNH", "VRA", "VRN", "VBT", "VPR", "VEM", "VDT", "VGM", "VGS", "VDID", "VSP", "VPH")
}
"""Settings of the voice class; all of them ERROR outside +FCLASS=8."""
