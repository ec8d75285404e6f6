"""Per-class accuracy of the classes that have test images, and the gain of another run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt

from msdn_core.domain.display_names import class_text
from msdn_core.domain.metrics import confusion
from msdn_core.number_text import percent, points
from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN
from msdn_gui.widgets.tables.ordered_table import BAR_ROLE, MARK_ROLE, OrderedTable, bar

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.runs.evaluated_run import EvaluatedRun

CLASS, ACCURACY, OTHER, DIFFERENCE, IMAGES, PREDICTED_AS = range(6)


class ClassModel(OrderedTable):
    """Per-class accuracy of a run at one gamma, and of the run it is compared with."""

    headings = ("Class", "Accuracy", "Other run", "Difference", "Images", "Most confused with")
    heading_tips = (
        "A seen class ● has training images, an unseen class ◆ has none",
        "Correctly predicted test images of the class in percent, with all classes as candidates",
        "Accuracy of the other run",
        "Gain of the other run in percentage points; ≈ is within noise",
        "Test images of the class",
        "The class that most of its misclassified images are predicted as",
    )
    numeric = frozenset((ACCURACY, OTHER, DIFFERENCE, IMAGES))

    def __init__(self) -> None:
        super().__init__(ACCURACY, Qt.SortOrder.AscendingOrder)
        self._names: list[str] = []
        self._rows: NDArray[np.intp] = np.zeros(0, np.intp)
        self._seen: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self._columns: dict[int, NDArray[np.float64]] = {}
        self._confused_with: list[str] = []
        self._noise: NDArray[np.bool_] | None = None

    def show_runs(self, run: EvaluatedRun | None, gamma: float, other: EvaluatedRun | None, other_gamma: float) -> None:
        """Show the classes of a run at a gamma, and the accuracy of another run."""
        if run is None:
            self._names = []
            self.set_items([])
            return
        rows = self._rows = np.flatnonzero(run.images_of_class)
        classes = run.table.classes
        errors = confusion(run.labels, run.predictions(gamma), len(classes))
        np.fill_diagonal(errors, 0)
        self._names = [classes[row] for row in rows.tolist()]
        self._seen = run.table.seen[rows]
        self._confused_with = [
            f"{class_text(classes[int(column)])} ({int(errors[row, column])})" if errors[row, column] else ""
            for row, column in zip(rows.tolist(), errors[rows].argmax(axis=1).tolist(), strict=True)
        ]
        accuracy = run.accuracies(gamma)[rows]
        others = np.full(len(rows), np.nan)
        if other is not None:
            theirs, index = other.accuracies(other_gamma), other.table.class_index
            others = np.array([theirs[index[name]] if name in index else np.nan for name in self._names])
        self._columns = {
            ACCURACY: accuracy,
            OTHER: others,
            DIFFERENCE: others - accuracy,
            IMAGES: run.images_of_class[rows].astype(float),
        }
        self._noise = None
        self.set_items(
            [
                f"{name} {class_text(name)} ·{'seen' if seen else 'unseen'}"
                for name, seen in zip(self._names, self._seen, strict=True)
            ]
        )

    def set_noise(self, within: NDArray[np.bool_] | None) -> None:
        """Set which of the (M,) class differences are within noise, in the order of the class table; None: unknown."""
        self._noise = within[self._rows] if within is not None and len(within) > self._rows.max(initial=-1) else None
        self.rearrange()

    def name_of(self, item: int) -> str:
        """Return the class of an item."""
        return self._names[item]

    def item_of(self, name: str | None) -> int:
        """Return the item of a class; −1 if it is not listed."""
        return self._names.index(name) if name in self._names else -1

    def sort_key(self, column: int) -> NDArray[Any]:
        if column in self._columns:
            return self._columns[column]
        texts = [class_text(name) for name in self._names] if column == CLASS else self._confused_with
        ranks = {text: rank for rank, text in enumerate(sorted(set(texts), key=str.lower))}
        return np.array([ranks[text] for text in texts])

    def cell(self, item: int, column: int, role: int) -> Any:
        name, seen = self._names[item], bool(self._seen[item])
        if role == MARK_ROLE:
            return "seen" if seen else "unseen"
        value = float(self._columns[column][item]) if column in self._columns else np.nan
        if role == BAR_ROLE and not np.isnan(value):
            return self._bar(column, value, seen=seen)
        if role == Qt.ItemDataRole.ToolTipRole:
            kind = "Seen: has training images" if seen else "Unseen: has no training images"
            return f"{name}\n{kind}\nAccuracy {percent(self._columns[ACCURACY][item])} percent"
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column == CLASS:
            return f"{SEEN_SIGN if seen else UNSEEN_SIGN} {class_text(name)}"
        if column == PREDICTED_AS:
            return self._confused_with[item]
        if np.isnan(value):
            return "–"
        if column == IMAGES:
            return f"{value:.0f}"
        if column == DIFFERENCE:
            noise = "≈ " if self._noise is not None and self._noise[item] else ""
            return noise + points(value)
        return percent(value)

    def _bar(self, column: int, value: float, *, seen: bool) -> tuple[float, float, str] | None:
        if column in (ACCURACY, OTHER):
            return (0.0, value, "seen" if seen else "unseen")
        if column == DIFFERENCE:
            reach = float(np.nanmax(np.abs(self._columns[DIFFERENCE])))
            return (*bar(value, -reach, reach), "positive" if value >= 0 else "negative")
        return None
