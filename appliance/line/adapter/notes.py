"""What an adapter cannot do as it is wired, in plain words for `LineReady` and the doctor."""

from __future__ import annotations

from appliance.settings import Settings
from appliance.settings_checks import Words

TAP = Words(
    "tap only: calls are recorded and recognised, never answered, and no notice is said",
    "録音専用: 通話の録音と認識だけを行い、応答や案内はしません",
)
NO_LOOP = Words(
    "no loop-current input: cannot tell when the phone is lifted", "電流検出なし: 受話器が上がったことが分かりません"
)
NO_LOOP_TAP = Words(
    "no loop-current input: tells by sound when the phone is lifted, one to three seconds late",
    "電流検出なし: 受話器が上がったことを音で判断します(1〜3 秒遅れます)",
)
NO_RING = Words(
    "no ring input: a call that comes in looks like one that goes out", "着信検出なし: 着信と発信を区別できません"
)


def notes_of(settings: Settings) -> tuple[Words, ...]:
    """The notes on the adapter that the settings describe."""
    adapter = settings.adapter
    notes = [TAP] if adapter.listens_only else []
    if not adapter.loop_pin:
        notes.append(NO_LOOP_TAP if adapter.listens_only else NO_LOOP)
    if not adapter.ring_pin:
        notes.append(NO_RING)
    return tuple(notes)
