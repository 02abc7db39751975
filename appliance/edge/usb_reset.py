"""Resets the modem's USB device: the owner's hook command, else the kernel's own reset.

Spec: LINE_HARDWARE.md 1.10; Linux usbdevice_fs.h, USBDEVFS_RESET.
"""

from __future__ import annotations

import fcntl
import os
import shlex
import subprocess
from pathlib import Path

from appliance.errors import LineError

USBDEVFS_RESET = 0x5514
"""_IO('U', 20). Spec: include/uapi/linux/usbdevice_fs.h."""

HOOK_SECONDS = 10.0
"""How long the owner's hook may take. Why: switching a hub port off and on takes 2-4 s; twice that."""


class UsbReset:
    """Call it to reset what is behind `port`; raises `LineError` with the reason where it cannot."""

    def __init__(self, port: str, hook: str = "", sys: Path = Path("/sys"), dev: Path = Path("/dev")) -> None:
        self._port = port
        self._hook = hook
        self._sys = sys
        self._dev = dev

    def __call__(self) -> None:
        if self._hook:
            run_hook(self._hook)
        else:
            reset_device(self.device_node())

    def device_node(self) -> Path:
        """The node below /dev/bus/usb of the USB device that carries the port."""
        name = Path(os.path.realpath(self._port)).name
        here = (self._sys / "class/tty" / name / "device").resolve()
        for folder in (here, *here.parents):
            try:
                bus = int((folder / "busnum").read_text("ascii"))
                device = int((folder / "devnum").read_text("ascii"))
            except (OSError, ValueError):
                continue
            return self._dev / "bus/usb" / f"{bus:03}" / f"{device:03}"
        raise LineError(f"{self._port} is not on USB, or is gone: nothing to reset")


def run_hook(hook: str) -> None:
    """Run the owner's command, without a shell. Raises `LineError`."""
    try:
        words = shlex.split(hook)
        done = subprocess.run(words, timeout=HOOK_SECONDS, check=False, capture_output=True)  # noqa: S603 - the owner's
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        raise LineError(f"the USB reset command did not run: {error}") from error
    if done.returncode:
        raise LineError(f"the USB reset command failed with status {done.returncode}")


def reset_device(node: Path) -> None:
    """Ask the kernel for a reset of one USB device. Raises `LineError`."""
    try:
        descriptor = os.open(node, os.O_WRONLY | os.O_CLOEXEC)
        try:
            fcntl.ioctl(descriptor, USBDEVFS_RESET, 0)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise LineError(f"{node} cannot be reset: {error.strerror}") from error
