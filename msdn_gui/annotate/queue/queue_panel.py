"""The left of the workspace: which images are to be annotated, in which order, and how far one is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from msdn_core.domain.annotation import ReviewState
from msdn_core.domain.attributes import FloatArray
from msdn_core.project import Project
from msdn_gui.annotate.annotations import Annotations
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.queue.orders import TIPS, WORDS, Asked, Order, sort_keys
from msdn_gui.annotate.queue.queue_model import FILTERS, QueueModel
from msdn_gui.annotate.queue.queue_view import QueueView
from msdn_gui.look.theme import SPACING
from msdn_gui.services.background import Background
from msdn_gui.session import Session
from msdn_gui.session.collection import CollectionPhase
from msdn_gui.widgets.build import make_combo_box, make_label, make_line_edit
from msdn_gui.widgets.images.image_view import CELL

if TYPE_CHECKING:
    from msdn_gui.services import Services


class QueuePanel(QWidget):
    """Search line, kind of images, thumbnails with their signs, and counts."""

    def __init__(
        self, session: Session, services: Services, annotations: Annotations, threshold: Callable[[], float]
    ) -> None:
        """``threshold`` gives the strength from which on an attribute is suggested."""
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._annotations, self._jobs = session, annotations, services.jobs
        self._threshold = threshold
        self.model = QueueModel(services.thumbnails)
        self.view = QueueView(self.model)
        self.search = make_line_edit(name="queue_search", placeholder="Search images", clearable=True)
        self.search.setToolTip("Words that an image's name or class has to contain")
        self.kind = make_combo_box(name="queue_kind", accessible="Which images")
        for value, words in FILTERS.items():
            self.kind.addItem(words, value)
        self.order = make_combo_box(name="queue_order", accessible="In which order")
        for order, words in WORDS.items():
            self.order.addItem(words, order.value)
            self.order.setItemData(self.order.count() - 1, TIPS.get(order), Qt.ItemDataRole.ToolTipRole)
        for box in (self.kind, self.order):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.order.setToolTip("What the model says of all images decides; it looks at them first where it has not yet")
        self._sorting, self._verdicts = Background(self), Background(self)
        self._reading_verdicts = False
        self.kind.setToolTip("Images that are done stay in their place until you choose here again, or press R")
        self.count = make_label(name="queue_count", wrap=True)
        self.count.setProperty("look", "muted")
        self.empty = make_label(name="queue_empty", wrap=True)
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
        self.top.addWidget(self.order)
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
        self.order.currentIndexChanged.connect(lambda _: self._sort())
        self._sorting.done.connect(self._take_keys)
        self._verdicts.done.connect(self._show_verdicts)
        session.inference.checkpoint_changed.connect(self._sort_by_project)
        session.document.project_changed.connect(self._sort_by_project)
        session.inference.collection.changed.connect(self._take_collection)
        self.view.chosen.connect(session.selection.set_image)
        self.view.selection_changed.connect(self._tell_count)
        session.document.images_changed.connect(self._take_images)
        session.selection.image_changed.connect(self.view.show_record)
        session.selection.attribute_changed.connect(self._take_verdicts)
        annotations.changed.connect(self._take_change)
        self._take_images()

    def refresh(self) -> None:
        """Narrow the queue down and sort it anew: what has been done since is left out now."""
        self.arrange()
        if self.order.currentIndex():
            self._sort()

    def arrange(self) -> None:
        """Narrow the queue down to what is searched."""
        self.model.arrange(self.search.text(), self.kind.currentData())
        self._tell_count()

    # Sorting

    def _sort(self) -> None:
        """Sort by what the model says, which it is asked for where that is not known yet."""
        session, order = self._session, Order(self.order.currentData())
        self._sorting.cancel()
        if order is Order.PROJECT:
            self.model.sort_by(None)
            self._choose_first()
            return
        if session.document.project is None or session.inference.checkpoint is None:
            session.messages.info("Choose a checkpoint first: the images are sorted by what it says of them.")
            self._sort_by_project()
            return
        header, images = session.inference.checkpoint.header, list(session.document.images)
        collection = session.inference.collection.collection
        if collection is None or collection.fused.shape[1] != len(session.document.table.attributes):
            if session.inference.collection.phase is CollectionPhase.MISSING:
                self._look_at_all()
            return  # Once there are scores, they are sorted by.
        asked = Asked(
            session.document.project.path,
            session.document.table,
            session.inference.gamma,
            header.clip_negative,
            session.selection.attribute,
            self._threshold(),
        )
        self._sorting.start(lambda: sort_keys(collection, images, order, asked))

    def _take_keys(self, keys: FloatArray) -> None:
        if len(keys) != self.model.total:
            self._sort()  # Images have come since.
            return
        self.model.sort_by(keys)
        self._choose_first()
        missing = int(np.isnan(keys).sum())
        if missing:
            noun = "image was" if missing == 1 else "images were"
            self._session.messages.info(f"{missing:,} {noun} not scored by the model, and stand at the end.")

    def _take_collection(self) -> None:
        """The scores of another checkpoint, or new ones: the queue is sorted by them where that was asked for."""
        if self._session.inference.collection.phase is not CollectionPhase.LOADING and self.order.currentIndex():
            self._sort()

    def _look_at_all(self) -> None:
        """Have the model look at all images, once, as a job that the chip shows."""
        job = self._session.inference.collection.score(self._jobs, "annotate")
        if job is not None:
            job.failed.connect(self._sort_by_project)
            job.cancelled.connect(self._sort_by_project)

    def _sort_by_project(self, *_: object) -> None:
        self._sorting.cancel()
        self.order.setCurrentIndex(0)

    def _choose_first(self) -> None:
        if self.model.rowCount():
            self._session.selection.set_image(self.model.record_at(0))
        self._tell_count()

    # What is told

    def _take_images(self) -> None:
        session, room = self._session, self._annotations.store
        if not self.model.shows(session.document.images):
            self.model.reviews = room.reviews() if room is not None else {}
            self._take_verdicts()
        self.model.set_images(session.document.images)
        self.view.show_record(session.selection.image)
        if session.selection.image is None and session.document.images:
            session.selection.set_image(session.document.images[0])
        self._tell_count()

    def _take_change(self, change: AnnotationChange) -> None:
        kind, ids = change.kind, change.image_ids
        room = self._annotations.store
        if room is None:
            return
        if kind is AnnotationKind.REVIEWS:
            self.model.reviews = room.reviews()
            self._tell_count()
        elif kind is AnnotationKind.JUDGEMENTS and self._reading_verdicts:
            self._take_verdicts()
        elif kind is AnnotationKind.JUDGEMENTS and self._session.selection.attribute >= 0:
            kept = {number: said for number, said in self.model.verdicts.items() if number not in ids}
            self.model.verdicts = kept | room.judgements_of_attribute(self._session.selection.attribute, ids)
        self.model.redraw(ids)

    def _take_verdicts(self, *_: object) -> None:
        """Read what is said of the chosen attribute, on another thread: of 10,000 images that takes too long here.

        While another workspace is shown, the attribute may change with every key, and nobody looks.
        """
        session, column = self._session, self._session.selection.attribute
        self._verdicts.cancel()
        self.model.set_verdicts({})
        self._reading_verdicts = (
            session.document.project is not None
            and not session.document.table_is_borrowed
            and column >= 0
            and self.isVisible()
        )
        if self._reading_verdicts:
            path = session.document.project.path
            self._verdicts.start(lambda: _verdicts_of(path, column))

    def _show_verdicts(self, verdicts: dict[int, tuple[int, int]]) -> None:
        self._reading_verdicts = False
        self.model.set_verdicts(verdicts)
        if self.kind.currentData() == "unjudged":
            self.arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take_verdicts()

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


def _verdicts_of(path: Path, column: int) -> dict[int, tuple[int, int]]:
    with Project.open(path, read_only=True) as project:
        return project.annotations.judgements_of_attribute(column)
