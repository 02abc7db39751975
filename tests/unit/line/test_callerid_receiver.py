"""Caller identity from sound, end to end with the twin transmitter. Spec: CALLER_ID.md 1.2, 1.3, 2.1, 2.2."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.dsp.level import Sound
from appliance.errors import HouseError
from appliance.events import Absence, CallerIdentity
from appliance.exchange import caller_id_frames as frames
from appliance.exchange.fsk import BELL_202, JAPAN_BURST, US_BURST, V23, Modulation, transmit
from appliance.line.callerid.message import CallerIdMessage, Standard
from appliance.line.callerid.receiver import CallerIdReceiver
from appliance.units import RATE_HZ, SampleIndex

TOKYO = CallerIdentity("0312345678", dialled="0698765432")
OSAKA = CallerIdentity("0698765432")
NEW_YORK = CallerIdentity("2125551234", name="SMITH J", datetime="11231959")
LONDON = CallerIdentity(absence=Absence.WITHHELD, datetime="11231959")
NOBODY = CallerIdentity(absence=Absence.UNAVAILABLE, datetime="11231959")


def japanese(identity: CallerIdentity) -> Sound:
    return transmit(frames.jclip(frames.jclip_parameters(identity)), V23, JAPAN_BURST).astype(np.float64) * 32768


def western(octets: bytes, modulation: Modulation) -> Sound:
    return transmit(octets, modulation, US_BURST).astype(np.float64) * 32768


def mdmf(identity: CallerIdentity) -> bytes:
    return frames.mdmf(frames.mdmf_parameters(identity))


def line(*sounds: Sound, snr_db: float = 30.0) -> Sound:
    """The sounds with pauses, in noise of so much less power (0 to 4 kHz) than a burst."""
    pause = np.zeros(RATE_HZ // 2)
    whole = np.concatenate([pause, *(part for sound in sounds for part in (sound, pause))])
    noise = np.random.default_rng(7).normal(0, 1, len(whole))
    return whole + noise * np.std(sounds[0]) * 10 ** (-snr_db / 20)


def heard(sound: Sound, standard: str = "auto", chunk: int = 0) -> list[CallerIdMessage]:
    receiver = CallerIdReceiver(standard)
    step = chunk or len(sound)
    found = []
    for at in range(0, len(sound), step):
        found += receiver.hear(SampleIndex(at), sound[at : at + step])
    return found + receiver.flush()


def identities(sound: Sound, standard: str = "auto") -> list[tuple[Standard, CallerIdentity]]:
    return [(message.standard, message.identity) for message in heard(sound, standard)]


ALL = [
    (japanese(TOKYO), Standard.JCLIP, TOKYO),
    (western(mdmf(NEW_YORK), BELL_202), Standard.MDMF, NEW_YORK),
    (western(mdmf(LONDON), V23), Standard.MDMF, LONDON),
    (western(frames.sdmf(NOBODY), BELL_202), Standard.SDMF, NOBODY),
]


@pytest.mark.parametrize("snr_db", [60.0, 5.0])
@pytest.mark.parametrize(("sound", "standard", "identity"), ALL)
def test_every_standard_without_being_told_which(
    sound: Sound, standard: Standard, identity: CallerIdentity, snr_db: float
) -> None:
    assert identities(line(sound, snr_db=snr_db)) == [(standard, identity)]


def test_one_after_the_other() -> None:
    sound = line(*(sound for sound, _, _ in ALL))
    assert identities(sound) == [(standard, identity) for _, standard, identity in ALL]


@pytest.mark.parametrize(
    ("standard", "expected"),
    [("jclip", [Standard.JCLIP]), ("bellcore", [Standard.MDMF, Standard.MDMF, Standard.SDMF]), ("dtmf", [])],
)
def test_only_what_it_is_told_to(standard: str, expected: list[Standard]) -> None:
    sound = line(*(sound for sound, _, _ in ALL))
    assert [message.standard for message in heard(sound, standard)] == expected


@pytest.mark.parametrize("chunk", [1, 37, 160, 4001])
def test_any_chunking_gives_the_same(chunk: int) -> None:
    sound = line(japanese(OSAKA), snr_db=6.0)
    assert heard(sound, "jclip", chunk) == heard(sound, "jclip") != []


def test_when_it_was() -> None:
    sound = line(japanese(TOKYO))
    (message,) = heard(sound)
    first = RATE_HZ // 2 + 96 * RATE_HZ / 1200  # the pause and the marks
    octets = len(frames.jclip(frames.jclip_parameters(TOKYO)))
    assert abs(message.at - first) <= 4
    assert abs(message.end - (first + (13 * octets - 3) * RATE_HZ / 1200)) <= 4
    assert message.mended == 0


def test_a_wrong_check_is_no_message() -> None:
    octets = bytearray(frames.jclip(frames.jclip_parameters(TOKYO)))
    octets[10] ^= 0x03  # two bits: parity does not see it
    octets[14] ^= 0x05
    octets[20] ^= 0x81
    octets[-1] ^= 0x42
    sound = transmit(bytes(octets), V23, JAPAN_BURST).astype(np.float64) * 32768
    assert heard(line(sound)) == []


def test_messages_about_something_else() -> None:
    body = frames.mdmf_parameters(NEW_YORK)
    octets = bytes([0x82, len(body)]) + body
    assert heard(line(western(octets + bytes([-sum(octets) % 256]), BELL_202))) == []


def test_reset_forgets() -> None:
    receiver = CallerIdReceiver("jclip")
    sound = line(japanese(OSAKA))
    half = RATE_HZ // 2 + 1500
    assert receiver.hear(SampleIndex(0), sound[:half]) == []
    receiver.reset()
    assert receiver.hear(SampleIndex(half), sound[half:]) + receiver.flush() == []
    at = SampleIndex(len(sound))
    assert [message.identity for message in receiver.hear(at, sound) + receiver.flush()] == [OSAKA]


def test_cut_short() -> None:
    assert heard(japanese(OSAKA)[:-1000]) == []
    assert [message.identity for message in heard(japanese(OSAKA))] == [OSAKA]


def test_unknown_standard() -> None:
    with pytest.raises(HouseError, match="morse"):
        CallerIdReceiver("morse")
