"""Shows a sheet of the top attributes' maps, and saves it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from msdn_core.errors import MsdnError
from msdn_gui.explore.export.save_maps import suggested_name
from msdn_gui.explore.export.sheet import Sheet
from msdn_gui.explore.maps.maps_panel import MapsPanel
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import AV_NAME, SPACING, VA_NAME, theme
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_combo_box, make_spin_box

_ORDERS = ((f"score, {AV_NAME}", "av"), (f"score, {VA_NAME}", "va"), ("contribution to the class", "why"))


class SheetDialog(QDialog):
    """Stays beside the window, and follows the image that is chosen there."""

    def __init__(self, session: Session, maps: MapsPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sheetDialog")
        self.setWindowTitle("Sheet of attributes")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1080, 580)
        self._session, self._maps = session, maps
        self.count = make_spin_box(1, 40, 5, name="sheet_count")
        self.count.lineEdit().setTextMargins(5, 0, 0, 0)
        self.order = make_combo_box(name="sheet_order")
        for words, key in _ORDERS:
            self.order.addItem(words, key)
        self.canvas = _Canvas()
        scroll = QScrollArea(widgetResizable=False)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.canvas)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save = buttons.addButton("Save …", QDialogButtonBox.ButtonRole.ActionRole)
        bind_icon(self.save, "export")
        top = QHBoxLayout()
        top.setSpacing(SPACING)
        for widget in (QLabel("Attributes"), self.count, QLabel("by"), self.order):
            top.addWidget(widget)
        top.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACING * 2, SPACING * 2, SPACING * 2, SPACING * 2)
        column.setSpacing(SPACING)
        column.addLayout(top)
        column.addWidget(scroll, 1)
        column.addWidget(buttons)
        buttons.rejected.connect(self.reject)
        self.save.clicked.connect(self._ask)
        self.count.valueChanged.connect(self.refresh)
        self.order.currentIndexChanged.connect(self.refresh)
        session.inference.explanation_changed.connect(self.refresh)
        session.selection.class_changed.connect(self.refresh)
        session.document.table_changed.connect(self.refresh)
        maps.shown.connect(self.refresh)
        theme().changed.connect(self.canvas.update)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Shows what is chosen now; keeps the last sheet while the next image is looked at."""
        sheet = self._sheet()
        if sheet is not None or self._session.selection.image is None:
            self.canvas.show_sheet(sheet)
        self.save.setEnabled(self.canvas.sheet is not None)

    def _sheet(self) -> Sheet | None:
        session, picture, explanation = self._session, self._maps.picture, self._session.inference.explanation
        attributes = session.document.table.attributes
        if picture is None or explanation is None or len(explanation.scores_av) != len(attributes):
            return None
        keys = {"av": explanation.scores_av, "va": explanation.scores_va, "why": self._contributions()}
        key = keys[self.order.currentData()]
        if key is None:
            return None
        top = tuple(int(k) for k in np.argsort(-key, kind="stable")[: self.count.value()])
        caption = ", ".join(
            words
            for words in (
                session.selection.image.name if session.selection.image is not None else "",
                f"checkpoint {session.inference.checkpoint.label}" if session.inference.checkpoint is not None else "",
                f"colours {self._maps.display.policy.value}",
            )
            if words
        )
        names = tuple(attributes[k].full_name for k in top)
        return Sheet(picture.levels[0], explanation, top, names, caption, self._maps.display)

    def _contributions(self) -> np.ndarray | None:
        session, reading = self._session, self._session.inference.prediction()
        if reading is None or not session.document.table.classes:
            return None
        best = session.document.table.classes[int(reading.ranking()[0][0])]
        return reading.contributions(session.selection.class_name or best)

    def _ask(self) -> None:
        suggested = suggested_name(self._session).removesuffix(".png") + " sheet.png"
        dialog = QFileDialog(self, "Save the sheet", suggested, "PNG (*.png);;SVG (*.svg);;Numbers (*.npz)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.filterSelected.connect(lambda words: dialog.setDefaultSuffix(words.split("*.")[1].rstrip(")")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda text: self.save_to(Path(text)))
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Writes the sheet; the message bar says how it went."""
        if self.canvas.sheet is None:
            return
        try:
            self.canvas.sheet.save(path)
        except MsdnError as fault:
            self._session.messages.error(str(fault))
        else:
            self._session.messages.info(f"Saved the sheet to {path}.")


class _Canvas(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.sheet: Sheet | None = None
        self.setAccessibleName("Sheet of attributes")

    def show_sheet(self, sheet: Sheet | None) -> None:
        self.sheet = sheet
        self.setFixedSize(sheet.size if sheet is not None else QSize(0, 0))
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self.sheet is not None:
            self.sheet.paint(painter)
        painter.end()
