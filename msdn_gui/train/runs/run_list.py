"""The left side of Train: the runs, a filter over them, and how the queue stands."""

from __future__ import annotations

from PySide6.QtCore import QItemSelectionModel, QPoint, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent
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
from msdn_gui.services.runs import RunMonitor
from msdn_gui.timers import make_timer
from msdn_gui.train.runs.run_model import RUN_ROLE, RunDelegate, RunModel
from msdn_gui.widgets.build import make_button, make_line_edit, make_tool_button, named
from msdn_gui.widgets.elided_label import ElidedLabel

_PATIENCE_MS = 3000
"""How long runs may wait before it is said that nobody takes them."""


class RunList(QWidget):
    """Choose one run to look at it, several to compare them; waiting ones are dragged into another order."""

    chosen = Signal(list)
    """What the selected runs go by; never empty."""
    hold_asked = Signal(bool)

    def __init__(self, monitor: RunMonitor, new_run: QAction, menu: QMenu) -> None:
        """``menu`` holds what can be done with the selected run."""
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
        more = make_tool_button(name="run_menu", accessible="What can be done with the selected run")
        more.setText("⋯")
        more.setToolTip("What can be done with the selected run, and other folders")
        more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        more.setMenu(menu)
        self._queue = named(QWidget(), "queue_bar")
        self.queue_text = ElidedLabel(name="queue_text")
        self.queue_text.setFont(small_font())
        self.hold = make_button("Hold", name="hold_queue")
        self.hold.clicked.connect(lambda: self.hold_asked.emit(self._goes()))
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
        self.view.selectionModel().selectionChanged.connect(self._selected)
        self._was_left = False
        # Whoever takes them is a process, and a process needs a moment to begin.
        self._patience = make_timer(self, _PATIENCE_MS, single_shot=True)
        self._patience.timeout.connect(self._say_queue)
        monitor.waiting_changed.connect(self._say_queue)
        self._say_queue()

    def names(self) -> list[str]:
        """What the selected runs go by, in the list's order."""
        return [index.data(RUN_ROLE) for index in sorted(self.view.selectedIndexes(), key=lambda index: index.row())]

    def choose(self, names: list[str]) -> bool:
        """Selects these runs, and says nothing of it; False where none of them is listed."""
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
        """Beside the mouse what the button offers."""
        if self.names():
            self._menu.popup(event.globalPos() + QPoint(1, 1))

    def _selected(self) -> None:
        names = self.names()
        if names:
            self.chosen.emit(names)

    def _goes(self) -> bool:
        return self._monitor.waiting.at_work and not self._monitor.waiting.held

    def _say_queue(self) -> None:
        waiting = self._monitor.waiting
        count = len(waiting.names)
        self._queue.setVisible(bool(count))
        text = f"{count} {'waits' if count == 1 else 'wait'}"
        is_left = bool(count) and not waiting.held and not waiting.at_work
        if is_left and not self._was_left:
            self._patience.start()
        self._was_left = is_left
        if waiting.held:
            text += " · held"
        elif is_left and not self._patience.isActive():
            text += " · nobody takes them"
        self.queue_text.setText(text)
        self.hold.setVisible(not (is_left and self._patience.isActive()))
        self.hold.setText("Hold" if self._goes() else "Go on")
        self.hold.setToolTip(
            "Take no further run after the one at work" if self._goes() else "Take the waiting runs one after another"
        )
