"""Classes: the class semantic vectors as a table that can be edited, and classes that have no photographs."""

from msdn_gui.classes.workspace import ClassesWorkspace

__all__ = ["ClassesWorkspace"]
