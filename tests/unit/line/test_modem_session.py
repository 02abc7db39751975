"""A whole voice modem in a session, sans-IO. Spec: LINE_HARDWARE.md 1."""

from __future__ import annotations

import pytest
from fake_voice_modem import CX, SI, UNHEARD_OF, USR, FakeModem
from modem_rig import Rig

from appliance.events import (
    CallerIdentified,
    CarStarted,
    ClearedBy,
    FarEndCleared,
    LineLost,
    LineReady,
    LineReleased,
    LineSeized,
    Rang,
    RingingStopped,
    SeizeFailed,
)
from appliance.settings import LineSettings
from appliance.units import samples

JAPAN = LineSettings()
JAPAN_NO_DISPLAY = LineSettings(number_display=False)
AMERICA = LineSettings(country="US")


# ---- set-up


@pytest.mark.parametrize(
    ("answers", "profile", "codec", "caller_id"),
    [
        (USR, "usr5637", "AT+VSM=128,8000", "AT+VCID=1"),
        (CX, "cx930xx", "AT+VSM=131,8000,0,0", "AT!4886=01"),
        (SI, "si24xx", "AT+VSM=4", "AT+VCDT=3"),
        (UNHEARD_OF, "generic", "AT+VSM=1", "AT#CID=1"),
    ],
)
def test_set_up_of_each_family(answers: dict[str, str], profile: str, codec: str, caller_id: str) -> None:
    rig = Rig(FakeModem(answers), JAPAN).up()
    (ready,) = rig.of(LineReady)
    assert ready.profile == profile
    assert {codec, caller_id, "ATS0=0", "ATZ"} <= set(rig.modem.commands)
    assert rig.modem.fclass == 8
    assert rig.now < samples(3000)


def test_notes_say_what_is_missing() -> None:
    notes = " / ".join(Rig(FakeModem(USR), JAPAN).up().of(LineReady)[0].notes)
    assert "Japanese number display" in notes
    notes = " / ".join(Rig(FakeModem(CX | {"AT-STE": "ERROR"}), JAPAN).up().of(LineReady)[0].notes)
    assert "country JP" in notes
    assert "cannot tell when the phone is lifted" in notes
    assert "numbers" in " ".join(Rig(FakeModem(UNHEARD_OF | {"AT#": "ERROR"}), AMERICA).up().of(LineReady)[0].notes)
    unknown = LineSettings(profile="nonesuch", number_display=False)
    assert "'nonesuch' is not known" in Rig(FakeModem(SI), unknown).up().of(LineReady)[0].notes[0]


def test_16_bit_sound_where_the_port_is_fast_enough() -> None:
    rig = Rig(FakeModem(USR), LineSettings(baud=230400)).up()
    assert "AT+VSM=129,8000" in rig.modem.commands


def test_profile_named_in_the_settings() -> None:
    assert Rig(FakeModem(CX), LineSettings(profile="generic")).up().of(LineReady)[0].profile == "generic"


@pytest.mark.parametrize(
    ("modem", "why"),
    [
        (FakeModem(mute=True), "nothing on this port answers like a modem"),
        (FakeModem(refuse=True), "the modem answers ERROR to everything"),
        (FakeModem({"AT+FCLASS=?": "0,1,2|OK"}), "this port is a modem that cannot do voice"),
        (FakeModem({"AT+FCLASS=?": "0,1,1.8,2.8|OK"}), "this port is a modem that cannot do voice"),
        (FakeModem(USR | {"AT+VSM": "ERROR"}), "the modem accepts no form of sound that we know"),
        (FakeModem(USR | {"AT+FCLASS=8": "ERROR"}), "this port is a modem that cannot do voice"),
    ],
)
def test_what_is_no_voice_modem_is_told_in_words(modem: FakeModem, why: str) -> None:
    rig = Rig(modem, JAPAN)
    rig.run(60)
    assert rig.facts == [LineLost(rig.facts[0].at, why)]
    assert rig.session.wants_recovery
    count = len(modem.commands)
    rig.run(60)
    assert len(modem.commands) == count  # it waits for the ladder


def test_set_up_out_of_a_stuck_voice_state() -> None:
    modem = FakeModem(CX, mode="rx", off_hook=True)
    Rig(modem, JAPAN).up()
    assert not modem.off_hook


def test_restart_after_a_loss() -> None:
    modem = FakeModem(CX, mute=True)
    rig = Rig(modem, JAPAN)
    rig.run(10)
    modem.mute = False
    rig.session.restart(rig.now)
    rig.up()
    assert not rig.session.wants_recovery


# ---- idle


def test_ring_and_identity_are_told_in_the_same_instant() -> None:
    rig = Rig(FakeModem(CX), JAPAN).up()
    rig.modem.event("X\r\nDATE = 1123\r\nTIME = 1959\r\nNMBR = 0312345678\r\n\x10.")
    rig.run(0.02)
    (identified,) = rig.of(CallerIdentified)
    assert identified.identity.number == "0312345678"
    rig.run(1)
    rig.modem.event("R")
    rig.run(0.02)
    assert len(rig.of(Rang)) == 1
    rig.run(8)
    assert rig.kinds() == ["LineReady", "CallerIdentified", "Rang", "RingingStopped"]


