"""Denwaban: a call box that stands by the person on the phone."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("denwaban")
except PackageNotFoundError:  # run from a tree that was never installed
    __version__ = "0.0.0"
