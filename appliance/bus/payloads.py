"""Messages as octets and back, and the life signs that every process gives."""

from __future__ import annotations

import json

from appliance.bus.codec import PayloadError
from appliance.errors import HouseError
from appliance.events import Message

LARGEST_PAYLOAD = 64 * 1024
"""Longest payload that is read, octets. Why: ours are under 2 kB; a stranger's megabyte must not cost us the line."""


def pack(message: Message) -> bytes:
    """The payload as UTF-8 JSON. Raises `HouseError` for a message that no bus can carry."""
    if not message.topic or any(character in message.topic for character in "+#\0"):
        raise HouseError(f"not a topic: {message.topic!r}")
    try:
        text = json.dumps(message.payload, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        return text.encode()
    except (TypeError, ValueError) as error:
        raise HouseError(f"{message.topic}: payload has no form on the bus: {error}") from error


def unpack(topic: str, octets: bytes, retain: bool = False) -> Message:
    """The message that came as `octets`. Raises `PayloadError` for anything but a JSON object of sane size."""
    if len(octets) > LARGEST_PAYLOAD:
        raise PayloadError(f"{topic}: {len(octets)} octets are too many")
    try:
        payload = json.loads(octets)
    except (ValueError, RecursionError) as error:
        raise PayloadError(f"{topic}: not JSON: {error}") from error
    if not isinstance(payload, dict):
        raise PayloadError(f"{topic}: not a JSON object")
    return Message(topic, payload, retain)


def life_sign(name: str) -> Message:
    """The process `name` is there."""
    return Message(f"{name}/alive", {"alive": True}, retain=True)


def last_will(name: str) -> Message:
    """What the broker says for the process `name` when it vanishes."""
    return Message(f"{name}/alive", {"alive": False}, retain=True)


def goodbye(name: str) -> Message:
    """The process `name` leaves by the front door."""
    return Message(f"{name}/alive", {"alive": False, "stopped": True}, retain=True)
