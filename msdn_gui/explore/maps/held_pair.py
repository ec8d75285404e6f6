"""The left side of a comparison."""

from __future__ import annotations

from msdn_core.project import ImageRecord
from msdn_gui.explore.maps.captioned_pair import CaptionedPair
from msdn_gui.explore.maps.comparison import Comparison
from msdn_gui.explore.picture.truth import Truth, known_truth, truth_of
from msdn_gui.session import Session
from msdn_gui.widgets.map_controls import Display


class HeldPair(CaptionedPair):
    """Shows what the comparison holds, in the way that the right side is shown in."""

    def __init__(self, session: Session, comparison: Comparison) -> None:
        super().__init__("held_")
        self._session, self._comparison = session, comparison
        self._record: ImageRecord | None = None
        self._known = Truth()

    def follow(self, display: Display) -> None:
        """Show what stands at the left now; nothing while nothing is compared."""
        session, compared = self._session, self._comparison
        record = compared.image if compared.is_on else None
        if record != self._record:
            self._record, self._known = record, known_truth(session.document.project, record)
            self.pair.show_image(record)
        if record is None:
            return
        explanation, attribute = compared.explanation, compared.attribute
        truth = truth_of(self._known, session.document.project, record, session.document.table, attribute)
        self.pair.show_maps(explanation, attribute, truth, display)
        self.say_state(record, compared.state, compared.checkpoint, explanation, attribute)
        self.tell(record, compared.attribute_name(attribute), compared.checkpoint, compared.reading())

    @property
    def is_complete(self) -> bool:
        """Whether what can be shown is on the screen."""
        if self._record is None or self.pair.fault:
            return True
        explanation = self._comparison.explanation
        explained = explanation is None or self.pair.is_complete(explanation)
        return self.pair.picture is not None and self._comparison.settled and explained