def test_text_reports_of_other_classes() -> None:
    rig = Rig(FakeModem(SI), JAPAN).up()
    rig.modem.say("FLASH", "CIDM", "NMBR=P", "NO CARRIER")
    rig.run(1)
    rig.modem.say("RING")
    rig.run(8)
    assert rig.kinds() == ["LineReady", "CallerIdentified", "Rang", "RingingStopped"]


def test_identity_report_whose_end_is_lost_blocks_nothing() -> None:
    rig = Rig(FakeModem(CX), JAPAN).up()
    rig.modem.event("X\r\nNMBR = 03123")
    rig.run(0.1)
    rig.session.seize(rig.now)
    rig.run(2, LineSeized)
    assert rig.kinds() == ["LineReady", "LineSeized"]


def test_car_is_never_answered() -> None:
    rig = Rig(FakeModem(USR), JAPAN).up()
    for _ in range(6):
        rig.modem.event("R")
        rig.run(1)
        rig.session.seize(rig.now)
    rig.run(0.5)
    assert len(rig.of(SeizeFailed)) == 6
    assert "AT+VLS=1" not in rig.modem.commands
    assert len(rig.of(CarStarted)) == 1
    assert not rig.of(Rang)


@pytest.mark.parametrize(("off", "on"), [("H", "h"), ("P", "p")])
def test_lifted_telephone_ends_the_ringing_and_is_told_once(off: str, on: str) -> None:
    rig = Rig(FakeModem(CX), JAPAN_NO_DISPLAY).up()
    rig.modem.event("R")
    rig.run(0.5)
    rig.modem.event(off + "\x10P\x10R")
    rig.run(10)
    rig.modem.event(on)
    rig.run(10)
    told = [kind for kind in rig.kinds() if kind != "LineReady"]
    assert told == ["Rang", "ExtensionLifted", "ExtensionReplaced"]


def test_ring_proves_that_the_telephone_is_back() -> None:
    rig = Rig(FakeModem(CX), JAPAN_NO_DISPLAY).up()
    rig.modem.event("P")
    rig.run(30)
    rig.modem.event("R")
    rig.run(0.1)
    assert rig.kinds() == ["LineReady", "ExtensionLifted", "ExtensionReplaced", "Rang"]


def test_second_caller_is_not_a_new_call() -> None:
    rig = Rig(FakeModem(CX), JAPAN).up()
    rig.modem.event("P")
    rig.run(30)
    rig.modem.event("X\r\nNMBR = 0699999999\r\n\x10.")
    rig.modem.event("w")
    rig.run(1)
    assert rig.kinds() == ["LineReady", "ExtensionLifted", "CallWaitingHeard", "CallWaitingHeard"]


def test_heartbeat_only_when_idle_and_lost_after_three_misses() -> None:
    rig = Rig(FakeModem(CX), JAPAN_NO_DISPLAY).up()
    rig.modem.commands.clear()
    rig.run(46)
    assert rig.modem.commands == ["AT"]
    for _ in range(20):
        rig.modem.event("R")
        rig.run(3)
    assert rig.modem.commands == ["AT"]
    rig.modem.mute = True
    rig.run(40)
    assert [fact.why for fact in rig.of(LineLost)] == ["the modem stopped answering"]
    assert rig.session.wants_recovery


def test_modem_that_was_reset_behind_our_back_is_set_up_again() -> None:
    rig = Rig(FakeModem(CX), JAPAN).up()
    rig.modem.commands.clear()
    rig.modem.out += b"AT\r"
    rig.run(50)
    assert rig.modem.commands == ["AT"]  # an echo long before the heartbeat is nothing
    rig.modem.answers["AT"] = "AT|OK"  # comes last: only the plain AT
    rig.run(42)
    del rig.modem.answers["AT"]
    rig.run(20)
    assert "AT+VCID=1" in rig.modem.commands
    assert rig.kinds() == ["LineReady"]


# ---- what a lifted telephone teaches

NOT_VERIFIED = "not verified yet: whether this modem tells when the phone is lifted"
WITH_PHONE = {"AT+VLS=?": '0,"",00000000,00000000,08800200|1,"T",0BF40000,0BF40000,0BF40000|3,"LT",0,0,0|OK'}


def notes(rig: Rig) -> list[tuple[str, ...]]:
    return [ready.notes for ready in rig.of(LineReady)]


@pytest.mark.parametrize("answers", [USR, SI, UNHEARD_OF])
def test_a_modem_that_has_not_told_of_the_hook_yet_is_not_believed_to(answers: dict[str, str]) -> None:
    rig = Rig(FakeModem(answers), JAPAN_NO_DISPLAY).up()
    assert NOT_VERIFIED in notes(rig)[0]
    for code in "PpPp":
        rig.modem.event(code)
        rig.run(1)
    assert len(notes(rig)) == 2
    assert not any("lifted" in note for note in notes(rig)[1])
    rig.session.restart(rig.now)
    rig.run(5)
    assert not any("lifted" in note for note in notes(rig)[2])  # the same modem, after a stumble


