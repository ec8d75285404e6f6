"""Undo and redo of this workspace, and what they apply to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from msdn_gui.look.icons import bind_icon
from msdn_gui.widgets.build import make_row, make_tool_button

if TYPE_CHECKING:
    from PySide6.QtGui import QUndoStack


class UndoBar(QWidget):
    """Two buttons; their tooltips name the edit, and say that edits of other workspaces are not included."""

    def __init__(self, stack: QUndoStack) -> None:
        super().__init__()
        self._stack = stack
        self.undo = make_tool_button(name="annotate_undo", accessible="Undo in Annotate")
        self.redo = make_tool_button(name="annotate_redo", accessible="Redo in Annotate")
        bind_icon(self.undo, "undo")
        bind_icon(self.redo, "redo")
        self.undo.clicked.connect(stack.undo)
        self.redo.clicked.connect(stack.redo)
        self.setLayout(make_row(self.undo, self.redo, spacing=0))
        stack.indexChanged.connect(lambda _: self._update())
        self._update()

    def _update(self) -> None:
        for button, verb, text, is_enabled in (
            (self.undo, "Undo", self._stack.undoText(), self._stack.canUndo()),
            (self.redo, "Redo", self._stack.redoText(), self._stack.canRedo()),
        ):
            button.setEnabled(is_enabled)
            nothing = f"Nothing to {verb.lower()} in Annotate"
            button.setToolTip(f"{verb}: {text} (edits in Annotate only)" if is_enabled else nothing)
