"""The tables of an ablation: one line per row with its figures over the seeds, and the runs of one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt

from msdn_core.domain.metrics.seeds import difference_of_means
from msdn_core.number_text import percent, points
from msdn_core.recipes.ablation_report import FIGURES, RowResult
from msdn_core.runs.status import RunState, RunStatus
from msdn_gui.widgets.tables.ordered_table import BAR_ROLE, OrderedTable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.recipes.ablation import Cell
    from msdn_core.runs.directory import RunDirectory
    from msdn_gui.evaluate.ablation.ablations import AblationProgress

NAME = 0
AGAINST = len(FIGURES) + 1
SEEDS = AGAINST + 1
_H = 1 + [key for key, _ in FIGURES].index("H")
_TIPS = {
    "czsl": "Per-class accuracy on unseen classes, with only unseen classes as candidates",
    "U": "Per-class accuracy on unseen classes, with all classes as candidates",
    "S": "Per-class accuracy on seen classes, with all classes as candidates",
    "H": "Harmonic mean of U and S",
    "ausuc": "Area under the seen-unseen curve",
}


class RowTable(OrderedTable):
    """One line per row, in percent: mean and standard deviation over its finished seeds."""

    headings = ("Row", *(label for _, label in FIGURES), "H vs. full", "Seeds")
    heading_tips = (
        "What is left out; nothing in the full row",
        *(_TIPS[key] for key, _ in FIGURES),
        "Difference in H from the full row, in percentage points; ≈ is within noise over the seeds (Welch's t, 95 per "
        "cent), which needs at least two seeds of each",
        "Finished runs",
    )
    numeric = frozenset(range(1, SEEDS + 1))

    def __init__(self) -> None:
        super().__init__(NAME, Qt.SortOrder.AscendingOrder)
        self._rows: tuple[RowResult, ...] = ()
        self._seeds = 0

    def show_progress(self, progress: AblationProgress | None) -> None:
        """Show the rows of an ablation; their order is kept if they are the same."""
        rows = progress.report.rows if progress is not None else ()
        is_same = [row.label for row in rows] == [row.label for row in self._rows]
        self._rows, self._seeds = rows, progress.ablation.seeds if progress is not None else 0
        if is_same:
            self.rearrange()
        else:
            self.set_items([row.label for row in rows])

    def row_name(self, item: int) -> str:
        """Return the name of a row on the command line."""
        return self._rows[item].row

    def label(self, item: int) -> str:
        """Return the label of a row."""
        return self._rows[item].label

    def sort_key(self, column: int) -> NDArray[Any]:
        if column == NAME:
            return np.arange(len(self._rows))
        if column == SEEDS:
            return np.array([len(row.seeds) for row in self._rows])
        if column == AGAINST:
            return np.array([_or_nan(self._gain_of(row)) for row in self._rows])
        return np.array([_or_nan(row.figures[FIGURES[column - 1][0]].mean) for row in self._rows])

    def cell(self, item: int, column: int, role: int) -> Any:
        row = self._rows[item]
        if role == BAR_ROLE and column == _H and row.figures["H"].mean is not None:
            return (0.0, row.figures["H"].mean, "accent")
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(row, column)
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column == NAME:
            return row.label
        if column == SEEDS:
            return f"{len(row.seeds)} of {self._seeds}"
        if column == AGAINST:
            return self._against(row)
        return str(row.figures[FIGURES[column - 1][0]])

    def _full(self) -> RowResult | None:
        return next((row for row in self._rows if row.row == "full"), None)

    def _gain_of(self, row: RowResult) -> float | None:
        full = self._full()
        if full is None or row is full:
            return None
        mean, full_mean = row.figures["H"].mean, full.figures["H"].mean
        return mean - full_mean if mean is not None and full_mean is not None else None

    def _against(self, row: RowResult) -> str:
        gain, full = self._gain_of(row), self._full()
        if gain is None or full is None:
            return "–"
        interval = difference_of_means(full.figures["H"].values, row.figures["H"].values)
        return f"{'≈ ' if interval is not None and interval.contains_zero else ''}{points(gain)}"

    def _tip(self, row: RowResult, column: int) -> str | None:
        full = self._full()
        if column == AGAINST and full is not None and row is not full:
            interval = difference_of_means(full.figures["H"].values, row.figures["H"].values)
            if interval is None:
                return "Noise can be estimated from two seeds of each row."
            verdict = "within noise" if interval.contains_zero else "more than noise"
            return f"{points(interval.low)} to {points(interval.high)} with 95 percent confidence: {verdict}"
        if 1 <= column <= len(FIGURES):
            values = row.figures[FIGURES[column - 1][0]].values
            seeds = zip(row.seeds, values, strict=False)
            return ", ".join(f"seed {seed}: {percent(value)}" for seed, value in seeds) or None
        return None


class CellTable(OrderedTable):
    """The runs of one row, one line per seed."""

    headings = ("Run", "Seed", "State", "CZSL", "U", "S", "H")
    numeric = frozenset((1, 3, 4, 5, 6))

    def __init__(self) -> None:
        super().__init__(1, Qt.SortOrder.AscendingOrder)
        self._cells: list[tuple[Cell, RunStatus | None]] = []

    def show_cells(self, cells: list[tuple[Cell, RunStatus | None]]) -> None:
        """Show runs with their status."""
        is_same = [cell.run.name for cell, _ in cells] == [cell.run.name for cell, _ in self._cells]
        self._cells = cells
        if is_same:
            self.rearrange()
        else:
            self.set_items([cell.run.name for cell, _ in cells])

    def run_of(self, item: int) -> tuple[RunDirectory, RunStatus | None]:
        """Return the run of an item and its status; None if it has not been created."""
        cell, status = self._cells[item]
        return cell.run, status

    def sort_key(self, column: int) -> NDArray[Any]:
        if column <= 1:
            return np.array([cell.seed for cell, _ in self._cells])
        if column == 2:
            return np.array([state_text(status) for _, status in self._cells])
        key = FIGURES[column - 3][0]
        return np.array([_or_nan(_figure(status, key)) for _, status in self._cells])

    def cell(self, item: int, column: int, role: int) -> Any:
        cell, status = self._cells[item]
        if role == Qt.ItemDataRole.ToolTipRole and column == 2 and status is not None:
            return status.reason or None
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column < 3:
            return (cell.run.name, str(cell.seed), state_text(status))[column]
        return percent(_figure(status, FIGURES[column - 3][0]))


def state_text(status: RunStatus | None) -> str:
    """Return the state of a run."""
    if status is None:
        return "not started"
    if status.state is RunState.QUEUED:
        return "queued"
    if status.state is RunState.RUNNING and status.steps:
        return f"training, {min(status.step / status.steps, 1):.0%}"
    return str(status.state)


def _figure(status: RunStatus | None, key: str) -> float | None:
    value = status.figures.get(key) if status is not None and status.state is RunState.FINISHED else None
    return float(value) if isinstance(value, (int, float)) else None


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
