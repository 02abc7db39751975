"""How the simulated modem prints a caller identity, well or badly. Spec: LINE_HARDWARE.md 1.4, 4.2 items 2 and 4."""

from __future__ import annotations

from appliance.events import CallerIdentity
from appliance.exchange.modem_faults import CidForm
from appliance.exchange.modem_profiles import ModemProfile

CRLF = b"\r\n"


def fields(identity: CallerIdentity) -> list[tuple[str, bytes]]:
    """Tag and value in the order of the message; only what the exchange sent."""
    rows: list[tuple[str, bytes]] = []
    if identity.datetime:
        rows += [("DATE", identity.datetime[:4].encode()), ("TIME", identity.datetime[4:8].encode())]
    if identity.number or identity.absence:
        rows.append(("NMBR", (identity.number or str(identity.absence)).encode("utf-8")))
    if identity.name or identity.name_absence:
        rows.append(("NAME", (identity.name or str(identity.name_absence)).encode("utf-8")))
    if identity.dialled:
        rows.append(("DDN_NMBR", identity.dialled.encode()))
    return rows


def multiple_format(identity: CallerIdentity) -> bytes:
    """An MDMF message, for raw output where the exchange gave no octets. Spec: Bellcore GR-30-CORE 2.4."""
    absent = identity.absence is not None
    number = str(identity.absence) if absent else identity.number
    parts = [(0x01, identity.datetime), (0x04 if absent else 0x02, number), (0x07, identity.name)]
    body = b"".join(bytes([code, len(text.encode())]) + text.encode() for code, text in parts if text)
    message = bytes([0x80, len(body)]) + body
    return message + bytes([-sum(message) % 256])


def printed(identity: CallerIdentity, raw: bytes, profile: ModemProfile, form: CidForm) -> list[bytes]:
    """The lines of the report, each without its line ends; empty for no report."""
    rows = fields(identity)
    match form:
        case CidForm.NONE:
            return []
        case CidForm.RAW_HEX:
            return [(raw or multiple_format(identity)).hex().upper().encode()]
        case CidForm.MESG:
            return [f"MESG{profile.equals}".encode() + (raw or multiple_format(identity)).hex().upper().encode()]
        case CidForm.NO_DATE:
            rows = [row for row in rows if row[0] not in ("DATE", "TIME")]
        case CidForm.NO_NAME:
            rows = [row for row in rows if row[0] != "NAME"]
        case CidForm.GARBLED:
            rows = [(tag, value[:2] + b"\xff\x00\x90\xc3" + value[4:] + b"\xe3\x81") for tag, value in rows]
        case CidForm.DUPLICATED:
            rows = rows + rows
        case _:
            pass
    lines = [tag.encode() + profile.equals.encode() + value for tag, value in rows]
    if form is CidForm.TRUNCATED and lines:
        lines[-1] = lines[-1][: len(lines[-1]) // 2 + 2]
    return lines


def report(lines: list[bytes], profile: ModemProfile, form: CidForm, voice: bool) -> bytes:
    """The octets to the host: text lines, in the voice class one complex event (`X` to `.`).

    Spec: LINE_HARDWARE.md 1.8.
    """
    if not lines:
        return b""
    if voice:
        end = b"" if form is CidForm.TRUNCATED else CRLF + b"\x10."
        return b"\x10X" + CRLF + CRLF.join(line.replace(b"\x10", b"\x10\x10") for line in lines) + end
    start = CRLF + CRLF if profile.blank_lines else CRLF
    end = b"" if form is CidForm.TRUNCATED else CRLF
    return start + CRLF.join(lines) + end
