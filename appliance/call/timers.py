"""The named durations of a call: how long, and why so long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from appliance.line.ear import SILENCE_MS
from appliance.units import Milliseconds


class Timer(StrEnum):
    """A duration that a state may wait for; the value is the name in `events.TimerFired`."""

    CAR_LIMIT = "car_limit"
    CAR_OVER = "car_over"
    IDENTITY_WAIT = "identity_wait"
    SEIZE_LIMIT = "seize_limit"
    RELEASE_LIMIT = "release_limit"
    PROMPT_LIMIT = "prompt_limit"
    WAIT_REPEAT = "wait_repeat"
    SUMMON_LIMIT = "summon_limit"
    MESSAGE_AFTER = "message_after"
    NO_VOICE = "no_voice"
    SPEECH_PROOF = "speech_proof"
    MESSAGE_PAUSE = "message_pause"
    MESSAGE_MAX = "message_max"
    MESSAGE_CAP = "message_cap"
    LISTEN_LIMIT = "listen_limit"
    LONG_SILENCE = "long_silence"
    FAX_LIMIT = "fax_limit"
    OFF_HOOK_LIMIT = "off_hook_limit"
    JOIN_OUTGOING = "join_outgoing"


@dataclass(frozen=True)
class Duration:
    """A length in milliseconds and where the number comes from."""

    ms: Milliseconds
    source: str


def _fixed(ms: int, source: str) -> Duration:
    return Duration(Milliseconds(ms), source)


FIXED: Mapping[Timer, Duration] = {
    Timer.CAR_LIMIT: _fixed(
        12_000, "NTT: CAR ends after 6 s; 3.2 s to wait for the data, 0.5 s to on-hook, then a ring"
    ),
    Timer.CAR_OVER: _fixed(
        3_500,
        "NTT: the data end 3.2 s after a lift; would CAR go on, a burst (1 s apart; for 2 s one counts as told late) "
        "had told so. Who is off the hook now is a person",
    ),
    Timer.SEIZE_LIMIT: _fixed(8_000, "ours: above the slowest answer known of voice modems, 5 s"),
    Timer.RELEASE_LIMIT: _fixed(8_000, "ours: as long as the seizing; then the on-hook is sent anew"),
    Timer.PROMPT_LIMIT: _fixed(60_000, "ours: longer than any prompt; a mute device must not trap the caller"),
    Timer.WAIT_REPEAT: _fixed(12_000, "ours: silence makes callers hang up; 12 s from start to start"),
    Timer.SUMMON_LIMIT: _fixed(300_000, "ours: nobody waits 5 min without a word; the busy tone was missed"),
    Timer.NO_VOICE: _fixed(10_000, "ours: 10 to 15 s of silence is what answering machines take for a cleared line"),
    Timer.SPEECH_PROOF: _fixed(
        SILENCE_MS + 2_000, "the silence time of the ear and 2 s: not silent so long is speaking"
    ),
    Timer.MESSAGE_PAUSE: _fixed(3_000, "ours: added to the silence time of the ear; people stop to look up a number"),
    Timer.MESSAGE_CAP: _fixed(
        600_000, "ours: nobody goes on for 10 min after the longest message; a radio beside the receiver does, all day"
    ),
    Timer.LISTEN_LIMIT: _fixed(
        1_800_000, "ours: nobody speaks to nobody for 30 min; on a modem blind to the hook it is staff, who talk on"
    ),
    Timer.LONG_SILENCE: _fixed(
        600_000, "ours: a caller on hold is seldom silent for 10 min, music counts as voice; the hook was not reported"
    ),
    Timer.OFF_HOOK_LIMIT: _fixed(120_000, "ours: nobody listens to a busy tone for 2 min; the hook was not reported"),
    Timer.FAX_LIMIT: _fixed(30_000, "ours: eight calling tones (ITU-T T.30: 0.5 s on, 3 s off); by then ours answered"),
}
"""Durations that no owner sets."""

SETTABLE: Mapping[Timer, str] = {
    Timer.IDENTITY_WAIT: "by country: see `identity_wait`",
    Timer.MESSAGE_AFTER: "setting [call] message_after_s; 0 is never",
    Timer.MESSAGE_MAX: "setting [call] message_max_s; then the first silence ends the message, or message_cap",
    Timer.JOIN_OUTGOING: "setting [call] join_outgoing_s",
}
"""Durations that come from the settings, and from which."""


def identity_wait(country: str, number_display: bool) -> Milliseconds:
    """How long after the first burst the number may still come.

    Spec: NTT ナンバー・ディスプレイ sends it before the first burst: 1 s for a slow serial port. Elsewhere (GR-30) it
    ends 3.7 s after a burst of 2 s. Without the service there is nothing to wait for.
    """
    if not number_display:
        return Milliseconds(0)
    return Milliseconds(1_000 if country.upper() == "JP" else 6_000)
