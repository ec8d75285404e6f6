"""The left side of a comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msdn_gui.explore.maps.captioned_pair import CaptionedPair
from msdn_gui.explore.picture.truth import Truth, attribute_truth, read_truth

if TYPE_CHECKING:
    from msdn_core.project import ImageRecord
    from msdn_gui.explore.maps.comparison import Comparison
    from msdn_gui.explore.maps.map_subject import MapSubjects
    from msdn_gui.session import Session
    from msdn_gui.widgets.maps.map_controls import Display


class HeldPair(CaptionedPair):
    """Shows what the comparison holds, displayed as the right side is."""

    def __init__(self, session: Session, comparison: Comparison) -> None:
        super().__init__("held_")
        self._session, self._comparison = session, comparison
        self._record: ImageRecord | None = None
        self._known = Truth()

    def refresh(self, display: Display, subjects: MapSubjects) -> None:
        """Show what is held on the left now; nothing without a comparison."""
        document, comparison = self._session.document, self._comparison
        record = comparison.image if comparison.is_on else None
        if record != self._record:
            self._record, self._known = record, read_truth(document.project, record)
            self.pair.show_image(record)
        if record is None:
            return
        explanation, attribute = comparison.explanation, comparison.attribute
        truth = attribute_truth(self._known, document.project, record, document.table, attribute)
        subject = subjects.of(comparison.prediction())
        self.pair.show_maps(explanation, attribute, truth, display, subject)
        self.show_state(record, comparison.state, comparison.checkpoint, explanation, attribute)
        name = subject.title or comparison.attribute_name(attribute)
        self.set_caption(record, name, comparison.checkpoint, comparison.prediction())

    @property
    def is_complete(self) -> bool:
        """Whether everything that can be shown is on the screen."""
        if self._record is None or self.pair.error:
            return True
        explanation = self._comparison.explanation
        is_explained = explanation is None or self.pair.is_complete(explanation)
        return self.pair.picture is not None and self._comparison.is_settled and is_explained
