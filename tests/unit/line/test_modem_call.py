"""One call through a modem session, sans-IO. Spec: LINE_HARDWARE.md 1.5-1.9."""

from __future__ import annotations

import numpy as np
import pytest
from fake_voice_modem import CX, SI, UNHEARD_OF, USR, FakeModem
from modem_rig import Rig

from appliance.events import (
    CallWaitingHeard,
    ClearedBy,
    DigitHeard,
    FarEndCleared,
    FaxToneHeard,
    LineLost,
    LineReady,
    LineReleased,
    Prompt,
    PromptEnded,
    SoundLost,
    Source,
)
from appliance.settings import LineSettings
from appliance.units import SampleIndex, samples

JAPAN = LineSettings()
JAPAN_NO_DISPLAY = LineSettings(number_display=False)
NOTICE = Prompt.RECORDING_NOTICE


def sound(ms: int) -> bytes:
    """A tone as int16 LE."""
    return (9000 * np.sin(np.arange(samples(ms)) * 0.7)).astype("<i2").tobytes()


def test_join_takes_two_round_trips() -> None:
    rig = Rig(FakeModem(CX), JAPAN).up()
    rig.modem.commands.clear()
    rig.session.seize(rig.now)
    rig.run(0.1)
    assert rig.modem.commands == ["AT+VLS=1", "AT+VRX"]


@pytest.mark.parametrize("answers", [USR, CX, SI, UNHEARD_OF])
def test_a_whole_call(answers: dict[str, str]) -> None:
    rig = Rig(FakeModem(answers), JAPAN_NO_DISPLAY).up()
    rig.modem.event("R")
    rig.run(0.1)
    rig.session.seize(rig.now)
    rig.session.play(rig.now, NOTICE, sound(1000))
    rig.run(10, PromptEnded)
    rig.run(5)
    rig.session.release(rig.now)
    rig.run(3, LineReleased)
    assert rig.kinds() == ["LineReady", "Rang", "LineSeized", "PromptEnded", "LineReleased"]
    assert rig.of(PromptEnded)[0].complete
    assert not rig.modem.off_hook
    assert len(rig.modem.heard) == 8000
    ((begun, ended),) = rig.spans(Source.BOX)
    assert ended - begun == 8000
    assert abs(begun - rig.modem.heard_at[0][0]) <= samples(20)
    (listened,) = rig.spans()
    assert samples(4800) <= listened[1] - listened[0] <= samples(5100)
    rig.run(60)
    assert not rig.of(LineLost)


def test_what_the_caller_hears_is_what_was_to_be_said() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.session.play(rig.now, NOTICE, np.full(800, -32000, "<i2").tobytes())  # mu-law 0x00
    rig.run(2)
    rig.session.play(rig.now, NOTICE, np.full(800, -3900, "<i2").tobytes())  # mu-law 0x10 wherever it may come up
    rig.run(2)
    assert len(rig.modem.heard) >= 799


def test_playing_is_paced() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.session.play(rig.now, NOTICE, sound(5000))
    rig.run(0.1)
    most = 0
    for _ in range(200):
        rig.run(0.01)
        assert samples(50) <= len(rig.modem.buffer) <= samples(105)
        most = max(most, len(rig.modem.buffer))
    assert most >= samples(80)


def test_stop_reaches_the_caller_at_once_and_only_what_was_played_is_recorded() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.session.play(rig.now, NOTICE, sound(5000))
    rig.run(1)
    rig.session.stop_playing(rig.now)
    rig.flush()
    stopped = rig.now
    assert not rig.modem.buffer
    rig.run(1)
    (ended,) = rig.of(PromptEnded)
    assert not ended.complete
    assert ended.at - stopped <= samples(20)
    ((begun, over),) = rig.spans(Source.BOX)
    assert abs((over - begun) - len(rig.modem.heard)) <= samples(20)
    assert over <= stopped
    assert rig.modem.mode == "rx"


def test_a_new_prompt_replaces_the_old() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.session.play(rig.now, NOTICE, sound(5000))
    rig.run(0.5)
    rig.session.play(rig.now, Prompt.PLEASE_WAIT, sound(200))
    rig.run(2)
    assert [(ended.prompt, ended.complete) for ended in rig.of(PromptEnded)] == [
        (NOTICE, False),
        (Prompt.PLEASE_WAIT, True),
    ]


def test_stop_before_it_began() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.session.play(rig.now, NOTICE, sound(500))
    rig.session.stop_playing(rig.now)
    rig.run(2)
    assert [ended.complete for ended in rig.of(PromptEnded)] == [False]
    assert rig.modem.mode == "rx"
    assert not rig.modem.heard


def test_prompt_without_a_call_ends_at_once() -> None:
    rig = Rig(FakeModem(CX), JAPAN).up()
    rig.session.play(rig.now, NOTICE, sound(500))
    rig.session.stop_playing(rig.now)
    rig.run(0.1)
    assert [ended.complete for ended in rig.of(PromptEnded)] == [False]


