"""Who is measured beside us, and how to install who is not there."""

from __future__ import annotations

from bench.decoding import programs, spandsp

PACKAGES = {"spandsp": "libspandsp2", "minimodem": "minimodem", "multimon": "multimon-ng"}
"""Debian's packages of the peers."""


def present(peer: str) -> bool:
    """Whether the peer can be measured here; we always are."""
    if peer == "ours":
        return True
    return spandsp.installed() if peer == "spandsp" else programs.installed(PACKAGES[peer])


def absent(*wanted: str) -> list[str]:
    """One line for each peer that is not here."""
    missing = [peer for peer in wanted if not present(peer)]
    return [f"{peer}: not installed (apt install {PACKAGES[peer]})" for peer in missing]
