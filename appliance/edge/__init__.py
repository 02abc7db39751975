"""Touches the world: the Protocols in `ports`, and one driver a file."""
