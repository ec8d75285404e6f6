"""Attribute scores that a person types in place of the model's, as in concept bottleneck models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

if TYPE_CHECKING:
    from msdn_core.domain.image_prediction import ImagePrediction
    from msdn_core.project import ImageRecord
    from msdn_gui.session import Session
    from msdn_gui.session.changes import TableChange


class Overrides(QObject):
    """Overrides of the selected image's scores, or of all images' if kept; never stored, and used only in Explore.

    Explore shows ``prediction()``; other workspaces ask the session, which does not know the overrides.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._attributes = session.document.table.attributes
        self.values: dict[int, float] = {}
        """Fused scores by the attribute's column in the class table."""
        self.is_kept = False
        """Whether the overrides also apply to the images selected next."""
        session.selection.image_changed.connect(self._on_image_changed)
        # Scores of another checkpoint are on another scale.
        session.inference.checkpoint_changed.connect(lambda _: self.clear())
        session.document.table_changed.connect(self._on_table_changed)

    def set(self, column: int, value: float) -> None:
        """Override the fused score of an attribute."""
        self._change({**self.values, column: value})

    def remove(self, column: int) -> None:
        """Restore the model's score of an attribute."""
        self._change({other: value for other, value in self.values.items() if other != column})

    def clear(self) -> None:
        """Restore all of the model's scores."""
        self._change({})

    def prediction(self) -> ImagePrediction | None:
        """Return the selected image's prediction with the overrides; None while there are no scores."""
        prediction = self._session.inference.prediction()
        return None if prediction is None else prediction.with_scores(self.values)

    def _on_image_changed(self, _image: ImageRecord | None) -> None:
        if not self.is_kept:
            self.clear()

    def _on_table_changed(self, change: TableChange) -> None:
        attributes = self._session.document.table.attributes
        if not change.is_values_only and attributes != self._attributes:
            self._attributes = attributes
            self.clear()

    def _change(self, values: dict[int, float]) -> None:
        if values != self.values:
            self.values = values
            self.changed.emit()
