"""Evaluated runs: which there are, and which are shown."""
