"""Tiny data sets in the formats of the field, for tests and for mutation."""
