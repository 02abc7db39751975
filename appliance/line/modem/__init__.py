"""Talks with a voice modem: AT text, shielded voice, chipset profiles as data, the session. Sans-IO."""
