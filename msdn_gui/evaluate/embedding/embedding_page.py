"""The test images and the classes in the space of attributes: what lies together, and what lies where it should not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QVBoxLayout,
    QWidget,
)

from msdn_core.domain.embedding import Plane
from msdn_core.domain.variants import SubNets
from msdn_core.number_text import percent
from msdn_core.runs.figure_text import selection_text
from msdn_gui.evaluate.embedding.embedding_look import BY_ATTRIBUTE, COLOURINGS, look_of
from msdn_gui.evaluate.embedding.embedding_plot import EmbeddingPlot
from msdn_gui.evaluate.embedding.planes import PlaneMaker
from msdn_gui.evaluate.errors.found_errors import FoundErrors
from msdn_gui.evaluate.runs.page import Shown
from msdn_gui.evaluate.runs.run_choice import RunChoice
from msdn_gui.look.theme import AV_LABEL, SEEN_SIGN, SPACING, UNSEEN_SIGN, VA_LABEL, small_font, theme
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_button, make_combo_box, make_label, make_progress_bar
from msdn_gui.widgets.parted import BESIDE, parted

if TYPE_CHECKING:
    from msdn_gui.services import Services

PRINCIPAL, TSNE = "principal", "tsne"
_LAYOUTS = {PRINCIPAL: "Principal components", TSNE: "t-SNE"}
_SOURCES = {"fused": "Scores of both, fused", "av": f"Scores of {AV_LABEL}", "va": f"Scores of {VA_LABEL}"}
_NEIGHBOURS = 24


class EmbeddingPage(QWidget):
    """The plane at the left, at the right the images that a lasso, a click or a class has chosen."""

    title = "Embedding"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._session = session
        self._given: Shown | None = None
        self._shown: Shown | None = None
        self._drawn: Plane | None = None
        self.planes = PlaneMaker(session, services, self)
        self.layouts = _choice("embedding_layout", "How the plane is found", _LAYOUTS)
        self.sources = _choice("embedding_source", "Whose attribute scores", _SOURCES)
        self.colouring = _choice("embedding_colouring", "What the colours tell", COLOURINGS)
        self.attribute = _choice("embedding_attribute", "Attribute", {})
        self.runs = RunChoice("embedding_run")
        self.plot = EmbeddingPlot(services.thumbnails)
        self.lasso = make_button("Lasso", name="lasso", checkable=True)
        self.lasso.setToolTip(self.plot.lasso.toolTip())
        self.lasso.toggled.connect(self.plot.lasso.setChecked)
        self.plot.lasso.toggled.connect(self.lasso.setChecked)
        self.facts, self.legend = _quiet("embedding_facts"), _quiet("embedding_legend")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.bar = make_progress_bar(name="embedding_progress")
        self.make = make_button("Make t-SNE", name="make_tsne")
        self.cancel = make_button("Cancel", name="cancel_tsne")
        self.images = FoundErrors(session, services)
        self._compose()
        # Also while the keys go to the images that were found.
        self.addAction(self.plot.clear)
        self.make.clicked.connect(self.planes.make)
        self.cancel.clicked.connect(self.planes.cancel)
        self.planes.changed.connect(self._draw)
        self.layouts.currentIndexChanged.connect(self._draw)
        for box in (self.sources, self.runs):
            box.currentIndexChanged.connect(self._show_chosen)
        self.colouring.currentIndexChanged.connect(self._colour)
        self.attribute.activated.connect(lambda _: session.selection.set_attribute(self.attribute.currentData()))
        self.plot.pointed.connect(self._say_point)
        self.plot.chosen.connect(self._show_around)
        self.plot.asked.connect(lambda place: self.images.ask(self._shown, place))
        self.plot.class_chosen.connect(self._choose_class)
        self.plot.selected.connect(self._select)
        session.selection.attribute_changed.connect(self._take_attribute)
        session.selection.class_changed.connect(self._take_class)
        session.document.table_changed.connect(self._list_attributes)
        theme().changed.connect(self._colour)
        self._list_attributes()

    @property
    def is_reading(self) -> bool:
        """Whether the plane of what is shown is not there yet."""
        return self.planes.is_working

    def show_runs(self, shown: Shown) -> None:
        """Shows a run's test images; of two runs, those of the chosen one."""
        self._given = shown
        self.runs.show_runs(shown)
        self._show_chosen()

    # Composition

    def _compose(self) -> None:
        rows = [QHBoxLayout() for _ in range(2)]
        for row, widgets in zip(
            rows, ((self.layouts, self.sources, self.runs), (self.colouring, self.attribute)), strict=True
        ):
            for widget in widgets:
                row.addWidget(widget)
            row.addStretch(1)
        rows[1].addWidget(self.lasso)
        making = QHBoxLayout()
        making.addWidget(self.facts, 1)
        for widget in (self.bar, self.make, self.cancel):
            making.addWidget(widget)
        self.bar.setFixedWidth(120)
        head = QVBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, 0)
        head.setSpacing(SPACING // 2)
        for row in (*rows, making):
            head.addLayout(row)
        head.addWidget(self.legend)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING // 2)
        column.addLayout(head)
        column.addWidget(self.plot, 1)
        split = parted("evaluate_embedding", BESIDE, left, self.images, sizes=[640, 330])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(split)

    # What is shown

    def _show_chosen(self, *_: object) -> None:
        if self._given is None:
            return
        before, self._shown = self._shown, self.runs.of(self._given)
        run = self._shown.run
        both = run.evaluation.predictions.sub_nets == SubNets.BOTH
        self.sources.setVisible(both)
        if not both:
            with QSignalBlocker(self.sources):
                self.sources.setCurrentIndex(0)
        if before is None or before.run is not run:
            self._drawn = None
            self.plot.show_classes(run.table)
        if before is None or not before.looks_like(self._shown):
            self._select(None)
        self.planes.show(run, self.sources.currentData())
        self._draw()

    def _draw(self, *_: object) -> None:
        planes, job, shown = self.planes.planes, self.planes.job, self._shown
        wants_tsne = self.layouts.currentData() == TSNE
        kept = planes.kept if planes is not None else None
        self.bar.setVisible(wants_tsne and job is not None)
        self.cancel.setVisible(wants_tsne and job is not None)
        self.make.setVisible(wants_tsne and job is None and planes is not None and kept is None)
        if shown is None or planes is None:
            self.facts.setText(self.planes.fault or "Finding the plane …")
            return
        plane = kept.plane if wants_tsne and kept is not None else planes.principal
        if plane is not self._drawn and not (
            self._drawn is not None and np.array_equal(plane.images, self._drawn.images)
        ):
            self._drawn = plane
            self.plot.show_plane(plane)
            self._take_class(self._session.selection.class_name)
        self._colour()
        first, second = (percent(share) for share in planes.principal.shares or (0, 0))
        said = f"The two axes hold {first} and {second} per cent of what varies among the images"
        if wants_tsne and kept is not None:
            said = f"t-SNE, perplexity {kept.perplexity:g}, seed {kept.seed}, {kept.divergence:.2f} nats left: near "
            said += "means alike, far means little"
        elif wants_tsne and job is not None:
            self.bar.setRange(0, job.total)
            self.bar.setValue(job.done)
            how_far = f"step {job.done:,} of {job.total:,} at most" if job.total else "it begins"
            said = f"t-SNE is being made: {how_far}. Until then, principal components"
        elif wants_tsne:
            why = self.planes.fault or planes.fault or "t-SNE was not made of these scores yet."
            said = f"{why} Principal components are shown"
        self.facts.setText(f"{said}. {selection_text(shown.run).capitalize()}.")

    def _colour(self, *_: object) -> None:
        by_attribute = self.colouring.currentData() == BY_ATTRIBUTE
        self.attribute.setVisible(by_attribute)
        planes = self.planes.planes
        if self._shown is None or self._drawn is None or planes is None:
            return
        source, name = self.sources.currentData(), self.attribute.currentText()
        look = look_of(self._shown, source, self.colouring.currentData(), name)
        self.plot.show_look(look)
        self.legend.setText(look.legend)

    def _select(self, places: NDArray[np.intp] | None, title: str = "") -> None:
        self.plot.select(places)
        if self._shown is None:
            return
        if places is None:
            self.images.show_images(self._shown, np.zeros(0, np.intp), "Draw a lasso to see the images within it")
            self.images.hint.setText(
                "Drag with Shift held, or press Lasso. A click on a point shows what lies around it."
            )
        else:
            wrong = int((self._shown.run.predictions(self._shown.gamma) != self._shown.run.labels)[places].sum())
            self.images.show_images(self._shown, places, title or f"{len(places):,} images, {wrong:,} of them wrong")

    def _show_around(self, place: int) -> None:
        self._select(self.plot.nearest(place, _NEIGHBOURS), "This image and those that lie nearest to it")

    def _choose_class(self, row: int) -> None:
        if self._shown is None:
            return
        run = self._shown.run
        self._session.selection.set_class(run.table.classes[row])
        places = np.flatnonzero(run.labels == row)
        self._select(places, f"{len(places):,} images of {run.table.classes[row]}")

    def _say_point(self, place: int) -> None:
        if place < 0 or self._shown is None:
            return
        run = self._shown.run
        taken, own, classes = run.predictions(self._shown.gamma)[place], run.labels[place], run.table.classes
        sign = SEEN_SIGN if run.table.seen[own] else UNSEEN_SIGN
        said = "told rightly" if taken == own else f"taken for {classes[taken]}"
        self.plot.hint.show_image(self.images.path_of(self._shown, place), f"{sign} {classes[own]}\n{said}")

    # What is chosen everywhere

    def _list_attributes(self) -> None:
        names = [attribute.full_name for attribute in self._session.document.table.attributes]
        with QSignalBlocker(self.attribute):
            self.attribute.clear()
            for column, name in enumerate(names):
                self.attribute.addItem(name, column)
            self.attribute.setCurrentIndex(max(self._session.selection.attribute, 0) if names else -1)

    def _take_attribute(self, column: int) -> None:
        if column >= 0:
            self.attribute.setCurrentIndex(column)
            self._colour()

    def _take_class(self, name: str | None) -> None:
        if self._shown is not None:
            self.plot.choose_class(self._shown.run.table.class_index.get(name, -1))


def _choice(name: str, spoken: str, choices: dict[str, str]) -> QComboBox:
    made = make_combo_box(name=name)
    made.setAccessibleName(spoken)
    for data, words in choices.items():
        made.addItem(words, data)
    return made


def _quiet(name: str) -> QLabel:
    made = make_label(name=name, wrap=True)
    made.setProperty("look", "muted")
    made.setFont(small_font())
    return made
