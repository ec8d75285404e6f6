"""What can be done in Annotate, each once, with its key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence

from msdn_core.domain.annotation import ReviewState
from msdn_gui.icons import bind_icon

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


class ActionMaker:
    """Makes actions whose keys hold within the workspace alone; a letter typed into a line stays a letter."""

    def __init__(self, workspace: QWidget) -> None:
        self._workspace = workspace

    def make(
        self, name: str, text: str, keys: str, do: Callable[[], object] | None = None, *, tip: str = "", sign: str = ""
    ) -> QAction:
        """One action of the workspace."""
        action = QAction(text, self._workspace, objectName=f"annotate_{name}")
        action.setShortcut(QKeySequence(keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{tip or text} ({shown})" if shown else tip or text)
        if do is not None:
            action.triggered.connect(lambda: do())
        if sign:
            bind_icon(action, sign)
        self._workspace.addAction(action)
        return action

    def toggle(self, name: str, text: str, keys: str, *, on: bool, tip: str = "") -> QAction:
        """One action that is on or off."""
        action = self.make(name, text, keys, tip=tip)
        action.setCheckable(True)
        action.setChecked(on)
        return action


def review_actions(maker: ActionMaker, review: Callable[[ReviewState], None]) -> dict[ReviewState, QAction]:
    """Checked, flagged, unseen."""
    return {
        state: maker.make(state.value, text, keys, lambda state=state: review(state), tip=tip)
        for state, text, keys, tip in (
            (ReviewState.CHECKED, "Checked", "C", "All that is said of the image is right"),
            (ReviewState.FLAGGED, "Flag", "F", "Somebody should look at the image again; with a note"),
            (ReviewState.UNSEEN, "Unseen", "U", "As if nobody had looked at the image"),
        )
    }
