"""Pretends: the simulated exchange, modem and people; written from the specifications, never from our decoders."""
