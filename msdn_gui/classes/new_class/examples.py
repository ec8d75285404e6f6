"""A new class from example images."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from msdn_core.domain.attributes import ClassTable, FloatArray
from msdn_core.domain.composing import ScoreScale
from msdn_core.domain.display_names import attribute_text
from msdn_gui.classes.new_class.starts import Start
from msdn_gui.classes.values.numbers import shown
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_column, make_label, make_row, named

if TYPE_CHECKING:
    from pathlib import Path

    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.session import Session
    from msdn_gui.session.collection import Collection

_ID_ROLE = Qt.ItemDataRole.UserRole
_PATH_ROLE = Qt.ItemDataRole.UserRole + 1
_MAX_FITTED = 5000
"""The scale of the scores is fitted to at most this many images, which takes a few milliseconds."""
_SHOWN_ATTRIBUTES = 6


class Examples(Start):
    """The mean attribute scores of a few images, in the units of the table, and their spread."""

    def __init__(self, session: Session, thumbnails: Thumbnails) -> None:
        super().__init__()
        self._session, self._thumbnails = session, thumbnails
        self._table = ClassTable.empty()
        self._scale: ScoreScale | None = None
        self.images = named(QListWidget(), "example_images")
        self.images.setAccessibleName("Example images")
        self.images.setIconSize(QSize(36, 36))
        self.images.setFixedHeight(132)
        self.add = make_button("Add selected image", name="add_example")
        self.remove = make_button("Remove", name="remove_example")
        self.scores = make_label(name="example_scores", wrap=True)
        buttons = make_row(spacing=SPACING)
        buttons.addWidget(self.add, 1)
        buttons.addWidget(self.remove)
        self.setLayout(make_column(self.images, buttons, self.scores, spacing=SPACING // 2))
        self.add.clicked.connect(self._add_selected)
        self.remove.clicked.connect(self._remove_current)
        thumbnails.ready.connect(self._on_thumbnail_ready)
        session.selection.image_changed.connect(self._update_buttons)
        session.inference.collection.changed.connect(self._on_collection_changed)

    def begin(self, table: ClassTable, source: str | None) -> None:  # noqa: ARG002
        """Start without images."""
        self._table = table
        self.images.clear()
        self._on_collection_changed()

    def vector(self) -> FloatArray | None:
        """Return the mean scores of the images in the units of the table."""
        found = self._mean_and_spread()
        return found[0] if found is not None else None

    def fault(self) -> str:
        """Return what is missing."""
        if self._session.inference.collection.collection is None:
            return "The images have not been scored; open What if and score them there."
        return "" if self.images.count() else "Select an image in What if or Explore, and add it here."

    def _add_selected(self) -> None:
        record = self._session.selection.image
        if record is None:
            return
        item = QListWidgetItem(record.name)
        item.setData(_ID_ROLE, record.id)
        item.setToolTip(record.name)
        item.setData(_PATH_ROLE, record.path)
        self.images.addItem(item)
        self._on_thumbnail_ready(record.path)
        self._update_scores()

    def _on_thumbnail_ready(self, path: Path) -> None:
        for item in map(self.images.item, range(self.images.count())):
            if item.data(_PATH_ROLE) == path:
                image = self._thumbnails.get(path)
                if image is not None and not image.isNull():
                    item.setIcon(QIcon(QPixmap.fromImage(image)))

    def _remove_current(self) -> None:
        self.images.takeItem(max(self.images.currentRow(), 0))
        self._update_scores()

    def _ids(self) -> list[int]:
        return [self.images.item(row).data(_ID_ROLE) for row in range(self.images.count())]

    def _update_buttons(self, *_: object) -> None:
        record, collection = self._session.selection.image, self._session.inference.collection.collection
        can_add = (
            record is not None
            and collection is not None
            and record.id not in self._ids()
            and bool((collection.image_ids == record.id).any())
        )
        self.add.setEnabled(can_add)
        self.remove.setEnabled(bool(self.images.count()))

    def _on_collection_changed(self) -> None:
        self._scale = None
        self._update_scores()

    def _mean_and_spread(self) -> tuple[FloatArray, FloatArray] | None:
        collection, ids = self._session.inference.collection.collection, self._ids()
        if collection is None or not ids or collection.fused.shape[1] != len(self._table.attributes):
            return None
        if self._scale is None:
            self._scale = _fitted_scale(self._session, collection, self._table)
        return self._scale.mean_and_spread(collection.fused[np.isin(collection.image_ids, ids)])

    def _update_scores(self) -> None:
        found, attributes, lines = self._mean_and_spread(), self._table.attributes, []
        if found is not None:
            mean, spread = found
            for column in np.argsort(-mean, kind="stable")[:_SHOWN_ATTRIBUTES].tolist():
                around = f" ± {shown(float(spread[column]))}" if self.images.count() > 1 else ""
                lines.append(f"{attribute_text(attributes[column])}  {shown(float(mean[column]))}{around}")
        self.scores.setText("\n".join(lines))
        self.scores.setVisible(bool(lines))
        self._update_buttons()
        self.changed.emit()


def _fitted_scale(session: Session, collection: Collection, table: ClassTable) -> ScoreScale:
    """Fit the scale of the scores to a sample of the collection, so that the window does not freeze."""
    classes = {record.id: record.class_name for record in session.document.images}
    step = max(1, len(collection.image_ids) // _MAX_FITTED)
    names = [classes.get(number) for number in collection.image_ids[::step].tolist()]
    labels = np.array([-1 if name is None else table.class_index.get(name, -1) for name in names], dtype=np.int64)
    return ScoreScale.fitted(collection.fused[::step], labels, table)
