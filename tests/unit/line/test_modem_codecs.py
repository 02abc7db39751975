"""Codecs of a modem. Spec: LINE_HARDWARE.md 1.6; ITU-T G.711 tables 1a and 2a."""

from __future__ import annotations

import numpy as np
import pytest

from appliance.line.modem.codecs import Codec, Form, choose, from_pcm, parse_codecs, to_pcm


def pcm(*values: int) -> bytes:
    return np.array(values, "<i2").tobytes()


@pytest.mark.parametrize(
    ("form", "octets", "values"),
    [
        (Form.UNSIGNED8, b"\x00\x80\xff", (-32768, 0, 32512)),
        (Form.SIGNED8, b"\x80\x00\x7f", (-32768, 0, 32512)),
        (Form.MU_LAW, b"\xff\x7f\x80\x00\xef", (0, 0, 32124, -32124, 132)),
        (Form.A_LAW, b"\xd5\x55\xaa\x2a", (8, -8, 32256, -32256)),
        (Form.LINEAR16, b"\x34\x12", (0x1234,)),
    ],
)
def test_known_values(form: Form, octets: bytes, values: tuple[int, ...]) -> None:
    assert to_pcm(form, octets) == pcm(*values)


@pytest.mark.parametrize("form", list(Form))
def test_decoded_codes_encode_to_the_same_sound(form: Form) -> None:
    sound = to_pcm(form, bytes(range(256)))
    assert to_pcm(form, from_pcm(form, sound)) == sound


@pytest.mark.parametrize(("form", "worst"), [(Form.UNSIGNED8, 256), (Form.MU_LAW, 644), (Form.A_LAW, 512)])
def test_encoding_is_the_nearest(form: Form, worst: int) -> None:
    sound = np.arange(-32768, 32768).astype("<i2")
    error = np.abs(np.frombuffer(to_pcm(form, from_pcm(form, sound.tobytes())), "<i2").astype(int) - sound.astype(int))
    assert error.max() <= worst
    assert error[32768 - 200 : 32768 + 200].max() <= 128


def test_lists_of_the_known_families() -> None:
    lines = (
        '1,"UNSIGNED PCM",8,0,(7200,8000),(0),(0)',
        '128,"8-BIT LINEAR",(7200,8000,11025)',
        '129,"16-BIT LINEAR",(7200,8000,11025)',
        '130,"IMA ADPCM",4,0,(8000),(0),(0)',
        '131,"ULAW",8,0,(8000),(0),(0)',
        '5,"G.711A",8,0,8000,0,0',
        '133,"LINEAR",16,0,(7200-11025),(0),(0)',
        '4,"",8,0,(8000),(0),(0)',
        '132,"ALAW",8,0,(7200),(0),(0)',
        "\x00garbage",
        '999999,"ULAW"',
    )
    assert [(codec.number, codec.form) for codec in parse_codecs(lines)] == [
        (1, Form.UNSIGNED8),
        (128, Form.UNSIGNED8),
        (129, Form.LINEAR16),
        (131, Form.MU_LAW),
        (5, Form.A_LAW),
        (133, Form.LINEAR16),
        (4, Form.MU_LAW),
    ]


def test_choice_by_quality_and_by_what_the_port_carries() -> None:
    codecs = [Codec(1, Form.UNSIGNED8), Codec(133, Form.LINEAR16), Codec(5, Form.A_LAW)]
    assert choose(codecs, 230_400) == codecs[1]
    assert choose(codecs, 115_200) == codecs[2]
    assert choose(codecs, 57_600) is None
    assert choose([], 115_200) is None
