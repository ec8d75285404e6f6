"""Makes workspaces: their modules are imported when a workspace is first shown."""

from __future__ import annotations

import logging
from collections.abc import Callable
from importlib import import_module

from msdn_gui.services import Services
from msdn_gui.session import Session
from msdn_gui.shell.workspaces import NAMES
from msdn_gui.widgets.workspace import Workspace

_log = logging.getLogger(__name__)
Factory = Callable[[Session, Services], Workspace]


def make_workspace(name: str, session: Session, services: Services) -> Workspace:
    """Import and make the workspace of a name."""
    return _FACTORIES[name](session, services)


def load_modules() -> None:
    """Import the modules of all workspaces, so that showing one for the first time takes less time.

    This runs on a thread of its own while the window is idle.
    """
    for name in NAMES:
        try:
            import_module(f"msdn_gui.{name}.workspace")
        except ImportError:
            # Showing the workspace reports the error where a person sees it.
            _log.warning("Workspace %s cannot be loaded", name, exc_info=True)


def _make_explore(session: Session, services: Services) -> Workspace:
    from msdn_gui.explore.workspace import ExploreWorkspace

    return ExploreWorkspace(session, services)


def _make_classes(session: Session, services: Services) -> Workspace:
    from msdn_gui.classes.workspace import ClassesWorkspace

    return ClassesWorkspace(session, services)


def _make_annotate(session: Session, services: Services) -> Workspace:
    from msdn_gui.annotate.workspace import AnnotateWorkspace

    return AnnotateWorkspace(session, services)


def _make_train(session: Session, services: Services) -> Workspace:
    from msdn_gui.train.workspace import TrainWorkspace

    return TrainWorkspace(session, services)


def _make_evaluate(session: Session, services: Services) -> Workspace:
    from msdn_gui.evaluate.workspace import EvaluateWorkspace

    return EvaluateWorkspace(session, services)


_FACTORIES: dict[str, Factory] = {
    "explore": _make_explore,
    "classes": _make_classes,
    "annotate": _make_annotate,
    "train": _make_train,
    "evaluate": _make_evaluate,
}
