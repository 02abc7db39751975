"""Rings, caller identity, digits and line events of the simulated modem.

Spec: LINE_HARDWARE.md 4.2 items 4, 9, 10, 11.
"""

from __future__ import annotations

import numpy as np
import pytest
from sim_modem_rig import Rig, dtmf, quiet, tone, unshield

from appliance.events import Absence, CallerIdentity
from appliance.exchange.modem_faults import CidForm, DtmfForm, Wiring
from appliance.exchange.terminal import SignalKind
from appliance.units import samples

JAPANESE_FRAME = bytes.fromhex("908187908 2c003848150 9003 1eee".replace(" ", ""))
SHOP = CallerIdentity(number="0312345678")
US = CallerIdentity(number="2125551234", datetime="03141530", name="SMITH JOHN")


def japanese_call(rig: Rig, identity: CallerIdentity = SHOP) -> bytes:
    """Reversal, CAR, the number as soon as somebody is off-hook, ordinary rings. What the host read."""
    start = rig.now
    rig.signal(SignalKind.REVERSAL)
    rig.ring(6, 500, 500, car=True)

    def exchange(rig: Rig) -> None:
        if rig.modem.off_hook and any(signal.car for signal in rig.signals):
            rig.signals = []
            rig.signal(SignalKind.CALLER_ID, 500, identity=identity, raw=JAPANESE_FRAME)
            rig.signal(SignalKind.RING_ON, 1500)
            rig.signal(SignalKind.RING_OFF, 2500)

    said = rig.run(6000, exchange)
    rig.hooks = [(at - start, off) for at, off in rig.hooks]
    return said


def american_call(rig: Rig, identity: CallerIdentity = US) -> bytes:
    rig.ring(2, 2000, 4000)
    rig.signal(SignalKind.CALLER_ID, 3500, identity=identity)
    return rig.run(7000)


def set_up(profile: str, **knobs: object) -> Rig:
    rig = Rig(profile, 0x00, **knobs)
    commands = {"usr5637": "AT+VCID=1", "cx930xx": "AT!4886=01;+VCID=1", "si24xx": "AT+VCDT=3;+VCID=1"}
    assert rig.at("ATE0").endswith("OK")
    assert rig.at(commands[profile]) == "OK"
    return rig


# ---- Japan


def test_a_modem_set_up_for_japan_fetches_the_number_by_itself_before_the_first_ring() -> None:
    rig = set_up("cx930xx")
    said = japanese_call(rig)
    assert said.index(b"\r\nNMBR = 0312345678\r\n") < said.index(b"\r\nRING\r\n")
    assert said.count(b"RING") == 1  # CAR is not shown
    lifted = next(at for at, off in rig.hooks if off)
    replaced = next(at for at, off in rig.hooks if not off and at > lifted)
    assert lifted < samples(6000)
    assert samples(200) <= replaced - lifted - samples(500) <= samples(320)


def test_without_a_reversal_it_waits_for_the_second_burst() -> None:
    rig = set_up("cx930xx")
    rig.ring(3, 500, 500, car=True)
    rig.run(1100)
    assert not rig.modem.off_hook
    rig.run(300)
    assert rig.modem.off_hook


def test_the_family_with_a_documented_japanese_mode_adds_its_own_lines() -> None:
    said = japanese_call(set_up("si24xx"))
    wanted = [b"FLASH", b"CIDM", b"NMBR=0312345678", b"NO CARRIER", b"RING"]
    places = [said.index(word) for word in wanted]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("absence", "text"),
    [(Absence.WITHHELD, b"NMBR = P"), (Absence.PAY_PHONE, b"NMBR = C"), (Absence.UNAVAILABLE, b"NMBR = O")],
)
def test_reasons_are_printed_in_place_of_the_number(absence: Absence, text: bytes) -> None:
    assert text + b"\r\n" in japanese_call(set_up("cx930xx"), CallerIdentity(absence=absence))


@pytest.mark.parametrize("profile", ["usr5637", "cx930xx", "si24xx"])
def test_a_modem_in_another_mode_shows_car_as_rings_and_no_number(profile: str) -> None:
    rig = Rig(profile)
    rig.at("AT+VCID=1")
    said = japanese_call(rig)
    assert said.count(b"RING") == 6  # one a second
    assert b"NMBR" not in said


def test_a_modem_told_to_answer_during_car_does_the_primary_answer_and_gets_no_number() -> None:
    rig = set_up("usr5637")
    rig.at("AT+FCLASS=8")
    rig.signal(SignalKind.REVERSAL)
    rig.ring(6, 500, 500, car=True)
    rig.run(300)
    rig.at("AT+VLS=1")
    assert rig.modem.off_hook
    rig.signals = []
    rig.signal(SignalKind.CALLER_ID, 500, identity=SHOP, raw=JAPANESE_FRAME)
    said = rig.run(3000)
    assert b"0312345678" not in said
    assert rig.modem.off_hook


