"""Understands: bytes and samples -> telephone facts (rings, identity, cleared, fax)."""
