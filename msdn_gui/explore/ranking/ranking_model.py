"""The classes of the selected image, the best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt

from msdn_core.domain.attributes import ClassTable
from msdn_core.domain.display_names import class_text
from msdn_core.domain.text_search import search_text, search_words
from msdn_gui.look.theme import SEEN_SIGN, UNSEEN_SIGN
from msdn_gui.widgets.tables.ordered_table import BAR_ROLE, MARK_ROLE, TRUE_ROLE, TRUE_SIGN, OrderedTable, bar

if TYPE_CHECKING:
    from numpy.typing import NDArray

RANK, CLASS, SCORE = range(3)

_KINDS = {True: "·seen", False: "·unseen"}
# The dot separates these words from names: “seen” is a part of “unseen”, and may be a part of a class name.


class RankingModel(OrderedTable):
    """One row per class: rank, mark and name, and calibrated score."""

    headings = ("#", "Class", "Score")
    heading_tips = ("Rank by score", "● seen: has training images, ◆ unseen: has none", "Class score after gamma")
    numeric = frozenset((RANK, SCORE))

    def __init__(self) -> None:
        super().__init__(RANK, Qt.SortOrder.AscendingOrder)
        self._table = ClassTable.empty()
        self._scores: NDArray[np.float64] | None = None
        self._ranks: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._true_class: str | None = None

    @property
    def table(self) -> ClassTable:
        """The class table that is ranked."""
        return self._table

    def show_ranking(
        self, table: ClassTable, order: NDArray[np.integer] | None, scores: NDArray[np.floating] | None
    ) -> None:
        """Show all classes in ``order``, (M,) rows of the table, with (M,) scores in table order; unranked without."""
        count = len(table.classes)
        known = order is not None and scores is not None and len(order) == count == len(scores)
        before = self._table
        new_classes = table.classes != before.classes or not np.array_equal(table.seen, before.seen)
        if new_classes:
            self.beginResetModel()
        self._table = table
        self._scores = np.asarray(scores, dtype=np.float64) if known else None
        self._ranks = np.arange(count)
        if known:
            self._ranks[np.asarray(order)] = np.arange(count)
        if new_classes:
            self._texts = [
                search_text(f"{name} {class_text(name)} {_KINDS[bool(seen)]}")
                for name, seen in zip(table.classes, table.seen.tolist(), strict=True)
            ]
            self._order = self._arranged()
            self.endResetModel()
        else:
            self.rearrange()

    def set_true_class(self, name: str | None) -> None:
        """Mark the class of the image."""
        if name != self._true_class:
            self._true_class = name
            self.rearrange()

    def search(self, text: str) -> None:
        """Show the classes whose name contains every word; “seen” and “unseen” match classes of that kind."""
        words = (f"·{word}" if word in ("seen", "unseen") else word for word in search_words(text))
        super().search(" ".join(words))

    def name_at(self, row: int) -> str:
        """Return the class in a row."""
        return self._table.classes[self.item_at(row)]

    def row_of_class(self, name: str | None) -> int:
        """Return the row of a class, −1 if it is not shown."""
        item = self._table.class_index.get(name, -1) if name is not None else -1
        return self.row_of(item)

    def rank_of(self, name: str | None) -> int | None:
        """Return the rank of a class, 1 for the best; None if it is not ranked."""
        item = self._table.class_index.get(name) if name is not None else None
        return None if item is None or self._scores is None else int(self._ranks[item]) + 1

    def row_text(self, row: int) -> str:
        """Return a row as text to copy, with the raw class name."""
        rank, _, score = super().row_text(row).split("\t")
        return f"{rank}\t{self.name_at(row)}\t{score}"

    def sort_key(self, column: int) -> NDArray[Any]:
        if column == CLASS:
            by_name = sorted(self._table.classes, key=lambda name: class_text(name).lower())
            ranked = {name: rank for rank, name in enumerate(by_name)}
            return np.array([ranked[name] for name in self._table.classes])
        if column == SCORE and self._scores is not None:
            return self._scores
        return self._ranks

    def cell(self, item: int, column: int, role: int) -> Any:
        name, seen = self._table.classes[item], bool(self._table.seen[item])
        score = None if self._scores is None else float(self._scores[item])
        if role == MARK_ROLE:
            return "seen" if seen else "unseen"
        if role == TRUE_ROLE:
            return name == self._true_class
        if role == Qt.ItemDataRole.ToolTipRole:
            lines = [name, "Seen: has training images" if seen else "Unseen: has no training images"]
            if score is not None:
                lines.append(f"Score {score:.6g}, rank {int(self._ranks[item]) + 1} of {len(self._ranks)}")
            if name == self._true_class:
                lines.append("The image's class")
            return "\n".join(lines)
        if column == SCORE and role == BAR_ROLE and score is not None and self._scores is not None:
            span = float(self._scores.min()), float(self._scores.max())
            return (*bar(score, *span), "seen" if seen else "unseen")
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        if column == CLASS:
            mark = SEEN_SIGN if seen else UNSEEN_SIGN
            return f"{mark} {class_text(name)}" + (f" {TRUE_SIGN}" if name == self._true_class else "")
        if score is None:
            return None
        return str(int(self._ranks[item]) + 1) if column == RANK else f"{score:.3f}".replace("-", "−")
