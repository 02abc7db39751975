"""The doctor at the telephone line: what is plugged in, and the modem."""

from __future__ import annotations

from collections.abc import Iterator

from appliance.daemon.doctor_findings import MODEM, PORTS, Finding, Grade, Heard, line_says
from appliance.daemon.doctor_probes import ModemReport, PortSeen, Probes
from appliance.settings import Settings
from appliance.settings_checks import Words


def ports(ports: list[PortSeen], configured: str) -> Iterator[Finding]:
    if not ports:
        yield Finding(
            PORTS,
            Grade.WARN,
            Words("no serial device is plugged in", "シリアル機器が接続されていません"),
            Words(
                "Plug the modem into a USB socket; use a powered hub if it does not show up.",
                "モデムを USB に挿してください。認識されなければ電源付きハブを使ってください。",
            ),
        )
    for port in ports:
        names = f"{port.device} {port.description}".strip()
        chosen = configured in (port.device, port.by_path) and configured != ""
        use = Words("this is line.port", "line.port に設定済み") if chosen else None
        if use is None:
            name = port.by_path or port.device
            use = Words(f'to use it: port = "{name}"', f'使うには port = "{name}"')
        yield Finding(PORTS, Grade.OK, Words(f"{names} ({use.en})", f"{names}({use.ja})"))


def modem(settings: Settings, probes: Probes, heard: Heard) -> Iterator[Finding]:
    """The configured port; while the line process runs, it is asked instead: two cannot talk to one modem."""
    port = settings.line.port
    if heard.get("line/alive", {}).get("alive") is True:
        yield line_says(MODEM, heard.get("line/state", {}))
    elif not probes.port_exists(port):
        yield Finding(
            MODEM,
            Grade.BAD,
            Words(f"{port} is not there", f"{port} がありません"),
            Words(
                "Plug the modem in, or set line.port to one of the devices above.",
                "モデムを挿すか、line.port を上の機器のどれかにしてください。",
            ),
        )
    elif not probes.port_allowed(port):
        yield Finding(
            MODEM,
            Grade.BAD,
            Words(f"this user may not open {port}", f"このユーザーは {port} を開けません"),
            Words(
                "sudo adduser $USER dialout, then log in again (the units of systemd/ have it already).",
                "sudo adduser $USER dialout を実行し、ログインし直してください(systemd のサービスは設定済みです)。",
            ),
        )
    else:
        yield _asked(port, probes.modem(settings.line))


def _asked(port: str, modem: ModemReport) -> Finding:
    if not modem.opened:
        return Finding(
            MODEM,
            Grade.BAD,
            Words(f"{port} cannot be opened: {modem.why}", f"{port} を開けません: {modem.why}"),
            Words(
                "Stop whatever else uses it (ModemManager? another denwaban?).",
                "ほかに使っているもの(ModemManager、別の denwaban など)を止めてください。",
            ),
        )
    if not modem.answered:
        return Finding(
            MODEM,
            Grade.BAD,
            Words(f"nothing at {port} answers AT: it is not a modem, or it hangs", f"{port} は AT に応答しません"),
            Words(
                "Unplug it, wait ten seconds, plug it in again; if it stays mute, choose another port.",
                "抜いて 10 秒待ち、挿し直してください。変わらなければ別のポートを選んでください。",
            ),
        )
    if modem.voice is False:
        return Finding(
            MODEM,
            Grade.BAD,
            Words(
                f"{modem.device or port} is a modem without voice", f"{modem.device or port} は音声に対応していません"
            ),
            Words(
                "A voice modem is needed: USR5637, or one with a CX930xx or Si24xx chip.",
                "音声モデムが必要です(USR5637、または CX930xx / Si24xx 搭載品)。",
            ),
        )
    name = " ".join(word for word in (modem.device or port, f"[{modem.profile}]" if modem.profile else "") if word)
    if modem.notes:
        notes = "; ".join(modem.notes)
        return Finding(MODEM, Grade.WARN, Words(f"{name} works; {notes}", f"{name}: 使えます。制限: {notes}"))
    return Finding(MODEM, Grade.OK, Words(f"{name} answers", f"{name}: 応答あり"))
