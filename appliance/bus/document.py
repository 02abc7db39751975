"""docs/bus.md, written from the table of topics."""

from __future__ import annotations

import dataclasses
import json
import sys

from appliance.bus.codec import EVENT_TYPES
from appliance.bus.topics import PROCESSES, ROOT, TOPICS, UNTOLD, Topic

_HEAD = f"""# The bus

MQTT 3.1.1 through Mosquitto on a Unix socket: `bus.sock` under `paths.run`, readable by the group `denwaban` only,
no TCP. Every topic lies below `{ROOT}`; `<process>` is one of {", ".join(f"`{name}`" for name in PROCESSES)}.
Payloads are JSON objects in UTF-8. The version in the root grows when a field changes its meaning or goes; pass over
fields that you do not know.

- **States are retained**: whoever connects learns at once how things stand, and each process sends its states again
  when the broker comes back. **Events are not**: they tell what happened and are gone. Facts that must last are in
  the database before they are told.
- Quality of service is 0. While the broker is away a process keeps all its states, and its newest 500 events for
  30 seconds at most.
- Every process has a last will: when it dies, the broker says so on `<process>/alive`.
- No sound travels here: it is in the growing WAV under `paths.data`.

To look at it: `mosquitto_sub --unix /run/denwaban/bus.sock -v -t '{ROOT}#'`. To pass it on to a central broker or to
Home Assistant, give Mosquitto a bridge (`connection` in its configuration); the box itself needs none.

This page is printed from `appliance/bus/topics.py` and `appliance/events/` by `make docs`.

| topic | retained | from | what |
|---|---|---|---|
"""

_EVENTS_HEAD = """
## Events

The payload of `call/event` and `alert/event`: `type` and the fields of the fact of that name in `appliance/events/`.

| type | fields besides `at` | what |
|---|---|---|
"""


def document() -> str:
    """The whole page."""
    rows = "".join(f"| `{t.name}` | {'yes' if t.retained else 'no'} | {t.publisher} | {t.meaning} |\n" for t in TOPICS)
    return _HEAD + rows + "".join(_topic(topic) for topic in TOPICS) + _EVENTS_HEAD + _events()


def _topic(topic: Topic) -> str:
    fields = "".join(
        f"| `{field.name}` | {field.kind}{', may be missing' if field.optional else ''} | {field.meaning} |\n"
        for field in topic.fields
    )
    more = "The other fields are those of the event.\n\n" if topic.events else ""
    example = json.dumps(topic.example, ensure_ascii=False, indent=2)
    return (
        f"\n## {topic.name}\n\n{topic.meaning}\n\n| field | kind | meaning |\n|---|---|---|\n{fields}\n{more}"
        f"```json\n{example}\n```\n"
    )


def _events() -> str:
    return "".join(
        f"| `{name}` | {_event_fields(kind)} | {_said(kind)} |\n"
        for name, kind in EVENT_TYPES.items()
        if kind not in UNTOLD
    )


def _event_fields(kind: type) -> str:
    names = [f"`{entry.name}`" for entry in dataclasses.fields(kind) if entry.name != "at"]
    return ", ".join(names) or "none"


def _said(kind: type) -> str:
    """The docstring's first line; nothing for one that Python made up."""
    text = (kind.__doc__ or "").strip().splitlines()[0]
    return "" if text.startswith(f"{kind.__name__}(") else text


if __name__ == "__main__":
    sys.stdout.write(document())
