"""Replaces the picture while many images are checked before they are annotated in one step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from msdn_gui.annotate.suggestions.candidate_grid import CandidateGrid, CandidateModel
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_column, make_label, make_number_box, make_row
from msdn_gui.widgets.images.result_model import ImageResult

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QKeyEvent

    from msdn_gui.annotate.suggestions.candidates import Candidate
    from msdn_gui.services.thumbnails import Thumbnails


@dataclass(frozen=True)
class CandidateTexts:
    """The texts that a set of candidates is shown with."""

    title: str
    explanation: str
    """How the images were found, and what accepting them does."""
    accept: Callable[[Sequence[Candidate]], str]
    """The text of the button for the ticked candidates."""
    caption: Callable[[Candidate], str]
    limit: str
    """The label of the value from which images are ticked."""
    limits: tuple[float, float, float]
    """Lowest, highest and first of these values."""


class CandidatesPanel(QWidget):
    """Return annotates the ticked images, Escape cancels; nothing is saved before."""

    accepted = Signal(object)
    """The ticked ``Candidate``s."""
    left = Signal()

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("candidates_panel")
        self._texts: CandidateTexts | None = None
        self.model = CandidateModel(thumbnails)
        self.grid = CandidateGrid(self.model)
        self.title = make_label(name="candidates_title", wrap=True)
        self.title.setProperty("look", "heading")
        self.explanation = make_label(name="candidates_explanation", wrap=True)
        self.explanation.setProperty("look", "muted")
        self.limit_label = QLabel()
        self.limit = make_number_box(name="candidates_limit", decimals=2, step=0.05)
        self.all = make_button("Tick all", name="tick_all")
        self.none = make_button("Untick all", name="tick_none")
        self.count = make_label(name="candidates_count")
        self.count.setProperty("look", "muted")
        self.cancel = make_button("Cancel  (Esc)", name="leave_candidates")
        self.accept_button = make_button(name="accept_candidates")
        self.accept_button.setProperty("look", "primary")
        self._compose()
        self.limit.valueChanged.connect(self._tick_from)
        self.all.clicked.connect(lambda: self.model.tick([True] * len(self.model.candidates)))
        self.none.clicked.connect(lambda: self.model.tick([False] * len(self.model.candidates)))
        self.model.ticked_changed.connect(self.update_texts)
        self.accept_button.clicked.connect(self._accept)
        self.cancel.clicked.connect(self.left)

    def show_candidates(self, texts: CandidateTexts, candidates: Sequence[Candidate]) -> None:
        """Show candidates; those from the first limit on without a note are ticked."""
        self._texts = texts
        self.title.setText(texts.title)
        self.explanation.setText(texts.explanation)
        self.limit_label.setText(texts.limit)
        self.limit.setAccessibleName(texts.limit)
        self.model.show_candidates(candidates, [_result(one, texts.caption(one)) for one in candidates])
        low, high, first = texts.limits
        with QSignalBlocker(self.limit):
            self.limit.setRange(low, high)
            self.limit.setValue(first)
        self._tick_from(first)
        self.update_texts()
        if candidates:
            self.grid.setCurrentIndex(self.model.index(0))
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def update_texts(self) -> None:
        """Show how many are ticked, and what the button does with them."""
        if self._texts is None:
            return
        ticked = self.model.ticked()
        self.count.setText(f"{len(ticked):,} of {len(self.model.candidates):,} ticked")
        self.accept_button.setEnabled(bool(ticked))
        self.accept_button.setText(f"{self._texts.accept(ticked)}  (Return)")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Cancel or accept."""
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        else:
            super().keyPressEvent(event)

    # Inside

    def _compose(self) -> None:
        ticks = make_row(self.limit_label, self.limit, self.all, self.none, spacing=SPACING)
        ticks.addStretch(1)
        ticks.addWidget(self.count)
        buttons = make_row(spacing=SPACING)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.accept_button)
        layout = make_column(self.title, self.explanation, ticks, spacing=SPACING, margin=SPACING)
        layout.addWidget(self.grid, 1)
        layout.addLayout(buttons)
        self.setLayout(layout)

    def _tick_from(self, limit: float) -> None:
        # An image with a note is ticked only by a person.
        self.model.tick([one.value >= limit and not one.note for one in self.model.candidates])

    def _accept(self) -> None:
        ticked = self.model.ticked()
        if ticked:
            self.accepted.emit(ticked)


def _result(candidate: Candidate, caption: str) -> ImageResult:
    return ImageResult(candidate.record, caption, f"{caption} {candidate.note}".strip())
