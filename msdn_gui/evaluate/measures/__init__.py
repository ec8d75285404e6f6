"""Measures of attributes and parts."""
