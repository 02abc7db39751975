"""What one stored event says to a person, in a few words; nothing where it says all by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from appliance.events import Absence
from appliance.units import RATE_HZ

Payload = Mapping[str, Any]

ABSENCES: Mapping[str, str] = {
    Absence.WITHHELD: "withheld 非通知",
    Absence.PAY_PHONE: "pay phone 公衆電話",
    Absence.UNAVAILABLE: "unavailable 表示圏外",
    Absence.CONFLICT: "service conflict サービス競合",
}

NO_NUMBER = "no number sent"

REPEATED = frozenset({"call_id"})
"""Said once above the events."""


def details(kind: str, payload: Payload) -> str:
    """The payload of an event of this kind, in words; what is empty is left out, what nobody foresaw is still told."""
    words = _WORDS.get(kind)
    try:
        return words(payload) if words else plain(payload)
    except (TypeError, ValueError, KeyError, AttributeError):  # written by another version of the box
        return plain(payload)


def plain(payload: Payload) -> str:
    """Names and values, as they are."""
    told = ((name, _value(value)) for name, value in payload.items() if name not in REPEATED)
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in told if value)


def _value(value: object) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, Mapping):
        inside = plain(value)
        return f"({inside})" if inside else ""
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, map(_value, value)))
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _together(parts: Iterable[str]) -> str:
    return ", ".join(part for part in parts if part)


def _caller(payload: Payload) -> str:
    identity = payload["identity"]
    who = identity["number"] or ABSENCES.get(identity["absence"], NO_NUMBER)
    rest = {name: value for name, value in identity.items() if name not in ("number", "absence")}
    return _together([f"caller {who}", plain(rest)])


def _started(payload: Payload) -> str:
    return {"in": "incoming", "out": "outgoing"}.get(payload["direction"], str(payload["direction"]))


def _decided(payload: Payload) -> str:
    return f"{payload['decision']}: {payload['why']}" if payload["why"] else str(payload["decision"])


def _prompt(payload: Payload) -> str:
    return f"prompt {payload['prompt']}" + ("" if payload.get("complete", True) else ", cut short")


def _stopped(payload: Payload) -> str:
    drift, marks = int(payload["drift_samples"]), payload["marks"]
    return _together(
        [
            f"{payload['samples'] / RATE_HZ:.1f} s",
            f"the line's clock was off by {abs(drift)} samples" if drift else "",
            f"marks: {_marks(marks)}" if marks else "",
        ]
    )


def _marks(marks: Iterable[Payload]) -> str:
    """`3 gaps, 0.5 s` for every kind of mark, and what was given as the reason."""
    kinds: dict[str, list[Payload]] = {}
    for mark in marks:
        kinds.setdefault(str(mark["kind"]), []).append(mark)
    return "; ".join(_marks_of(kind, same) for kind, same in kinds.items())


def _marks_of(kind: str, marks: list[Payload]) -> str:
    seconds = sum(int(mark["samples"]) for mark in marks) / RATE_HZ
    many = len(marks) > 1
    if kind == "tail":
        return f"after the talk {seconds:.1f} s ({'; '.join(str(mark['why']).replace('_', ' ') for mark in marks)})"
    told = ("gaps" if many else "gap") if kind == "gap" else f"{'stretches' if many else 'stretch'} {kind}"
    reasons = sorted({str(mark["why"]) for mark in marks if mark.get("why")})
    return f"{len(marks)} {told}, {seconds:.1f} s" + (f" ({'; '.join(reasons)})" if reasons else "")


def _alert(payload: Payload) -> str:
    return f"{payload['level']}: {payload['why']}" if payload["why"] else f"{payload['level']} {payload['kind']}"


def _lost(payload: Payload) -> str:
    return _together([f"{payload['samples'] / RATE_HZ:.2f} s", str(payload["why"])])


def _why(payload: Payload) -> str:
    return str(payload["why"])


def _knock(payload: Payload) -> str:
    identity = payload.get("identity") or {}
    return _caller(payload) if any(identity.values()) else "a second caller"


def _by(payload: Payload) -> str:
    return f"by {payload['by']}".replace("_", " ")


_WORDS: Mapping[str, Callable[[Payload], str]] = {
    "CallerIdentified": _caller,
    "CallStarted": _started,
    "CallStateChanged": lambda payload: f"→ {payload['state']}",
    "Decided": _decided,
    "RecordingStarted": lambda payload: str(payload["file"]),
    "RecordingStopped": _stopped,
    "RecordingFailed": _why,
    "PromptEnded": _prompt,
    "CallWaitingHeard": _knock,
    "FarEndCleared": _by,
    "AlertRaised": _alert,
    "AlertAcknowledged": _by,
    "SoundLost": _lost,
    "LineLost": _why,
    "SeizeFailed": _why,
    "CallEnded": lambda payload: str(payload["outcome"]),
}
