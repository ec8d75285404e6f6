"""Classes by folders: who has sorted photographs into folders has said already what they show."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from msdn_core.project import ImageRecord
from msdn_gui.annotate.actions import ActionMaker
from msdn_gui.annotate.annotations import Annotations
from msdn_gui.annotate.labels.folders import folders_of
from msdn_gui.annotate.labels.folders_panel import FoldersPanel
from msdn_gui.session import Session


class ByFolders(QObject):
    """Shows the folders in its panel, and says what a person accepts."""

    shown = Signal()
    left = Signal()

    def __init__(self, session: Session, annotations: Annotations, maker: ActionMaker) -> None:
        super().__init__(annotations)
        self._session, self._annotations = session, annotations
        self.panel = FoldersPanel()
        self.action = maker.make(
            "by_folders", "By folders …", "B", self._begin,
            tip="Give images that have no class the one that their folder is called for, after a look",
        )  # fmt: skip
        self.panel.left.connect(self.left)
        self.panel.accepted.connect(self._label)
        session.document.project_changed.connect(self.left)

    def _begin(self) -> None:
        session = self._session
        if session.document.table_is_borrowed:
            self._say("Define attributes first, in Classes: the project's own ones, or the checkpoint's.")
            return
        folders = folders_of(session.document.images, session.document.table.classes)
        if not folders:
            self._say("There is no image without a class that lies in a folder.")
            return
        self.panel.show_folders(folders, session.document.table.classes)
        self.shown.emit()

    def _label(self, images: dict[str, list[ImageRecord]]) -> None:
        """Add the new classes and label all images, in one step."""
        table = self._session.document.table
        new = [name for name in images if name not in table.class_index]
        vectors = dict.fromkeys(new, np.zeros(len(table.attributes)))
        self._annotations.label_each(images, new_classes=vectors, holds_out=self.panel.hold_out.isChecked())
        self.left.emit()

    def _say(self, sentence: str) -> None:
        self._session.messages.info(sentence)
