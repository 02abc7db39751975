"""The doctor in the house: storage, broker, processes, lamps, clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from appliance.daemon.doctor_findings import (
    BROKER,
    CLOCK,
    DATA,
    DATABASE,
    LOG_HINT,
    PANEL,
    PROCESSES,
    Finding,
    Grade,
    Heard,
)
from appliance.daemon.doctor_probes import DirectoryReport, Probes
from appliance.settings import PanelSettings, Settings
from appliance.settings_checks import Words


def storage(settings: Settings, probes: Probes) -> Iterator[Finding]:
    for path, key in ((settings.paths.data, "paths.data"), (settings.paths.run, "paths.run")):
        report = probes.directory(path)
        if not (report.exists and report.writable):
            yield _unusable(path, key, report)
        elif key == "paths.data":
            yield _room(path, report.free_mb, settings.recording.min_free_mb)
    if probes.database is None:
        return
    trouble = probes.database(settings.paths.data)
    if trouble:
        advice = Words(
            f"Stop denwaban, keep a copy of {settings.paths.data}, then ask for help: nothing there is to be deleted.",
            f"denwaban を止め、{settings.paths.data} を複製してから相談してください。何も消さないでください。",
        )
        yield Finding(DATABASE, Grade.BAD, Words(trouble, trouble), advice)
    else:
        yield Finding(DATABASE, Grade.OK, Words("sound", "問題ありません"))


def _unusable(path: Path, key: str, report: DirectoryReport) -> Finding:
    why = (
        Words(f"{path} ({key}) is not writable for this user", f"{path}({key})に書き込めません")
        if report.exists
        else Words(f"{path} ({key}) does not exist", f"{path}({key})がありません")
    )
    return Finding(
        DATA,
        Grade.BAD,
        why,
        Words(
            f"On a box: sudo systemd-tmpfiles --create. Elsewhere: mkdir -p {path}, or set {key} to a place of yours.",
            f"専用機: sudo systemd-tmpfiles --create。その他: mkdir -p {path} か、{key} を変更してください。",
        ),
    )


def _room(path: Path, free_mb: int, least_mb: int) -> Finding:
    hours = free_mb * 1_000_000 // (16_000 * 3600)  # 16-bit samples at 8 kHz: 16 kB a second
    if free_mb < least_mb:
        return Finding(
            DATA,
            Grade.WARN,
            Words(
                f"{path} has {free_mb} MB left, less than {least_mb} MB",
                f"{path} の空きが {least_mb} MB を切りました: {free_mb} MB",
            ),
            Words("Make room; calls are still answered.", "空きを作ってください(電話は受け続けます)。"),
        )
    return Finding(
        DATA,
        Grade.OK,
        Words(
            f"{path}: {free_mb} MB left, about {hours} hours of calls",
            f"{path}: 空き {free_mb} MB(通話 約 {hours} 時間分)",
        ),
    )


def broker(probes: Probes, heard: Heard | None) -> Iterator[Finding]:
    if heard is not None:
        yield Finding(BROKER, Grade.OK, Words("answers", "応答あり"))
    elif not probes.mosquitto():
        yield Finding(
            BROKER,
            Grade.WARN,
            Words(
                "mosquitto is not installed: page and clerk learn nothing of calls",
                "mosquitto がありません(画面に通話が出ません)",
            ),
            Words("sudo apt install mosquitto", "sudo apt install mosquitto"),
        )
    else:
        yield Finding(
            BROKER,
            Grade.WARN,
            Words("installed, not running for us", "インストール済み、停止中"),
            Words(
                "On a box: sudo systemctl start denwaban-bus. Elsewhere `denwaban up` starts it.",
                "専用機: sudo systemctl start denwaban-bus。その他は `denwaban up` が起動します。",
            ),
        )


def processes(heard: Heard | None) -> Iterator[Finding]:
    for name in ("line", "web", "clerk"):
        life = (heard or {}).get(f"{name}/alive")
        if life is None or heard is None:
            continue
        if life.get("alive") is True:
            yield Finding(PROCESSES, Grade.OK, Words(f"{name} runs", f"{name} 動作中"))
        elif life.get("stopped") is True:
            yield Finding(
                PROCESSES,
                Grade.WARN,
                Words(f"{name} was stopped", f"{name} は停止されています"),
                Words(f"sudo systemctl start denwaban-{name}", f"sudo systemctl start denwaban-{name}"),
            )
        else:
            log = LOG_HINT.format(name=name)
            yield Finding(
                PROCESSES,
                Grade.WARN,
                Words(f"{name} died", f"{name} は異常終了しました"),
                Words(f"Look at {log}", f"記録: {log}"),
            )


def panel(panel: PanelSettings, probes: Probes) -> Iterator[Finding]:
    gpio = probes.gpio()
    if panel.driver == "disabled":
        yield Finding(PANEL, Grade.OK, Words("switched off in the settings", "設定で無効になっています"))
    elif not gpio.chips:
        grade = Grade.OK if panel.driver == "auto" else Grade.WARN
        advice = Words(
            'Set panel.driver = "auto" or "disabled" here.', 'panel.driver を "auto" か "disabled" にしてください。'
        )
        yield Finding(
            PANEL,
            grade,
            Words("this machine has no GPIO header: no lamps", "GPIO がないためランプは使いません"),
            advice if grade is Grade.WARN else None,
        )
    elif not gpio.allowed:
        yield Finding(
            PANEL,
            Grade.WARN,
            Words(f"this user may not open {gpio.chips[0]}", f"このユーザーは {gpio.chips[0]} を開けません"),
            Words(
                "sudo adduser $USER gpio, then log in again",
                "sudo adduser $USER gpio を実行し、ログインし直してください",
            ),
        )
    else:
        board = gpio.board or gpio.chips[0]
        yield Finding(PANEL, Grade.OK, Words(f"GPIO of {board}", f"GPIO: {board}"))


def clock(is_set: bool | None) -> Iterator[Finding]:
    if is_set is None:
        return
    if is_set:
        yield Finding(CLOCK, Grade.OK, Words("follows a time server", "時刻同期あり"))
    else:
        yield Finding(
            CLOCK,
            Grade.WARN,
            Words(
                "does not follow a time server: times of calls may be wrong",
                "時刻が同期していません(通話時刻がずれます)",
            ),
            Words(
                "sudo timedatectl set-ntp true, or fit a clock module",
                "sudo timedatectl set-ntp true、または RTC を取り付け",
            ),
        )