def test_nobody_sends_a_number_so_the_primary_answer_ends_by_itself() -> None:
    rig = set_up("cx930xx")
    rig.signal(SignalKind.REVERSAL)
    rig.ring(2, 500, 500, car=True)
    rig.run(1000)
    assert rig.modem.off_hook
    rig.run(7000)
    assert not rig.modem.off_hook


def test_during_the_primary_answer_there_are_no_voice_streams() -> None:
    rig = set_up("cx930xx")
    rig.at("AT+FCLASS=8")
    rig.signal(SignalKind.REVERSAL)
    rig.ring(2, 500, 500, car=True)
    rig.run(1000)
    assert rig.at("AT+VRX") == "ERROR"


def test_in_the_voice_class_rings_and_number_are_shielded() -> None:
    rig = set_up("cx930xx")
    rig.at("AT+FCLASS=8")
    said = japanese_call(rig)
    assert b"\x10X\r\nNMBR = 0312345678\r\n\x10." in said
    assert said.endswith(b"\x10R")
    assert b"RING" not in said


# ---- USA


def test_the_us_way_between_the_first_and_second_ring() -> None:
    rig = Rig()
    rig.at("AT+VCID=1")
    said = american_call(rig)
    report = b"\r\n\r\nDATE=0314\r\nTIME=1530\r\nNMBR=2125551234\r\nNAME=SMITH JOHN\r\n"
    assert said.index(b"RING") < said.index(report) < said.rindex(b"RING")


def test_caller_id_is_printed_only_where_asked_for() -> None:
    assert b"NMBR" not in american_call(Rig())


@pytest.mark.parametrize(
    ("form", "has", "has_not"),
    [
        (CidForm.NO_DATE, b"NMBR = 2125551234", b"DATE"),
        (CidForm.NO_NAME, b"NMBR = 2125551234", b"NAME"),
        (CidForm.GARBLED, b"\xff\x00\x90", b"2125551234"),
        (CidForm.TRUNCATED, b"NMBR = 2125551234", b"SMITH JOHN"),
        (CidForm.MESG, b"MESG = 80", b"NMBR"),
        (CidForm.RAW_HEX, b"\r\n80", b"NMBR"),
        (CidForm.NONE, b"RING", b"NMBR"),
    ],
)
def test_forms_of_the_report(form: CidForm, has: bytes, has_not: bytes) -> None:
    rig = Rig("cx930xx", cid_form=form)
    rig.at("AT+VCID=1")
    said = american_call(rig)
    assert has in said
    assert has_not not in said


def test_a_garbled_report_is_not_utf8_and_a_doubled_one_comes_twice() -> None:
    rig = Rig(cid_form=CidForm.GARBLED)
    rig.at("AT+VCID=1")
    with pytest.raises(UnicodeDecodeError):
        american_call(rig).decode("utf-8")
    rig.faults.cid_form = CidForm.DUPLICATED
    rig.run(10_000)
    assert american_call(rig).count(b"NMBR=2125551234") == 2


def test_raw_report_sums_to_zero() -> None:
    rig = Rig()
    rig.at("AT+VCID=2")
    said = american_call(rig)
    row = next(row for row in said.split(b"\r\n") if row.startswith(b"80"))
    assert sum(bytes.fromhex(row.decode())) % 256 == 0


def test_a_late_report_comes_after_the_second_ring() -> None:
    rig = Rig(cid_delay_ms=3000)
    rig.at("AT+VCID=1")
    said = american_call(rig)
    assert said.rindex(b"RING") < said.index(b"NMBR")


def test_ring_lengths_are_told_where_asked() -> None:
    rig = Rig()
    rig.at("AT+VDR=1,0")
    rig.ring(2, 500, 500, car=True)
    said = rig.run(2000)
    assert said.count(b"DRON=5") == 2
    assert said.count(b"DROF=5") == 1


def test_a_ring_falls_between_a_command_and_its_result() -> None:
    rig = Rig(slow_ms={"I0": 500})
    rig.ring(1)
    rig.modem.host_write(b"ATI0\r")
    said = rig.run(1000)
    assert said.index(b"ATI0") < said.index(b"RING") < said.index(b"OK")


# ---- digits


def listen(sound: np.ndarray, step: int = 160, command: str = "AT+VRX", **knobs: object) -> list[tuple[int, bytes]]:
    rig = Rig(**knobs)
    rig.voice_call()
    rig.start(command)
    rig.step = step
    rig.said = b""
    rig.far_end = sound
    rig.run(len(sound) / 8 + 100)
    return unshield(rig.said)[1]


def word(events: list[tuple[int, bytes]]) -> str:
    return b"".join(code for _, code in events).decode()


@pytest.mark.parametrize("step", [40, 160, 1000])
def test_digits_heard_on_the_line_are_bracketed(step: int) -> None:
    events = listen(dtmf("5", 60, 100), step)
    assert word(events) == "/5~"
    assert events == listen(dtmf("5", 60, 100), 160)


