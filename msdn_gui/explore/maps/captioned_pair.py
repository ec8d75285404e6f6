"""A pair of maps under a line that says what it shows and what the network takes it for."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from msdn_core.domain.explanation import Explanation
from msdn_core.domain.image_prediction import ImagePrediction
from msdn_core.project import ImageRecord
from msdn_gui.explore.maps.comparison import short_name
from msdn_gui.explore.maps.map_pair import MapPair
from msdn_gui.look.theme import SPACING, small_font
from msdn_gui.services.explaining import ExplainPhase, ExplainState
from msdn_gui.session.checkpoints import Checkpoint
from msdn_gui.widgets.elided_label import ElidedLabel
from msdn_gui.widgets.ordered_table import number


class CaptionedPair(QWidget):
    """The line is there while two pairs are compared."""

    def __init__(self, prefix: str = "") -> None:
        super().__init__()
        self.pair = MapPair(prefix)
        self.caption = ElidedLabel(name=f"{prefix}caption")
        self.caption.setFont(small_font())
        self.caption.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SPACING // 2)
        column.addWidget(self.caption)
        column.addWidget(self.pair, 1)

    def tell(
        self, record: ImageRecord | None, attribute: str, checkpoint: Checkpoint | None, reading: ImagePrediction | None
    ) -> None:
        """Say what is shown."""
        parts = [short_name(record) if record is not None else "No image", attribute]
        if checkpoint is not None:
            parts.append(checkpoint.label)
        words = ", ".join(parts)
        if reading is not None and reading.table.classes:
            order, scores = reading.ranking()
            best = int(order[0])
            score = float(scores[best])
            words = f"{reading.table.classes[best]} {number(score, abs(score))} · {words}"
        self.caption.setText(words)

    def say_state(
        self,
        record: ImageRecord | None,
        state: ExplainState,
        checkpoint: Checkpoint | None,
        explanation: Explanation | None,
        attribute: int,
        *,
        nothing: str = "",
    ) -> None:
        """Say what is waited for, or what went wrong; ``nothing`` where no image is chosen."""
        text, fault = "", False
        if record is None:
            text = nothing
        elif self.pair.fault and state.phase is not ExplainPhase.FAILED:
            text, fault = self.pair.fault, True
        elif state.phase is ExplainPhase.FAILED:
            text, fault = state.text, True
        elif state.phase in (ExplainPhase.STARTING, ExplainPhase.WORKING):
            text = state.text or "Looking …"
        elif checkpoint is None:
            text = "There is no checkpoint to look through. Train one in Train, or choose one at the top."
        elif explanation is not None and attribute < 0:
            text = "Choose an attribute below."
        self.pair.say(text, explanation, fault=fault)
