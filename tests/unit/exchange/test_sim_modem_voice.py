"""Voice streams of the simulated modem. Spec: LINE_HARDWARE.md 4.2 items 6, 7, 8, 12."""

from __future__ import annotations

import numpy as np
import pytest
from sim_modem_rig import Rig, quiet, tone, unshield

from appliance.exchange.modem_codec import Law, decode, encode, levels, shield
from appliance.exchange.terminal import SignalKind
from appliance.units import samples

END = b"\x10\x03\r\nOK\r\n"


def octets_of(rig: Rig, ms: float) -> bytes:
    """What +VRX gave in `ms`, ended by DLE !, without the ending."""
    rig.said = b""
    rig.run(ms)
    rig.modem.host_write(b"\x10!")
    rig.run(20)
    assert rig.said.endswith(END)
    return rig.said.removesuffix(END)


# ---- codecs


@pytest.mark.parametrize("law", Law)
def test_every_codec_returns_its_own_octets(law: Law) -> None:
    octets = np.arange(-32768, 32768, dtype="<i2").tobytes() if law is Law.LINEAR_16 else bytes(range(256))
    again = encode(law, decode(law, octets))
    if law is Law.MU:
        octets = octets.replace(b"\x7f", b"\xff")  # minus zero
    assert again == octets


def test_companding_levels_of_the_recommendation() -> None:
    """Spec: ITU-T G.711 Tables 1a, 2a: largest output 4032 of 4096 (A), 8031 of 8192 (mu); first steps 1 and 0."""
    assert levels(Law.A)[0xAA] * 4096 == 4032
    assert levels(Law.MU)[0x80] * 8192 == 8031
    assert levels(Law.A)[0xD5] * 4096 == 1
    assert levels(Law.MU)[0xFF] == 0


@pytest.mark.parametrize(("law", "db"), [(Law.UNSIGNED_8, 30), (Law.MU, 34), (Law.A, 34), (Law.LINEAR_16, 70)])
def test_noise_of_a_codec(law: Law, db: float) -> None:
    sound = tone(1004, 500, 0.2)
    error = decode(law, encode(law, sound)) - sound
    assert 10 * np.log10(np.mean(sound**2) / np.mean(error**2)) > db


def test_sub_stands_for_two() -> None:
    assert shield(b"a\x10b\x10\x10c\x10\x10\x10", True) == b"a\x10\x10b\x10\x1ac\x10\x1a\x10\x10"
    assert shield(b"\x10\x10", False) == b"\x10\x10\x10\x10"


# ---- +VRX


@pytest.mark.parametrize("step", [1, 33, 160, 4000])
@pytest.mark.parametrize("use_sub", [False, True])
def test_receiving_is_sample_exact_with_every_0x10_shielded(step: int, use_sub: bool) -> None:
    rig = Rig(use_sub=use_sub)
    rig.voice_call()
    rig.start("AT+VRX")
    rig.step = step
    wanted = bytes(np.random.default_rng(3).integers(0, 40, 8000, dtype=np.uint8))
    rig.far_end = decode(Law.UNSIGNED_8, wanted)
    voice, events = unshield(octets_of(rig, 1000))
    assert events == []
    assert voice[:8000] == wanted


@pytest.mark.parametrize(
    ("profile", "vsm", "law"),
    [
        ("usr5637", "128,8000", Law.UNSIGNED_8),
        ("usr5637", "129,8000", Law.LINEAR_16),
        ("usr5637", "130,8000", Law.A),
        ("cx930xx", "131,8000", Law.MU),
        ("si24xx", "0", Law.SIGNED_8),
    ],
)
def test_each_codec_on_the_way_in_and_out(profile: str, vsm: str, law: Law) -> None:
    rig = Rig(profile)
    rig.voice_call()
    rig.at(f"AT+VSM={vsm}")
    rig.start("AT+VRX")
    rig.far_end = tone(440, 400)
    voice, _ = unshield(octets_of(rig, 400))
    assert np.abs(decode(law, voice)[: samples(400)] - tone(440, 400)).max() < 0.02
    rig.start("AT+VTX")
    shielded = encode(law, tone(700, 50)).replace(b"\x10", b"\x10\x10")
    assert rig.modem.host_write(shielded) == len(shielded)
    mark = len(rig.heard)
    rig.run(50)
    assert np.abs(rig.heard[mark : mark + 400] - tone(700, 50)).max() < 0.02


