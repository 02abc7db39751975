"""Hears: samples in; levels, tones, bits and digits out. numpy only; any chunking of the input gives the same output.

`level` turns samples into dBm0, `frames` cuts any chunking into one fixed grid of frames, `tones` measures a set of
tones on that grid. A receiver (FSK, DTMF) stands on these three in a file of its own.
"""
