"""Costs of the window's thread, in processor time, which other work on the machine changes little."""