def test_commands_during_receiving_are_not_obeyed() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VRX")
    rig.modem.host_write(b"ATH\rAT+VLS=0\r")
    rig.run(200)
    assert rig.modem.off_hook
    assert b"OK" not in unshield(rig.said[-1600:])[0]


def test_the_second_way_to_end_receiving() -> None:
    for profile, mark in (("si24xx", b"\x10\x1b"), ("usr5637", b"\x10\x03")):
        rig = Rig(profile)
        rig.voice_call()
        rig.start("AT+VRX")
        rig.modem.host_write(b"\x10\x1b")
        assert rig.run(40).endswith(mark + b"\r\nOK\r\n")


def test_a_host_that_does_not_read_loses_sound_and_is_told_once() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VRX")
    for _ in range(200):
        rig.one_step(160)
    backlog = rig.modem.host_read()
    assert len(backlog) <= 8192
    _, events = unshield(rig.run(100))
    assert [code for _, code in events] == [b"o"]


def test_reads_may_end_between_dle_and_its_code() -> None:
    rig = Rig(split_reads=True)
    rig.voice_call()
    rig.modem.host_write(b"AT+VRX\r")
    rig.run(300)
    wanted = bytes([0x10]) * 4000
    rig.far_end = decode(Law.UNSIGNED_8, wanted)
    reads = []
    for _ in range(30):
        rig.one_step(160)
        reads.append(rig.modem.host_read())
    assert any(len(read) % 2 for read in reads[3:-8])
    assert wanted[:3000] in unshield(b"".join(reads))[0]


def test_events_stand_between_their_samples() -> None:
    rig = Rig(step=50)
    rig.voice_call()
    rig.start("AT+VRX")
    rig.said = b""
    rig.signal(SignalKind.LOOP_BREAK, 100)
    rig.signal(SignalKind.EXTENSION_OFF, 123.5)
    _, events = unshield(octets_of(rig, 300))
    assert events == [(800, b"l"), (988, b"P")]


# ---- +VTX


def pace(rig: Rig, sound: bytes, ahead: int) -> None:
    """Write `sound` keeping `ahead` octets written before the line."""
    start, written = rig.now, 0
    while written < len(sound):
        wanted = min(rig.now - start + ahead, len(sound)) - written
        written += rig.modem.host_write(sound[written : written + wanted])
        rig.run(20)


def test_transmitting_plays_exactly_what_was_written_and_drains() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    wanted = bytes(np.random.default_rng(5).integers(0, 256, 8000, dtype=np.uint8))
    shielded = wanted.replace(b"\x10", b"\x10\x10")
    mark, place = len(rig.heard), 0
    while place < len(shielded):
        place += rig.modem.host_write(shielded[place : place + 400])
        rig.run(20)
    rig.modem.host_write(b"\x10\x03")
    began = rig.now
    assert rig.run(1000).endswith(b"\r\nOK\r\n")
    assert rig.now > began
    assert encode(Law.UNSIGNED_8, rig.heard[mark : mark + 8000]) == wanted


def test_ok_comes_when_the_buffer_has_been_played() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    assert rig.modem.host_write(b"\x80" * 800 + b"\x10\x03") == 802
    assert rig.run(80) == b""
    assert rig.run(40) == b"\r\nOK\r\n"


def test_the_buffer_is_small_and_then_takes_what_the_line_plays() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    first = rig.modem.host_write(b"\x80" * 20_000)
    assert 1024 <= first <= 1200
    assert rig.modem.host_write(b"\x80" * 20_000) == 0
    rig.run(20)
    assert rig.modem.host_write(b"\x80" * 20_000) == 160


def test_an_underrun_is_told_once_for_each_starvation() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    assert b"\x10u" not in rig.run(500)  # nothing was there to run out of
    for _ in range(2):
        rig.modem.host_write(b"\x80" * 100)
        assert rig.run(500) == b"\x10u"


def test_cancelling_is_immediate_and_not_an_underrun() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    rig.modem.host_write(b"\xc0" * 900)
    rig.run(20)
    rig.modem.host_write(b"\x00\x10\x18\x10\x03")
    mark = len(rig.heard)
    assert rig.run(60) == b"\r\nOK\r\n"
    assert np.count_nonzero(rig.heard[mark:]) == samples(20)  # what the converter already had


@pytest.mark.parametrize("lead_ms", [60, 80])
def test_barge_in_of_a_paced_host_is_heard_within_100_ms(lead_ms: int) -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    pace(rig, b"\xc0" * 8000, samples(lead_ms))
    decided = len(rig.heard)
    rig.modem.host_write(b"\x10\x18\x10\x03")
    rig.run(500)
    last = np.flatnonzero(rig.heard)[-1]
    assert last - decided <= samples(100)


