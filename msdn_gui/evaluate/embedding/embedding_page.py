"""Test images and classes in the space of attributes: which are near each other, and which should not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.display_names import attribute_text, class_text
from msdn_core.domain.variants import SubNets
from msdn_core.number_text import percent
from msdn_core.runs.figure_text import selection_text
from msdn_gui.actions.bind import follow_keys
from msdn_gui.evaluate.build import make_choice, make_note
from msdn_gui.evaluate.embedding.colouring import BY_ATTRIBUTE, COLOURINGS, style_of
from msdn_gui.evaluate.embedding.embedding_plot import EmbeddingPlot
from msdn_gui.evaluate.embedding.plane_maker import PlaneMaker, Planes
from msdn_gui.evaluate.errors.error_images import ErrorImages, prediction_text
from msdn_gui.evaluate.runs.run_choice import RunChoice
from msdn_gui.look.theme import AV_LABEL, SEEN_SIGN, SPACING, UNSEEN_SIGN, VA_LABEL, theme
from msdn_gui.session.changes import ChangeKind, TableChange
from msdn_gui.widgets.build import (
    make_button,
    make_column,
    make_progress_bar,
    make_row,
    without_margins,
)
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.embedding import Plane
    from msdn_gui.evaluate.runs.run_selection import RunSelection
    from msdn_gui.services import Services
    from msdn_gui.session import Session

PRINCIPAL, TSNE = "principal", "tsne"
_LAYOUTS = {PRINCIPAL: "Principal components", TSNE: "t-SNE"}
_SOURCES = {"fused": "Fused scores", "av": f"Scores of {AV_LABEL}", "va": f"Scores of {VA_LABEL}"}
_NEIGHBOURS = 24


class EmbeddingPage(QWidget):
    """The plane on the left; on the right the images that a lasso, a click or a class has selected."""

    title = "Embedding"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self._all_runs: RunSelection | None = None
        self._selection: RunSelection | None = None
        self._plane: Plane | None = None
        self.maker = PlaneMaker(session, services, self)
        self.layouts = make_choice("embedding_layout", "Layout", _LAYOUTS)
        self.sources = make_choice("embedding_source", "Attribute scores", _SOURCES)
        self.colouring = make_choice("embedding_colouring", "Colours", COLOURINGS)
        self.attribute = make_choice("embedding_attribute", "Attribute", {})
        self.runs = RunChoice("embedding_run")
        self.plot = EmbeddingPlot(services.thumbnails)
        self.lasso = make_button("Lasso", name="lasso", checkable=True)
        self.facts, self.legend = make_note("embedding_facts"), make_note("embedding_legend")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.bar = make_progress_bar(name="embedding_progress")
        self.make = make_button("Compute t-SNE", name="make_tsne")
        self.cancel = make_button("Cancel", name="cancel_tsne")
        self.images = ErrorImages(session, services)
        self._lay_out()
        self._bind_actions()
        self._connect()
        self._list_attributes()

    @property
    def is_reading(self) -> bool:
        """Whether the plane is still being computed."""
        return self.maker.is_working

    def show_runs(self, selection: RunSelection) -> None:
        """Show the test images of a run, or of the chosen one of two."""
        self._all_runs = selection
        self.runs.show_runs(selection)
        self._refresh()

    # Composition

    def _lay_out(self) -> None:
        first = make_row(self.layouts, self.sources, self.runs)
        first.addStretch(1)
        second = make_row(self.colouring, self.attribute)
        second.addStretch(1)
        second.addWidget(self.lasso)
        self.bar.setFixedWidth(120)
        third = make_row(self.facts, self.bar, self.make, self.cancel)
        third.setStretch(0, 1)
        head = make_column(first, second, third, self.legend, spacing=SPACING // 2)
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        left = QWidget()
        column = without_margins(QVBoxLayout(left), SPACING // 2)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        self.setLayout(make_row(parted("evaluate_embedding", BESIDE, left, self.images, sizes=[640, 330])))

    def _bind_actions(self) -> None:
        actions = self.plot.actions_by_id
        lasso = actions["evaluate.lasso"]
        follow_keys(lasso, lambda keys: self.lasso.setToolTip(f"{lasso.statusTip()}{keys}"))
        self.lasso.toggled.connect(lasso.setChecked)
        lasso.toggled.connect(self.lasso.setChecked)
        # Its key also works while the images on the right have the focus.
        self.addAction(actions["evaluate.clear_selection"])

    def _connect(self) -> None:
        session = self._session
        self.make.clicked.connect(self.maker.make)
        self.cancel.clicked.connect(self.maker.cancel)
        self.maker.changed.connect(self._update_plane)
        self.layouts.currentIndexChanged.connect(lambda _: self._update_plane())
        for box in (self.sources, self.runs):
            box.currentIndexChanged.connect(lambda _: self._refresh())
        self.colouring.currentIndexChanged.connect(lambda _: self._update_colours())
        self.attribute.activated.connect(lambda _: session.selection.set_attribute(self.attribute.currentData()))
        self.plot.pointed.connect(self._on_image_pointed)
        self.plot.image_clicked.connect(self._select_neighbours)
        self.plot.open_requested.connect(self._open_in_explore)
        self.plot.class_clicked.connect(self._on_class_clicked)
        self.plot.selected.connect(self._select)
        session.selection.attribute_changed.connect(self._on_attribute_changed)
        session.selection.class_changed.connect(self._on_class_changed)
        refresher = Refresher(self, self._list_attributes, _has_same_attributes)
        session.document.table_changed.connect(refresher.on_table_changed)
        theme().changed.connect(self._update_colours)

    # What is shown

    def _refresh(self) -> None:
        if self._all_runs is None:
            return
        before, self._selection = self._selection, self.runs.apply(self._all_runs)
        run = self._selection.run
        has_both = run.evaluation.predictions.sub_nets == SubNets.BOTH
        self.sources.setVisible(has_both)
        if not has_both:
            with QSignalBlocker(self.sources):
                self.sources.setCurrentIndex(0)
        if before is None or before.run is not run:
            self._plane = None
            self.plot.show_classes(run.table)
        if before is None or not before.is_like(self._selection):
            self._select(None)
        self.maker.show(run, self.sources.currentData())
        self._update_plane()

    def _update_plane(self) -> None:
        planes, job, selection = self.maker.planes, self.maker.job, self._selection
        shows_tsne = self.layouts.currentData() == TSNE
        stored = planes.stored if planes is not None else None
        self.bar.setVisible(shows_tsne and job is not None)
        self.cancel.setVisible(shows_tsne and job is not None)
        self.make.setVisible(shows_tsne and job is None and planes is not None and stored is None)
        if selection is None or planes is None:
            self.facts.setText(self.maker.fault or "Computing the plane …")
            return
        plane = stored.plane if shows_tsne and stored is not None else planes.principal
        is_same = plane is self._plane or (self._plane is not None and np.array_equal(plane.images, self._plane.images))
        if not is_same:
            self._plane = plane
            self.plot.show_plane(plane)
            self._on_class_changed(self._session.selection.class_name)
        self._update_colours()
        text = self._tsne_text(planes) if shows_tsne else _components_text(planes.principal)
        self.facts.setText(f"{text} {selection_text(selection.run).capitalize()}.")

    def _tsne_text(self, planes: Planes) -> str:
        """Return how t-SNE was computed, its progress, or why principal components are shown; update the bar."""
        job, stored = self.maker.job, planes.stored
        if stored is not None:
            return (
                f"t-SNE, perplexity {stored.perplexity:g}, seed {stored.seed}, "
                f"KL divergence {stored.divergence:.2f} nats. "
                "Nearby points are similar; the distance between distant points has no meaning."
            )
        if job is not None:
            self.bar.setRange(0, job.total)
            self.bar.setValue(job.done)
            progress = f"step {job.done:,} of at most {job.total:,}" if job.total else "starting"
            return f"Computing t-SNE: {progress}. Principal components are shown until then."
        why = self.maker.fault or planes.fault or "t-SNE of these scores has not been computed."
        return f"{why} Principal components are shown."

    def _update_colours(self) -> None:
        self.attribute.setVisible(self.colouring.currentData() == BY_ATTRIBUTE)
        if self._selection is None or self._plane is None or self.maker.planes is None:
            return
        index = self.attribute.currentIndex()
        name = str(self.attribute.itemData(index, Qt.ItemDataRole.ToolTipRole) or "") if index >= 0 else ""
        style = style_of(self._selection, self.sources.currentData(), self.colouring.currentData(), name)
        self.plot.show_style(style)
        self.legend.setText(style.legend)

    def _select(self, positions: NDArray[np.intp] | None, title: str = "") -> None:
        """Show some images on the right; None clears the selection."""
        self.plot.select(positions)
        selection = self._selection
        if selection is None:
            return
        if positions is None:
            self.images.show_images(selection, np.zeros(0, np.intp), "Select images to see them here")
            self.images.hint.setText(
                "Drag with Shift held, or press Lasso and drag. Click an image to see its neighbours."
            )
            return
        errors = int((selection.run.predictions(selection.gamma) != selection.run.labels)[positions].sum())
        self.images.show_images(selection, positions, title or f"{len(positions):,} images, {errors:,} misclassified")

    def _select_neighbours(self, position: int) -> None:
        self._select(self.plot.nearest(position, _NEIGHBOURS), "This image and its nearest neighbours")

    def _open_in_explore(self, position: int) -> None:
        if self._selection is not None:
            self.images.open_in_explore(self._selection, position)

    def _on_class_clicked(self, row: int) -> None:
        if self._selection is None:
            return
        run = self._selection.run
        name = run.table.classes[row]
        self._session.selection.set_class(name)
        positions = np.flatnonzero(run.labels == row)
        self._select(positions, f"{len(positions):,} images of {class_text(name)}")

    def _on_image_pointed(self, position: int) -> None:
        selection = self._selection
        if position < 0 or selection is None:
            return
        run = selection.run
        row = run.labels[position]
        sign = SEEN_SIGN if run.table.seen[row] else UNSEEN_SIGN
        text = prediction_text(run, selection.gamma, position)
        self.plot.hint.show_image(
            self.images.path_of(selection, position), f"{sign} {class_text(run.table.classes[row])}\n{text}"
        )

    # The session's selection

    def _list_attributes(self) -> None:
        """Offer the attributes of the class table; the raw name is the tooltip."""
        attributes = self._session.document.table.attributes
        with QSignalBlocker(self.attribute):
            self.attribute.clear()
            for column, attribute in enumerate(attributes):
                self.attribute.addItem(attribute_text(attribute), column)
                self.attribute.setItemData(column, attribute.full_name, Qt.ItemDataRole.ToolTipRole)
            self.attribute.setCurrentIndex(max(self._session.selection.attribute, 0) if attributes else -1)
        self._update_colours()

    def _on_attribute_changed(self, column: int) -> None:
        if column >= 0:
            self.attribute.setCurrentIndex(column)
            self._update_colours()

    def _on_class_changed(self, name: str | None) -> None:
        if self._selection is not None:
            index = self._selection.run.table.class_index
            self.plot.select_class(index.get(name, -1) if name is not None else -1)


def _has_same_attributes(change: TableChange) -> bool:
    return change.kind in (ChangeKind.VALUES, ChangeKind.CLASSES)


def _components_text(plane: Plane) -> str:
    first, second = (percent(share) for share in plane.shares or (0, 0))
    return f"The two axes explain {first} and {second} percent of the variance among the images."
