"""The classes nearest to the selected one, with their cosines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from msdn_core.domain.closeness import nearest_classes
from msdn_gui.classes.class_panel.class_list import ClassLine, ClassListModel

if TYPE_CHECKING:
    from msdn_core.domain.attributes import ClassTable

COUNT = 5


class NearestModel(ClassListModel):
    """The nearest class is the first."""

    def __init__(self) -> None:
        super().__init__()
        self.neighbours: list[tuple[str, bool, float]] = []
        """Name, whether seen, and cosine."""

    def show_neighbours(self, table: ClassTable, row: int, *, clip_negative: bool) -> None:
        """Show the neighbours of a row of the table, none for a row below 0."""
        self.neighbours = []
        if row >= 0:
            vectors = np.maximum(table.vectors, 0.0) if clip_negative else table.vectors
            rows, cosines = nearest_classes(vectors, row, COUNT)
            self.neighbours = [
                (table.classes[other], bool(table.seen[other]), cosine)
                for other, cosine in zip(rows.tolist(), cosines.tolist(), strict=True)
            ]
        self.set_lines(
            [
                ClassLine(name, seen, f"{cosine:.3f}".replace("-", "−"), f"Cosine {cosine:.6f}")
                for name, seen, cosine in self.neighbours
            ]
        )
