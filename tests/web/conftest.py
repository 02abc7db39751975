"""Fixtures of the page's tests."""

from web_browser import chromium, screen
from web_house import empty_book, house

__all__ = ["chromium", "empty_book", "house", "screen"]
