"""Remembers: recordings on disk, calls and contacts in SQLite. No SQL and no recording path outside this room."""