def test_events_in_a_call_stand_at_their_sample() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.run(2)
    at = rig.spans()[-1][1]
    rig.modem.out += (
        b"\xff" * 100 + b"\x10/\x105\x105\x10~" + b"\xff" * 60 + b"\x10b\x10c\x10a\x10w\x10l\x10d\x10s\x10q\x10u"
    )
    rig.modem.spoken += 160
    rig.run(0.05)
    assert rig.facts[-7:] == [
        DigitHeard(SampleIndex(at + 100), "5"),
        FarEndCleared(SampleIndex(at + 160), ClearedBy.MODEM_BUSY),
        FaxToneHeard(SampleIndex(at + 160), "cng"),
        FaxToneHeard(SampleIndex(at + 160), "ced"),
        CallWaitingHeard(SampleIndex(at + 160)),
        FarEndCleared(SampleIndex(at + 160), ClearedBy.LOOP),
        FarEndCleared(SampleIndex(at + 160), ClearedBy.MODEM_DIAL_TONE),
    ]
    assert len(rig.spans()) == 1


def test_events_while_playing() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.session.play(rig.now, NOTICE, sound(1000))
    rig.run(0.5)
    rig.modem.event("5")
    rig.modem.event("P")
    rig.modem.event("u")
    rig.run(2)
    assert rig.kinds()[2:] == ["DigitHeard", "ExtensionLifted", "PromptEnded"]


def test_sound_lost_on_the_way_is_told_and_the_clock_kept() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    at = rig.spans()[-1][1]
    rig.modem.spoken += 400
    rig.run(0.06)
    rig.keep(rig.session.lost(rig.now, 400))
    rig.run(1)
    (lost,) = rig.of(SoundLost)
    assert lost.samples == 400
    assert rig.spans()[1][0] - rig.spans()[0][1] == 400
    assert rig.spans()[0][1] >= at
    assert abs(rig.spans()[-1][1] - rig.now) <= samples(20)


def test_overrun_in_the_modem_is_measured_by_the_clock() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.modem.spoken += 4000
    rig.run(0.5)
    rig.modem.event("o")
    rig.run(1)
    (lost,) = rig.of(SoundLost)
    assert abs(lost.samples - 4000) <= samples(30)
    assert abs(rig.spans()[-1][1] - rig.now) <= samples(30)


