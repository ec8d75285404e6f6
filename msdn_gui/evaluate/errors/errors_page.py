"""The list of confusions, the most frequent first, with their images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.display_names import class_text
from msdn_core.domain.metrics import confusions
from msdn_gui.evaluate.errors.error_images import ErrorImages
from msdn_gui.evaluate.runs.both_runs import errors_of, errors_of_other
from msdn_gui.evaluate.runs.run_choice import FIRST, SECOND, RunChoice
from msdn_gui.look.theme import SEEN_SIGN, SPACING, UNSEEN_SIGN
from msdn_gui.widgets.build import make_line_edit, make_row, without_margins
from msdn_gui.widgets.parted import BESIDE, parted
from msdn_gui.widgets.tables.item_table import ItemTable
from msdn_gui.widgets.tables.ordered_table import MARK_ROLE, OrderedTable
from msdn_gui.widgets.tables.table_delegates import BarDelegate, ClassDelegate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.domain.attributes import ClassTable
    from msdn_gui.evaluate.runs.run_selection import RunSelection
    from msdn_gui.services import Services
    from msdn_gui.session import Session

TRUE_CLASS, PREDICTED_AS, COUNT = range(3)
BOTH, ONLY_FIRST, ONLY_SECOND = "both", "only_first", "only_second"
_FOR_BOTH = (
    (BOTH, "Errors of both runs"),
    (ONLY_FIRST, "Errors of {first} only"),
    (ONLY_SECOND, "Errors of {second} only"),
)
_BY_RUNS = {FIRST: "", SECOND: "", BOTH: " by both runs", ONLY_FIRST: " by {run} only", ONLY_SECOND: " by {run} only"}


class ConfusionList(OrderedTable):
    """One row per pair of a class and another that its images are predicted as."""

    headings = ("Class", "Predicted as", "Images")
    heading_tips = (
        "The true class: seen ● or unseen ◆",
        "The class with the highest calibrated score",
        "Test images",
    )
    numeric = frozenset((COUNT,))

    def __init__(self) -> None:
        super().__init__(COUNT, Qt.SortOrder.DescendingOrder)
        self.pairs: list[tuple[int, int, int]] = []
        self._table: ClassTable | None = None

    def show_pairs(self, pairs: list[tuple[int, int, int]], table: ClassTable) -> None:
        """Show (class, prediction, images), with classes as rows of the class table."""
        self.pairs, self._table = pairs, table
        names = table.classes
        self.set_items(
            [
                f"{names[row]} {class_text(names[row])} {names[predicted]} {class_text(names[predicted])}"
                for row, predicted, _ in pairs
            ]
        )

    def sort_key(self, column: int) -> NDArray[Any]:
        if column == COUNT:
            return np.array([pair[COUNT] for pair in self.pairs])
        names = [class_text(name).lower() for name in self._table.classes] if self._table is not None else []
        ranks = {row: rank for rank, row in enumerate(sorted(range(len(names)), key=names.__getitem__))}
        return np.array([ranks[pair[column]] for pair in self.pairs])

    def cell(self, item: int, column: int, role: int) -> Any:
        pair = self.pairs[item]
        if column == COUNT:
            return f"{pair[COUNT]:,}" if role == Qt.ItemDataRole.DisplayRole else None
        if self._table is None:
            return None
        name, seen = self._table.classes[pair[column]], bool(self._table.seen[pair[column]])
        if role == MARK_ROLE:
            return "seen" if seen else "unseen"
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{SEEN_SIGN if seen else UNSEEN_SIGN} {class_text(name)}"
        return name if role == Qt.ItemDataRole.ToolTipRole else None


class ErrorsPage(QWidget):
    """A list of confusions, and the images of the selected one, or of all.

    Of two runs, the errors of either, of both, or of one only.
    """

    title = "Errors"

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self._all_runs: RunSelection | None = None
        self._selection: RunSelection | None = None
        self._is_error: NDArray[np.bool_] = np.zeros(0, np.bool_)
        self.model = ConfusionList()
        self.runs = RunChoice("errors_run", *_FOR_BOTH)
        self.table = ItemTable(self.model, "confusion_list", widths={PREDICTED_AS: 180, COUNT: 78}, stretch=TRUE_CLASS)
        self.table.setAccessibleName("Confusions")
        for column in (TRUE_CLASS, PREDICTED_AS):
            self.table.setItemDelegateForColumn(column, ClassDelegate(self.table))
        self.table.setItemDelegateForColumn(COUNT, BarDelegate(self.table))
        self.search = make_line_edit(name="confusion_search", placeholder="Search classes", clearable=True)
        self.search.textChanged.connect(self.model.search)
        self.images = ErrorImages(session, services)
        left = QWidget()
        layout = without_margins(QVBoxLayout(left), SPACING // 2)
        layout.setContentsMargins(0, SPACING // 2, 0, 0)
        row = make_row(self.runs, self.search)
        row.setContentsMargins(SPACING, 0, SPACING, 0)
        row.setStretch(1, 1)
        layout.addLayout(row)
        layout.addWidget(self.table, 1)
        self.setLayout(make_row(parted("evaluate_errors", BESIDE, left, self.images, sizes=[430, 530])))
        self.table.chosen.connect(self._show_pair)
        self.runs.currentIndexChanged.connect(lambda _: self._refresh())

    def show_runs(self, selection: RunSelection) -> None:
        """Show the errors of a run, or the chosen ones of two."""
        before, self._all_runs = self._all_runs, selection
        self.runs.show_runs(selection)
        if before is None or not before.is_like(selection):
            self._refresh()

    def _refresh(self) -> None:
        if self._all_runs is None:
            return
        choice, selection = self.runs.choice, self._all_runs
        if choice in (SECOND, ONLY_SECOND):
            selection = selection.swapped()
        self._selection, run = selection, selection.run
        self._is_error = errors_of(run, selection.gamma)
        by_other, is_tested = errors_of_other(selection)
        if choice == BOTH:
            self._is_error &= by_other
        elif choice in (ONLY_FIRST, ONLY_SECOND):
            self._is_error &= is_tested & ~by_other
        predicted = np.where(self._is_error, run.predictions(selection.gamma), run.labels)
        self.model.show_pairs(confusions(run.labels, predicted, len(run.table.classes)), run.table)
        self.table.clearSelection()
        count, runs = int(self._is_error.sum()), _BY_RUNS[choice].format(run=run.name)
        title = f"{count:,} of {len(run.labels):,} test images are misclassified{runs}"
        self.images.show_images(selection, np.flatnonzero(self._is_error), title)

    def _show_pair(self, item: int) -> None:
        selection = self._selection
        if selection is None or not 0 <= item < len(self.model.pairs):
            return
        row, other, count = self.model.pairs[item]
        run = selection.run
        is_pair = self._is_error & (run.labels == row) & (run.predictions(selection.gamma) == other)
        names = [class_text(run.table.classes[one]) for one in (row, other)]
        title = f"{names[0]} predicted as {names[1]}: {count:,} {'image' if count == 1 else 'images'}"
        self.images.show_images(selection, np.flatnonzero(is_pair), title)
