"""Shows a sheet with the maps of the strongest attributes, and saves it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFileDialog, QScrollArea, QWidget

from msdn_core.errors import MsdnError
from msdn_gui.explore.export.save_maps import suggested_name
from msdn_gui.explore.export.sheet import Sheet
from msdn_gui.look.icons import bind_icon
from msdn_gui.look.theme import AV_NAME, SPACING, VA_NAME, theme
from msdn_gui.widgets.build import make_column, make_combo_box, make_label, make_row, make_spin_box

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_gui.explore.maps.maps_panel import MapsPanel
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange

_ORDERS = (
    (f"score, {AV_NAME}", "av"),
    (f"score, {VA_NAME}", "va"),
    ("contribution to the class score", "contribution"),
)


class SheetDialog(QDialog):
    """Stays open beside the window, and follows its selection."""

    def __init__(self, session: Session, maps: MapsPanel, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("sheetDialog")
        self.setWindowTitle("Attribute sheet")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(1080, 580)
        self._session, self._maps = session, maps
        self.count = make_spin_box(1, 40, 5, name="sheet_count")
        self.count.lineEdit().setTextMargins(5, 0, 0, 0)
        self.count.setAccessibleName("Number of attributes")
        self.order = make_combo_box(name="sheet_order", accessible="Order of the attributes")
        for text, key in _ORDERS:
            self.order.addItem(text, key)
        self.canvas = _Canvas()
        scroll = QScrollArea()
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setWidget(self.canvas)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.save = buttons.addButton("Save …", QDialogButtonBox.ButtonRole.ActionRole)
        bind_icon(self.save, "export")
        top = make_row(make_label("Attributes"), self.count, make_label("by"), self.order, spacing=SPACING)
        top.addStretch(1)
        column = make_column(top, scroll, buttons, spacing=SPACING, margin=SPACING * 2)
        column.setStretchFactor(scroll, 1)
        self.setLayout(column)
        buttons.rejected.connect(self.reject)
        self.save.clicked.connect(self._ask_for_file)
        self.count.valueChanged.connect(self.refresh)
        self.order.currentIndexChanged.connect(self.refresh)
        session.inference.explanation_changed.connect(self.refresh)
        session.selection.class_changed.connect(self.refresh)
        session.document.table_changed.connect(self._on_table_changed)
        maps.shown.connect(self.refresh)
        theme().changed.connect(self.canvas.update)
        self.refresh()

    def refresh(self) -> None:
        """Show the selection; the last sheet stays until the next image's maps are computed."""
        sheet = self._sheet()
        if sheet is not None or self._session.selection.image is None:
            self.canvas.show_sheet(sheet)
        self.save.setEnabled(self.canvas.sheet is not None)

    def _on_table_changed(self, change: TableChange) -> None:
        if not change.is_values_only or self.order.currentData() == "contribution":
            self.refresh()

    def _sheet(self) -> Sheet | None:
        session, picture, explanation = self._session, self._maps.picture, self._session.inference.explanation
        attributes = session.document.table.attributes
        if picture is None or explanation is None or len(explanation.scores_av) != len(attributes):
            return None
        keys = {"av": explanation.scores_av, "va": explanation.scores_va, "contribution": self._contributions()}
        key = keys[self.order.currentData()]
        if key is None:
            return None
        top = tuple(int(k) for k in np.argsort(-key, kind="stable")[: self.count.value()])
        subject = self._maps.subject()
        caption = ", ".join(
            part
            for part in (
                session.selection.image.name if session.selection.image is not None else "",
                f"checkpoint {session.inference.checkpoint.label}" if session.inference.checkpoint is not None else "",
                f"{subject.kind} {subject.title}".strip() if subject.kind.is_signed else "",
                f"colours {self._maps.display.policy.value}",
            )
            if part
        )
        names = tuple(attributes[k].full_name for k in top)
        return Sheet(picture.levels[0], explanation, top, names, caption, self._maps.display, subject)

    def _contributions(self) -> NDArray[np.floating] | None:
        session, prediction = self._session, self._session.inference.prediction()
        if prediction is None or not session.document.table.classes:
            return None
        best = session.document.table.classes[int(prediction.ranking()[0][0])]
        return prediction.contributions(session.selection.class_name or best)

    def _ask_for_file(self) -> None:
        suggested = suggested_name(self._session).removesuffix(".png") + " sheet.png"
        dialog = QFileDialog(self, "Save attribute sheet", suggested, "PNG (*.png);;SVG (*.svg);;Numbers (*.npz)")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix("png")
        dialog.filterSelected.connect(lambda text: dialog.setDefaultSuffix(text.split("*.")[1].rstrip(")")))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda text: self.save_to(Path(text)))
        dialog.open()

    def save_to(self, path: Path) -> None:
        """Write the sheet into a file, and post a message."""
        if self.canvas.sheet is None:
            return
        try:
            self.canvas.sheet.save(path)
        except MsdnError as error:
            self._session.messages.error(str(error))
        else:
            self._session.messages.info(f"Saved the attribute sheet to {path}.")


class _Canvas(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.sheet: Sheet | None = None
        self.setAccessibleName("Attribute sheet")

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
