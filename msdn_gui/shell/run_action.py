"""Triggering an action from anywhere: the part of the window that it belongs to is shown first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QTabWidget, QWidget

from msdn_gui.actions.bind import reason_of
from msdn_gui.shell.action_tables import workspace_of

if TYPE_CHECKING:
    from msdn_gui.actions.spec import ActionSpec
    from msdn_gui.session.messages import Messages
    from msdn_gui.shell.action_list import ActionList
    from msdn_gui.shell.navigator import Navigator

NO_PROJECT = "Open a project first."


def run_action(spec: ActionSpec, navigator: Navigator, actions: ActionList, messages: Messages) -> None:
    """Show the workspace and the tab of an action and trigger it, or post why that is not possible."""
    name = workspace_of(spec)
    if name and (name != navigator.page or navigator.shown is None):
        navigator.show_workspace(name)
    action = actions.action(spec.id)
    if action is not None and spec.part:
        if isinstance(owner := action.parent(), QWidget):
            _show_tabs_of(owner)
        if navigator.shown is not None:
            navigator.shown.show_part(spec.part)
    if action is not None and action.isEnabled():
        action.trigger()
        return
    reason = reason_of(action) if action is not None else NO_PROJECT
    text = spec.plain_text.removesuffix(" …")
    messages.info(f"“{text}” is not available now. {reason}".strip())


def _show_tabs_of(widget: QWidget) -> None:
    """Show the pages of tabs that a widget is on."""
    child, parent = widget, widget.parentWidget()
    while parent is not None:
        tabs = parent.parentWidget()
        # A tab widget keeps its pages in a stack of its own.
        if isinstance(tabs, QTabWidget) and tabs.indexOf(child) >= 0:
            tabs.setCurrentWidget(child)
        child, parent = parent, tabs
