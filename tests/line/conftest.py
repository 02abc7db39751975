"""Fixtures of the tests on the simulated line."""

from line_shop import open_shop

__all__ = ["open_shop"]
