"""The list of facets with counts, beside the gallery: each click changes the query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QTableView,
    QWidget,
)

from msdn_gui.explore.finding.facet_model import FacetModel
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_column, make_label, make_row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.domain.query_matching import Facet

_SIZE = (290, 460)


class FacetPanel(QFrame):
    """A popup; Space, Return or a click adds a value to the query or removes it."""

    toggled = Signal(object)
    """The ``Term``."""
    cleared = Signal()
    scores_requested = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("facets")
        self.setAccessibleName("Filter images")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.model = FacetModel()
        self.table = _FacetTable(self.model)
        title = make_label("Filter images")
        title.setProperty("look", "heading")
        self.clear = make_button("Clear", name="clear_query")
        self.clear.setProperty("look", "quiet")
        self.clear.setToolTip("Show all images")
        self.score = make_button("Score all images", name="score_for_facets")
        self.score.setToolTip("Runs the checkpoint on all images once, so that they can be filtered by predicted class")
        top = make_row(title, self.clear)
        top.setContentsMargins(SPACING, 0, 0, 0)
        top.setStretchFactor(title, 1)
        column = make_column(top, self.table, self.score, spacing=SPACING // 2, margin=SPACING // 2)
        column.setStretchFactor(self.table, 1)
        self.setLayout(column)
        self.resize(*_SIZE)
        self.table.toggled.connect(self.toggled)
        self.clear.clicked.connect(self.cleared)
        self.score.clicked.connect(self.scores_requested)

    def open_at(self, place: QPoint) -> None:
        """Show the popup at a point of the screen."""
        self.move(place)
        self.show()
        self.table.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_facets(self, facets: Sequence[Facet], *, can_score: bool) -> None:
        """Show facets; ``can_score`` offers to compute missing predictions."""
        self.score.setVisible(can_score)
        self.table.show_facets(facets)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Esc."""
        if event.key() == Qt.Key.Key_Escape:
            self.hide()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()


class _FacetTable(QTableView):
    toggled = Signal(object)

    def __init__(self, model: FacetModel) -> None:
        super().__init__()
        self.setObjectName("facet_table")
        self.setAccessibleName("Values with counts")
        self._facets = model
        model.setParent(self)
        self.setModel(model)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        self.horizontalHeader().resizeSection(1, 72)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(24)
        self.clicked.connect(lambda index: self._toggle(index.row()))

    def show_facets(self, facets: Sequence[Facet]) -> None:
        """Show facets; the current value stays current."""
        term, scrolled = self._facets.term_at(self.currentIndex().row()), self.verticalScrollBar().value()
        self._facets.show_facets(facets)
        row = self._facets.row_of(term)
        if row >= 0 and row != self.currentIndex().row():
            self.setCurrentIndex(self._facets.index(row, 0))
        self.verticalScrollBar().setValue(scrolled)

    def event(self, event: QEvent) -> bool:
        """Take letters from the workspace's actions: they go to the value that starts with them."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() is QEvent.Type.ShortcutOverride
            and not event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._toggle(self.currentIndex().row())
            return
        if event.key() == Qt.Key.Key_Escape:
            event.ignore()
            return
        super().keyPressEvent(event)

    def _toggle(self, row: int) -> None:
        term = self._facets.term_at(row)
        if term is not None:
            self.toggled.emit(term)
