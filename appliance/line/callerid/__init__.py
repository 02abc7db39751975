"""Caller identity from sound: one file a national standard, and one receiver for them all."""
