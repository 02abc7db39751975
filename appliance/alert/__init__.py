"""Judges: what happened -> a level -> the one pattern that lamp and buzzer show."""
