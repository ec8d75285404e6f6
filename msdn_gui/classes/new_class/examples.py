"""A new class from example images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.composing import ScoreScale
from msdn_gui.classes.new_class.starts import column_of
from msdn_gui.classes.table.numbers import shown
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_button, make_label, named

_PATH_ROLE = Qt.ItemDataRole.UserRole + 1
_MOST_LEARNED = 5000
"""Images at most that the scale of the scores is fitted to: so many cost a few milliseconds."""


class Examples(QWidget):
    """The mean of what the network says of a few images, in the units of the table, and how much they differ."""

    changed = Signal()

    def __init__(self, session: Session, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._session, self._thumbnails = session, thumbnails
        self._table = ClassTable.empty()
        self._scale: ScoreScale | None = None
        self.images = named(QListWidget(), "example_images")
        self.images.setAccessibleName("Example images")
        self.images.setIconSize(QSize(36, 36))
        self.images.setFixedHeight(132)
        self.add = make_button("Add the chosen image", name="add_example")
        self.remove = make_button("Remove", name="remove_example")
        self.said = make_label(name="examples_said", wrap=True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.add, 1)
        buttons.addWidget(self.remove)
        layout = column_of(self, self.images)
        layout.addLayout(buttons)
        layout.addWidget(self.said)
        self.add.clicked.connect(self._add_chosen)
        self.remove.clicked.connect(self._remove_current)
        thumbnails.ready.connect(self._take_picture)
        session.selection.image_changed.connect(self._enable)
        session.inference.collection.changed.connect(self._take_collection)

    def begin(self, table: ClassTable, source: str | None) -> None:  # noqa: ARG002
        self._table = table
        self.images.clear()
        self._take_collection()

    def vector(self) -> FloatArray | None:
        found = self._mean_and_spread()
        return found[0] if found is not None else None

    def fault(self) -> str:
        if self._session.inference.collection.collection is None:
            return "The images were not scored yet: show What if, and score them there."
        return "" if self.images.count() else "Choose an image (in What if, or in Explore) and add it here."

    def _add_chosen(self) -> None:
        record = self._session.selection.image
        if record is None:
            return
        item = QListWidgetItem(record.name)
        item.setData(Qt.ItemDataRole.UserRole, record.id)
        item.setToolTip(record.name)
        item.setData(_PATH_ROLE, record.path)
        self.images.addItem(item)
        self._take_picture(record.path)
        self._say()

    def _take_picture(self, path: Path) -> None:
        for item in map(self.images.item, range(self.images.count())):
            if item.data(_PATH_ROLE) == path:
                image = self._thumbnails.get(path)
                if image is not None and not image.isNull():
                    item.setIcon(QIcon(QPixmap.fromImage(image)))

    def _remove_current(self) -> None:
        self.images.takeItem(max(self.images.currentRow(), 0))
        self._say()

    def _numbers(self) -> list[int]:
        return [self.images.item(row).data(Qt.ItemDataRole.UserRole) for row in range(self.images.count())]

    def _enable(self, *_: object) -> None:
        record, collection = self._session.selection.image, self._session.inference.collection.collection
        scored = record is not None and collection is not None and bool((collection.image_ids == record.id).any())
        self.add.setEnabled(scored and record.id not in self._numbers())
        self.remove.setEnabled(bool(self.images.count()))

    def _take_collection(self) -> None:
        self._scale = None
        self._say()

    def _mean_and_spread(self) -> tuple[FloatArray, FloatArray] | None:
        collection, numbers = self._session.inference.collection.collection, self._numbers()
        if collection is None or not numbers or collection.fused.shape[1] != len(self._table.attributes):
            return None
        if self._scale is None:
            self._scale = _scale_of(self._session, self._table)
        return self._scale.mean_and_spread(collection.fused[np.isin(collection.image_ids, numbers)])

    def _say(self) -> None:
        found, table = self._mean_and_spread(), self._table
        lines = []
        if found is not None:
            mean, spread = found
            high = table.value_range[1]
            for column in np.argsort(-mean, kind="stable")[:6].tolist():
                about = f" ± {shown(float(spread[column]), high)}" if self.images.count() > 1 else ""
                lines.append(f"{table.attributes[column].full_name}  {shown(float(mean[column]), high)}{about}")
        self.said.setText("\n".join(lines))
        self.said.setVisible(bool(lines))
        self._enable()
        self.changed.emit()


def _scale_of(session: Session, table: ClassTable) -> ScoreScale:
    """From a sample of the collection, so that asking does not stop the window."""
    collection = session.inference.collection.collection
    classes = {record.id: record.class_name for record in session.document.images}
    step = max(1, len(collection.image_ids) // _MOST_LEARNED)
    names = [classes.get(number) for number in collection.image_ids[::step].tolist()]
    labels = np.array([table.class_index.get(name, -1) for name in names], dtype=np.int64)
    return ScoreScale.fitted(collection.fused[::step], labels, table)
