"""The middle of the workspace: the selected image with its name, its label, and its review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLayout, QSizePolicy, QWidget

from msdn_core.domain.annotation import ReviewState
from msdn_core.domain.display_names import class_text
from msdn_gui.annotate.actions import REVIEWS
from msdn_gui.annotate.key_button import KeyButton
from msdn_gui.annotate.wording import time_text
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_column, make_label, make_line_edit, make_row
from msdn_gui.widgets.maps.picture_loader import Picture, PictureLoader
from msdn_gui.widgets.refresh import Refresher

if TYPE_CHECKING:
    from collections.abc import Sequence

    from msdn_core.project import ImageRecord
    from msdn_gui.actions.bind import ActionSet
    from msdn_gui.annotate.annotations import Annotations
    from msdn_gui.annotate.picture.canvas import Canvas
    from msdn_gui.session import Session

_NOTE_TIP = "Note for the flag; Return saves it, Escape discards it"


class PicturePanel(QWidget):
    """Canvas, title, review buttons and the note of a flag."""

    note_left = Signal()
    """The note was saved or discarded: the keyboard focus returns to the list."""

    def __init__(self, session: Session, annotations: Annotations, canvas: Canvas, actions: ActionSet) -> None:
        super().__init__()
        self._session, self._annotations, self.canvas = session, annotations, canvas
        self._loader = PictureLoader(self)
        self._noted: list[ImageRecord] = []
        """The images that the note being written belongs to."""
        self.has_failed = False
        self.title = make_label(name="annotate_title", text_format=Qt.TextFormat.PlainText)
        self.title.setProperty("look", "heading")
        self.title.setMinimumWidth(40)
        self.about = make_label(name="annotate_about", text_format=Qt.TextFormat.PlainText)
        self.about.setProperty("look", "muted")
        self.notice = make_label(parent=canvas, name="canvas_notice", wrap=True)
        self.notice.setProperty("look", "muted")
        self.notice.hide()
        self.note = make_line_edit(name="review_note", placeholder="Note for the flag")
        self.note.setToolTip(_NOTE_TIP)
        self.note.installEventFilter(self)
        self.buttons = {state: KeyButton(actions[name]) for state, name in REVIEWS.items()}
        self._compose()
        self._picture = Refresher(self, self._load_picture)
        self._texts = Refresher(self, self._update_texts)
        self._loader.loaded.connect(self._on_picture_loaded)
        self._loader.failed.connect(self._on_picture_failed)
        self.note.returnPressed.connect(self._on_note_returned)
        session.selection.image_changed.connect(self._on_image_changed)
        session.document.images_changed.connect(self._texts.request)
        annotations.changed.connect(self._texts.request)
        self._on_image_changed()

    @property
    def is_settled(self) -> bool:
        """Whether the selected image, or the reason why it cannot be shown, is on the screen, if the panel is."""
        if self._picture.is_stale:
            return True
        image = self._session.selection.image
        shown = self.canvas.picture.path if self.canvas.picture is not None else None
        return image is None or self.has_failed or shown == image.path

    def prefetch(self, records: Sequence[ImageRecord]) -> None:
        """Read images that may be selected next, so that they are shown at once."""
        self._loader.prefetch([record.path for record in records])

    def ask_for_note(self, images: list[ImageRecord]) -> None:
        """Move the keyboard focus to the note of these flagged images."""
        self._noted = images
        self.note.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.note.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Discard the note on Escape, and save it when the keyboard focus leaves it."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress and event.key() == Qt.Key.Key_Escape:
            self._update_texts()
            self._noted = []
            self.note_left.emit()
            return True
        if event.type() == QEvent.Type.FocusIn and not self._noted and self._session.selection.image is not None:
            self._noted = [self._session.selection.image]
        if event.type() == QEvent.Type.FocusOut:
            self._save_note()
        return super().eventFilter(watched, event)

    # Inside

    def _compose(self) -> None:
        half = SPACING // 2
        head = make_row(self.title, spacing=SPACING)
        head.addWidget(self.about, 1)
        foot = make_row(spacing=half)
        for button in self.buttons.values():
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            foot.addWidget(button)
        foot.addSpacing(half)
        foot.addWidget(self.note, 1)
        layout = make_column(_make_bar(head), spacing=0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(_make_bar(foot))
        self.setLayout(layout)

    def _on_image_changed(self) -> None:
        # The note belongs to the image for which it was typed, whatever moved the focus.
        self._save_note()
        self._picture.request()
        self._texts.request()

    def _load_picture(self) -> None:
        image = self._session.selection.image
        self.has_failed = False
        self.notice.hide()
        if image is None:
            self._loader.cancel()
            self.canvas.show_picture(None)
        else:
            self._loader.load(image.path)

    def _on_picture_loaded(self, picture: Picture) -> None:
        self.canvas.show_picture(picture)

    def _on_picture_failed(self, sentence: str) -> None:
        self.has_failed = True
        self.canvas.show_picture(None)
        self.notice.setText(sentence)
        self.notice.setFixedWidth(max(120, self.canvas.width() - 4 * SPACING))
        self.notice.adjustSize()
        self.notice.move(2 * SPACING, 2 * SPACING)
        self.notice.show()

    def _update_texts(self) -> None:
        image, store = self._session.selection.image, self._annotations.store
        for widget in (*self.buttons.values(), self.note):
            widget.setEnabled(image is not None)
        if image is None or store is None:
            self.title.clear()
            self.about.clear()
            self.note.clear()
            return
        self.title.setText(image.name.rsplit("/", 1)[-1])
        self.title.setToolTip(image.name)
        label, review = store.label(image.id), store.review(image.id)
        author = f", by {label.annotator} on {label.at[:10]}" if label.annotator else ""
        self.about.setText(f"{class_text(label.class_name) if label.class_name else 'No class'}{author}")
        self.about.setToolTip(label.class_name or "")
        state = ReviewState.UNREVIEWED if review is None else review.state
        for one, button in self.buttons.items():
            button.setProperty("look", "primary" if one is state else "")
            button.style().polish(button)
            button.setAccessibleDescription("selected" if one is state else "")
        self.note.setText("" if review is None else review.note)
        self.note.setToolTip(
            _NOTE_TIP
            if review is None
            else f"{state.value.capitalize()} by {review.annotator}, {time_text(review.at)}\n{_NOTE_TIP}"
        )

    def _on_note_returned(self) -> None:
        self._save_note()
        self.note_left.emit()

    def _save_note(self) -> None:
        images, self._noted = self._noted, []
        if self.note.isModified() and images:
            text = self.note.text().strip()
            self.note.setModified(False)
            self._annotations.review(images, ReviewState.FLAGGED, text)


def _make_bar(layout: QLayout) -> QWidget:
    bar = QWidget()
    layout.setContentsMargins(SPACING, SPACING // 2, SPACING, SPACING // 2)
    bar.setLayout(layout)
    bar.setProperty("look", "panel")
    bar.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    return bar
