"""Stands in the picture's place while many images are looked at before something is said of them at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from msdn_gui.annotate.suggestions.candidate_grid import ProposalGrid, ProposalModel
from msdn_gui.annotate.suggestions.candidates import Proposal
from msdn_gui.look.theme import SPACING
from msdn_gui.widgets.build import make_button, make_label, make_number_box
from msdn_gui.widgets.images.result_model import ImageResult

if TYPE_CHECKING:
    from msdn_gui.services.thumbnails import Thumbnails


@dataclass(frozen=True)
class Offer:
    """What is offered, in words, and how a proposal is read."""

    title: str
    why: str
    """How the images were found, in a sentence."""
    deed: Callable[[Sequence[Proposal]], str]
    """What the button does with the ticked ones."""
    caption: Callable[[Proposal], str]
    limit_words: str
    limits: tuple[float, float, float]
    """Lowest, highest and first value from which on images are ticked."""


class ProposalsPanel(QWidget):
    """Return says it of the ticked images, Escape leaves; nothing is written before."""

    accepted = Signal(object)
    """The ticked ``Proposal``s."""
    left = Signal()

    def __init__(self, thumbnails: Thumbnails) -> None:
        super().__init__()
        self.setObjectName("proposals_panel")
        self._offer: Offer | None = None
        self.model = ProposalModel(thumbnails)
        self.grid = ProposalGrid(self.model)
        self.title = make_label(name="proposals_title", wrap=True)
        self.title.setProperty("look", "heading")
        self.why = make_label(name="proposals_why", wrap=True)
        self.why.setProperty("look", "muted")
        self.limit_words = QLabel()
        self.limit = make_number_box(name="proposals_limit", decimals=2, step=0.05)
        self.all = make_button("Tick all", name="tick_all")
        self.none = make_button("Tick none", name="tick_none")
        self.count = make_label(name="proposals_count")
        self.count.setProperty("look", "muted")
        leave = make_button("Leave  (Esc)", name="leave_proposals")
        self.do = make_button(name="accept_proposals")
        self.do.setProperty("look", "primary")
        ticks = QHBoxLayout()
        ticks.setSpacing(SPACING)
        for widget in (self.limit_words, self.limit, self.all, self.none):
            ticks.addWidget(widget)
        ticks.addStretch(1)
        ticks.addWidget(self.count)
        foot = QHBoxLayout()
        foot.setSpacing(SPACING)
        foot.addStretch(1)
        foot.addWidget(leave)
        foot.addWidget(self.do)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACING, SPACING, SPACING, SPACING)
        layout.setSpacing(SPACING)
        layout.addWidget(self.title)
        layout.addWidget(self.why)
        layout.addLayout(ticks)
        layout.addWidget(self.grid, 1)
        layout.addLayout(foot)
        self.limit.valueChanged.connect(self._tick_from)
        self.all.clicked.connect(lambda: self.model.tick([True] * len(self.model.proposals)))
        self.none.clicked.connect(lambda: self.model.tick([False] * len(self.model.proposals)))
        self.model.ticked_changed.connect(self.tell)
        self.do.clicked.connect(self._accept)
        leave.clicked.connect(self.left)

    def show_proposals(self, offer: Offer, proposals: Sequence[Proposal]) -> None:
        """Show these; those from the offer's limit on that need no second thought are ticked."""
        self._offer = offer
        self.title.setText(offer.title)
        self.why.setText(offer.why)
        self.limit_words.setText(offer.limit_words)
        self.limit.setAccessibleName(offer.limit_words)
        found = [ImageResult(one.record, text := offer.caption(one), f"{text} {one.note}".strip()) for one in proposals]
        self.model.show_proposals(proposals, found)
        low, high, first = offer.limits
        self.limit.blockSignals(True)
        self.limit.setRange(low, high)
        self.limit.setValue(first)
        self.limit.blockSignals(False)
        self._tick_from(first)
        self.tell()
        if proposals:
            self.grid.setCurrentIndex(self.model.index(0))
        self.grid.setFocus(Qt.FocusReason.OtherFocusReason)

    def tell(self) -> None:
        """Say how many are ticked and what would be said of them."""
        if self._offer is None:
            return
        ticked = self.model.ticked()
        self.count.setText(f"{len(ticked):,} of {len(self.model.proposals):,} ticked")
        self.do.setEnabled(bool(ticked))
        self.do.setText(f"{self._offer.deed(ticked)}  (Return)")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        else:
            super().keyPressEvent(event)

    def _tick_from(self, limit: float) -> None:
        # What stands against a proposal is a person's to overrule, one by one.
        self.model.tick([one.value >= limit and not one.note for one in self.model.proposals])

    def _accept(self) -> None:
        ticked = self.model.ticked()
        if ticked:
            self.accepted.emit(ticked)
