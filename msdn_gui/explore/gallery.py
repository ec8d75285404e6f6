"""The left of the workspace: the project's images, and the search that narrows them down."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from msdn_core.domain.annotation import Split
from msdn_gui.explore.gallery_model import GalleryModel
from msdn_gui.explore.gallery_view import CELL, GalleryView
from msdn_gui.explore.image_filter import SPLIT_WORDS, count_words
from msdn_gui.session import Session
from msdn_gui.theme import SEEN_SIGN, SPACING, UNSEEN_SIGN

if TYPE_CHECKING:
    from msdn_gui.services import Services


class Gallery(QWidget):
    """Search line, class, split, thumbnails, and how many of how many images are shown."""

    def __init__(self, session: Session, services: Services) -> None:
        super().__init__()
        self.setProperty("look", "panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._session = session
        self.model = GalleryModel(services.thumbnails)
        self.view = GalleryView(self.model)
        self.search = QLineEdit(objectName="gallery_search", placeholderText="Search images", clearButtonEnabled=True)
        self.search.setToolTip("Words that an image's name or class has to contain")
        self.class_box = QComboBox(objectName="gallery_class")
        self.split_box = QComboBox(objectName="gallery_split")
        for box, words in ((self.class_box, "Class"), (self.split_box, "Split")):
            box.setAccessibleName(words)
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(8)
            box.setMaxVisibleItems(24)
        self.count = QLabel(objectName="gallery_count")
        self.count.setProperty("look", "muted")
        self.empty = QLabel(objectName="gallery_empty", wordWrap=True)
        self.empty.setProperty("look", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setContentsMargins(SPACING * 2, 0, SPACING * 2, 0)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.view)
        self._pages.addWidget(self.empty)

        top = QVBoxLayout()
        top.setContentsMargins(SPACING, SPACING, SPACING, 0)
        top.setSpacing(SPACING // 2)
        for widget in (self.search, self.class_box, self.split_box):
            top.addWidget(widget)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(SPACING, 0, SPACING, SPACING // 2)
        bottom.addWidget(self.count)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(top)
        layout.addWidget(self._pages, 1)
        layout.addLayout(bottom)
        self.setMinimumWidth(CELL + 28)

        self.search.textChanged.connect(self._narrow)
        self.class_box.currentIndexChanged.connect(self._narrow)
        self.split_box.currentIndexChanged.connect(self._narrow)
        self.view.chosen.connect(session.set_image)
        session.images_changed.connect(self._take_images)
        session.table_changed.connect(self._fill_boxes)
        session.image_changed.connect(self.view.show_record)
        self._take_images()

    def _take_images(self) -> None:
        self.model.set_images(self._session.images)
        self._fill_boxes()
        self._narrow()
        self.view.show_record(self._session.image)
        if self._session.image is None and self._session.images:
            self._session.set_image(self._session.images[0])

    def _fill_boxes(self) -> None:
        table = self._session.table
        classes: list[tuple[str, object]] = [("All classes", None)]
        for name in self.model.filter.class_names:
            row = table.class_index.get(name)
            sign = "" if row is None else f"{SEEN_SIGN if table.seen[row] else UNSEEN_SIGN} "
            classes.append((f"{sign}{name}", name))
        splits: list[tuple[str, object]] = [("All splits", None)]
        splits += [(SPLIT_WORDS[split], split.value) for split in self.model.filter.splits]
        for box, entries in ((self.class_box, classes), (self.split_box, splits)):
            if entries == [(box.itemText(i), box.itemData(i)) for i in range(box.count())]:
                continue
            chosen = box.currentData()
            with QSignalBlocker(box):
                box.clear()
                for text, value in entries:
                    box.addItem(text, value)
                box.setCurrentIndex(max(0, box.findData(chosen)))

    def _narrow(self) -> None:
        split = self.split_box.currentData()
        self.model.search(self.search.text(), self.class_box.currentData(), Split(split) if split else None)
        shown, total = self.model.rowCount(), self.model.total
        self.count.setText(count_words(shown, total))
        appears = shown and self._pages.currentWidget() is self.empty
        self._pages.setCurrentWidget(self.view if shown else self.empty)
        if appears and self.search.hasFocus() and not self.search.text():
            self.view.setFocus(Qt.FocusReason.OtherFocusReason)  # Arrow keys go through the images at once.
        if self._session.project is None:
            self.empty.setText("No project is open.\n\nOpen one, or drop a folder of images on this window.")
        elif not total:
            self.empty.setText(
                "This project has no images yet.\n\nDrop a folder of images on this window to look at them."
            )
        elif not shown:
            self.empty.setText("No image matches.\n\nClear the search, or choose all classes and all splits.")