def test_fast_digits_each_once_in_the_bare_form() -> None:
    assert word(listen(dtmf("147*0#8D", 50, 50), dtmf_form=DtmfForm.BARE)) == "147*0#8D"


def test_a_held_key_is_repeated_every_70_ms_between_one_pair_of_brackets() -> None:
    said = word(listen(dtmf("9", 3000, 100)))
    assert said[0] + said[-1] == "/~"
    assert 40 <= said.count("9") <= 44
    assert word(listen(dtmf("9", 3000, 100), dtmf_form=DtmfForm.BARE)) == "9"


def test_speech_like_sound_and_single_tones_are_no_digits() -> None:
    rng = np.random.default_rng(7)
    noise = (rng.standard_normal(16000) * 0.1).astype(np.float32)
    vowel = sum(tone(120 * k, 1000, 0.3 / k) for k in range(1, 25))
    assert listen(np.concatenate([noise, vowel, tone(697, 300), tone(1336, 300)])) == []


def test_a_false_digit_can_be_injected() -> None:
    rig = Rig()
    rig.voice_call()
    rig.modem.inject(b"5")
    assert rig.run(20) == b"\x105"


def test_on_hook_no_digit_is_heard() -> None:
    rig = Rig()
    rig.at("ATE0")
    rig.at("AT+FCLASS=8")
    rig.far_end = dtmf("5", 100, 100)
    assert rig.run(500) == b""


# ---- the end of a call


def busy(cycles: int, on_ms: float = 500, hz: float | tuple[float, float] = 400) -> np.ndarray:
    return np.concatenate([quiet(300)] + [tone(hz, on_ms), quiet(on_ms)] * cycles)


def test_japanese_busy_tone_is_only_sound_unless_the_knob_is_on() -> None:
    assert listen(busy(5)) == []
    assert word(listen(busy(5), detect_busy_400=True)) == "b"


def test_other_cadences() -> None:
    assert word(listen(busy(6, 250), detect_busy_400=True)) == "K"
    assert word(listen(tone(400, 3000), detect_busy_400=True)) == "d"
    assert word(listen(busy(4, 500, (480, 620)))) == "b"
    ringback = np.concatenate([tone(400, 1000), quiet(2000)] * 3)
    assert listen(ringback, detect_busy_400=True) == []


@pytest.mark.parametrize(("sound", "code"), [(quiet(4000), "s"), (np.concatenate([tone(300, 500), quiet(4000)]), "q")])
def test_silence_and_the_end_of_voice(sound: np.ndarray, code: str) -> None:
    rig = Rig()
    rig.voice_call()
    rig.at("AT+VSD=128,30")
    rig.modem.host_write(b"AT+VRX\r")
    rig.run(70)
    rig.said = b""
    rig.far_end = sound
    rig.run(4400)
    assert word(unshield(rig.said)[1]) == code


@pytest.mark.parametrize(
    ("kind", "code", "knobs"),
    [
        (SignalKind.LOOP_BREAK, b"\x10l", {}),
        (SignalKind.LOOP_BREAK, b"", {"detect_loop": False}),
        (SignalKind.EXTENSION_OFF, b"\x10P", {}),
        (SignalKind.EXTENSION_ON, b"\x10p", {}),
        (SignalKind.EXTENSION_OFF, b"\x10H", {"wiring": Wiring.LOCAL}),
        (SignalKind.EXTENSION_ON, b"\x10h", {"wiring": Wiring.LOCAL}),
        (SignalKind.EXTENSION_OFF, b"", {"detect_extension": False}),
        (SignalKind.REVERSAL, b"", {}),
        (SignalKind.REVERSAL, b"\x10L", {"detect_polarity": True}),
        (SignalKind.CALL_WAITING, b"\x10w", {}),
    ],
)
def test_events_of_the_line(kind: SignalKind, code: bytes, knobs: dict[str, object]) -> None:
    rig = Rig(**knobs)  # type: ignore[arg-type]
    rig.voice_call()
    rig.signal(kind)
    assert rig.run(100) == code


def test_one_family_reports_the_extension_only_after_ste() -> None:
    rig = Rig("cx930xx")
    rig.voice_call()
    rig.signal(SignalKind.EXTENSION_OFF)
    assert rig.run(100) == b""
    rig.at("AT-STE=3")
    rig.signal(SignalKind.EXTENSION_OFF)
    assert rig.run(100) == b"\x10P"


def test_the_number_of_a_knocking_caller_comes_in_the_call() -> None:
    rig = Rig()
    rig.at("AT+VCID=1")
    rig.voice_call()
    rig.signal(SignalKind.CALL_WAITING)
    rig.signal(SignalKind.CALLER_ID, 700, identity=US)
    said = rig.run(1500)
    assert said.startswith(b"\x10w\x10X")
    assert b"NMBR=2125551234" in said


def test_outside_the_voice_class_events_are_not_reported() -> None:
    rig = Rig()
    rig.signal(SignalKind.EXTENSION_OFF)
    rig.signal(SignalKind.LOOP_BREAK)
    assert rig.run(100) == b""
