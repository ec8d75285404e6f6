"""The classes that lie nearest to the chosen one, with their cosines."""

from __future__ import annotations

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.closeness import nearest_classes
from msdn_gui.classes.class_panel.class_list import ClassLine, ClassListModel

COUNT = 5


class NearestModel(ClassListModel):
    """The nearest first."""

    def __init__(self) -> None:
        super().__init__()
        self.neighbours: list[tuple[str, bool, float]] = []
        """Name, whether seen, and cosine."""

    def show_neighbours(self, table: ClassTable, row: int, *, clip_negative: bool) -> None:
        """Those of a row of the table; a row below 0 has none."""
        self.neighbours = []
        if row >= 0:
            rows, cosines = nearest_classes(table.unit_vectors(clip_negative=clip_negative), row, COUNT)
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
