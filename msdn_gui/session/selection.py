"""What is selected, for all workspaces: an image, an attribute, a class and its rival."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from msdn_core.project import ImageRecord
    from msdn_gui.session.document import Document


class Selection(QObject):
    """One selection on one document; every setter sends its signal once, and only if something changed."""

    image_changed = Signal(object)
    """ImageRecord or None."""
    attribute_changed = Signal(int)
    class_changed = Signal(object)
    """Class name or None."""
    rival_changed = Signal(object)
    """Class name or None."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.image: ImageRecord | None = None
        self.attribute = -1
        """Column of the class table, −1 for none."""
        self.class_name: str | None = None
        self.rival: str | None = None
        """The class that the selected one is compared with."""
        self.browsed: NDArray[np.intp] | None = None
        """Indices of the images that Explore shows, in its order; None means all."""
        self._image_count = 0
        # Connected before any view: views find a selection that fits the document.
        document.images_changed.connect(self._on_images_changed)
        document.table_changed.connect(self._on_table_changed)

    def set_image(self, record: ImageRecord | None) -> None:
        """Select an image."""
        if record != self.image:
            self.image = record
            self.image_changed.emit(record)

    def step_image(self, by: int) -> None:
        """Select the image ``by`` places further on among those that Explore shows."""
        images = self._document.images
        shown = self.browsed if self.browsed is not None else np.arange(len(images))
        if not len(shown):
            return
        here = np.flatnonzero(shown == (self._document.index_of(self.image) if self.image is not None else -1))
        row = int(np.clip(here[0] + by, 0, len(shown) - 1)) if len(here) else 0
        self.set_image(images[shown[row]])

    def set_attribute(self, column: int) -> None:
        """Select an attribute by its column, −1 for none."""
        column = column if 0 <= column < len(self._document.table.attributes) else -1
        if column != self.attribute:
            self.attribute = column
            self.attribute_changed.emit(column)

    def set_class(self, name: str | None) -> None:
        """Select a class by name; None, or a name that is not in the table, selects none."""
        name = name if name in self._document.table.class_index else None
        if name != self.class_name:
            self.class_name = name
            self.class_changed.emit(name)

    def set_rival(self, name: str | None) -> None:
        """Select the class to compare the selected one with, None for none."""
        name = name if name in self._document.table.class_index else None
        if name != self.rival:
            self.rival = name
            self.rival_changed.emit(name)

    def rename_class(self, old: str, new: str) -> None:
        """Follow a class to its new name, before the document has it; ``class_changed`` is the caller's to send."""
        if self.class_name == old:
            self.class_name = new
        if self.rival == old:
            self.rival = new

    def clear(self) -> None:
        """Select nothing."""
        self.browsed = None
        self.set_image(None)
        self.set_class(None)
        self.set_rival(None)
        self.set_attribute(-1)

    def _on_images_changed(self) -> None:
        images = self._document.images
        if len(images) != self._image_count:
            self.browsed = None
        self._image_count = len(images)
        before = self.image
        if before is None:
            return
        index = self._document.index_of(before)
        self.image = images[index] if index >= 0 else None
        if self.image is None or self.image.path != before.path:
            self.image_changed.emit(self.image)

    def _on_table_changed(self) -> None:
        self.set_class(self.class_name)
        self.set_rival(self.rival)
        self.set_attribute(self.attribute)
