"""Figures, the seen-unseen curve and classes at a glance."""