@pytest.mark.parametrize(
    ("rows", "note"),
    [
        ('0,"",00000000,00000000,08800200', NOT_VERIFIED),
        ('+VLS: 0,"",00000000,00000000,08000200', "cannot tell when the phone is lifted"),
        ('0,"",B0000B00,B0000B00', NOT_VERIFIED),
    ],
)
def test_the_modems_own_list_of_events_is_read(rows: str, note: str) -> None:
    rig = Rig(FakeModem(USR | {"AT+VLS=?": rows + "|OK"}), JAPAN_NO_DISPLAY).up()
    assert note in notes(rig)[0]


def test_known_hook_reports_are_no_note() -> None:
    assert not any("lifted" in note for note in notes(Rig(FakeModem(CX), JAPAN_NO_DISPLAY).up())[0])


def test_a_phone_on_the_modems_jack_is_never_cut_off() -> None:
    rig = Rig(FakeModem(CX), JAPAN_NO_DISPLAY).up()
    rig.modem.event("H")
    rig.run(0.1)
    rig.session.seize(rig.now)
    rig.run(2)
    assert not any(text.startswith("AT+VLS=") and text != "AT+VLS=?" for text in rig.modem.commands)
    (failed,) = rig.of(SeizeFailed)
    assert failed.why == "the phone is plugged into the modem; put it beside the modem with a splitter"
    assert failed.why in notes(rig)[1]
    rig.modem.event("h")
    rig.run(1)
    assert len(notes(rig)) == 2


def test_a_phone_on_the_modems_jack_is_kept_connected_where_the_modem_can() -> None:
    rig = Rig(FakeModem(USR | WITH_PHONE), JAPAN_NO_DISPLAY).up()
    rig.modem.event("H")
    rig.run(0.1)
    rig.session.seize(rig.now)
    rig.run(2)
    assert rig.of(LineSeized)
    assert "AT+VLS=3" in rig.modem.commands
    assert "AT+VLS=1" not in rig.modem.commands
    assert not any("splitter" in note for note in notes(rig)[-1])


def test_a_phone_found_on_the_jack_in_a_call_gets_the_line_back() -> None:
    rig = Rig(FakeModem(CX), JAPAN_NO_DISPLAY).seized()
    rig.modem.event("H")
    rig.run(2)
    assert not rig.modem.off_hook
    assert [fact.by for fact in rig.of(FarEndCleared)] == [ClearedBy.MODEM_HUNG_UP]
    rig.session.release(rig.now)
    rig.run(1)
    assert rig.of(LineReleased)


def test_a_phone_found_on_the_jack_in_a_call_is_connected_beside_us() -> None:
    rig = Rig(FakeModem(USR | WITH_PHONE), JAPAN_NO_DISPLAY).seized()
    rig.modem.event("H")
    rig.run(1)
    assert rig.modem.commands[-2:] == ["AT+VLS=3", "AT+VRX"]
    assert not rig.of(FarEndCleared)


# ---- the next caller, before the last one counts as gone


def test_seizing_yields_to_the_next_callers_car() -> None:
    rig = Rig(FakeModem(USR), JAPAN).up()
    for _ in range(4):  # no identity, no CAR told: ordinary ringing
        rig.modem.event("R")
        rig.run(3)
    assert rig.of(Rang)
    rig.modem.event("R")  # the first CAR burst of the next caller looks like one more ring
    rig.run(0.02)
    rig.session.seize(rig.now)
    known = len(rig.facts)
    for _ in range(5):
        rig.run(1)
        rig.modem.event("R")
    assert [type(fact) for fact in rig.facts[known:]] == [SeizeFailed, RingingStopped, CarStarted]
    rig.session.release(rig.now)
    rig.run(0.5)
    rig.session.seize(rig.now)
    rig.run(0.5)
    assert "AT+VLS=1" not in rig.modem.commands


def test_what_may_have_been_car_is_answered_in_the_pause() -> None:
    rig = Rig(FakeModem(USR), JAPAN).up()
    for _ in range(4):
        rig.modem.event("R")
        rig.run(3)
    rig.modem.event("R")
    rig.run(0.02)
    began = rig.now
    rig.session.seize(rig.now)
    rig.run(3, LineSeized)
    assert samples(1600) < rig.now - began < samples(1900)


def test_a_break_of_the_loop_at_our_own_off_hook_is_ours() -> None:
    rig = Rig(FakeModem(CX), JAPAN).seized()
    rig.modem.event("l")
    rig.run(1)
    assert not rig.of(FarEndCleared)
    rig.run(2)
    rig.modem.event("l")
    rig.run(1)
    assert [fact.by for fact in rig.of(FarEndCleared)] == [ClearedBy.LOOP]
