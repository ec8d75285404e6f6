"""Stands in the picture's place while folders are looked through: which class is each of them?"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from msdn_core.project import ImageRecord
from msdn_gui.annotate.annotations import count_of
from msdn_gui.annotate.labels.folders import Folder
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_check_box, make_label

_FOLDER, _CLASS, _COUNT, _WORD = range(4)
_RECORDS = Qt.ItemDataRole.UserRole
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class FoldersPanel(QWidget):
    """A line a folder, ticked where it is meant; the class's name can be written anew (F2). Nothing is said before."""

    accepted = Signal(object)
    """Class names, each with its images."""
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("folders_panel")
        self._classes: frozenset[str] = frozenset()
        title = QLabel("Classes by folders")
        title.setProperty("look", "heading")
        why = make_label(
            "Images that have no class yet, by the folder they lie in. Untick folders that are no class, and write "
            "another name where one is needed (F2, or a double click); one name may stand for several folders.",
            wrap=True,
        )
        why.setProperty("look", "muted")
        self.tree = QTreeWidget(objectName="folder_rows", rootIsDecorated=False)
        self.tree.setAccessibleName("Folders and their classes")
        self.tree.setHeaderLabels(["Folder", "Class", "Images", ""])
        self.tree.setUniformRowHeights(True)
        self.tree.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)
        self.tree.setStyleSheet("QTreeWidget::item { padding: 3px 0; }")
        self.tree.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        for section, width in ((_FOLDER, 200), (_CLASS, 180), (_COUNT, 66)):
            self.tree.header().resizeSection(section, width)
        self.tree.headerItem().setTextAlignment(_COUNT, _RIGHT)
        self.hold_out = make_check_box("Keep every fifth image of a class for testing", name="hold_out", checked=True)
        self.hold_out.setToolTip(
            "A run is measured on images that it was not trained on; without any, nothing can be evaluated"
        )
        leave = make_button("Leave  (Esc)", name="leave_folders")
        self.do = make_button(name="accept_folders")
        self.do.setProperty("look", "primary")
        foot = QHBoxLayout()
        foot.setSpacing(SPACING)
        foot.addStretch(1)
        foot.addWidget(leave)
        foot.addWidget(self.do)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(title)
        layout.addWidget(why)
        layout.addWidget(self.tree, 1)
        layout.addWidget(self.hold_out)
        layout.addLayout(foot)
        self.tree.itemChanged.connect(lambda *_: self._tell())
        self.tree.itemDoubleClicked.connect(lambda line, _: self.tree.editItem(line, _CLASS))
        self.do.clicked.connect(lambda: self.accepted.emit(self.meant()))
        leave.clicked.connect(self.left)

    def show_folders(self, folders: Sequence[Folder], classes: Sequence[str]) -> None:
        """Shows these; all of them are ticked."""
        self._classes = frozenset(classes)
        self.tree.blockSignals(True)
        self.tree.clear()
        for folder in folders:
            line = QTreeWidgetItem([folder.path, folder.class_name, f"{len(folder.records):,}", ""])
            line.setData(_FOLDER, _RECORDS, folder.records)
            line.setCheckState(_FOLDER, Qt.CheckState.Checked)
            line.setFlags(line.flags() | Qt.ItemFlag.ItemIsEditable)
            line.setTextAlignment(_COUNT, _RIGHT)
            line.setToolTip(_FOLDER, folder.path)
            self.tree.addTopLevelItem(line)
        self.tree.blockSignals(False)
        self.tree.setCurrentItem(self.tree.topLevelItem(0))
        self._tell()
        self.tree.setFocus(Qt.FocusReason.OtherFocusReason)

    def meant(self) -> dict[str, list[ImageRecord]]:
        """The classes of the ticked folders, and their images."""
        found: dict[str, list[ImageRecord]] = {}
        for line in self._lines():
            name = line.text(_CLASS).strip()
            if name and line.checkState(_FOLDER) is Qt.CheckState.Checked:
                found.setdefault(name, []).extend(line.data(_FOLDER, _RECORDS))
        return found

    def _lines(self) -> list[QTreeWidgetItem]:
        return [self.tree.topLevelItem(row) for row in range(self.tree.topLevelItemCount())]

    def _tell(self) -> None:
        self.tree.blockSignals(True)
        for line in self._lines():
            name = line.text(_CLASS).strip()
            word = "needs a name" if not name else "" if name in self._classes else "new class"
            line.setText(_WORD, word if line.checkState(_FOLDER) is Qt.CheckState.Checked else "")
        self.tree.blockSignals(False)
        meant = self.meant()
        images = [record for records in meant.values() for record in records]
        new = len(meant.keys() - self._classes)
        more = f" and make {new:,} new class{'' if new == 1 else 'es'}" if new else ""
        self.do.setText(f"Label {count_of(images)}{more}  (Ctrl+Return)")
        self.do.setEnabled(bool(images))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif is_return and event.modifiers() & Qt.KeyboardModifier.ControlModifier and self.do.isEnabled():
            self.do.click()
        elif event.key() == Qt.Key.Key_F2 and self.tree.currentItem() is not None:
            self.tree.editItem(self.tree.currentItem(), _CLASS)
        else:
            super().keyPressEvent(event)
