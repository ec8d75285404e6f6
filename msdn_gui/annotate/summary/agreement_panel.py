"""How well two annotators agree, or an annotator and the model: as numbers, and as a list of differences."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from msdn_core.domain.display_names import attribute_text
from msdn_core.domain.judge_agreement import Agreement, Verdicts, compare
from msdn_core.domain.suggestions import strengths
from msdn_core.project import Project
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.summary.text_table import TextTableModel, make_text_table
from msdn_gui.look.theme import SPACING
from msdn_gui.services.background import Background
from msdn_gui.widgets.build import make_column, make_combo_box, make_label
from msdn_gui.widgets.parted import ABOVE, parted
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from msdn_gui.actions.bind import ActionSet
    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.session import Session
    from msdn_gui.session.collection import Collection

DATA_SET, MODEL = "Data set", "Model"
_VERDICTS = ("absent", "present", "not visible")


class AgreementPanel(QWidget):
    """Two annotators to select, their agreement by attribute, and their differences; a row selects its image."""

    def __init__(
        self, session: Session, annotations: Annotations, actions: ActionSet, threshold: Callable[[], float]
    ) -> None:
        """``threshold`` returns the strength from which the model counts an attribute as present."""
        super().__init__()
        self._session, self._annotations = session, annotations
        self._work = Background(self)
        self._agreement: Agreement | None = None
        self._columns: list[int] = []
        self._differences: list[tuple[int, int]] = []
        self._threshold = threshold
        self.first, self.second = (
            make_combo_box(name=f"agreement_{name}", accessible=f"{name.capitalize()} annotator")
            for name in ("first", "second")
        )
        self.figures = make_label(name="agreement_figures", wrap=True)
        self.attributes = TextTableModel(
            ("Attribute", "Both", "Same", "Kappa"),
            (
                "Attributes that both annotators judged",
                "Images that both annotators judged",
                "Share of equal judgements",
                "Agreement beyond chance (Cohen's kappa)",
            ),
        )
        self.differences = TextTableModel(
            ("Image", "First", "Second"),
            (
                "Images that were judged differently",
                "Judgement of the first annotator",
                "Judgement of the second annotator",
            ),
        )
        self.attribute_table = make_text_table(
            self.attributes, "agreement_attributes", "Agreement by attribute", (56, 62, 66)
        )
        self.difference_table = make_text_table(self.differences, "agreement_differences", "Differences", (86, 86))
        self._compose(actions)
        self.refresher = Refresher(self, self._refresh)
        # Compared when the tab is first shown.
        self.refresher.is_stale = True
        self._connect()

    def select_next(self) -> None:
        """Select the next difference, also of the next attribute."""
        row = self.difference_table.currentIndex().row() + 1
        attribute = self.attribute_table.currentIndex().row() + 1
        if row < self.differences.rowCount():
            self.difference_table.setCurrentIndex(self.differences.index(row, 0))
        elif attribute < self.attributes.rowCount():
            self.attribute_table.setCurrentIndex(self.attributes.index(attribute, 0))
            self.difference_table.setCurrentIndex(self.differences.index(0, 0))

    # Composition

    def _compose(self, actions: ActionSet) -> None:
        annotators = QGridLayout()
        annotators.setHorizontalSpacing(SPACING)
        annotators.setVerticalSpacing(SPACING // 2)
        for row, (text, box) in enumerate((("Compare", self.first), ("with", self.second))):
            annotators.addWidget(QLabel(text), row, 0)
            annotators.addWidget(box, row, 1)
        annotators.setColumnStretch(1, 1)
        layout = make_column(annotators, self.figures, spacing=SPACING // 2, margin=SPACING)
        layout.addWidget(parted("annotate_agreement", ABOVE, self.attribute_table, self.difference_table), 1)
        layout.addWidget(KeyButton(actions["annotate.next_difference"]))
        self.setLayout(layout)

    def _connect(self) -> None:
        session = self._session
        for box in (self.first, self.second):
            box.activated.connect(lambda _: self._compare())
        self.attribute_table.selectionModel().currentRowChanged.connect(lambda *_: self._show_differences())
        self.difference_table.selectionModel().currentRowChanged.connect(lambda now, _: self._select_row(now.row()))
        self._work.done.connect(self._on_compared)
        self._work.failed.connect(lambda sentence: session.messages.error(sentence))
        self._annotations.changed.connect(self._on_annotations_changed)
        session.document.project_changed.connect(self.refresher.request)
        session.inference.checkpoint_changed.connect(self.refresher.request)
        session.inference.collection.changed.connect(self.refresher.request)

    # Comparison

    def _on_annotations_changed(self, change: AnnotationChange) -> None:
        if change.kind is AnnotationKind.JUDGEMENTS:
            self.refresher.request()

    def _refresh(self) -> None:
        """List the annotators, and compare those that are selected."""
        store = self._annotations.store
        if store is None:
            return
        names = [*store.annotators(), DATA_SET, *([MODEL] if self._session.inference.checkpoint is not None else [])]
        for box, default in ((self.first, 0), (self.second, 1)):
            selected = box.currentText()
            with QSignalBlocker(box):
                box.clear()
                box.addItems(names)
                is_known = selected in names
                box.setCurrentIndex(box.findText(selected) if is_known else min(default, len(names) - 1))
        self._compare()

    def _compare(self) -> None:
        session, project = self._session, self._session.document.project
        if project is None or session.document.table_is_borrowed:
            return
        names = (self.first.currentText(), self.second.currentText())
        path, threshold, collection = project.path, self._threshold(), session.inference.collection.collection
        self._work.start(lambda: _agreement(path, names, collection, threshold))

    def _on_compared(self, agreement: Agreement | None) -> None:
        self._agreement = agreement
        attributes = self._session.document.table.attributes
        parts: list[tuple[int, int, Agreement]] = []
        if agreement is None:
            text = "The model has not scored all images: select an order by the model on the left to score them."
        elif agreement.share is None:
            text = "The two have not judged the same attribute in any image."
        else:
            count = len(agreement.first)
            text = f"{count:,} judged by both · {agreement.share:.0%} the same · kappa {_kappa_text(agreement)}"
            for column in np.unique(agreement.attributes).tolist():
                part = agreement.of_attribute(column)
                if column < len(attributes):
                    parts.append((int((~part.agreed).sum()), column, part))
        self.figures.setText(text)
        parts.sort(key=lambda part: (-part[0], part[1]))
        self._columns = [column for _, column, _ in parts]
        self.attributes.show_rows(
            [
                (attribute_text(attributes[column]), str(len(part.first)), f"{part.share or 0:.0%}", _kappa_text(part))
                for _, column, part in parts
            ],
            [attributes[column].full_name for column in self._columns],
        )
        with QSignalBlocker(self.attribute_table.selectionModel()):
            self.attribute_table.setCurrentIndex(self.attributes.index(0, 0))
        self._show_differences()

    def _show_differences(self) -> None:
        row = self.attribute_table.currentIndex().row()
        rows: list[tuple[str, ...]] = []
        self._differences = []
        if self._agreement is not None and 0 <= row < len(self._columns):
            column = self._columns[row]
            part = self._agreement.of_attribute(column)
            names = {image.id: "/".join(image.name.split("/")[-2:]) for image in self._session.document.images}
            for index in np.flatnonzero(~part.agreed).tolist():
                image = int(part.image_ids[index])
                self._differences.append((image, column))
                rows.append((names.get(image, str(image)), _VERDICTS[part.first[index]], _VERDICTS[part.second[index]]))
        self.differences.show_rows(rows)

    def _select_row(self, row: int) -> None:
        if 0 <= row < len(self._differences):
            image_id, column = self._differences[row]
            record = next((image for image in self._session.document.images if image.id == image_id), None)
            self._session.selection.set_attribute(column)
            if record is not None:
                self._session.selection.set_image(record)


def _kappa_text(agreement: Agreement) -> str:
    return "–" if agreement.kappa is None else f"{agreement.kappa:.2f}".replace("-", "−")


def _agreement(path: Path, names: tuple[str, str], collection: Collection | None, threshold: float) -> Agreement | None:
    """Return the agreement of two annotators, None if one is the model and has no scores; for another thread."""
    sides = []
    with Project.open(path, read_only=True) as project:
        for name in names:
            if name == MODEL:
                if collection is None:
                    return None
                sides.append(_verdicts_of_model(collection, threshold))
            else:
                # Judgements that accepted a suggestion do not show whether a person agrees with the model.
                annotator = None if name == DATA_SET else name
                sides.append(project.annotations.verdicts(annotator, unaided=MODEL in names))
    return compare(*sides)


def _verdicts_of_model(collection: Collection, threshold: float) -> Verdicts:
    is_present = strengths(collection.fused) >= threshold
    images, attributes = is_present.shape
    return Verdicts(
        np.repeat(collection.image_ids, attributes),
        np.tile(np.arange(attributes), images),
        is_present.ravel().astype(np.int8),
    )
