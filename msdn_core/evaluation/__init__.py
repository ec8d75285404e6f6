"""Measuring a checkpoint on a project's test images: figures, tables, and what they are computed from."""
