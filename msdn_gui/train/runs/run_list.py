"""The list of runs, with a filter and the state of the queue."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from msdn_gui.actions.bind import bind_button
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.timers import make_timer
from msdn_gui.train.runs.run_model import RUN_ROLE, RunDelegate, RunModel
from msdn_gui.widgets.build import make_button, make_line_edit, make_tool_button, named
from msdn_gui.widgets.elided_label import ElidedLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QAction, QContextMenuEvent

    from msdn_gui.services.runs import RunMonitor

_DELAY_MS = 3000
"""How long queued runs may have no process before the list says so."""


class RunList(QWidget):
    """Select one run to show it or several to compare them; drag queued runs to reorder them."""

    chosen = Signal(list)
    """Keys of the selected runs; never empty."""
    hold_requested = Signal(bool)

    def __init__(self, monitor: RunMonitor, new_run: QAction, menu: QMenu) -> None:
        """``menu`` has the actions for the selected run."""
        super().__init__()
        self._monitor, self._menu = monitor, menu
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setMinimumWidth(220)
        self.model = RunModel(monitor)
        self.view = named(QListView(), "runs")
        self.view.setModel(self.model)
        self.view.setItemDelegate(RunDelegate(self.view))
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setAccessibleName("Runs")
        self.view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.view.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.view.setDragDropOverwriteMode(False)
        self.filter = make_line_edit(name="run_filter", placeholder="Filter by name, state or tag")
        self.filter.setClearButtonEnabled(True)
        self.filter.setAccessibleName("Filter runs")
        self.filter.textChanged.connect(self.model.set_filter)
        heading = QLabel("Runs")
        heading.setProperty("look", "heading")
        button = make_button("New run", name="new_run")
        bind_icon(button, "add")
        bind_button(button, new_run)
        more = make_tool_button(name="run_menu", accessible="Actions for the selected run")
        more.setText("⋯")
        more.setToolTip("Actions for the selected run, and other folders")
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(menu)
        self._queue = named(QWidget(), "queue_bar")
        self.queue_text = ElidedLabel(name="queue_text")
        self.queue_text.setFont(small_font())
        self.hold = make_button("Hold", name="hold_queue")
        self.hold.clicked.connect(lambda: self.hold_requested.emit(self._is_running()))
        row = QHBoxLayout(self._queue)
        row.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        row.addWidget(self.queue_text, 1)
        row.addWidget(self.hold)
        head = QHBoxLayout()
        head.setContentsMargins(SPACING, SPACING, SPACING, 0)
        head.addWidget(heading)
        head.addStretch(1)
        head.addWidget(more)
        head.addWidget(button)
        search = QHBoxLayout()
        search.setContentsMargins(SPACING, 0, SPACING, 0)
        search.addWidget(self.filter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addLayout(search)
        layout.addWidget(self._queue)
        layout.addWidget(self.view, 1)
        self.view.selectionModel().selectionChanged.connect(self._on_selected)
        self._had_no_process = False
        # Queued runs are started by a process, which needs a moment to begin.
        self._delay = make_timer(self, _DELAY_MS, single_shot=True)
        self._delay.timeout.connect(self._update_queue)
        monitor.waiting_changed.connect(self._update_queue)
        self._update_queue()

    def names(self) -> list[str]:
        """Return the keys of the selected runs, in the list's order."""
        return [index.data(RUN_ROLE) for index in sorted(self.view.selectedIndexes(), key=lambda index: index.row())]

    def choose(self, names: list[str]) -> bool:
        """Select these runs without a signal; return False if none of them is listed."""
        rows = [row for name in names if (row := self.model.row_of(name)) >= 0]
        selection = self.view.selectionModel()
        selection.blockSignals(True)
        selection.clearSelection()
        for row in rows:
            selection.select(self.model.index(row), QItemSelectionModel.SelectionFlag.Select)
        if rows:
            selection.setCurrentIndex(self.model.index(rows[-1]), QItemSelectionModel.SelectionFlag.NoUpdate)
        selection.blockSignals(False)
        self.view.viewport().update()
        return bool(rows)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show the button's menu at the mouse."""
        if self.names():
            self._menu.popup(event.globalPos() + QPoint(1, 1))

    def _on_selected(self) -> None:
        names = self.names()
        if names:
            self.chosen.emit(names)

    def _is_running(self) -> bool:
        return self._monitor.waiting.at_work and not self._monitor.waiting.held

    def _update_queue(self) -> None:
        waiting = self._monitor.waiting
        count = len(waiting.names)
        self._queue.setVisible(bool(count))
        text = f"{count} queued"
        has_no_process = bool(count) and not waiting.held and not waiting.at_work
        if has_no_process and not self._had_no_process:
            self._delay.start()
        self._had_no_process = has_no_process
        if waiting.held:
            text += " · on hold"
        elif has_no_process and not self._delay.isActive():
            text += " · not running"
        self.queue_text.setText(text)
        self.hold.setVisible(not (has_no_process and self._delay.isActive()))
        self.hold.setText("Hold" if self._is_running() else "Continue")
        self.hold.setToolTip(
            "Start no further run after the current one"
            if self._is_running()
            else "Start the queued runs one after another"
        )
