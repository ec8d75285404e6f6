"""Closing the loop: what the judgements of images would make of the class vectors, as a change to accept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.judged_vectors import JudgedVectors, vectors_from_judgements
from msdn_core.project import Project
from msdn_gui.annotate.actions import ActionMaker
from msdn_gui.annotate.annotations import Annotations
from msdn_gui.annotate.edits import AnnotationChange, AnnotationKind
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.summary.text_table import RowsModel, rows_view
from msdn_gui.look.theme import SPACING
from msdn_gui.services.background import Background
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_label, make_spin_box
from msdn_gui.widgets.parted import ABOVE, parted

_SAME = 1e-9


class VectorsPanel(QWidget):
    """Classes whose vectors would change, and each change of the chosen one; nothing changes before it is accepted."""

    accepted = Signal(dict)
    """Class name to its new (K,) vector."""

    def __init__(self, session: Session, annotations: Annotations, maker: ActionMaker) -> None:
        super().__init__()
        self._session, self._annotations = session, annotations
        self._work = Background(self)
        self._judged: JudgedVectors | None = None
        self._rows: list[int] = []
        self._shown = False
        self.take = maker.make("take_vector", "Accept for this class", "T", lambda: self._accept(self._chosen()))
        self.take_all = maker.make("take_vectors", "Accept for all", "Shift+T", lambda: self._accept(self._rows))
        self.least = make_spin_box(1, 999, 3, name="vectors_least")
        self.least.setAccessibleName("Least number of judged images")
        self.least.setToolTip("A value changes where at least so many images of the class say something")
        self.classes = RowsModel(
            ("Class", "Images", "Values", "Most"),
            (
                "Classes whose vectors would change",
                "The class's images that say something",
                "How many values would change",
                "The greatest change of a value",
            ),
        )
        self.values = RowsModel(
            ("Attribute", "Now", "Judged", "Images"),
            (
                "Attributes whose value would change",
                "The value that the class has",
                "How often the attribute is present, weighted by certainty",
                "How many images say something",
            ),
        )
        self.class_table = rows_view(self.classes, "vector_classes", "Classes that would change", (70, 66, 62))
        self.value_table = rows_view(self.values, "vector_values", "Values that would change", (62, 70, 70))
        self.state = make_label(name="vectors_state", wrap=True)
        self.state.setProperty("look", "muted")
        self.all_button = KeyButton(self.take_all)
        self._compose()

        self._work.done.connect(self._take_made)
        self._work.failed.connect(lambda sentence: session.messages.error(sentence))
        self.class_table.selectionModel().currentRowChanged.connect(lambda *_: self._show_values())
        self.least.valueChanged.connect(lambda _: self._show_classes())
        annotations.changed.connect(self._on_annotations_changed)
        session.document.table_changed.connect(self._make)

    @property
    def actions_of_tab(self) -> list[QAction]:
        """What has its key while this tab is shown."""
        return [self.take, self.take_all]

    def set_shown(self, shown: bool) -> None:
        """Vectors are computed while this tab is shown."""
        self._shown = shown
        self._make()

    def _compose(self) -> None:
        least = QHBoxLayout()
        least.setSpacing(SPACING)
        least.addWidget(QLabel("Where at least"))
        least.addWidget(self.least)
        least.addWidget(QLabel("images say something"))
        least.addStretch(1)
        tables = parted("annotate_vectors", ABOVE, self.class_table, self.value_table)
        buttons = QHBoxLayout()
        buttons.setSpacing(SPACING // 2)
        buttons.addWidget(KeyButton(self.take))
        buttons.addWidget(self.all_button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(least)
        layout.addWidget(self.state)
        layout.addWidget(tables, 1)
        layout.addLayout(buttons)

    def _on_annotations_changed(self, change: AnnotationChange) -> None:
        if change.kind in (AnnotationKind.JUDGEMENTS, AnnotationKind.LABELS):
            self._make()

    # What would change

    def _make(self) -> None:
        session = self._session
        if not self._shown:
            return
        if session.document.project is None or session.document.table_is_borrowed or not session.document.table.classes:
            self._work.cancel()
            self._judged = None
            self._show_classes()
        else:
            path, table = session.document.project.path, session.document.table
            self._work.start(lambda: (table, _judged_vectors(path, table)))

    def _take_made(self, made: tuple[ClassTable, JudgedVectors]) -> None:
        if made[0] is self._session.document.table:
            self._judged = made[1]
            self._show_classes()

    def _proposed(self, row: int) -> FloatArray:
        """(K,) the class's vector with all values that would change, in the table's own units."""
        table, judged = self._session.document.table, self._judged
        vector = table.vectors[row].copy()
        if judged is not None:
            there = judged.has_at_least(self.least.value())[row]
            vector[there] = judged.share[row, there] * table.value_range[1]
        return vector

    def _changes(self, row: int) -> FloatArray:
        return self._proposed(row) - self._session.document.table.vectors[row]

    def _show_classes(self) -> None:
        table, judged = self._session.document.table, self._judged
        chosen = self._chosen()
        rows = []
        self._rows = []
        for row, name in enumerate(table.classes if judged is not None else ()):
            change = np.abs(self._changes(row))
            if change.max(initial=0.0) > _SAME:
                self._rows.append(row)
                images = int(judged.count[row].max())
                rows.append((name, str(images), str(int((change > _SAME).sum())), self._number(float(change.max()))))
        self.classes.show_rows(rows)
        kept = self._rows.index(chosen[0]) if chosen and chosen[0] in self._rows else 0
        self.class_table.setCurrentIndex(self.classes.index(kept, 0))
        self._show_values()
        self.state.setText(
            f"{len(rows)} of {len(table.classes)} classes would change. Nothing changes before you accept it."
            if rows
            else _nothing_to_change(judged, self.least.value())
        )
        self.all_button.set_text(f"Accept for all {len(rows)}" if rows else "Accept for all")

    def _chosen(self) -> list[int]:
        row = self.class_table.currentIndex().row()
        return [self._rows[row]] if 0 <= row < len(self._rows) else []

    def _show_values(self) -> None:
        chosen = self._chosen()
        rows = []
        if chosen and self._judged is not None:
            (row,) = chosen
            table, change = self._session.document.table, self._changes(row)
            for column in np.argsort(-np.abs(change), kind="stable").tolist():
                if abs(change[column]) > _SAME:
                    now = float(table.vectors[row, column])
                    rows.append(
                        (
                            table.attributes[column].full_name,
                            self._number(now),
                            self._number(now + float(change[column])),
                            str(int(self._judged.count[row, column])),
                        )
                    )
        self.values.show_rows(rows)

    def _number(self, value: float) -> str:
        """With as many places as suit the table's units."""
        return f"{value:.{2 if self._session.document.table.value_range[1] <= 1 else 1}f}"

    def _accept(self, rows: list[int]) -> None:
        if rows:
            self.accepted.emit({self._session.document.table.classes[row]: self._proposed(row) for row in rows})
        else:
            self._session.messages.info(self.state.text())


def _nothing_to_change(judged: JudgedVectors | None, least: int) -> str:
    if judged is not None and judged.has_at_least(least).any():
        return "Nothing would change: the class vectors are what was judged of so many images."
    return "No class vector would change: judge attributes in more images, or ask for fewer."


def _judged_vectors(path: Path, table: ClassTable) -> JudgedVectors:
    """Of all judgements in force, over a connection of its own; for another thread than the window's."""
    with Project.open(path, read_only=True) as project:
        images = project.images()
        present, certainty = project.annotations.effective_judgements([image.id for image in images])
    labels = [table.class_index.get(image.class_name or "", -1) for image in images]
    return vectors_from_judgements(present, certainty, np.array(labels, dtype=np.int64), len(table.classes))
