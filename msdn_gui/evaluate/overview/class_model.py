"""One row a class that has test images: how often it is told, and how much better or worse by another run."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from msdn_core.domain.metrics import confusion
from msdn_core.number_text import percent, points
from msdn_core.runs.evaluated_run import EvaluatedRun
from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN
from msdn_gui.widgets.ordered_table import BAR_ROLE, MARK_ROLE, OrderedTable, bar

CLASS, ACCURACY, OTHER, DIFFERENCE, IMAGES, TAKEN_FOR = range(6)


class ClassModel(OrderedTable):
    """Per-class accuracy at one gamma; of two runs where a second one is given."""

    headings = ("Class", "Accuracy", "Other run", "Difference", "Images", "Most taken for")
    heading_tips = (
        "Seen ● has training images, unseen ◆ has none",
        "Share of the class's test images that were told, among all classes",
        "The same by the other run",
        "What the other run gains, in per cent points; ≈ where that is within noise",
        "Test images of the class",
        "The class that its images were taken for most often",
    )
    numeric = frozenset((ACCURACY, OTHER, DIFFERENCE, IMAGES))

    def __init__(self) -> None:
        super().__init__(ACCURACY, Qt.SortOrder.AscendingOrder)
        self._names: list[str] = []
        self._rows: NDArray[np.intp] = np.zeros(0, np.intp)
        self._seen: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._columns: dict[int, NDArray[np.float64]] = {}
        self._taken_for: list[str] = []
        self._noise: NDArray[np.bool_] | None = None

    def show_runs(self, run: EvaluatedRun | None, gamma: float, other: EvaluatedRun | None, other_gamma: float) -> None:
        """Shows a run's classes at a gamma, and what another run makes of them."""
        if run is None:
            self._names = []
            self.set_items([])
            return
        rows = self._rows = np.flatnonzero(run.images_of_class)
        classes = run.table.classes
        wrong = confusion(run.labels, run.predictions(gamma), len(classes))
        np.fill_diagonal(wrong, 0)
        self._names = [classes[row] for row in rows.tolist()]
        self._seen = run.table.seen[rows]
        self._taken_for = [
            f"{classes[int(column)]} ({int(wrong[row, column])})" if wrong[row, column] else ""
            for row, column in zip(rows.tolist(), wrong[rows].argmax(axis=1).tolist(), strict=True)
        ]
        accuracy = run.accuracies(gamma)[rows]
        others = np.full(len(rows), np.nan)
        if other is not None:
            found, index = other.accuracies(other_gamma), other.table.class_index
            others = np.array([found[index[name]] if name in index else np.nan for name in self._names])
        self._columns = {
            ACCURACY: accuracy,
            OTHER: others,
            DIFFERENCE: others - accuracy,
            IMAGES: run.images_of_class[rows].astype(float),
        }
        self._noise = None
        self.set_items(
            [f"{name} ·{'seen' if seen else 'unseen'}" for name, seen in zip(self._names, self._seen, strict=True)]
        )

    def set_noise(self, within: NDArray[np.bool_] | None) -> None:
        """(M,) which classes' differences lie within noise, in the table's order; None: not known."""
        self._noise = within[self._rows] if within is not None and len(within) > self._rows.max(initial=-1) else None
        self.rearrange()

    def name_of(self, item: int) -> str:
        """A row's class."""
        return self._names[item]

    def item_of(self, name: str | None) -> int:
        """A class's item, −1 where it is not listed."""
        return self._names.index(name) if name in self._names else -1

    def sort_key(self, column: int) -> NDArray[Any]:
        if column in self._columns:
            return self._columns[column]
        texts = self._names if column == CLASS else self._taken_for
        ranked = {text: rank for rank, text in enumerate(sorted(set(texts), key=str.lower))}
        return np.array([ranked[text] for text in texts])

    def cell(self, item: int, column: int, role: int) -> Any:
        name, seen = self._names[item], bool(self._seen[item])
        if role == MARK_ROLE:
            return "seen" if seen else "unseen"
        value = float(self._columns[column][item]) if column in self._columns else np.nan
        if role == BAR_ROLE and not np.isnan(value):
            if column in (ACCURACY, OTHER):
                return (0.0, value, "seen" if seen else "unseen")
            if column == DIFFERENCE:
                reach = float(np.nanmax(np.abs(self._columns[DIFFERENCE])))
                return (*bar(value, -reach, reach), "positive" if value >= 0 else "negative")
            return None
        if role == Qt.ItemDataRole.ToolTipRole:
            kind = "Seen: has training images" if seen else "Unseen: has no training images"
            return f"{name}\n{kind}\nAccuracy {percent(self._columns[ACCURACY][item])} per cent"
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column == CLASS:
            return f"{SEEN_SIGN if seen else UNSEEN_SIGN} {name}"
        if column == TAKEN_FOR:
            return self._taken_for[item]
        if np.isnan(value):
            return "–"
        if column == IMAGES:
            return f"{value:.0f}"
        if column == DIFFERENCE:
            noise = "≈ " if self._noise is not None and self._noise[item] else ""
            return noise + points(value)
        return percent(value)
