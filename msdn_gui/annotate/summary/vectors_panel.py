"""The class vectors that follow from the judgements of images, as changes to accept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from msdn_core.domain.display_names import attribute_text, class_text
from msdn_core.domain.judged_vectors import JudgedVectors, vectors_from_judgements
from msdn_core.project import Project
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.summary.text_table import TextTableModel, make_text_table
from msdn_gui.look.theme import SPACING
from msdn_gui.services.background import Background
from msdn_gui.widgets.build import make_column, make_label, make_row, make_spin_box
from msdn_gui.widgets.parted import ABOVE, parted
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_core.domain.attributes import ClassTable, FloatArray
    from msdn_gui.actions.bind import ActionSet
    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange

_TOLERANCE = 1e-9


class VectorsPanel(QWidget):
    """Classes whose vectors would change, and the values of the selected one; nothing changes before it is accepted."""

    accepted = Signal(object)
    """(K,) vectors by class name."""

    def __init__(self, session: Session, annotations: Annotations, actions: ActionSet) -> None:
        super().__init__()
        self._session = session
        self._work = Background(self)
        self._judged: JudgedVectors | None = None
        self._rows: list[int] = []
        """The row in the class table of each class in the list."""
        self.minimum = make_spin_box(1, 999, 3, name="vectors_minimum")
        self.minimum.setAccessibleName("Minimum annotated images")
        self.minimum.setToolTip("A value changes if at least this many images of the class have been judged")
        self.classes = TextTableModel(
            ("Class", "Images", "Values", "Largest"),
            (
                "Classes whose vectors would change",
                "Images of the class that have been judged",
                "Number of values that would change",
                "Largest change of a value",
            ),
        )
        self.values = TextTableModel(
            ("Attribute", "Now", "Judged", "Images"),
            (
                "Attributes whose value would change",
                "Present class value",
                "Share of images in which the attribute is present, weighted by certainty",
                "Images in which the attribute has been judged",
            ),
        )
        self.class_table = make_text_table(self.classes, "vector_classes", "Classes that would change", (70, 66, 68))
        self.value_table = make_text_table(self.values, "vector_values", "Values that would change", (62, 70, 70))
        self.state = make_label(name="vectors_state", wrap=True)
        self.state.setProperty("look", "muted")
        self.all_button = KeyButton(actions["annotate.accept_vectors"])
        self._compose(actions)
        self._refresher = Refresher(self, self._refresh, self._apply_table_change)
        # Computed when the tab is first shown.
        self._refresher.is_stale = True
        self._work.done.connect(self._on_judged)
        self._work.failed.connect(lambda sentence: session.messages.error(sentence))
        self.class_table.selectionModel().currentRowChanged.connect(lambda *_: self._show_values())
        self.minimum.valueChanged.connect(lambda _: self._show_classes())
        annotations.changed.connect(self._on_annotations_changed)
        session.document.images_changed.connect(self._refresher.request)
        session.document.table_changed.connect(self._refresher.on_table_changed)

    def accept_selected(self) -> None:
        """Accept the vector of the selected class."""
        self._accept(self._selected())

    def accept_all(self) -> None:
        """Accept all vectors that would change."""
        self._accept(self._rows)

    # Composition

    def _compose(self, actions: ActionSet) -> None:
        minimum = make_row(make_label("Minimum annotated images"), self.minimum, spacing=SPACING)
        minimum.addStretch(1)
        layout = make_column(minimum, self.state, spacing=SPACING // 2, margin=SPACING)
        layout.addWidget(parted("annotate_vectors", ABOVE, self.class_table, self.value_table), 1)
        layout.addLayout(make_row(KeyButton(actions["annotate.accept_vector"]), self.all_button, spacing=SPACING // 2))
        self.setLayout(layout)

    # What would change

    def _refresh(self) -> None:
        document = self._session.document
        if document.project is None or document.table_is_borrowed or not document.table.classes:
            self._work.cancel()
            self._judged = None
            self._show_classes()
        else:
            path, table = document.project.path, document.table
            self._work.start(lambda: (table, _judged_vectors(path, table)))

    def _apply_table_change(self, change: TableChange) -> bool:
        """Compare with other class values: the judgements are the same."""
        if change.is_values_only:
            self._show_classes()
        return change.is_values_only

    def _on_annotations_changed(self, change: AnnotationChange) -> None:
        if change.kind is AnnotationKind.JUDGEMENTS:
            self._refresher.request()

    def _on_judged(self, judged: tuple[ClassTable, JudgedVectors]) -> None:
        before, now = judged[0], self._session.document.table
        if before.classes == now.classes and before.attributes == now.attributes:
            self._judged = judged[1]
            self._show_classes()

    def _proposed(self, row: int) -> FloatArray:
        """Return the (K,) vector of a class with all values that would change, in the table's units."""
        table, judged = self._session.document.table, self._judged
        vector: FloatArray = table.vectors[row].copy()
        if judged is not None:
            is_judged = judged.has_at_least(self.minimum.value())[row]
            vector[is_judged] = judged.share[row, is_judged] * table.value_range[1]
        return vector

    def _changes(self, row: int) -> FloatArray:
        changes: FloatArray = self._proposed(row) - self._session.document.table.vectors[row]
        return changes

    def _show_classes(self) -> None:
        table, judged = self._session.document.table, self._judged
        if judged is not None and judged.share.shape != table.vectors.shape:
            judged = self._judged = None
        selected = self._selected()
        rows: list[tuple[str, ...]] = []
        self._rows = []
        for row, name in enumerate(table.classes if judged is not None else ()):
            change = np.abs(self._changes(row))
            if judged is not None and change.max(initial=0.0) > _TOLERANCE:
                self._rows.append(row)
                images, values = int(judged.count[row].max()), int((change > _TOLERANCE).sum())
                rows.append((class_text(name), str(images), str(values), self._number(float(change.max()))))
        self.classes.show_rows(rows, [table.classes[row] for row in self._rows])
        kept = self._rows.index(selected[0]) if selected and selected[0] in self._rows else 0
        self.class_table.setCurrentIndex(self.classes.index(kept, 0))
        self._show_values()
        self.state.setText(
            f"{len(rows)} of {len(table.classes)} class vectors would change. Nothing changes before you accept it."
            if rows
            else _nothing_text(judged, self.minimum.value())
        )
        self.all_button.set_text(f"Accept for all {len(rows)}" if rows else "Accept for all")

    def _selected(self) -> list[int]:
        row = self.class_table.currentIndex().row()
        return [self._rows[row]] if 0 <= row < len(self._rows) else []

    def _show_values(self) -> None:
        selected, rows, tips = self._selected(), [], []
        if selected and self._judged is not None:
            (row,) = selected
            table, change = self._session.document.table, self._changes(row)
            for column in np.argsort(-np.abs(change), kind="stable").tolist():
                if abs(change[column]) > _TOLERANCE:
                    now, judged = float(table.vectors[row, column]), float(table.vectors[row, column] + change[column])
                    count = int(self._judged.count[row, column])
                    name = attribute_text(table.attributes[column])
                    rows.append((name, self._number(now), self._number(judged), str(count)))
                    tips.append(table.attributes[column].full_name)
        self.values.show_rows(rows, tips)

    def _number(self, value: float) -> str:
        """Return a class value with as many decimals as fit the table's units."""
        return f"{value:.{2 if self._session.document.table.value_range[1] <= 1 else 1}f}"

    def _accept(self, rows: list[int]) -> None:
        if rows:
            self.accepted.emit({self._session.document.table.classes[row]: self._proposed(row) for row in rows})
        else:
            self._session.messages.info(self.state.text())


def _nothing_text(judged: JudgedVectors | None, minimum: int) -> str:
    if judged is not None and judged.has_at_least(minimum).any():
        return "No class vector would change: they match the judgements."
    return "No class vector would change. Judge attributes in more images, or lower the minimum."


def _judged_vectors(path: Path, table: ClassTable) -> JudgedVectors:
    """Return the vectors from all effective judgements; for another thread than the window's."""
    with Project.open(path, read_only=True) as project:
        images = project.images()
        present, certainty = project.annotations.effective_judgements([image.id for image in images])
    labels = [table.class_index.get(image.class_name or "", -1) for image in images]
    return vectors_from_judgements(present, certainty, np.array(labels, dtype=np.int64), len(table.classes))
