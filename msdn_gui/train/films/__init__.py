"""A run's films: attention as it forms."""