def test_16_bit_samples_stay_in_step() -> None:
    rig = Rig(FakeModem(USR, speech=b"\x10"), LineSettings(baud=230400), split=lambda octets: [octets[:3], octets[3:]])
    rig.seized()
    rig.run(1.005)
    pcm = b"".join(block.pcm for block in rig.blocks)
    assert set(pcm) == {0x10}
    assert abs(len(pcm) // 2 - samples(1200) // 2) < samples(30)  # the fake gives one octet a sample


def test_release_while_playing_and_while_seizing() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.session.play(rig.now, NOTICE, sound(5000))
    rig.run(0.5)
    rig.session.release(rig.now)
    rig.run(2)
    assert rig.kinds()[2:] == ["PromptEnded", "LineReleased"]
    rig.session.seize(rig.now)
    rig.session.release(rig.now)
    rig.run(2)
    assert rig.kinds()[4:] == ["LineReleased"]
    assert not rig.modem.off_hook


def test_slow_off_hook_and_refused_off_hook() -> None:
    rig = Rig(FakeModem(CX | {"AT+VLS=1": ""}), JAPAN).up()
    rig.session.seize(rig.now)
    rig.run(4)
    rig.modem.say("OK")
    rig.run(1)
    assert rig.kinds()[1:] == ["LineSeized"]
    for answer in ("ERROR", "NO CARRIER", "NO DIALTONE", "BUSY"):
        rig = Rig(FakeModem(CX | {"AT+VLS=1": answer}), JAPAN).up()
        rig.session.seize(rig.now)
        rig.run(8)
        assert rig.kinds()[1:] == ["SeizeFailed"]
        del rig.modem.answers["AT+VLS=1"]
        rig.session.seize(rig.now)
        rig.run(1)
        assert rig.kinds()[2:] == ["LineSeized"]


def test_caller_who_gives_up_while_off_hook_fails_is_still_told() -> None:
    rig = Rig(FakeModem(CX | {"AT+VLS=1": ""}), JAPAN_NO_DISPLAY).up()
    rig.modem.event("R")
    rig.run(0.5)
    rig.session.seize(rig.now)
    rig.run(20)
    assert rig.kinds()[1:] == ["Rang", "SeizeFailed", "RingingStopped"]


def test_off_hook_that_was_ignored_is_repeated_and_the_notice_said_again() -> None:
    rig = Rig(FakeModem(CX, vls_ignored=1), JAPAN_NO_DISPLAY).up()
    rig.modem.event("R")
    rig.run(0.5)
    rig.session.seize(rig.now)
    rig.run(0.3)
    rig.session.play(rig.now, NOTICE, sound(4000))
    rig.run(2.2)
    assert not rig.modem.off_hook
    rig.modem.heard.clear()
    rig.modem.event("R")
    rig.run(12)
    assert rig.modem.off_hook
    assert len(rig.modem.heard) >= samples(4000)
    assert rig.kinds()[1:] == ["Rang", "LineSeized", "PromptEnded"]
    assert rig.of(PromptEnded)[0].complete


def test_usr_waits_for_the_end_of_the_burst() -> None:
    rig = Rig(FakeModem(USR), JAPAN_NO_DISPLAY).up()
    rig.modem.event("R")
    rig.run(0.05)
    rig.session.seize(rig.now)
    rig.run(1)
    assert "AT+VLS=1" not in rig.modem.commands
    rig.run(0.3)
    assert "AT+VLS=1" in rig.modem.commands


def test_line_that_rings_on_for_ever_is_given_up() -> None:
    rig = Rig(FakeModem(CX, vls_ignored=99), JAPAN_NO_DISPLAY).up()
    rig.modem.event("R")
    rig.run(0.5)
    rig.session.seize(rig.now)
    for _ in range(12):
        rig.run(3)
        rig.modem.event("R")
    assert [fact.by for fact in rig.of(FarEndCleared)] == [ClearedBy.MODEM_HUNG_UP]


def test_no_carrier_in_a_call_is_a_hang_up() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.modem.mode = "text"
    rig.modem.out += b"\x10\x03\r\nNO CARRIER\r\n"
    rig.run(2)
    assert [fact.by for fact in rig.of(FarEndCleared)] == [ClearedBy.MODEM_HUNG_UP]
    rig.session.release(rig.now)
    rig.run(1)
    assert rig.kinds()[-1] == "LineReleased"


def test_voice_data_that_breaks_off_is_begun_again_but_not_for_ever() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.modem.mode = "text"
    rig.modem.out += b"\x10\x03\r\nOK\r\n"
    rig.run(2)
    assert len(rig.spans()) == 2
    rig.modem.mode = "text"
    rig.modem.out += b"\x10\x03\r\nOK\r\n"
    rig.modem.answers["AT+VRX"] = "ERROR"
    rig.run(5)
    assert [fact.why for fact in rig.of(LineLost)] == ["the modem does not exchange sound"]


@pytest.mark.parametrize("playing", [False, True])
def test_modem_that_dies_in_a_call(playing: bool) -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    if playing:
        rig.session.play(rig.now, NOTICE, sound(1000))
        rig.run(0.5)
    rig.modem.mode = "text"
    rig.modem.mute = True
    rig.modem.typed.clear()
    rig.run(20)
    assert len(rig.of(LineLost)) == 1
    rig.session.release(rig.now)
    rig.session.play(rig.now, NOTICE, sound(100))
    rig.session.seize(rig.now)
    rig.run(1)
    assert rig.kinds()[-2:] == ["PromptEnded", "SeizeFailed"]


def test_duplex_listens_while_it_speaks() -> None:
    rig = Rig(FakeModem(CX), LineSettings(profile="cx930xx-duplex")).seized()
    rig.session.play(rig.now, NOTICE, sound(1000))
    rig.run(3)
    rig.session.play(rig.now, NOTICE, sound(1000))
    rig.run(0.5)
    rig.session.stop_playing(rig.now)
    rig.run(1)
    assert [ended.complete for ended in rig.of(PromptEnded)] == [True, False]
    assert len(rig.spans()) == 1
    assert rig.spans()[0][1] >= rig.now - samples(20)
    assert samples(1400) <= len(rig.modem.heard) <= samples(1600)
    rig.session.release(rig.now)
    rig.run(1)
    assert rig.kinds()[-1] == "LineReleased"


def test_idle_in_text_class() -> None:
    """A profile that idles in +FCLASS=0 goes through the voice class for a call only."""
    from dataclasses import replace

    from appliance.line.modem import profiles

    text = replace(profiles.GENERIC, name="text", idle_class=0)
    profiles.PROFILES["text"] = text
    try:
        rig = Rig(FakeModem(CX), LineSettings(profile="text", number_display=False)).up()
        assert rig.modem.fclass == 0
        assert "cannot tell when the phone is lifted" in rig.of(LineReady)[0].notes
        rig.modem.say("RING")
        rig.run(0.1)
        rig.session.seize(rig.now)
        rig.run(1)
        assert rig.modem.fclass == 8
        rig.session.release(rig.now)
        rig.run(1)
        assert rig.modem.fclass == 0
        assert rig.kinds()[1:] == ["Rang", "LineSeized", "LineReleased"]
    finally:
        del profiles.PROFILES["text"]
