"""The middle of the workspace: the chosen image with its name, and the review that stands with it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from msdn_core.domain.annotation import ReviewState
from msdn_core.project import ImageRecord
from msdn_gui.annotate.annotations import Annotations
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.picture.canvas import Canvas
from msdn_gui.look.theme import SPACING
from msdn_gui.session import Session
from msdn_gui.widgets.build import make_label, make_line_edit
from msdn_gui.widgets.picture_loader import Picture, PictureLoader


class PicturePanel(QWidget):
    """Canvas, title, review buttons and the note of a flag."""

    note_left = Signal()
    """The note is written: the keyboard goes back to the queue."""

    def __init__(
        self, session: Session, annotations: Annotations, canvas: Canvas, reviews: dict[ReviewState, QAction]
    ) -> None:
        super().__init__()
        self._session, self._annotations, self.canvas = session, annotations, canvas
        self._loader = PictureLoader(self)
        self._reviewed: list[ImageRecord] = []
        self.failed = False
        self.title = make_label(name="annotate_title", text_format=Qt.TextFormat.PlainText)
        self.title.setProperty("look", "heading")
        self.title.setMinimumWidth(40)
        self.about = make_label(name="annotate_about", text_format=Qt.TextFormat.PlainText)
        self.about.setProperty("look", "muted")
        self.notice = make_label(parent=canvas, name="canvas_notice", wrap=True)
        self.notice.setProperty("look", "muted")
        self.notice.hide()
        self.note = make_line_edit(name="review_note", placeholder="Note: what is odd about this image")
        self.note.setToolTip("Stands with the flag; Return keeps it, Escape leaves it")
        self.note.installEventFilter(self)
        self.buttons = {state: KeyButton(action) for state, action in reviews.items()}

        head = QHBoxLayout()
        head.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        head.setSpacing(SPACING)
        head.addWidget(self.title)
        head.addWidget(self.about, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
        foot.setSpacing(SPACING // 2)
        for button in self.buttons.values():
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            foot.addWidget(button)
        foot.addSpacing(SPACING // 2)
        foot.addWidget(self.note, 1)
        bars = []
        for row in (head, foot):
            bar = QWidget()
            bar.setLayout(row)
            bar.setProperty("look", "panel")
            bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
            bars.append(bar)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(bars[0])
        layout.addWidget(canvas, 1)
        layout.addWidget(bars[1])

        self._loader.loaded.connect(self._show_picture)
        self._loader.failed.connect(self._show_fault)
        self.note.returnPressed.connect(self._keep_note)
        session.selection.image_changed.connect(self._take_image)
        session.document.images_changed.connect(self._tell)
        annotations.changed.connect(lambda *_: self._tell())
        self._take_image(session.selection.image)

    @property
    def settled(self) -> bool:
        """Whether the chosen image, or why it is not there, is on the screen."""
        image = self._session.selection.image
        shown = self.canvas.picture.path if self.canvas.picture is not None else None
        return image is None or self.failed or shown == image.path

    def look_ahead(self, records: Sequence[ImageRecord]) -> None:
        """Read these images too: they are shown at once when they are chosen next."""
        self._loader.prefetch([record.path for record in records])

    def ask_for_note(self, images: list[ImageRecord]) -> None:
        """Put the cursor where the note of these flagged images is written."""
        self._reviewed = images
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.note.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self._tell()
            self._reviewed = []
            self.note_left.emit()
            return True
        if event.type() == QEvent.Type.FocusIn and not self._reviewed and self._session.selection.image is not None:
            self._reviewed = [self._session.selection.image]
        if event.type() == QEvent.Type.FocusOut:
            self._write_note()
        return super().eventFilter(watched, event)

    def _take_image(self, record: ImageRecord | None) -> None:
        # What was typed belongs to the image it was typed at, whatever took the keyboard away.
        self._write_note()
        self.failed = False
        self.notice.hide()
        if record is None:
            self._loader.cancel()
            self.canvas.show_picture(None)
        else:
            self._loader.load(record.path)
        self._tell()

    def _show_picture(self, picture: Picture) -> None:
        self.canvas.show_picture(picture)

    def _show_fault(self, sentence: str) -> None:
        self.failed = True
        self.canvas.show_picture(None)
        self.notice.setText(sentence)
        self.notice.setFixedWidth(max(120, self.canvas.width() - 4 * SPACING))
        self.notice.adjustSize()
        self.notice.move(2 * SPACING, 2 * SPACING)
        self.notice.show()

    def _tell(self) -> None:
        record, room = self._session.selection.image, self._annotations.store
        for widget in (*self.buttons.values(), self.note):
            widget.setEnabled(record is not None)
        if record is None or room is None:
            self.title.clear()
            self.about.clear()
            self.note.clear()
            return
        self.title.setText(record.name.rsplit("/", 1)[-1])
        label = room.label(record.id)
        who = f", by {label.annotator} on {label.at[:10]}" if label.annotator else ""
        self.about.setText(f"{label.class_name or 'No class'}{who}")
        review = room.review(record.id)
        state = ReviewState.UNREVIEWED if review is None else review.state
        for one, button in self.buttons.items():
            button.setProperty("look", "primary" if one is state else "")
            button.style().polish(button)
            button.setAccessibleDescription("chosen" if one is state else "")
        self.note.setText("" if review is None else review.note)
        self.note.setToolTip(
            "Stands with the flag; Return keeps it"
            if review is None
            else f"{state.value.capitalize()} by {review.annotator}, {review.at[:16].replace('T', ' ')}"
        )

    def _keep_note(self) -> None:
        self._write_note()
        self.note_left.emit()

    def _write_note(self) -> None:
        images, self._reviewed = self._reviewed, []
        if self.note.isModified() and images:
            text = self.note.text().strip()
            self.note.setModified(False)
            self._annotations.review(images, ReviewState.FLAGGED, text)
