"""Knows: contacts, numbers in one form, what the popup shows."""
