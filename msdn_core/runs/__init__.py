"""A run's directory: the whole protocol between a training run and whoever watches it; no torch, no Qt."""
