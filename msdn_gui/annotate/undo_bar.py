"""Undo and redo of this workspace, and what they would undo."""

from __future__ import annotations

from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QWidget

from msdn_gui.look.icons import bind_icon
from msdn_gui.widgets.build import make_tool_button


class UndoBar(QWidget):
    """Two buttons; their tooltips say what, and that the steps of other workspaces are not meant."""

    def __init__(self, stack: QUndoStack) -> None:
        super().__init__()
        self._stack = stack
        self.undo = make_tool_button(name="annotate_undo", accessible="Undo in Annotate")
        self.redo = make_tool_button(name="annotate_redo", accessible="Redo in Annotate")
        bind_icon(self.undo, "undo")
        bind_icon(self.redo, "redo")
        self.undo.clicked.connect(stack.undo)
        self.redo.clicked.connect(stack.redo)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        stack.indexChanged.connect(lambda _: self._tell())
        self._tell()

    def _tell(self) -> None:
        for button, word, text, can in (
            (self.undo, "Undo", self._stack.undoText(), self._stack.canUndo()),
            (self.redo, "Redo", self._stack.redoText(), self._stack.canRedo()),
        ):
            button.setEnabled(can)
            keys = "Ctrl+Z" if word == "Undo" else "Ctrl+Shift+Z"
            button.setToolTip(
                f"{word} {text} – in Annotate alone ({keys})" if can else f"Nothing to {word.lower()} here"
            )
