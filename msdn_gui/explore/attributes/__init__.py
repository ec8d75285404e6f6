"""The attribute table below the maps, and the scores that a person overrides in it."""
