"""Where the verdict on a measured press turns. The figures are of presses that were met."""

from appliance.dsp.dtmf_press import Press
from appliance.dsp.dtmf_verdict import CALLER_ID, IVR, believes

IN_HISS = Press(
    samples=320,
    together=1.0,
    steady=(0.935, 0.941),
    hiss=(0.117, 0.067),
    shares=(0.49, 0.45),
    before=(0.003, 0.0),
    after=None,
    overtones=(0.01, 0.02),
    third=0.3,
    third_steady=0.5,
)
"""40 ms that waver as much as hiss may make them."""


def test_hiss_excuses_an_unsteady_key() -> None:
    assert believes(IN_HISS, IVR)


def test_but_not_where_a_line_stands_out_of_it() -> None:
    modem = IN_HISS._replace(third=1.0)  # the bits of one made this
    assert not believes(modem, IVR)
    assert believes(modem, CALLER_ID)  # an idle line holds no modem


CHORD = Press(
    samples=720,
    together=0.998,
    steady=(0.992, 0.995),
    hiss=(0.0, 0.0),
    shares=(0.405, 0.454),
    before=None,
    after=(0.3, 1.15),
    overtones=(0.0, 0.0),
    third=5.0,
    third_steady=0.8,
)
"""G5 and E6 out of a chord of strings, without their overtones; its louder notes lie 7 dB over the weaker of them."""


def test_a_louder_note_wants_clear_edges() -> None:
    assert not believes(CHORD, IVR)
    assert believes(CHORD._replace(third=0.1, after=(0.0, 0.0)), IVR)
    assert believes(CHORD._replace(shares=(0.4, 0.7), before=(0.0, 0.0), after=(0.0, 0.0)), IVR)  # our voice on top


def test_an_overtone_gives_music_away_however_loud_the_rest() -> None:
    key = CHORD._replace(shares=(0.4, 0.7), before=(0.0, 0.0), after=(0.0, 0.0))
    assert believes(key._replace(overtones=(0.08, 0.0)), IVR)
    assert not believes(key._replace(overtones=(0.126, 0.0)), IVR)


def test_beside_another_line_less_overtone_of_the_high_tone_is_enough() -> None:
    key = CHORD._replace(before=(0.0, 0.0), after=(0.0, 0.0), shares=(0.4, 0.7), overtones=(0.0, 0.05))
    assert not believes(key, IVR)
    assert believes(key._replace(third=0.1), IVR)
