"""Labels images by the folders they are in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from msdn_gui.annotate.labels.folders import folders_of
from msdn_gui.annotate.labels.folders_panel import FoldersPanel

if TYPE_CHECKING:
    from msdn_core.project import ImageRecord
    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.session import Session


class LabelByFolder(QObject):
    """Shows the folders in its panel, and labels their images once the person accepts."""

    shown = Signal()
    left = Signal()

    def __init__(self, session: Session, annotations: Annotations) -> None:
        super().__init__(annotations)
        self._session, self._annotations = session, annotations
        self.panel = FoldersPanel()
        self.panel.left.connect(self.left)
        self.panel.accepted.connect(self._label)
        session.document.project_changed.connect(self.left)

    def start(self) -> None:
        """Show the folders of images without a class, or post why there are none."""
        document, messages = self._session.document, self._session.messages
        if document.table_is_borrowed:
            messages.info("Define attributes in Classes first, or copy those of the checkpoint into the project.")
            return
        folders = folders_of(document.images, document.table.classes)
        if not folders:
            messages.info("There are no images without a class in a folder.")
            return
        self.panel.show_folders(folders, document.table.classes)
        self.shown.emit()

    def _label(self, images: dict[str, list[ImageRecord]]) -> None:
        """Add the new classes and label all images, in one step."""
        table = self._session.document.table
        new = [name for name in images if name not in table.class_index]
        vectors = dict.fromkeys(new, np.zeros(len(table.attributes)))
        self._annotations.label_each(images, new_classes=vectors, holds_out=self.panel.hold_out.isChecked())
        self.left.emit()
