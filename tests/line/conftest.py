"""Fixtures of the tests on the simulated line."""

from line_shop import kind, open_shop
from real_box import box

__all__ = ["box", "kind", "open_shop"]