def test_events_come_up_during_transmitting() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    rig.modem.host_write(b"\x80" * 1000)
    rig.signal(SignalKind.EXTENSION_OFF, 20)
    rig.far_end = np.concatenate([quiet(20), tone((770, 1336), 60), quiet(20)])
    assert rig.run(110) == b"\x10P\x10/\x105\x10~"


def test_hanging_up_inside_a_stream_is_only_sound_until_it_ends() -> None:
    rig = Rig()
    rig.voice_call()
    rig.start("AT+VTX")
    rig.modem.host_write(b"AT+VLS=0\r")
    rig.run(100)
    assert rig.modem.off_hook
    rig.modem.host_write(b"\x10\x18\x10\x03")
    rig.run(40)
    assert rig.at("AT+VLS=0") == "OK"
    assert not rig.modem.off_hook


# ---- +VTR


@pytest.mark.parametrize("step", [60, 160, 1000])
def test_both_ways_at_once_with_an_echo_where_asked(step: int) -> None:
    rig = Rig(step=step, vtr_echo_db=-12, vtr_echo_ms=40)
    rig.voice_call()
    rig.modem.host_write(b"AT+VTR\r")
    rig.run(500)
    rig.said = b""
    speech = tone(500, 100, 0.5)
    rig.modem.host_write(encode(Law.UNSIGNED_8, speech).replace(b"\x10", b"\x10\x10"))
    mark = len(rig.heard)
    rig.run(250)
    rig.modem.host_write(b"\x10^")
    rig.run(20)
    assert rig.said.endswith(END)
    assert np.abs(rig.heard[mark : mark + 800] - speech).max() < 0.01
    voice, _ = unshield(rig.said.removesuffix(END))
    echo = decode(Law.UNSIGNED_8, voice)
    assert np.abs(echo[320:1120] - speech * 10 ** (-12 / 20)).max() < 0.02
    assert np.abs(echo[:320]).max() == 0


# ---- +VTS


def test_tones_last_as_long_as_asked_and_ok_comes_after() -> None:
    rig = Rig()
    rig.voice_call()
    mark = len(rig.heard)
    assert rig.at("AT+VTS=[900,900,120]", 1150) == ""
    assert rig.at("", 200) == "OK"
    assert 9590 <= np.count_nonzero(rig.heard[mark:]) <= 9600


def test_a_hook_flash_opens_the_loop_for_its_time() -> None:
    rig = Rig()
    rig.voice_call()
    rig.modem.host_write(b"AT+VTS={!,60},[,,100],2,1\r")
    rig.run(2500)
    opened = [at for at, off in rig.hooks if not off][-1]
    closed = [at for at, off in rig.hooks if off][-1]
    assert abs(closed - opened - samples(600)) <= 320
    assert rig.said.endswith(b"\r\nOK\r\n")
    assert any("flash 600 ms" in words for _, words in rig.modem.transcript.notes)


def test_a_flash_ends_also_where_the_line_does_not_ask_an_open_loop_to_speak() -> None:
    rig = Rig()
    rig.voice_call()
    rig.modem.host_write(b"AT+VTS=!\r")
    for _ in range(50):
        if rig.modem.off_hook:
            rig.modem.speak(rig.now, 160)
        rig.modem.hear(rig.now, np.zeros(160, np.float32))
        rig.now += 160  # type: ignore[assignment]
    assert rig.modem.off_hook


@pytest.mark.parametrize("wrong", ["[100,900,10]", "[900,900,256]", "{5,300}", "x", "[900", "1,,2"])
def test_impossible_tones_are_refused(wrong: str) -> None:
    rig = Rig()
    rig.voice_call()
    assert rig.at(f"AT+VTS={wrong}") == "ERROR"


def test_dialling_needs_dial_tone_unless_told_otherwise() -> None:
    rig = Rig(country=0x00)
    rig.at("ATE0")
    rig.at("AT+FCLASS=8")
    assert rig.at("ATDT117", 6000) == "NO DIALTONE"
    rig.far_end = tone(400, 4000)
    assert rig.at("ATDT117", 7000) == "VCON"
    rig.at("ATH")
    rig.at("ATX3")
    mark = len(rig.heard)
    assert rig.at("ATDT117", 5000) == "VCON"
    assert np.flatnonzero(rig.heard[mark:])[0] >= samples(3000)
