"""The tables of an ablation: a line a row with its figures over the seeds, and the runs behind one row."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt

from msdn_core.domain.metrics.seeds import difference_of_means
from msdn_core.number_text import percent, points
from msdn_core.recipes.ablation import Cell
from msdn_core.recipes.ablation_report import FIGURES, RowResult
from msdn_core.runs.directory import RunDirectory
from msdn_core.runs.status import RunState, RunStatus
from msdn_gui.evaluate.ablation.ablations import Standing
from msdn_gui.widgets.ordered_table import BAR_ROLE, OrderedTable

NAME = 0
AGAINST = len(FIGURES) + 1
SEEDS = AGAINST + 1
_H = 1 + [key for key, _ in FIGURES].index("H")
_TIPS = {
    "czsl": "Unseen images among unseen classes alone",
    "U": "Unseen images among all classes",
    "S": "Seen images among all classes",
    "H": "The harmonic mean of U and S",
    "ausuc": "Area under the seen-unseen curve",
}


class RowTable(OrderedTable):
    """A line a row, in per cent: the mean and the deviation over its finished seeds."""

    headings = ("Row", *(label for _, label in FIGURES), "H against full", "Seeds")
    heading_tips = (
        "What was left out; full is nothing",
        *(_TIPS[key] for key, _ in FIGURES),
        "What it loses or gains in H against the full row, in per cent points; ≈ where that is within noise over the "
        "seeds (Welch's t, 95 per cent), which takes two seeds of each",
        "How many of its runs are finished",
    )
    numeric = frozenset(range(1, SEEDS + 1))

    def __init__(self) -> None:
        super().__init__(NAME, Qt.SortOrder.AscendingOrder)
        self._rows: tuple[RowResult, ...] = ()
        self._seeds = 0

    def show_standing(self, standing: Standing | None) -> None:
        """Fills the table anew; rows that stay keep their place."""
        rows = standing.report.rows if standing is not None else ()
        same = [row.label for row in rows] == [row.label for row in self._rows]
        self._rows, self._seeds = rows, standing.ablation.seeds if standing is not None else 0
        if same:
            self.rearrange()
        else:
            self.set_items([row.label for row in rows])

    def row_name(self, item: int) -> str:
        """The row's name, as the command line knows it."""
        return self._rows[item].row

    def label(self, item: int) -> str:
        """What the row is called."""
        return self._rows[item].label

    def sort_key(self, column: int) -> NDArray[Any]:
        if column == NAME:
            return np.arange(len(self._rows))
        if column == SEEDS:
            return np.array([len(row.seeds) for row in self._rows])
        if column == AGAINST:
            return np.array([_or_nan(self._gained(row)) for row in self._rows])
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

    def _gained(self, row: RowResult) -> float | None:
        full = self._full()
        if full is None or row is full:
            return None
        mine, whole = row.figures["H"].mean, full.figures["H"].mean
        return mine - whole if mine is not None and whole is not None else None

    def _against(self, row: RowResult) -> str:
        gained, full = self._gained(row), self._full()
        if gained is None or full is None:
            return "–"
        found = difference_of_means(full.figures["H"].values, row.figures["H"].values)
        return f"{'≈ ' if found is not None and found.contains_zero else ''}{points(gained)}"

    def _tip(self, row: RowResult, column: int) -> str | None:
        full = self._full()
        if column == AGAINST and full is not None and row is not full:
            found = difference_of_means(full.figures["H"].values, row.figures["H"].values)
            if found is None:
                return "Noise is told from two seeds each on."
            what = "within noise" if found.contains_zero else "more than noise"
            return f"{points(found.low)} to {points(found.high)} with 95 per cent certainty: {what}"
        if 1 <= column <= len(FIGURES):
            values = row.figures[FIGURES[column - 1][0]].values
            each = zip(row.seeds, values, strict=False)
            return ", ".join(f"seed {seed}: {percent(value)}" for seed, value in each) or None
        return None


class CellTable(OrderedTable):
    """The runs of one row, a line a seed."""

    headings = ("Run", "Seed", "State", "CZSL", "U", "S", "H")
    numeric = frozenset((1, 3, 4, 5, 6))

    def __init__(self) -> None:
        super().__init__(1, Qt.SortOrder.AscendingOrder)
        self._cells: list[tuple[Cell, RunStatus | None]] = []

    def show_cells(self, cells: list[tuple[Cell, RunStatus | None]]) -> None:
        """Shows these runs."""
        same = [cell.run.name for cell, _ in cells] == [cell.run.name for cell, _ in self._cells]
        self._cells = cells
        if same:
            self.rearrange()
        else:
            self.set_items([cell.run.name for cell, _ in cells])

    def run_of(self, item: int) -> tuple[RunDirectory, RunStatus | None]:
        """The run of a line, and how it stands; None where it was not begun."""
        cell, status = self._cells[item]
        return cell.run, status

    def sort_key(self, column: int) -> NDArray[Any]:
        if column <= 1:
            return np.array([cell.seed for cell, _ in self._cells])
        if column == 2:
            return np.array([state_words(status) for _, status in self._cells])
        key = FIGURES[column - 3][0]
        return np.array([_or_nan(_figure(status, key)) for _, status in self._cells])

    def cell(self, item: int, column: int, role: int) -> Any:
        cell, status = self._cells[item]
        if role == Qt.ItemDataRole.ToolTipRole and column == 2 and status is not None:
            return status.reason or None
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column < 3:
            return (cell.run.name, str(cell.seed), state_words(status))[column]
        return percent(_figure(status, FIGURES[column - 3][0]))


def state_words(status: RunStatus | None) -> str:
    """How a run stands, in a word or two."""
    if status is None:
        return "not begun"
    if status.state is RunState.QUEUED:
        return "waits"
    if status.state is RunState.RUNNING and status.steps:
        return f"training, {min(status.step / status.steps, 1):.0%}"
    return str(status.state)


def _figure(status: RunStatus | None, key: str) -> float | None:
    value = status.figures.get(key) if status is not None and status.state is RunState.FINISHED else None
    return float(value) if isinstance(value, (int, float)) else None


def _or_nan(value: float | None) -> float:
    return float("nan") if value is None else value
