"""Which workspaces there are, and how one is made when it is first shown."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import import_module
from typing import Protocol

from PySide6.QtGui import QAction, QUndoStack
from PySide6.QtWidgets import QWidget

from msdn_gui.services import Services
from msdn_gui.session import Session

_log = logging.getLogger(__name__)


class Workspace(Protocol):
    """What the window asks of a workspace, which is a QWidget besides."""

    title: str
    icon_name: str
    undo_stack: QUndoStack | None

    def actions(self) -> list[QAction]:
        """What stands in the menu named after it."""

    def settled(self) -> bool:
        """Whether what it shows is there."""


@dataclass(frozen=True)
class Entry:
    """A workspace that may not be loaded yet."""

    name: str
    title: str
    icon_name: str
    module: str
    factory: str
    hint: str

    def make(self, session: Session, services: Services) -> QWidget:
        """Imports its module and makes it."""
        return getattr(import_module(self.module), self.factory)(session, services)


ENTRIES = (
    Entry(
        "explore",
        "Explore",
        "explore",
        "msdn_gui.explore.workspace",
        "ExploreWorkspace",
        "Look at images through both sub-nets",
    ),
    Entry("classes", "Classes", "classes", "msdn_gui.classes.workspace", "ClassesWorkspace", "Edit and add classes"),
    Entry(
        "annotate",
        "Annotate",
        "annotate",
        "msdn_gui.annotate.workspace",
        "AnnotateWorkspace",
        "Say what images show",
    ),
    Entry("train", "Train", "train", "msdn_gui.train.workspace", "TrainWorkspace", "Train in the background"),
    Entry(
        "evaluate",
        "Evaluate",
        "evaluate",
        "msdn_gui.evaluate.workspace",
        "EvaluateWorkspace",
        "See how good checkpoints are",
    ),
)
NAMES = tuple(entry.name for entry in ENTRIES)


def load_modules() -> None:
    """Imports all workspaces' modules, so that showing one for the first time costs its making alone.

    Run on a thread of its own while the window is idle: the interpreter hands over between the two.
    """
    for entry in ENTRIES:
        try:
            import_module(entry.module)
        except ImportError:
            # Showing it will say so, where a person sees it.
            _log.warning("workspace %s cannot be loaded", entry.name, exc_info=True)
