"""The left of the workspace: the images to annotate, their filter and order, and how many are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from msdn_core.domain.annotation import ReviewState
from msdn_core.project import Project
from msdn_gui.actions.bind import ActionSet, follow_keys
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.queue.orders import ORDER_TEXTS, ORDER_TIPS, Order, OrderContext, sort_keys
from msdn_gui.annotate.queue.queue_model import FILTERS, QueueModel
from msdn_gui.annotate.queue.queue_view import QueueView
from msdn_gui.look.theme import SPACING
from msdn_gui.services.background import Background
from msdn_gui.session.collection import CollectionPhase
from msdn_gui.widgets.build import make_button, make_column, make_combo_box, make_label, make_line_edit
from msdn_gui.widgets.images.image_view import CELL
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from msdn_core.domain.attributes import FloatArray
    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.services import Services
    from msdn_gui.session import Session


class QueuePanel(QWidget):
    """Search field, filter, order, thumbnails with signs, and counts."""

    def __init__(
        self,
        session: Session,
        services: Services,
        annotations: Annotations,
        actions: ActionSet,
        threshold: Callable[[], float],
    ) -> None:
        """``threshold`` returns the strength from which an attribute is suggested."""
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session, self._annotations, self._jobs = session, annotations, services.jobs
        self._threshold = threshold
        self._sorting, self._verdicts = Background(self), Background(self)
        self._is_reading_verdicts = False
        self.model = QueueModel(services.thumbnails)
        self.view = QueueView(self.model)
        self._make_controls(actions)
        self._compose()
        self._connect()
        self._update_images()
        self._update_verdicts()

    def focus_search(self) -> None:
        """Move the keyboard focus to the search field."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def refresh(self) -> None:
        """Apply filter and order again: images that are done now leave the list."""
        self.arrange()
        if self.order.currentIndex():
            self._sort()

    def arrange(self) -> None:
        """Apply the search and the filter."""
        self.model.arrange(self.search.text(), self.kind.currentData())
        self._update_count()

    def show_all(self) -> None:
        """Clear the search and the filter."""
        self.search.clear()
        self.kind.setCurrentIndex(0)

    # Composition

    def _make_controls(self, actions: ActionSet) -> None:
        self.search = make_line_edit(name="queue_search", placeholder="Search images", clearable=True)
        self.search.setToolTip("Show images whose name or class contains these words")
        self.kind = make_combo_box(name="queue_kind", accessible="Filter of images")
        for value, text in FILTERS.items():
            self.kind.addItem(text, value)
        follow_keys(
            actions["annotate.update_list"],
            lambda keys: self.kind.setToolTip(
                f"Finished images stay in the list until you choose a filter or update the list{keys}"
            ),
        )
        self.order = make_combo_box(name="queue_order", accessible="Order of images")
        for order, text in ORDER_TEXTS.items():
            self.order.addItem(text, order.value)
            self.order.setItemData(self.order.count() - 1, ORDER_TIPS.get(order), Qt.ItemDataRole.ToolTipRole)
        self.order.setToolTip("Order of images; an order by the model scores all images first")
        for box in (self.kind, self.order):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.count = make_label(name="queue_count", wrap=True)
        self.count.setProperty("look", "muted")
        self.empty = make_label(name="queue_empty", wrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("look", "muted")
        self.all_button = make_button("Show all images", name="queue_all")
        self.all_button.clicked.connect(self.show_all)

    def _compose(self) -> None:
        empty = QWidget()
        column = QVBoxLayout(empty)
        column.setSpacing(SPACING)
        column.addStretch(1)
        column.addWidget(self.empty)
        column.addWidget(self.all_button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(empty)
        top = make_column(self.search, self.kind, self.order, spacing=SPACING // 2)
        top.setContentsMargins(SPACING, SPACING, SPACING, 0)
        bottom = make_column(self.count)
        bottom.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        layout = make_column(top, spacing=SPACING // 2)
        layout.addWidget(self._pages, 1)
        layout.addLayout(bottom)
        self.setLayout(layout)
        self.setMinimumWidth(2 * CELL + 20)

    def _connect(self) -> None:
        session = self._session
        images = Refresher(self, self._update_images)
        verdicts = Refresher(self, self._update_verdicts)
        self.search.textChanged.connect(self.arrange)
        self.kind.currentIndexChanged.connect(self.arrange)
        self.order.currentIndexChanged.connect(lambda _: self._sort())
        self._sorting.done.connect(self._on_sort_keys)
        self._verdicts.done.connect(self._on_verdicts_read)
        session.inference.checkpoint_changed.connect(self._sort_by_project)
        session.document.project_changed.connect(self._sort_by_project)
        session.inference.collection.changed.connect(self._on_collection_changed)
        self.view.chosen.connect(session.selection.set_image)
        self.view.selection_changed.connect(self._update_count)
        session.document.images_changed.connect(images.request)
        session.selection.image_changed.connect(self.view.show_record)
        session.selection.attribute_changed.connect(verdicts.request)
        self._annotations.changed.connect(self._on_annotations_changed)

    # Sorting

    def _sort(self) -> None:
        """Sort by the selected order; score all images first if the order needs scores and there are none."""
        session, order = self._session, Order(self.order.currentData())
        self._sorting.cancel()
        if order is Order.PROJECT:
            self.model.sort_by(None)
            self._select_first()
            return
        if session.document.project is None or session.inference.checkpoint is None:
            session.messages.info("Select a checkpoint first: this order uses its scores.")
            self._sort_by_project()
            return
        header, images = session.inference.checkpoint.header, list(session.document.images)
        collection = session.inference.collection.collection
        if collection is None or collection.fused.shape[1] != len(session.document.table.attributes):
            # The images are sorted once there are scores.
            if session.inference.collection.phase is CollectionPhase.MISSING:
                self._score_all()
            return
        context = OrderContext(
            session.document.project.path,
            session.document.table,
            session.inference.gamma,
            header.clip_negative,
            session.selection.attribute,
            self._threshold(),
        )
        self._sorting.start(lambda: sort_keys(collection, images, order, context))

    def _on_sort_keys(self, keys: FloatArray) -> None:
        if len(keys) != self.model.total:
            self._sort()  # Images were added meanwhile.
            return
        self.model.sort_by(keys)
        self._select_first()
        missing = int(np.isnan(keys).sum())
        if missing:
            have = "image has" if missing == 1 else "images have"
            self._session.messages.info(f"{missing:,} {have} no scores and come last.")

    def _on_collection_changed(self) -> None:
        if self._session.inference.collection.phase is not CollectionPhase.LOADING and self.order.currentIndex():
            self._sort()

    def _score_all(self) -> None:
        job = self._session.inference.collection.score(self._jobs, "annotate")
        if job is not None:
            job.failed.connect(self._sort_by_project)
            job.cancelled.connect(self._sort_by_project)

    def _sort_by_project(self, *_: object) -> None:
        self._sorting.cancel()
        self.order.setCurrentIndex(0)

    def _select_first(self) -> None:
        if self.model.rowCount():
            self._session.selection.set_image(self.model.record_at(0))
        self._update_count()

    # Images and annotations

    def _update_images(self) -> None:
        session, store = self._session, self._annotations.store
        if not self.model.shows(session.document.images):
            self.model.reviews = store.reviews() if store is not None else {}
            self._update_verdicts()
        self.model.set_images(session.document.images)
        self.view.show_record(session.selection.image)
        if session.selection.image is None and session.document.images:
            session.selection.set_image(session.document.images[0])
        self._update_count()

    def _on_annotations_changed(self, change: AnnotationChange) -> None:
        store, column = self._annotations.store, self._session.selection.attribute
        if store is None:
            return
        if change.kind is AnnotationKind.REVIEWS:
            self.model.reviews = store.reviews()
            self._update_count()
        elif change.kind is AnnotationKind.JUDGEMENTS and self._is_reading_verdicts:
            self._update_verdicts()
        elif change.kind is AnnotationKind.JUDGEMENTS and column >= 0:
            kept = {number: one for number, one in self.model.verdicts.items() if number not in change.image_ids}
            self.model.verdicts = kept | store.judgements_of_attribute(column, change.image_ids)
        self.model.redraw(change.image_ids)

    def _update_verdicts(self) -> None:
        """Read the judgements of the selected attribute on another thread: 10,000 take too long for this one."""
        document, column = self._session.document, self._session.selection.attribute
        self._verdicts.cancel()
        self.model.set_verdicts({})
        self._is_reading_verdicts = False
        if document.project is not None and not document.table_is_borrowed and column >= 0:
            self._is_reading_verdicts = True
            path = document.project.path
            self._verdicts.start(lambda: _verdicts_of(path, column))

    def _on_verdicts_read(self, verdicts: dict[int, tuple[int, int]]) -> None:
        self._is_reading_verdicts = False
        self.model.set_verdicts(verdicts)
        if self.kind.currentData() == "unjudged":
            self.arrange()

    def _update_count(self) -> None:
        shown, total = self.model.rowCount(), self.model.total
        self._pages.setCurrentIndex(0 if shown else 1)
        self.all_button.setVisible(bool(total))
        if total:
            self.empty.setText("No images match the search and the filter.")
        else:
            self.empty.setText("This project has no images yet.\n\nDrop a folder of images on this window to add them.")
        states = [review.state for review in self.model.reviews.values()]
        parts = [f"{total:,} images" if shown == total else f"{shown:,} of {total:,} images"]
        parts += [f"{states.count(s):,} {s.value}" for s in (ReviewState.CHECKED, ReviewState.FLAGGED) if s in states]
        selected = len(self.view.selectedIndexes())
        if selected > 1:
            parts = [f"{selected:,} images selected: annotations apply to all of them"]
        self.count.setText(" · ".join(parts))


def _verdicts_of(path: Path, column: int) -> dict[int, tuple[int, int]]:
    with Project.open(path, read_only=True) as project:
        return project.annotations.judgements_of_attribute(column)
