"""Doing an action from anywhere: what it belongs to is shown first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QTabWidget, QWidget

from msdn_gui.shell.action_list import Listed
from msdn_gui.widgets.action import why_not

if TYPE_CHECKING:
    from msdn_gui.shell.window import MainWindow


def do(window: MainWindow, listed: Listed) -> None:
    """Goes to the action's workspace, and to its tab, and does it; the message bar says where it is not possible."""
    if listed.workspace and (listed.workspace != window.current or not _is_shown(window, listed.workspace)):
        window.show_workspace(listed.workspace)
    action = window.action_list.action(listed.name)
    if action is not None and listed.part:
        show_part = getattr(window.workspaces.get(listed.workspace), "show_part", None)
        if show_part is not None:
            show_part(listed.part)
        elif isinstance(action.parent(), QWidget):
            _show_tabs_of(action.parent())
    if action is not None and action.isEnabled():
        action.trigger()
    else:
        reason = why_not(action) if action is not None else "Open a project first."
        text = listed.text.removesuffix(" …")
        window.session.messages.info(f"“{text}” is not possible now. {reason}".strip())


def _is_shown(window: MainWindow, workspace: str) -> bool:
    made = window.workspaces.get(workspace)
    return made is not None and made.isVisible()


def _show_tabs_of(widget: QWidget) -> None:
    """Turns to the pages on which a widget stands."""
    child, parent = widget, widget.parentWidget()
    while parent is not None:
        tabs = parent.parentWidget()
        # A tab widget keeps its pages in a stack of its own.
        if isinstance(tabs, QTabWidget) and tabs.indexOf(child) >= 0:
            tabs.setCurrentWidget(child)
        child, parent = parent, tabs
