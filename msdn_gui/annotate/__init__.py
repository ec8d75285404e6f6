"""Annotate: class labels, judgements of attributes, boxes and points, with the model's suggestions beside them."""

from msdn_gui.annotate.workspace import AnnotateWorkspace

__all__ = ["AnnotateWorkspace"]
