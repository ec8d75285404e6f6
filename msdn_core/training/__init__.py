"""Training: data, steps, checkpoints, films, several ranks, and checkpoints of the published code."""
