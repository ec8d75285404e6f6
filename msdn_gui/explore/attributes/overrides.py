"""Attribute scores that a person puts in the place of the network's, as in concept bottleneck models."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from msdn_core.domain.image_prediction import ImagePrediction
from msdn_gui.session import Session


class Overrides(QObject):
    """For the chosen image alone, unless they are kept; never written anywhere, and seen in Explore alone.

    Whatever Explore says of classes goes by ``reading``; other workspaces ask the session, which knows of none.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._attributes = session.document.table.attributes
        self.values: dict[int, float] = {}
        """Fused scores by the attributes' columns."""
        self.keeps = False
        """Whether they hold for the next images too."""
        session.selection.image_changed.connect(self._take_image)
        # Through another checkpoint scores are on another scale.
        session.inference.checkpoint_changed.connect(self.clear)
        session.document.table_changed.connect(self._take_table)

    def put(self, column: int, value: float) -> None:
        """Put a fused score in the place of the network's."""
        self._change({**self.values, column: value})

    def take_back(self, column: int) -> None:
        """The network's score holds again."""
        self._change({other: value for other, value in self.values.items() if other != column})

    def clear(self, *_: object) -> None:
        """Take all back."""
        self._change({})

    def reading(self) -> ImagePrediction | None:
        """What the image's scores, with those put in their place, mean for the classes; None while there are none."""
        reading = self._session.inference.prediction()
        return None if reading is None else reading.with_scores(self.values)

    def _take_image(self, _image: object) -> None:
        if not self.keeps:
            self.clear()

    def _take_table(self) -> None:
        if self._session.document.table.attributes != self._attributes:
            self._attributes = self._session.document.table.attributes
            self.clear()

    def _change(self, values: dict[int, float]) -> None:
        if values != self.values:
            self.values = values
            self.changed.emit()
