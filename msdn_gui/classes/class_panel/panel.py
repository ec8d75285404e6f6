"""The selected class beside the table: what it is, what is unusual, its rank for the image, and its neighbours."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from msdn_core.domain.closeness import SAME_DIRECTION
from msdn_core.domain.display_names import class_text
from msdn_core.errors import MsdnError
from msdn_gui.classes.class_panel.class_list import ClassList
from msdn_gui.classes.class_panel.description_edit import DescriptionEdit
from msdn_gui.classes.class_panel.image_rank import ImageRank
from msdn_gui.classes.class_panel.nearest_classes import COUNT, NearestModel
from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.widgets.build import make_column, make_label, make_row
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.mark import Mark
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from msdn_gui.services.thumbnails import Thumbnails
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange


class ClassPanel(QWidget):
    """Follows the selected class, the selected image and edited values."""

    described = Signal(str, str, str)
    """The class, its old description and its new one."""

    def __init__(self, session: Session, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("class_panel")
        self._session = session
        self._counts: Counter[str | None] | None = None
        self.mark, self.title = Mark(), ElidedLabel(name="class_title")
        self.title.setProperty("look", "heading")
        self.facts = make_label(name="class_facts", wrap=True)
        self.facts.setProperty("look", "muted")
        self.description = DescriptionEdit()
        self.description.edited.connect(self._on_description_edited)
        self.warning = _Warning()
        self.image_rank = ImageRank(session, thumbnails)
        self.neighbours = NearestModel()
        self.nearest = ClassList(self.neighbours, COUNT, "nearest_classes", "Nearest classes")
        self._nearest_heading = _heading("Nearest classes by cosine")
        for classes in (self.nearest, self.image_rank.ranking):
            classes.selected.connect(session.selection.set_class)
        self._compose()
        self._refresher = Refresher(self, self._refresh, self._apply_change)
        session.document.table_changed.connect(self._refresher.on_table_changed)
        session.selection.class_changed.connect(self._refresher.request)
        session.inference.checkpoint_changed.connect(self._refresher.request)
        session.document.images_changed.connect(self._on_images_changed)
        self._refresh()

    def _compose(self) -> None:
        line = make_row(self.mark, spacing=SPACING // 2)
        line.addWidget(self.title, 1)
        body = make_column(
            line,
            self.facts,
            self.description,
            self.warning,
            _heading("Rank for the selected image"),
            self.image_rank,
            spacing=SPACING,
        )
        body.setContentsMargins(SPACING, SPACING, SPACING, 0)
        self._nearest_heading.setContentsMargins(SPACING, SPACING, SPACING, 0)
        column = make_column(body, self.image_rank.ranking, self._nearest_heading, self.nearest, spacing=SPACING // 2)
        column.setContentsMargins(0, 0, 0, SPACING)
        column.addStretch(1)
        self.setLayout(column)

    def _apply_change(self, change: TableChange) -> bool:
        """Show changed values: the neighbours, and what is unusual about the class."""
        if not change.is_values_only:
            return False
        self._show_neighbours()
        return True

    def _refresh(self, *_: object) -> None:
        session, table = self._session, self._session.document.table
        name = session.selection.class_name
        row = table.class_index.get(name, -1) if name is not None else -1
        self._show_neighbours()
        self.mark.setVisible(row >= 0)
        if name is None or row < 0:
            self.title.setText("No class selected")
            self.facts.setText("Select a class in the table, or add one.")
            self.description.show_text("", editable=False)
            return
        seen = bool(table.seen[row])
        self.mark.set_mark("seen" if seen else "unseen")
        self.title.setText(class_text(name))
        self.title.setToolTip(name)
        images = self._image_count(name)
        kind = "Seen: has training images" if seen else "Unseen: has no training images"
        self.facts.setText(f"{kind} · {images:,} image{'' if images == 1 else 's'} in the project")
        project = session.document.project
        editable = project is not None and not project.read_only and not session.document.table_is_borrowed
        self.description.show_text(self._description(name), editable=editable)

    def _show_neighbours(self) -> None:
        session, table = self._session, self._session.document.table
        row = table.class_index.get(session.selection.class_name or "", -1)
        clip = session.inference.checkpoint is not None and session.inference.checkpoint.header.clip_negative
        self.neighbours.show_neighbours(table, row, clip_negative=clip)
        self._nearest_heading.setVisible(bool(self.neighbours.neighbours))
        self.warning.show_text(self._warning_text(row) if row >= 0 else "")

    def _warning_text(self, row: int) -> str:
        """Return what a person should know before trusting the class's scores."""
        if not self._session.document.table.vectors[row].any():
            return "All values are 0, so the class scores 0 for every image; set its attributes."
        same = [name for name, _, cosine in self.neighbours.neighbours if cosine >= SAME_DIRECTION]
        if same:
            other = class_text(same[0])
            return f"Its vector has the same direction as that of {other}: the network cannot tell them apart."
        return ""

    def _description(self, name: str) -> str:
        project = self._session.document.project
        if project is None or self._session.document.table_is_borrowed:
            return ""
        try:
            return project.class_description(name)
        except MsdnError:
            return ""

    def _on_description_edited(self, before: str, after: str) -> None:
        if self._session.selection.class_name is not None:
            self.described.emit(self._session.selection.class_name, before, after)

    def _image_count(self, name: str) -> int:
        if self._counts is None:
            self._counts = Counter(record.class_name for record in self._session.document.images)
        return self._counts[name]

    def _on_images_changed(self) -> None:
        self._counts = None
        self._refresher.request()


class _Warning(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._shown: str | None = None
        self._sign = QLabel()
        self.text = make_label(name="class_warning", wrap=True)
        row = make_row(spacing=SPACING)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        self.setLayout(row)
        theme().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def show_text(self, sentence: str) -> None:
        """Show a warning, or none."""
        if sentence != self._shown:
            self._shown = sentence
            self.text.setText(sentence)
            self.setVisible(bool(sentence))

    def _on_theme_changed(self) -> None:
        self._sign.setPixmap(icon_pixmap("warning", 16, "warning", self.devicePixelRatioF()))
        self.text.setStyleSheet(f"color: {theme().colours.warning};")


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("look", "heading")
    return label
