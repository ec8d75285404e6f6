"""Saving maps: both maps as a picture, and a sheet of several attributes."""
