"""How far two annotators agree, or an annotator and the model: as numbers, and as a list to go through."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QSignalBlocker
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from msdn_core.domain.judge_agreement import Agreement, Verdicts, compare
from msdn_core.domain.suggestions import strengths
from msdn_core.project import Project
from msdn_gui.annotate.actions import ActionMaker
from msdn_gui.annotate.annotations import Annotations
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.summary.text_table import RowsModel, rows_view
from msdn_gui.look.theme import SPACING
from msdn_gui.services.background import Background
from msdn_gui.session import Session
from msdn_gui.session.collection import Collection
from msdn_gui.widgets.build import make_combo_box, make_label
from msdn_gui.widgets.parted import ABOVE, parted

DATA_SET, MODEL = "The data set", "The model"
_WORDS = ("absent", "present", "not visible")


class AgreementPanel(QWidget):
    """Two annotators to choose, what they both judged, and where they differ; a row chooses image and attribute."""

    def __init__(
        self, session: Session, annotations: Annotations, maker: ActionMaker, threshold: Callable[[], float]
    ) -> None:
        """``threshold`` gives the strength from which on the model is taken to say that an attribute is present."""
        super().__init__()
        self._session, self._annotations = session, annotations
        self._work = Background(self)
        self._agreement: Agreement | None = None
        self._columns: list[int] = []
        self._differences: list[tuple[int, int]] = []
        self._shown = False
        self._threshold = threshold
        self.next = maker.make("next_difference", "Next difference", "D", lambda: self._step(1))
        self.first, self.second = (
            make_combo_box(name=f"agreement_{name}", accessible=f"{name.capitalize()} annotator")
            for name in ("first", "second")
        )
        self.figures = make_label(name="agreement_figures", wrap=True)
        self.attributes = RowsModel(
            ("Attribute", "Both", "Same", "Kappa"),
            ("", "Images that both judged", "How often both say the same", "Agreement beyond chance (Cohen)"),
        )
        self.differences = RowsModel(("Image", "First", "Second"), ("Where they differ", "What the first says", ""))
        self.attribute_table = rows_view(
            self.attributes, "agreement_attributes", "Agreement by attribute", (56, 62, 66)
        )
        self.difference_table = rows_view(self.differences, "agreement_differences", "Differences", (86, 86))
        self._compose()
        for box in (self.first, self.second):
            box.activated.connect(lambda _: self._compare())
        self.attribute_table.selectionModel().currentRowChanged.connect(lambda *_: self._show_differences())
        self.difference_table.selectionModel().currentRowChanged.connect(lambda now, _: self._choose(now.row()))
        self._work.done.connect(self._take)
        self._work.failed.connect(lambda sentence: session.messages.error(sentence))
        annotations.changed.connect(self._on_annotations_changed)
        session.inference.checkpoint_changed.connect(lambda _: self._fill())
        session.inference.collection.changed.connect(self._compare)

    @property
    def actions_of_tab(self) -> list[QAction]:
        """What has its key while this tab is shown."""
        return [self.next]

    def set_shown(self, shown: bool) -> None:
        """Annotators are compared while this tab is shown."""
        self._shown = shown
        self._fill()

    def _compose(self) -> None:
        who = QGridLayout()
        who.setHorizontalSpacing(SPACING)
        who.setVerticalSpacing(SPACING // 2)
        for row, (text, box) in enumerate((("Compare", self.first), ("with", self.second))):
            who.addWidget(QLabel(text), row, 0)
            who.addWidget(box, row, 1)
        who.setColumnStretch(1, 1)
        tables = parted("annotate_agreement", ABOVE, self.attribute_table, self.difference_table)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(who)
        layout.addWidget(self.figures)
        layout.addWidget(tables, 1)
        layout.addWidget(KeyButton(self.next))

    def _on_annotations_changed(self, change: AnnotationChange) -> None:
        if change.kind is AnnotationKind.JUDGEMENTS:
            self._compare()

    # Comparing

    def _fill(self) -> None:
        room = self._annotations.store
        if not self._shown or room is None:
            return
        names = [*room.annotators(), DATA_SET, *([MODEL] if self._session.inference.checkpoint is not None else [])]
        for box, usual in ((self.first, 0), (self.second, 1)):
            chosen = box.currentText()
            with QSignalBlocker(box):
                box.clear()
                box.addItems(names)
                box.setCurrentIndex(max(box.findText(chosen), 0) if chosen in names else min(usual, len(names) - 1))
        self._compare()

    def _compare(self) -> None:
        session = self._session
        if not self._shown or session.document.project is None or session.document.table_is_borrowed:
            return
        names = (self.first.currentText(), self.second.currentText())
        path, threshold, collection = (
            session.document.project.path,
            self._threshold(),
            session.inference.collection.collection,
        )
        self._work.start(lambda: _agreement(path, names, collection, threshold))

    def _take(self, agreement: Agreement | None) -> None:
        self._agreement = agreement
        rows = []
        self._columns = []
        if agreement is None:
            self.figures.setText(
                "The model has not scored all images yet: sort the images by what it says (at the left) once."
            )
        elif agreement.share is None:
            self.figures.setText("The two have judged nothing in common.")
        else:
            kappa = "–" if agreement.kappa is None else f"{agreement.kappa:.2f}".replace("-", "−")
            count = len(agreement.first)
            self.figures.setText(f"{count:,} judged by both · {agreement.share:.0%} the same · kappa {kappa}")
            for column in np.unique(agreement.attributes).tolist():
                part = agreement.of_attribute(column)
                rows.append((int((~part.agreed).sum()), column, part))
        rows.sort(key=lambda row: (-row[0], row[1]))
        self._columns = [column for _, column, _ in rows]
        self.attributes.show_rows(
            [
                (
                    self._session.document.table.attributes[column].full_name,
                    str(len(part.first)),
                    f"{part.share:.0%}",
                    "–" if part.kappa is None else f"{part.kappa:.2f}".replace("-", "−"),
                )
                for _, column, part in rows
            ]
        )
        with QSignalBlocker(self.attribute_table.selectionModel()):
            self.attribute_table.setCurrentIndex(self.attributes.index(0, 0))
        self._show_differences()

    def _show_differences(self) -> None:
        row = self.attribute_table.currentIndex().row()
        rows = []
        self._differences = []
        if self._agreement is not None and 0 <= row < len(self._columns):
            column = self._columns[row]
            part = self._agreement.of_attribute(column)
            names = {image.id: "/".join(image.name.split("/")[-2:]) for image in self._session.document.images}
            for place in np.flatnonzero(~part.agreed).tolist():
                image = int(part.image_ids[place])
                self._differences.append((image, column))
                rows.append((names.get(image, str(image)), _WORDS[part.first[place]], _WORDS[part.second[place]]))
        self.differences.show_rows(rows)

    # Going through

    def _choose(self, row: int) -> None:
        if 0 <= row < len(self._differences):
            number, column = self._differences[row]
            record = next((image for image in self._session.document.images if image.id == number), None)
            self._session.selection.set_attribute(column)
            if record is not None:
                self._session.selection.set_image(record)

    def _step(self, by: int) -> None:
        row = self.difference_table.currentIndex().row() + by
        if row < self.differences.rowCount():
            self.difference_table.setCurrentIndex(self.differences.index(row, 0))
        elif self.attribute_table.currentIndex().row() + 1 < self.attributes.rowCount():
            self.attribute_table.setCurrentIndex(
                self.attributes.index(self.attribute_table.currentIndex().row() + 1, 0)
            )
            self.difference_table.setCurrentIndex(self.differences.index(0, 0))


def _agreement(path: Path, names: tuple[str, str], collection: Collection | None, threshold: float) -> Agreement | None:
    """For another thread than the window's; None where the model is asked and has not looked."""
    sides = []
    with Project.open(path, read_only=True) as project:
        for name in names:
            if name == MODEL:
                if collection is None:
                    return None
                sides.append(_verdicts_of_model(collection, threshold))
            else:
                # What the model brought about says nothing on whether one agrees with it.
                sides.append(project.annotations.verdicts(None if name == DATA_SET else name, unaided=MODEL in names))
    return compare(*sides)


def _verdicts_of_model(collection: Collection, threshold: float) -> Verdicts:
    strong = strengths(collection.fused) >= threshold
    images, attributes = strong.shape
    return Verdicts(
        np.repeat(collection.image_ids, attributes),
        np.tile(np.arange(attributes), images),
        strong.ravel().astype(np.int8),
    )
