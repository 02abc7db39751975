"""The measurements of the decoders: what is measured is what was meant, and a wrong decoder would show."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest

from appliance.errors import OperatorError
from appliance.exchange.fsk import BELL_202
from appliance.line.callerid.message import Standard
from bench import decoders
from bench.decoding import alarms, corpus, dtmf_ids, keys, limits, ours, peers, picture, programs, snr, sounds, spandsp
from bench.decoding.corpus import Piece
from bench.decoding.crew import Tally
from bench.decoding.keys import Digits, Keying
from bench.decoding.messages import SIGNALS, message, randomly, sound_of

CLEAN_DB = 40.0

needs_spandsp = pytest.mark.skipif(not peers.present("spandsp"), reason="libspandsp2 is not installed")


def power_db(sound: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(sound))))


@pytest.mark.parametrize("signal", SIGNALS)
def test_snr_is_power_over_power(signal: str) -> None:
    sent = message(signal, 1)
    clean, noisy = sound_of(sent), snr.noisy(sent, 8.0, "twin")
    there = clean != 0
    assert power_db(clean[there]) - power_db((noisy - clean)[there]) == pytest.approx(8.0, abs=0.3)
    assert 10 ** (power_db(clean[there]) / 20) == pytest.approx(sounds.rms(-20.0), rel=0.01)


@pytest.mark.parametrize("signal", SIGNALS)
def test_a_seed_is_a_message(signal: str) -> None:
    assert message(signal, 5) == message(signal, 5)
    assert len({message(signal, seed).octets for seed in range(20)}) == 20


@pytest.mark.parametrize("transmitter", ["twin", pytest.param("spandsp", marks=needs_spandsp)])
@pytest.mark.parametrize("signal", SIGNALS)
def test_everybody_hears_a_clean_message(signal: str, transmitter: str) -> None:
    found = snr.try_batch(snr.Batch(signal, CLEAN_DB, transmitter, 1, 1))
    assert found[signal, CLEAN_DB, transmitter, "ours"].exact == 1
    for tally in found.values():
        assert (tally.exact, tally.wrong) == (1, 0)


@needs_spandsp
def test_the_peer_is_as_deaf_as_was_measured() -> None:
    found = snr.try_batch(snr.Batch("clip", 8.0, "twin", 1, 20))
    assert found["clip", 8.0, "twin", "spandsp"].percent <= 50


def test_only_the_message_that_was_sent_once_is_exact() -> None:
    tally = Tally()
    for seed, heard in enumerate((["a"], [], ["b"], ["a", "a"], ["b", "a"])):
        tally.count(seed, heard, "a")
    assert (tally.tried, tally.exact, tally.wrong, tally.failed) == (5, 1, 3, [1, 2, 3, 4])
    assert tally.shown() == "20"


def test_no_rounding_up_to_all() -> None:
    assert Tally(tried=3000, exact=2999).shown() == "99.9"


@pytest.mark.parametrize(
    ("heard", "right", "doubled", "wrong"),
    [("1234", 4, 0, 0), ("124", 3, 0, 0), ("12234", 4, 1, 0), ("1294", 3, 0, 1), ("", 0, 0, 0), ("A1234", 4, 0, 1)],
)
def test_digits_are_compared_in_order(heard: str, right: int, doubled: int, wrong: int) -> None:
    digits = Digits()
    digits.count("1234", heard)
    assert (digits.sent, digits.right, digits.doubled, digits.wrong) == (4, right, doubled, wrong)


def test_keys_are_sent_as_asked() -> None:
    keying = Keying(on_ms=500, twist_db=6.0, high_off=2.0)
    sound = keys.sound_of("5", keying, randomly("test"))
    sound = sound[np.flatnonzero(sound)[0] :][:4000]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(4000), 8000))
    low, high = 770, round(1336 * 1.02)
    assert spectrum[600:1100].argmax() + 600 == low
    assert spectrum[1150:1800].argmax() + 1150 == pytest.approx(high, abs=1)
    assert 20 * np.log10(spectrum[1150:1800].max() / spectrum[low]) == pytest.approx(6.0, abs=0.2)
    assert power_db(sound) == pytest.approx(20 * np.log10(sounds.rms(keying.dbm0)), abs=0.2)


@pytest.mark.parametrize("db", [-10.0, 10.0])
def test_twist_is_space_over_mark(db: float) -> None:
    t = np.arange(8000) / 8000
    through = [
        power_db(sounds.slanted(np.sin(2 * np.pi * hz * t), BELL_202.mark_hz, BELL_202.space_hz, db)[1000:7000])
        for hz in (BELL_202.mark_hz, BELL_202.space_hz)
    ]
    assert through[1] - through[0] == pytest.approx(db, abs=0.2)


@pytest.mark.parametrize("codec", [sounds.mu_law, sounds.a_law])
@pytest.mark.parametrize("dbm0", [-10.0, -30.0])
def test_a_codec_adds_its_noise_and_no_more(codec, dbm0: float) -> None:
    sound = sounds.peak(dbm0) * np.sin(2 * np.pi * 1017 * np.arange(8000) / 8000)
    noise = power_db(sound) - power_db(codec(sound) - sound)
    assert 33 < noise < 42  # G.712: at least 33 dB over this range


def test_the_band_is_that_of_a_telephone() -> None:
    t = np.arange(8000) / 8000
    loss = {hz: -power_db(sounds.band(np.sqrt(2) * np.sin(2 * np.pi * hz * t))[1000:7000]) for hz in (100, 1000, 3900)}
    assert loss[1000] == pytest.approx(0, abs=0.1)
    assert loss[100] > 30
    assert loss[3900] > 4


def test_another_rate_is_the_same_sound() -> None:
    sound = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000)
    faster = sounds.resampled(sound, 22_050)
    assert len(faster) == 22_050
    assert np.allclose(faster, np.sin(2 * np.pi * 1000 * np.arange(22_050) / 22_050), atol=1e-6)


def test_limits_are_tried_on_all_they_name() -> None:
    assert {one.group for one in limits.CONDITIONS} == set(limits.TITLES)
    sent = message("class", 1)
    plain = sound_of(sent)
    for condition in limits.CONDITIONS:
        sound = limits.heard_sound(condition, sent)
        assert len(sound) > 0.3 * len(plain), condition.name
        assert np.abs(sound).max() > sounds.peak(-45.0), condition.name


@pytest.mark.parametrize("piece", [Piece("noise", 6, 90), Piece("music", 1, 40)])
def test_a_piece_is_the_same_in_every_run(piece: Piece) -> None:
    first = corpus.sound_of(piece)
    assert len(first) == corpus.PIECE_S * 8000
    assert np.array_equal(first, corpus.sound_of(piece))


def test_all_speech_is_heard_once() -> None:
    pieces = [piece for piece in corpus.speech_and_music(3.0) if piece.kind == "speech"]
    heard = [path for piece in pieces for path in corpus.recordings()[piece.number :: piece.of]]
    assert sorted(heard) == sorted(corpus.recordings())
    assert len(heard) > 30


def test_a_false_message_is_a_missed_figure() -> None:
    quiet = alarms.Heard(Piece("noise", 0, 1), 60.0, {("ours", "messages"): 0, ("ours", "digits"): 0})
    false = alarms.Heard(Piece("music", 3, 9), 60.0, {("ours", "messages"): 1, ("ours", "digits"): 0})
    told = alarms.report([quiet, false])
    assert {figure.name: figure.ok for figure in told.figures} == {
        "false-noise": True,
        "false-speech": False,
        "talk-off": True,
    }
    assert "ours: 1 messages in music 3 of 9" in told.lines


def curve(percent: int) -> dict[snr.Key, Tally]:
    return {
        (signal, db, "twin", receiver): Tally(100, percent)
        for signal in SIGNALS
        for db in snr.SNRS_DB
        for receiver in ("ours", "spandsp")
    }


@pytest.mark.parametrize(("percent", "met"), [(99, [True, True]), (98, [False, True]), (89, [False, False])])
def test_the_figures_follow_the_curve(percent: int, met: list[bool]) -> None:
    figures = {figure.name: figure.ok for figure in snr.report(curve(percent)).figures}
    assert [figures["snr-8"], figures["snr-5"]] == met


def test_the_picture_shows_who_was_measured() -> None:
    page = ElementTree.fromstring(picture.draw(curve(50)))
    lines = [one.get("class") for one in page.iter("{http://www.w3.org/2000/svg}polyline")]
    assert sorted(lines) == ["line ours"] * 3 + ["line spandsp"] * 3


def test_who_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spandsp, "LIBRARY", "libnothere.so.9")
    spandsp.library.cache_clear()
    try:
        assert peers.absent("spandsp") == ["spandsp: not installed (apt install libspandsp2)"]
    finally:
        spandsp.library.cache_clear()


def test_a_name_that_nothing_has_is_refused() -> None:
    assert decoders.choose([]) == list(decoders.BENCHES)
    assert decoders.choose(["speed", "snr"]) == ["snr", "speed"]
    with pytest.raises(OperatorError, match="sneed"):
        decoders.choose(["sneed"])


@pytest.mark.parametrize("variant", dtmf_ids.VARIANTS)
def test_ids_by_dtmf_are_what_they_mean(variant: str) -> None:
    _, identity, sound = dtmf_ids.noisy(dtmf_ids.Batch(variant, CLEAN_DB, 1), 1)
    assert [(one.standard, one.identity) for one in ours.caller_id(sound)] == [(Standard.DTMF, identity)]


@pytest.mark.skipif(not peers.present("multimon"), reason="multimon-ng is not installed")
def test_multimon_hears_at_its_own_rate() -> None:
    assert programs.multimon(sounds.digitised(keys.sound_of(keys.KEYS, Keying(), randomly("test")))) == keys.KEYS
