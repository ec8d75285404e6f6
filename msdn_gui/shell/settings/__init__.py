"""The settings dialog, and applying what it changes."""
