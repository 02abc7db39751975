"""The units of systemd/: verified by systemd's own tools, and the traps that those do not see."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from appliance.daemon.broker import configuration, find_mosquitto, listens

SYSTEMD = Path(__file__).parents[2] / "systemd"
SERVICES = ("denwaban-line", "denwaban-web", "denwaban-clerk", "denwaban-bus")
OURS = SERVICES[:3]

HARDENING = {
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "PrivateMounts": "yes",
    "ProtectProc": "invisible",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "AmbientCapabilities": "",
    "RemoveIPC": "yes",
    "KeyringMode": "private",
    "ProtectClock": "yes",
    "ProtectHostname": "yes",
    "ProtectKernelTunables": "yes",
    "ProtectKernelModules": "yes",
    "ProtectKernelLogs": "yes",
    "ProtectControlGroups": "yes",
    "LockPersonality": "yes",
    "MemoryDenyWriteExecute": "yes",
    "RestrictRealtime": "yes",
    "RestrictSUIDSGID": "yes",
    "RestrictNamespaces": "yes",
    "SystemCallArchitectures": "native",
    "SystemCallErrorNumber": "EPERM",
    "DevicePolicy": "closed",
}
"""What every service has. Spec: systemd.exec(5), systemd.resource-control(5)."""

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can make users' directories")


def directives(unit: str) -> dict[str, list[str]]:
    """Every directive of a unit with all its values."""
    found: dict[str, list[str]] = {}
    for line in (SYSTEMD / unit).read_text().splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def run_check(directory: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", str(directory / "check")], capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SYSTEMD, tmp_path / "systemd"))


@needs_systemd
def test_the_units_are_clean_and_little_exposed() -> None:
    done = run_check(SYSTEMD)
    assert done.returncode == 0, done.stdout + done.stderr
    exposure = {
        name: float(level) for name, level in re.findall(r"^(\S+)\.service +exposure ([\d.]+)$", done.stdout, re.M)
    }
    assert set(exposure) == set(SERVICES)
    assert max(exposure.values()) <= 2.0


@needs_systemd
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("RestartSec=1", "RestartSecs=1", "RestartSecs"),
        ("Type=notify", "Type=notfy", "notfy"),
        ("ExecStart=/opt/denwaban/bin/denwaban", "ExecStart=/opt/denwaban/bin/denwabann", "denwabann"),
        ("NoNewPrivileges=yes\nCapabilityBoundingSet=\n", "", "above 2.0"),
    ],
)
def test_the_check_would_find_a_mistake(copy: Path, old: str, new: str, expected: str) -> None:
    unit = copy / "denwaban-line.service"
    text = unit.read_text()
    assert old in text
    text = text.replace(old, new)
    if expected == "above 2.0":
        text = text.replace("SystemCallFilter=", "#").replace("User=", "#").replace("RestrictAddressFamilies=", "#")
    unit.write_text(text)
    done = run_check(copy)
    assert done.returncode == 1
    assert expected in done.stdout + done.stderr


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_hardened_restarted_and_its_own_user(service: str) -> None:
    unit = directives(f"{service}.service")
    for key, value in HARDENING.items():
        assert unit.get(key) == [value], key
    assert unit["SystemCallFilter"] == ["@system-service", "~@privileged @resources"]
    assert unit["Type"] == ["notify"]
    assert unit["Restart"] == ["always"]
    assert unit["StartLimitIntervalSec"] == ["0"]
    assert float(unit["RestartSec"][0]) <= 2
    assert unit["User"] == [service]
    assert unit["Group"] == ["denwaban"]
    assert unit["UMask"] == ["0007"]


@pytest.mark.parametrize("service", OURS)
def test_our_programs_have_a_watchdog_and_their_command(service: str) -> None:
    unit = directives(f"{service}.service")
    assert int(unit["WatchdogSec"][0]) <= 60
    assert unit["ExecStart"] == [f"/opt/denwaban/bin/denwaban {service.removeprefix('denwaban-')}"]


def test_the_line_is_let_go_however_its_service_ends() -> None:
    assert directives("denwaban-line.service")["ExecStopPost"] == ["-/opt/denwaban/bin/denwaban line --let-go"]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_dies_with_another(service: str) -> None:
    unit = directives(f"{service}.service")
    assert not {"Requires", "BindsTo", "Requisite", "Upholds"} & set(unit)
    assert unit["PartOf"] == ["denwaban.target"]


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_takes_the_common_tree_for_its_own(service: str) -> None:
    """StateDirectory= would hand all recordings to whichever service started last."""
    unit = directives(f"{service}.service")
    assert not {"StateDirectory", "RuntimeDirectory", "PrivateUsers"} & set(unit)


def test_only_the_page_has_a_network_and_only_the_line_has_devices() -> None:
    for service in SERVICES:
        unit = directives(f"{service}.service")
        assert ("PrivateNetwork" in unit) == (service != "denwaban-web")
        assert ("DeviceAllow" in unit) == (service == "denwaban-line")
        assert ("SupplementaryGroups" in unit) == (service == "denwaban-line")
        assert ("PrivateDevices" in unit) == (service != "denwaban-line")


def test_kinds_of_device_are_known_before_they_are_allowed() -> None:
    unit = directives("denwaban-line.service")
    loaded = (SYSTEMD / "modules-load.d/denwaban.conf").read_text().split()
    for kind, module in (("char-ttyACM", "cdc_acm"), ("char-ttyUSB", "usbserial"), ("char-alsa", "snd")):
        assert f"{kind} rw" in unit["DeviceAllow"]
        assert module in loaded
    for module in ("cdc_acm", "usbserial"):
        for key in ("Wants", "After"):
            assert any(f"modprobe@{module}.service" in value for value in unit[key])


def test_the_lamps_driver_can_learn_which_pi_it_is_on() -> None:
    """gpiozero reads /proc/cpuinfo or /proc/device-tree; ProcSubset=pid hides both."""
    assert directives("denwaban-line.service")["ProcSubset"] == ["all"]


def test_udev_rules_are_whole_lines_of_known_words() -> None:
    text = (SYSTEMD / "udev/90-denwaban.rules").read_text()
    word = re.compile(
        r'(?:ACTION|SUBSYSTEM|KERNEL|GROUP|MODE|GOTO|LABEL|TEST|ATTR\{[\w./]+\}|ENV\{\w+\})(?:==|=)"[^"]*"'
    )
    for line in text.splitlines():
        if line and not line.startswith("#"):
            assert all(word.fullmatch(part) for part in line.split(", ")), line
    assert 'ENV{ID_MM_DEVICE_IGNORE}="1"' in text
    assert text.count("power/control}") == 2


@needs_root
@pytest.mark.skipif(shutil.which("systemd-sysusers") is None, reason="systemd-sysusers is not installed")
def test_users_and_directories_come_out_right(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for program, file in (("systemd-sysusers", "sysusers.d"), ("systemd-tmpfiles --create", "tmpfiles.d")):
        command = [*program.split(), f"--root={tmp_path}", str(SYSTEMD / file / "denwaban.conf")]
        subprocess.run(command, check=True, capture_output=True, timeout=30)
    groups = {line.split(":")[0]: line.split(":") for line in (tmp_path / "etc/group").read_text().splitlines()}
    users = {line.split(":")[0] for line in (tmp_path / "etc/passwd").read_text().splitlines()}
    assert set(SERVICES) <= users
    assert set(groups["denwaban"][3].split(",")) == set(SERVICES)
    for path, mode in (("var/lib/denwaban", 0o2770), ("run/denwaban", 0o2770), ("etc/denwaban", 0o750)):
        status = (tmp_path / path).stat()
        assert stat.S_IMODE(status.st_mode) == mode
        assert status.st_gid == int(groups["denwaban"][2])
    wanted = directives("denwaban-line.service")["SupplementaryGroups"][0].split()
    assert set(wanted) <= set(groups)


def test_the_boxs_broker_is_configured_like_the_one_of_denwaban_up() -> None:
    lines = (SYSTEMD / "mosquitto-denwaban.conf").read_text().splitlines()
    said = "\n".join(line for line in lines if not line.startswith("#")) + "\n"
    assert said == configuration(Path("/run/denwaban/bus.sock"))


def test_the_boxs_broker_starts_with_it_even_over_a_dead_ones_socket(tmp_path: Path) -> None:
    text = (SYSTEMD / "mosquitto-denwaban.conf").read_text().replace("/run/denwaban", str(tmp_path))
    config = tmp_path / "mosquitto.conf"
    config.write_text(text + ("user root\n" if os.geteuid() == 0 else ""))
    for _ in range(2):
        child = subprocess.Popen([find_mosquitto(), "-c", str(config)], stderr=subprocess.DEVNULL)
        for _ in range(200):
            if listens(tmp_path / "bus.sock"):
                break
            with pytest.raises(subprocess.TimeoutExpired):
                child.wait(0.02)
        assert listens(tmp_path / "bus.sock")
        assert stat.S_IMODE((tmp_path / "bus.sock").stat().st_mode) & 0o007 == 0
        child.kill()
        child.wait()
