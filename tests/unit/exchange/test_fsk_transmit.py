"""Frames octet by octet and their sound. Golden frames: CALLER_ID.md 1.3 (decoded by spandsp)."""

import numpy as np
import pytest

from appliance.errors import OperatorError
from appliance.events import Absence, CallerIdentity
from appliance.exchange.caller_id_frames import (
    crc16,
    jclip,
    jclip_parameters,
    mdmf,
    mdmf_parameters,
    sdmf,
    with_even_parity,
)
from appliance.exchange.fsk import BELL_202, JAPAN_BURST, US_BURST, V23, line_bits, modulate, transmit
from appliance.exchange.tones import amplitude

GOLDEN = {
    "90 81 87 90 82 c0 0c 82 0a 30 33 b1 b2 33 b4 35 36 b7 b8 90 03 fb 52": CallerIdentity("0312345678"),
    "90 81 87 90 82 c0 8d 82 8b 30 39 30 b1 b2 33 b4 35 36 b7 b8 90 03 47 9c": CallerIdentity("09012345678"),
    "90 81 87 90 82 c0 03 84 81 50 90 03 1e ee": CallerIdentity(absence=Absence.WITHHELD),
    "90 81 87 90 82 c0 18 82 0a 30 33 b1 b2 33 b4 35 36 b7 b8 09 0a 30 36 39 b8 b7 36 35 b4 33 b2 90 03 a3 c0": (
        CallerIdentity("0312345678", dialled="0698765432")
    ),
}


@pytest.mark.parametrize("wire", GOLDEN)
def test_golden_frames(wire):
    assert jclip(jclip_parameters(GOLDEN[wire])).hex(" ") == wire


def test_the_crc_is_kermit_and_leaves_no_residue():
    assert crc16(b"123456789") == 0x2189
    assert crc16(jclip(jclip_parameters(CallerIdentity("0312345678")))[2:]) == 0


def test_even_parity():
    assert all(with_even_parity(octet).bit_count() % 2 == 0 for octet in range(128))
    assert all(with_even_parity(octet) & 0x7F == octet for octet in range(128))


def test_a_length_of_sixteen_follows_either_published_reading():
    parameters = jclip_parameters(CallerIdentity("12345678901234"))  # 16 octets of content
    plain = bytes(octet & 0x7F for octet in jclip(parameters))
    counted = bytes(octet & 0x7F for octet in jclip(parameters, length_counts_stuffing=True))
    assert plain[6:9] == bytes([0x10, 0x02, 14])
    assert counted[6:10] == bytes([0x10, 0x10, 0x02, 14])


def test_a_parameter_length_of_sixteen_is_stuffed():
    frame = bytes(octet & 0x7F for octet in jclip(jclip_parameters(CallerIdentity("1234567890123456"))))
    assert frame[6:11] == bytes([18, 0x02, 0x10, 0x10, ord("1")])


def test_too_long_a_number_is_refused():
    with pytest.raises(OperatorError, match="127"):
        jclip(jclip_parameters(CallerIdentity("1" * 126)))
    with pytest.raises(OperatorError, match="255"):
        mdmf(b"x" * 256)


def test_mdmf_octet_by_octet():
    message = mdmf(mdmf_parameters(CallerIdentity("5551234", name="AL", datetime="09300122")))
    assert message[:-1] == b"\x80\x17\x01\x0809300122\x02\x075551234\x07\x02AL"
    assert sum(message) % 256 == 0


def test_sdmf_octet_by_octet():
    message = sdmf(CallerIdentity("5551212", datetime="09300122"))
    assert sum(message) % 256 == 0
    assert message[:-1] == b"\x04\x0f093001225551212"
    assert sdmf(CallerIdentity(absence=Absence.UNAVAILABLE, datetime="09300122"))[2:-1] == b"09300122O"


@pytest.mark.parametrize(("modulation", "bit"), [(V23, 1), (V23, 0), (BELL_202, 1), (BELL_202, 0)])
def test_each_bit_has_its_frequency_by_zero_crossings(modulation, bit):
    sound = modulate([bit] * 1200, modulation, -13.5)
    rising = np.flatnonzero((sound[:-1] < 0) & (sound[1:] >= 0))
    exact = rising + sound[rising] / (sound[rising] - sound[rising + 1])
    hz = 8000 * (len(exact) - 1) / (exact[-1] - exact[0])
    assert hz == pytest.approx(modulation.mark_hz if bit else modulation.space_hz, abs=0.05)


@pytest.mark.parametrize("modulation", [V23, BELL_202])
def test_the_phase_never_jumps_and_the_level_is_kept(modulation):
    bits = np.random.default_rng(7).integers(0, 2, 2400)
    sound = modulate(bits, modulation, -13.5)
    steepest = amplitude(-13.5) * 2 * np.pi * modulation.space_hz / 8000
    assert np.abs(np.diff(sound)).max() <= steepest * 1.001
    assert len(sound) == 16000
    assert np.sqrt(2 * np.mean(sound**2)) == pytest.approx(amplitude(-13.5), rel=0.01)


def receive(sound, modulation, stop_marks):
    """A plain quadrature receiver on exact bit centres: independent of the transmitter's arithmetic."""
    count = int(len(sound) * 1200 / 8000)
    t = np.arange(len(sound)) / 8000
    power = {}
    for hz in (modulation.mark_hz, modulation.space_hz):
        turned = np.concatenate([[0], np.cumsum(sound * np.exp(-2j * np.pi * hz * t))])
        edges = np.round(np.arange(count + 1) * 8000 / 1200).astype(int)
        power[hz] = np.abs(np.diff(turned[edges]))
    bits = (power[modulation.mark_hz] > power[modulation.space_hz]).astype(int).tolist()
    octets, at = [], stop_marks
    while at + 10 <= len(bits):
        if bits[at] == 0 and bits[at + 9] == 1:
            octets.append(sum(bit << place for place, bit in enumerate(bits[at + 1 : at + 9])))
            at += 10
        else:
            at += 1
    return bytes(octets)


@pytest.mark.parametrize(("modulation", "burst"), [(V23, JAPAN_BURST), (BELL_202, US_BURST)])
def test_a_plain_receiver_reads_back_what_was_sent(modulation, burst):
    frame = jclip(jclip_parameters(CallerIdentity("09012345678")))
    assert receive(transmit(frame, modulation, burst), modulation, burst.seizure + 10) == frame


def test_bits_in_order():
    bits = line_bits(b"\x01", US_BURST)
    assert bits[:4] == [0, 1, 0, 1]
    assert bits[300:480] == [1] * 180
    assert bits[480:490] == [0, 1, 0, 0, 0, 0, 0, 0, 0, 1]
    assert len(line_bits(b"\x01", JAPAN_BURST)) == 96 + 9 + 4 + 5
