"""Replaces the picture while images are labelled by folder: each folder with the class it stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from msdn_gui.annotate.annotations import count_of
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_check_box, make_column, make_label, make_row, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from msdn_core.project import ImageRecord
    from msdn_gui.annotate.labels.folders import Folder

_FOLDER, _CLASS, _COUNT, _STATE = range(4)
_RECORDS = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FoldersPanel(QWidget):
    """One line per folder, ticked if it is to be labelled; the class name can be edited. Nothing is saved before."""

    accepted = Signal(object)
    """Images by class name."""
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("folders_panel")
        self._classes: frozenset[str] = frozenset()
        self.tree = _make_tree()
        self.hold_out = make_check_box(
            "Keep every fifth image of each class for testing", name="hold_out", checked=True
        )
        self.hold_out.setToolTip("Without test images, runs cannot be evaluated")
        self.accept_button = make_button(name="accept_folders")
        self.accept_button.setProperty("look", "primary")
        cancel = make_button("Cancel  (Esc)", name="leave_folders")
        self._compose(cancel)
        self.tree.itemChanged.connect(lambda *_: self._update())
        self.tree.itemDoubleClicked.connect(lambda line, _: self.tree.editItem(line, _CLASS))
        self.accept_button.clicked.connect(lambda: self.accepted.emit(self.ticked()))
        cancel.clicked.connect(self.left)

    def show_folders(self, folders: Sequence[Folder], classes: Sequence[str]) -> None:
        """Show folders, all ticked."""
        self._classes = frozenset(classes)
        with QSignalBlocker(self.tree):
            self.tree.clear()
            for folder in folders:
                self.tree.addTopLevelItem(_make_line(folder))
        first = self.tree.topLevelItem(0)
        if first is not None:
            self.tree.setCurrentItem(first)
        self._update()
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def ticked(self) -> dict[str, list[ImageRecord]]:
        """Return the images of the ticked folders by class name."""
        found: dict[str, list[ImageRecord]] = {}
        for line in self._lines():
            name = line.text(_CLASS).strip()
            if name and line.checkState(_FOLDER) is Qt.CheckState.Checked:
                found.setdefault(name, []).extend(line.data(_FOLDER, _RECORDS))
        return found

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Leave, accept, or edit a class name."""
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        current = self.tree.currentItem()
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif is_return and event.modifiers() & Qt.KeyboardModifier.ControlModifier and self.accept_button.isEnabled():
            self.accept_button.click()
        elif event.key() == Qt.Key.Key_F2 and current is not None:
            self.tree.editItem(current, _CLASS)
        else:
            super().keyPressEvent(event)

    # Inside

    def _compose(self, cancel: QWidget) -> None:
        title = make_label("Label by folder")
        title.setProperty("look", "heading")
        explanation = make_label(
            "Images without a class, by folder. Untick folders that are not classes, and edit class names where needed "
            "(F2 or double-click). Several folders can have the same class.",
            wrap=True,
        )
        explanation.setProperty("look", "muted")
        buttons = make_row(spacing=SPACING)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.accept_button)
        layout = make_column(title, explanation, spacing=SPACING, margin=SPACING)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.hold_out)
        layout.addLayout(buttons)
        self.setLayout(layout)

    def _lines(self) -> list[QTreeWidgetItem]:
        lines = (self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount()))
        return [line for line in lines if line is not None]

    def _update(self) -> None:
        with QSignalBlocker(self.tree):
            for line in self._lines():
                name = line.text(_CLASS).strip()
                state = "Name missing" if not name else "" if name in self._classes else "New class"
                line.setText(_STATE, state if line.checkState(_FOLDER) is Qt.CheckState.Checked else "")
        self.tree.viewport().update()
        ticked = self.ticked()
        images = [record for records in ticked.values() for record in records]
        new = len(ticked.keys() - self._classes)
        more = f" and add {new:,} class{'' if new == 1 else 'es'}" if new else ""
        self.accept_button.setText(f"Label {count_of(images)}{more}  (Ctrl+Return)")
        self.accept_button.setEnabled(bool(images))


def _make_tree() -> QTreeWidget:
    tree = named(QTreeWidget(), "folder_rows")
    tree.setRootIsDecorated(False)
    tree.setAccessibleName("Folders and their classes")
    tree.setHeaderLabels(["Folder", "Class", "Images", ""])
    tree.setUniformRowHeights(True)
    tree.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)
    tree.setStyleSheet("QTreeWidget::item { padding: 3px 0; }")
    tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    for section, width in ((_FOLDER, 200), (_CLASS, 180), (_COUNT, 66)):
        tree.header().resizeSection(section, width)
    tree.headerItem().setTextAlignment(_COUNT, _RIGHT)
    return tree


def _make_line(folder: Folder) -> QTreeWidgetItem:
    line = QTreeWidgetItem([folder.path, folder.class_name, f"{len(folder.records):,}", ""])
    line.setData(_FOLDER, _RECORDS, folder.records)
    line.setCheckState(_FOLDER, Qt.CheckState.Checked)
    line.setFlags(line.flags() | Qt.ItemFlag.ItemIsEditable)
    line.setTextAlignment(_COUNT, _RIGHT)
    line.setToolTip(_FOLDER, folder.path)
    return line
