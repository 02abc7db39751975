"""How long a call waits for its modem, and how often it asks again."""

OFF_HOOK_MS = 5_000
"""Patience for +VLS=1. Spec: LINE_HARDWARE.md 1.5."""

OFF_HOOK_TRIES = 6
"""Why: "ignored for several rings" (1.5); six rings are 18 s in Japan, a patient caller's limit."""

OFF_HOOK_REFUSALS = 2
"""Why: one ERROR may be a command line that a RING broke into."""

BURST_MS = 1_200
"""After the report of a burst the line is quiet again. Spec: Japan rings 1 s (1.3); 0.2 s for a late report."""

LONG_BURST_MS = 2_200
"""The same where rings last 2 s (US)."""

OFF_HOOK_DOUBT_MS = 8_000
"""A ring within this time after +VLS=1 says that it was ignored. Why: one cadence, at most 6 s, and the report."""

CONNECT_MS = 3_000
"""Patience for CONNECT. Spec: LINE_HARDWARE.md 1.9: switching takes 50-300 ms; ten times that."""

ENDED_MS = 1_500
"""Patience for the end of voice data. Why: the tail is what the modem has buffered, at most 4 KB = 0.5 s."""

DRAIN_MS = 2_000
"""Patience for OK after <DLE><ETX>, on top of the sound still to be heard. Why: the buffer may hold 4 KB = 0.5 s."""

STALL_MS = 3_000
"""No sound for so long in voice reception: the modem has died. Why: sound never pauses; USB hiccups are < 1 s."""

ON_HOOK_MS = 3_000
"""Patience for +VLS=0 and ATH. Why: relays take < 1 s; the modem may first end a tone."""

STUMBLES = 3
"""Voice data refused or broken off so often in a row: the modem is broken."""

STUMBLE_PAUSE_MS = 200
"""Before voice data is asked for again. Why: a modem between two states; as long as one switch takes (1.9)."""

SOUND_AGAIN_MS = 1_000
"""So much sound in one run makes earlier stumbles forgotten."""

HEARTBEAT_MISSES = 3
"""Spec: LINE_HARDWARE.md 1.10."""

HEARTBEAT_AGAIN_MS = 2_000
"""After a miss the next heartbeat comes so soon. Why: the fault lamp within ten seconds of the first miss."""

RING_LATELY_MS = 15_000
"""No heartbeat so soon after a ring. Spec: 1.10, never during ring handling; two cadences of 6 s and 3 s."""
