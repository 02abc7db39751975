"""Echoes of every loss and delay, and a card that tells of our own sound early or late."""

from __future__ import annotations

import pytest
from duplex_sounds import Duplex, echo_of, prompt
from ear_sounds import Sound, cadence, np, quiet, speech, tone

from appliance.events import Prompt


@pytest.mark.parametrize("name", [Prompt.LEAVE_MESSAGE, Prompt.RECORDING_NOTICE])
@pytest.mark.parametrize(("loss_db", "late_ms"), [(7, 30), (10, 0), (20, 15)])
@pytest.mark.parametrize("box_late_ms", [-150, 0, 190])
def test_the_echo_of_a_prompt_is_nobody(name: Prompt, loss_db: float, late_ms: float, box_late_ms: int) -> None:
    own = prompt(name)
    assert Duplex(box_late_ms=box_late_ms).hear(own, echo_of(own, loss_db, late_ms)) == []


@pytest.mark.parametrize("box_late_ms", [-150, 0, 190])
@pytest.mark.parametrize(
    ("country", "beep"),
    [
        ("US", tone((440,), 0.3, -13)),
        ("JP", tone((1100,), 0.5, -13)),
        ("JP", tone((2100,), 1.5, -13)),
        ("JP", tone((400,), 4.0, -13)),
        ("JP", cadence((400,), (500, 500), 5, -13)),
    ],
)
def test_a_beep_of_ours_is_no_tone_of_the_network(country: str, beep: Sound, box_late_ms: int) -> None:
    own = np.concatenate([speech(2, -18), quiet(0.3), beep])
    told = Duplex(country, box_late_ms).hear(own, echo_of(own, 9, 15))
    assert not {what for what, _ in told} & {"CallWaitingHeard", "FaxToneHeard", "FarEndCleared", "VoiceBegan"}
    unknown = Duplex(country).hear(quiet(0), echo_of(own, 9, 15))
    assert {what for what, _ in unknown} & {"CallWaitingHeard", "FaxToneHeard", "FarEndCleared"}
