"""Adding and renaming attributes."""
