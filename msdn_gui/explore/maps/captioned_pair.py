"""A pair of maps under a line that says what it shows and which class is predicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from msdn_core.domain.display_names import class_text
from msdn_gui.explore.maps.comparison import short_name
from msdn_gui.explore.maps.map_pair import MapPair
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.widgets.build import make_column
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.tables.ordered_table import number

if TYPE_CHECKING:
    from msdn_core.domain.explanation import Explanation
    from msdn_core.domain.image_prediction import ImagePrediction
    from msdn_core.project import ImageRecord
    from msdn_gui.session.checkpoints import Checkpoint


class CaptionedPair(QWidget):
    """The line is visible during a comparison."""

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self.pair = MapPair(prefix)
        self.caption = ElidedLabel(name=f"{prefix}caption")
        self.caption.setFont(small_font())
        self.caption.hide()
        column = make_column(self.caption, self.pair, spacing=SPACING // 2)
        column.setStretchFactor(self.pair, 1)
        self.setLayout(column)

    def set_caption(
        self,
        record: ImageRecord | None,
        attribute: str,
        checkpoint: Checkpoint | None,
        prediction: ImagePrediction | None,
    ) -> None:
        """Say what is shown, after the predicted class and its score."""
        parts = [short_name(record) if record is not None else "No image", attribute]
        if checkpoint is not None:
            parts.append(checkpoint.label)
        text = ", ".join(parts)
        if prediction is not None and prediction.table.classes:
            order, scores = prediction.ranking()
            best = int(order[0])
            score = float(scores[best])
            text = f"{class_text(prediction.table.classes[best])} {number(score, abs(score))} · {text}"
        self.caption.setText(text)

    def show_state(
        self,
        record: ImageRecord | None,
        state: ExplainState,
        checkpoint: Checkpoint | None,
        explanation: Explanation | None,
        attribute: int,
        *,
        without_image: str = "",
        without_subject: str = "",
    ) -> None:
        """Show in place of the maps what is being done or what went wrong; ``without_image`` if there is no image.

        ``without_subject`` is what is needed for maps of classes if they cannot be shown.
        """
        text, is_error = "", False
        if record is None:
            text = without_image
        elif self.pair.error and state.phase is not ExplainPhase.FAILED:
            text, is_error = self.pair.error, True
        elif state.phase is ExplainPhase.FAILED:
            text, is_error = state.text, True
        elif state.phase in (ExplainPhase.STARTING, ExplainPhase.WORKING):
            text = state.text or "Computing maps …"
        elif checkpoint is None:
            text = "No checkpoint is selected. Select one above, or train one in Train."
        elif without_subject:
            text = without_subject
        elif explanation is not None and attribute < 0:
            text = "Select an attribute below."
        self.pair.show_notice(text, explanation, is_error=is_error)
