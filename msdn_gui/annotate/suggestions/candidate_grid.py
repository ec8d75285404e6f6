"""Thumbnails with a check box each, to tick the images to annotate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QAbstractItemModel, QEvent, QObject, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from msdn_gui.look.theme import small_font, theme
from msdn_gui.widgets.images.result_grid import ResultGrid
from msdn_gui.widgets.images.result_model import RESULT_ROLE, ImageResult, ResultModel
from msdn_gui.widgets.images.thumbnail_cell import draw_thumbnail

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_gui.annotate.suggestions.candidates import Candidate
    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.widgets.index import Index

CELL = QSize(136, 150)
_CAPTION = 34
_BOX = 16
_NOTE_ROLE = Qt.ItemDataRole.UserRole + 3


class CandidateModel(ResultModel):
    """``CheckStateRole`` holds whether an image is ticked."""

    ticked_changed = Signal()

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__(thumbnails)
        self.candidates: Sequence[Candidate] = ()
        self._ticked: list[bool] = []

    def show_candidates(self, candidates: Sequence[Candidate], results: Sequence[ImageResult]) -> None:
        """Show candidates, none ticked, each with its result for display."""
        self.candidates, self._ticked = candidates, [False] * len(candidates)
        self.set_results(results)

    def tick(self, ticked: Sequence[bool]) -> None:
        """Tick these images and no others: (N,) flags."""
        if list(ticked) != self._ticked:
            self._ticked = list(ticked)
            if self._ticked:
                self.dataChanged.emit(self.index(0), self.index(len(self._ticked) - 1))
            self.ticked_changed.emit()

    def ticked(self) -> list[Candidate]:
        """Return the ticked candidates."""
        return [one for one, ticked in zip(self.candidates, self._ticked, strict=True) if ticked]

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Make images checkable."""
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return tick and note, and what every result has."""
        if role == Qt.ItemDataRole.CheckStateRole and index.isValid():
            return Qt.CheckState.Checked if self._ticked[index.row()] else Qt.CheckState.Unchecked
        if role == _NOTE_ROLE and index.isValid():
            return self.candidates[index.row()].note
        return super().data(index, role)

    def setData(self, index: Index, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        """Tick or untick an image."""
        if role != Qt.ItemDataRole.CheckStateRole or not index.isValid():
            return False
        self._ticked[index.row()] = Qt.CheckState(value) is Qt.CheckState.Checked
        self.dataChanged.emit(index, index)
        self.ticked_changed.emit()
        return True


class CandidateGrid(ResultGrid):
    """A click anywhere on an image, or Space, ticks or unticks it."""

    def __init__(self, model: CandidateModel) -> None:
        super().__init__(model, "candidates", "Images to annotate")
        self.setItemDelegate(_TickDelegate(self))
        self.setGridSize(CELL)


class _TickDelegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        """Return the size of a cell."""
        return CELL

    def editorEvent(
        self, event: QEvent, model: QAbstractItemModel, _option: QStyleOptionViewItem, index: Index
    ) -> bool:
        is_click = (
            isinstance(event, QMouseEvent)
            and event.type() is QEvent.Type.MouseButtonRelease
            and event.button() == Qt.MouseButton.LeftButton
        )
        is_space = (
            isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Space
        )
        if is_click or is_space:
            was = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole))
            now = Qt.CheckState.Unchecked if was is Qt.CheckState.Checked else Qt.CheckState.Checked
            return bool(model.setData(index, now, Qt.ItemDataRole.CheckStateRole))
        return False

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw thumbnail, check box, caption and note."""
        result, colours = index.data(RESULT_ROLE), theme().colours
        ticked = Qt.CheckState(index.data(Qt.ItemDataRole.CheckStateRole)) is Qt.CheckState.Checked
        painter.save()
        area = option.rect.adjusted(4, 4, -4, -4 - _CAPTION)
        painter.setOpacity(1.0 if ticked else 0.45)
        draw_thumbnail(painter, area, index.data(Qt.ItemDataRole.DecorationRole), result.record.path, option.state)
        painter.setOpacity(1.0)
        box = QStyleOptionViewItem(option)
        box.rect = QRect(area.left() + 4, area.top() + 4, _BOX, _BOX)
        box.state = (option.state & ~QStyle.StateFlag.State_On & ~QStyle.StateFlag.State_Off) | (
            QStyle.StateFlag.State_On if ticked else QStyle.StateFlag.State_Off
        )
        view = _view(self)
        view.style().drawPrimitive(QStyle.PrimitiveElement.PE_IndicatorItemViewItemCheck, box, painter, view)
        painter.setFont(small_font())
        for line, text, colour in ((0, result.caption, "text"), (1, index.data(_NOTE_ROLE), "muted")):
            place = QRect(option.rect.left() + 4, area.bottom() + 2 + 16 * line, option.rect.width() - 8, 16)
            painter.setPen(colours.q(colour))
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, shown)
        painter.restore()


def _view(delegate: QObject) -> CandidateGrid:
    view = delegate.parent()
    assert isinstance(view, CandidateGrid)
    return view
