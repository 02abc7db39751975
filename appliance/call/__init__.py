"""Decides: facts in, commands out, by literal tables of states; policy, hours, timers."""
