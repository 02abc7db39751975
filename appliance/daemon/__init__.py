"""Runs: settings to running objects, one loop a process, and the commands of the command line."""
