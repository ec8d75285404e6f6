"""The left of the workspace: which images are to be annotated, in which order, and how far one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from msdn_core.domain.annotation import ReviewState
from msdn_gui.annotate.annotations import Annotations
from msdn_gui.annotate.queue_model import FILTERS, QueueModel
from msdn_gui.annotate.queue_view import CELL, QueueView
from msdn_gui.session import Session
from msdn_gui.theme import SPACING

if TYPE_CHECKING:
    from msdn_gui.services import Services


class QueuePanel(QWidget):
    """Search line, kind of images, thumbnails with their signs, and counts."""

    def __init__(self, session: Session, services: Services, annotations: Annotations) -> None:
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._annotations = session, annotations
        self.model = QueueModel(services.thumbnails)
        self.view = QueueView(self.model)
        self.search = QLineEdit(objectName="queue_search", placeholderText="Search images", clearButtonEnabled=True)
        self.search.setToolTip("Words that an image's name or class has to contain (Ctrl+F)")
        self.kind = QComboBox(objectName="queue_kind", accessibleName="Which images")
        for value, words in FILTERS.items():
            self.kind.addItem(words, value)
        self.kind.setToolTip("Images that are done stay in their place until you choose here again, or press F5")
        self.count = QLabel(objectName="queue_count", wordWrap=True)
        self.count.setProperty("look", "muted")
        self.empty = QLabel(objectName="queue_empty", wordWrap=True)
        self.empty.setProperty("look", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(SPACING * 2, 0, SPACING * 2, 0)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.empty)
        self.top = QVBoxLayout()
        self.top.setContentsMargins(SPACING, SPACING, SPACING, 0)
        self.top.setSpacing(SPACING // 2)
        self.top.addWidget(self.search)
        self.top.addWidget(self.kind)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        bottom.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(self.top)
        layout.addWidget(self._pages, 1)
        layout.addLayout(bottom)
        self.setMinimumWidth(2 * CELL + 20)

        self.search.textChanged.connect(self.arrange)
        self.kind.currentIndexChanged.connect(self.arrange)
        self.view.chosen.connect(session.set_image)
        self.view.selection_changed.connect(self._tell_count)
        session.images_changed.connect(self._take_images)
        session.image_changed.connect(self.view.show_record)
        session.attribute_changed.connect(self._take_verdicts)
        annotations.changed.connect(self._take_change)
        self._take_images()

    def arrange(self) -> None:
        """Narrow the queue down anew: what has been done since is left out now."""
        self.model.arrange(self.search.text(), self.kind.currentData())
        self._tell_count()

    def _take_images(self) -> None:
        session, room = self._session, self._annotations.room
        self.model.reviews = room.reviews() if room is not None else {}
        self._take_verdicts()
        self.model.set_images(session.images)
        self.view.show_record(session.image)
        if session.image is None and session.images:
            session.set_image(session.images[0])
        self._tell_count()

    def _take_change(self, kind: str, ids: frozenset[int]) -> None:
        room = self._annotations.room
        if room is None:
            return
        if kind == "reviews":
            self.model.reviews = room.reviews()
            self._tell_count()
        elif kind == "judgements":
            self._take_verdicts()
        self.model.redraw(ids)

    def _take_verdicts(self, *_: object) -> None:
        room, column = self._annotations.room, self._session.attribute
        own = not self._session.table_is_borrowed
        self.model.set_verdicts(room.judgements_of_attribute(column) if room and own and column >= 0 else {})

    def _tell_count(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self._pages.setCurrentWidget(self.view if shown else self.empty)
        if not total:
            self.empty.setText("This project has no images yet.\n\nDrop a folder of images on this window.")
        else:
            self.empty.setText("No image is left here.\n\nClear the search, or choose all images.")
        states = [review.state for review in self.model.reviews.values()]
        parts = [f"{total:,} images" if shown == total else f"{shown:,} of {total:,} images"]
        parts += [f"{states.count(s):,} {s.value}" for s in (ReviewState.CHECKED, ReviewState.FLAGGED) if s in states]
        selected = len(self.view.selectedIndexes())
        if selected > 1:
            parts = [f"{selected:,} images selected: what you say now holds for all of them"]
        self.count.setText(" · ".join(parts))
