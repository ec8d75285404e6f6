"""Several runs compared: one curve of each, their figures, and the settings that differ."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QSplitter,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from msdn_core.errors import MsdnError
from msdn_core.number_text import percent
from msdn_core.recipes.config import TrainConfig
from msdn_core.runs.events import Evaluated, Event, RunStarted, StepDone
from msdn_core.runs.figure_text import FIGURES
from msdn_core.runs.trained_on import taught_text
from msdn_gui.look.theme import SPACING
from msdn_gui.timers import make_timer
from msdn_gui.train.curves.curves import LOSSES
from msdn_gui.train.curves.plot import Curve, Plot
from msdn_gui.train.curves.series import Series
from msdn_gui.train.run.settings_view import setting_text
from msdn_gui.train.runs.words import STATE_LOOKS
from msdn_gui.widgets.build import make_combo_box, make_label, named
from msdn_gui.widgets.tables.table_delegates import RoomyDelegate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from msdn_core.runs.directory import RunDirectory
    from msdn_core.runs.status import RunStatus

MOST = 12
_NARROWEST = 72
"""Pixels of a column, wide enough for its heading and a percentage."""
_REDRAW_MS = 150
_COLOURS = ("accent", "unseen", "av", "va", "warning", "negative")
_DASHES: tuple[tuple[float, ...], ...] = ((), (6, 4))


@dataclass
class _Compared:
    run: RunDirectory
    config: Mapping[str, Any]
    status: RunStatus
    series: dict[str, Series] = field(default_factory=dict)

    def add_events(self, events: Sequence[Event]) -> None:
        for event in events:
            if isinstance(event, RunStarted) and event.step == 0:
                self.series.clear()
            elif isinstance(event, StepDone):
                self._add(event.step, event.losses, 1.0)
            elif isinstance(event, Evaluated) and (event.on != "test" or event.selected_on == "test"):
                self._add(event.step, event.figures, 100.0)

    def _add(self, step: int, values: Mapping[str, Any], scale: float) -> None:
        for key, value in values.items():
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                self.series.setdefault(key, Series()).append(step, scale * value)


class CompareView(QWidget):
    """Shows what ``add_events`` and ``set_status`` pass on from the run monitor."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("compare_view")
        self._runs: dict[str, _Compared] = {}
        self.title = make_label(name="compare_title")
        self.title.setProperty("look", "heading")
        self.what = make_combo_box(name="compare_what")
        for key, label in FIGURES:
            self.what.addItem(f"{label}, %", key)
        for curve in LOSSES:
            self.what.addItem(f"Loss: {curve.label}", curve.key)
        self.what.setCurrentIndex(self.what.findData("H"))
        self.seeds = make_label(name="compare_seeds", wrap=True)
        self.seeds.setProperty("look", "muted")
        self.plot: Plot | None = None
        self._plot_place = QVBoxLayout()
        self.figures = _table("compare_figures")
        self.settings = _table("compare_settings")
        tables = named(QTabWidget(), "compare_tables")
        tables.setDocumentMode(True)
        tables.addTab(self.figures, "Figures")
        tables.addTab(self.settings, "Differences")
        head = QHBoxLayout()
        head.addWidget(self.title)
        head.addStretch(1)
        head.addWidget(QLabel("Curve"))
        head.addWidget(self.what)
        above, below = QWidget(), QWidget()
        above.setLayout(self._plot_place)
        self._plot_place.setContentsMargins(0, 0, 0, 0)
        lower = QVBoxLayout(below)
        lower.setContentsMargins(0, 0, 0, 0)
        lower.addWidget(self.seeds)
        lower.addWidget(tables, 1)
        halves = named(QSplitter(Qt.Orientation.Vertical), "train_compared")
        halves.setHandleWidth(1)
        halves.addWidget(above)
        halves.addWidget(below)
        halves.setSizes([360, 240])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, 0)
        layout.addLayout(head)
        layout.addWidget(halves, 1)
        self._timer = make_timer(self, _REDRAW_MS, single_shot=True)
        self._timer.timeout.connect(self.redraw)
        self.what.currentIndexChanged.connect(lambda _: self.redraw())

    def show_runs(self, runs: Mapping[str, tuple[RunDirectory, RunStatus]]) -> None:
        """Show runs by key; their events follow by ``add_events``."""
        self._runs = {name: _Compared(run, _config(run), status) for name, (run, status) in runs.items()}
        self.title.setText(f"{len(runs)} runs compared")
        if self.plot is not None:
            self.plot.deleteLater()
        curves = [
            Curve(name, one.run.name, _COLOURS[i % len(_COLOURS)], _DASHES[i // len(_COLOURS) % len(_DASHES)], 2.0)
            for i, (name, one) in enumerate(self._runs.items())
        ]
        self.plot = Plot("", curves, name="compared")
        self._plot_place.addWidget(self.plot)
        self.plot.hovered.connect(self.plot.show_cursor)
        self._fill_settings()
        self._fill_figures()
        self.redraw()

    def add_events(self, name: str, events: Sequence[Event]) -> None:
        """Add new events of a run."""
        if name in self._runs:
            self._runs[name].add_events(events)
            self._timer.start()

    def set_status(self, name: str, status: RunStatus) -> None:
        """Show the state of a run."""
        if name in self._runs:
            self._runs[name].status = status
            self._fill_figures()

    def settled(self) -> bool:
        """Return whether the curves of all runs that have started are on the screen."""
        begun = [one for one in self._runs.values() if one.status.step]
        return not self._timer.isActive() and all(one.series for one in begun)

    def redraw(self) -> None:
        """Draw now."""
        self._timer.stop()
        if self.plot is None:
            return
        key = self.what.currentData()
        for name, one in self._runs.items():
            self.plot.series[name] = one.series.get(key, Series())
        is_loss = any(curve.key == key for curve in LOSSES)
        if self.plot.logarithmic != is_loss:
            self.plot.set_logarithmic(is_loss)
        self.plot.redraw()
        self.plot.show_last_values()

    def _fill_figures(self) -> None:
        headings = ["Run", "State", *(label for _, label in FIGURES), "Measured on", "Selected on", "Steps"]
        rows = []
        for one in self._runs.values():
            figures, status = one.status.figures, one.status
            shown = [percent(figures.get(key)) for key, _ in FIGURES]
            taught = taught_text(figures)
            selected = str(figures.get("selected_on", "–"))
            origin = [str(figures.get("on", "–")), f"{selected}; {taught}" if taught else selected]
            steps = f"{status.step:,} of {status.steps:,}"
            rows.append([one.run.name, STATE_LOOKS[status.state][2], *shown, *origin, steps])
        _fill(self.figures, headings, rows, numbers=range(2, 2 + len(FIGURES)))
        self._update_seeds()

    def _fill_settings(self) -> None:
        labels = {name: entry.metadata["label"] for name, entry in TrainConfig.__dataclass_fields__.items()}
        rows = [
            [labels.get(name, name), *(setting_text(name, one.config.get(name, "")) for one in self._runs.values())]
            for name in self._differing()
        ]
        _fill(self.settings, ["Setting", *(one.run.name for one in self._runs.values())], rows)

    def _differing(self) -> list[str]:
        configs = [one.config for one in self._runs.values()]
        names = dict.fromkeys(name for config in configs for name in config)
        return [name for name in names if len({repr(config.get(name)) for config in configs}) > 1]

    def _update_seeds(self) -> None:
        """Show mean and spread of runs that differ only in their seed."""
        figures = [one.status.figures for one in self._runs.values()]
        alike = self._differing() == ["seed"] and len({figure.get("on") for figure in figures}) == 1
        words = []
        for key, label in FIGURES if alike else ():
            values = [100 * value for figure in figures if isinstance(value := figure.get(key), (int, float))]
            if len(values) == len(figures):
                words.append(f"{label} {np.mean(values):.1f} ± {np.std(values, ddof=1):.1f}")
        count = len(figures)
        text = f"These runs differ only in their seed: {'  '.join(words)} (mean ± standard deviation of {count} seeds)."
        self.seeds.setText(text if words else "")
        self.seeds.setVisible(bool(words))


def _config(run: RunDirectory) -> Mapping[str, Any]:
    try:
        return run.config()
    except MsdnError:
        return {}


def _table(name: str) -> QTableWidget:
    table = named(QTableWidget(), name)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setShowGrid(False)
    table.setItemDelegate(RoomyDelegate(table))
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(26)
    table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    return table


def _fill(
    table: QTableWidget, headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int] = ()
) -> None:
    """Fill a table; ``numbers`` are the right-aligned columns."""
    table.setColumnCount(len(headings))
    for column, heading in enumerate(headings):
        head = QTableWidgetItem(heading)
        head.setTextAlignment(_side(column in numbers))
        table.setHorizontalHeaderItem(column, head)
    table.setRowCount(len(rows))
    for row, texts in enumerate(rows):
        for column, text in enumerate(texts):
            item = QTableWidgetItem(text)
            item.setToolTip(text)
            item.setTextAlignment(_side(column in numbers))
            table.setItem(row, column, item)
    table.resizeColumnsToContents()
    for column in range(len(headings)):
        table.setColumnWidth(column, max(_NARROWEST, table.columnWidth(column) + SPACING))


def _side(is_number: bool) -> Qt.AlignmentFlag:
    return (Qt.AlignmentFlag.AlignRight if is_number else Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
