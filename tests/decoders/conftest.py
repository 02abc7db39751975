"""Long and statistical tests of the decoders borrow the sounds and readings of the unit tests."""

import sys
from pathlib import Path

UNIT = Path(__file__).parents[1] / "unit"
sys.path[:0] = [str(UNIT / "line"), str(UNIT / "dsp")]
