"""Speaks: what the box can say, in which language, and where its sound lies."""
