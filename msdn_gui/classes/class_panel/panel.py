"""The chosen class beside the table: what it is, what is odd about it, where it stands, and what lies near."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_core.domain.closeness import SAME_DIRECTION
from msdn_core.errors import MsdnError
from msdn_gui.classes.class_panel.class_list import ClassList
from msdn_gui.classes.class_panel.description_edit import DescriptionEdit
from msdn_gui.classes.class_panel.image_rank import Standing
from msdn_gui.classes.class_panel.nearest_classes import COUNT, NearestModel
from msdn_gui.look.icons import icon_pixmap
from msdn_gui.look.theme import SPACING, theme
from msdn_gui.services.thumbnails import Thumbnails
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_label
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.mark import Mark


class ClassPanel(QWidget):
    """Follows the session: another class, another image, an edited value."""

    described = Signal(str, str, str)
    """The class, its description, and the one that it shall have."""

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
        self.description.edited.connect(self._take_description)
        self.warning = _Warning()
        self.standing = Standing(session, thumbnails)
        self.nearest = ClassList(NearestModel(), COUNT, "nearest_classes", "Nearest classes")
        for classes in (self.nearest, self.standing.ranking):
            classes.chosen.connect(session.selection.set_class)
        line = QHBoxLayout()
        line.setSpacing(SPACING // 2)
        line.addWidget(self.mark)
        line.addWidget(self.title, 1)
        body = QVBoxLayout()
        body.setContentsMargins(SPACING, SPACING, SPACING, 0)
        body.setSpacing(SPACING)
        body.addLayout(line)
        for widget in (self.facts, self.description, self.warning, _heading("In the chosen image"), self.standing):
            body.addWidget(widget)
        self._nearest_heading = _heading("Nearest classes by cosine")
        self._nearest_heading.setContentsMargins(SPACING, SPACING, SPACING, 0)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, SPACING)
        layout.setSpacing(SPACING // 2)
        layout.addLayout(body)
        for widget in (self.standing.ranking, self._nearest_heading, self.nearest):
            layout.addWidget(widget)
        layout.addStretch(1)
        session.selection.class_changed.connect(self.refresh)
        session.document.table_changed.connect(self.refresh)
        session.inference.checkpoint_changed.connect(self.refresh)
        session.document.images_changed.connect(self._count_anew)
        self.refresh()

    def refresh(self, *_: object) -> None:
        """Show the chosen class as it is now."""
        session, table = self._session, self._session.document.table
        name = session.selection.class_name
        row = table.class_index.get(name, -1) if name is not None else -1
        clip = session.inference.checkpoint is not None and session.inference.checkpoint.header.clip_negative
        self.nearest.items.show_neighbours(table, row, clip_negative=clip)
        self._nearest_heading.setVisible(bool(self.nearest.items.neighbours))
        self.mark.setVisible(row >= 0)
        if name is None or row < 0:
            self.title.setText("No class is chosen")
            self.facts.setText("Choose a class in the table, or make a new one.")
            self.description.show_text("", editable=False)
            self.warning.say("")
            return
        seen = bool(table.seen[row])
        self.mark.set_mark("seen" if seen else "unseen")
        self.title.setText(name)
        images = self._images_of(name)
        kind = "Seen: has training images" if seen else "Unseen: has no training images"
        self.facts.setText(f"{kind} · {images:,} image{'' if images == 1 else 's'} in the project")
        project = session.document.project
        editable = project is not None and not project.read_only and not session.document.table_is_borrowed
        self.description.show_text(self._description(name), editable=editable)
        self.warning.say(self._oddity(row))

    def _oddity(self, row: int) -> str:
        """What a person should know before they trust the class's scores."""
        table = self._session.document.table
        if not table.vectors[row].any():
            return "All its values are 0, so its score is 0 for every image; fill in its attributes."
        same = [name for name, _, cosine in self.nearest.items.neighbours if cosine >= SAME_DIRECTION]
        if same:
            return f"Its vector points the same way as that of {same[0]}, so no image can tell the two apart."
        return ""

    def _description(self, name: str) -> str:
        project = self._session.document.project
        if project is None or self._session.document.table_is_borrowed:
            return ""
        try:
            return project.class_description(name)
        except MsdnError:
            return ""

    def _take_description(self, before: str, after: str) -> None:
        if self._session.selection.class_name is not None:
            self.described.emit(self._session.selection.class_name, before, after)

    def _images_of(self, name: str) -> int:
        if self._counts is None:
            self._counts = Counter(record.class_name for record in self._session.document.images)
        return self._counts[name]

    def _count_anew(self) -> None:
        self._counts = None
        self.refresh()


class _Warning(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._sign = QLabel()
        self.text = make_label(name="class_warning", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(SPACING)
        row.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.text, 1)
        theme().changed.connect(self._redraw)
        self._redraw()

    def say(self, sentence: str) -> None:
        """Warn, or take the warning away."""
        self.text.setText(sentence)
        self.setVisible(bool(sentence))

    def _redraw(self) -> None:
        self._sign.setPixmap(icon_pixmap("warning", 16, "warning", self.devicePixelRatioF()))
        self.text.setStyleSheet(f"color: {theme().colours.warning};")


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setProperty("look", "heading")
    return label
