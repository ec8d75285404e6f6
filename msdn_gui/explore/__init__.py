"""Explore: an image seen through both attention sub-nets, its attributes, and the ranking of the classes."""

from msdn_gui.explore.workspace import ExploreWorkspace

__all__ = ["ExploreWorkspace"]
