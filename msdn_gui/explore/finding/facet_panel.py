"""What images can be narrowed down to, with counts: opens beside the gallery, and each click changes the query."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from msdn_core.domain.query_matching import Facet
from msdn_gui.explore.finding.facet_model import FacetModel
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button

_SIZE = (290, 460)


class FacetPanel(QFrame):
    """A pop-up; Space, Return or a click takes a value into the query, or out of it."""

    toggled = Signal(object)
    """The ``Term``."""
    cleared = Signal()
    scores_asked = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("facets")
        self.setAccessibleName("Narrow down")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.model = FacetModel()
        self.table = _FacetTable(self.model)
        title = QLabel("Narrow down to")
        title.setProperty("look", "heading")
        self.clear = make_button("Clear", name="clear_query")
        self.clear.setProperty("look", "quiet")
        self.clear.setToolTip("All images again")
        self.score = make_button("Score all images", name="score_for_facets")
        self.score.setToolTip("Each goes through the network once; then they are counted by what they are taken for")
        top = QHBoxLayout()
        top.setContentsMargins(SPACING, 0, 0, 0)
        top.addWidget(title, 1)
        top.addWidget(self.clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING // 2, SPACING // 2, SPACING // 2, SPACING // 2)
        column.setSpacing(SPACING // 2)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        column.addWidget(self.score)
        self.resize(*_SIZE)
        self.table.toggled.connect(self.toggled)
        self.clear.clicked.connect(self.cleared)
        self.score.clicked.connect(self.scores_asked)

    def open_at(self, place: QPoint) -> None:
        """Shows itself at a place of the screen."""
        self.move(place)
        self.show()
        self.table.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_facets(self, facets: Sequence[Facet], *, can_score: bool) -> None:
        """Show counts; ``can_score`` where predictions are missing that could be made."""
        self.score.setVisible(can_score)
        self.table.show_facets(facets)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc closes it."""
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
        super().__init__(objectName="facet_table")
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
        """Show counts; what was under the cursor stays under it."""
        term, scrolled = self._facets.term_at(self.currentIndex().row()), self.verticalScrollBar().value()
        self._facets.show_facets(facets)
        row = self._facets.row_of(term)
        if row >= 0 and row != self.currentIndex().row():
            self.setCurrentIndex(self._facets.index(row, 0))
        self.verticalScrollBar().setValue(scrolled)

    def event(self, event: QEvent) -> bool:
        """Letters go to the name that begins with them, whatever keys the workspace has."""
        if event.type() is QEvent.Type.ShortcutOverride and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
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
