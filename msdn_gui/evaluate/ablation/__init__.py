"""Ablations: form, runs and tables."""
